"""The linter warns, with the line, of policies that say something other than their author meant."""

import sys

import pytest

from policies import small
from selector.planning import lint, planned, rules
from selector.policy.values import LINT

TASTE = '''
"""A judge of beauty that learned from photographs."""

from selector.measures.base import Measure
from selector.types import Cost, Output


class Taste(Measure):
    kind = "scorer"
    version = 1
    favours = ("photographs",)
    level: float = 0.5

    @property
    def outputs(self):
        return {
            "beauty": Output("points", None, None, True, usual=(4.0, 7.0)),
            "rank": Output("points", 0, 10, True, within_prompt=True),
        }

    @property
    def cost(self):
        return Cost(0.01)

    def run(self, subjects):
        return []
'''
BEAUTY, RANK = "lint_taste.own.beauty", "lint_taste.own.rank"
FACES, HANDS, BLANK = "detectors.faces.defect", "detectors.hands.defect", "filters.blank.structure"
SHARP, COUNT, NEAR = (
    "filters.sharpness.sharpest",
    "detectors.hands.count",
    "filters.near_duplicates",
)


@pytest.fixture(autouse=True)
def taste(tmp_path, monkeypatch):
    """A scorer of a team's own, with what none of the package's declares yet."""
    package = tmp_path / "lint_taste"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "own.py").write_text(TASTE.lstrip())
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("lint_taste.own", None)
    sys.modules.pop("lint_taste", None)


def warned(**entries) -> list[tuple[str, str]]:
    """Return rule and place of each warning on a policy with these entries."""
    found = lint(planned(small(**entries)))
    return [(one.rule, one.spot.words.removeprefix("policy: ")) for one in found]


def by(*terms, **rest) -> dict:
    return {"method": {"weighted_sum": list(terms)}} | rest


def in_order(*steps) -> dict:
    return {"method": {"lexicographic": list(steps)}}


def test_the_starter_policy_is_clean():
    """What ships gives no warning."""
    assert lint(planned("starter")) == ()


def test_every_rule_has_a_name_that_policies_may_acknowledge():
    """The names in the grammar are those of the rules."""
    assert tuple(sorted(rules.RULES)) == LINT


def test_a_defect_that_is_only_weighted_is_told():
    """A detector's output without a bound could be outweighed; with one it can't."""
    defect = {"of": HANDS, "if_absent": 0}
    first = ("masked", "method.weighted_sum[1]")
    assert warned(**by({"of": BLANK}, defect)) == [first]
    assert warned(**by(defect, gates=[{"on": HANDS, "accept_below": 0.2}])) == []
    other = [{"on": FACES, "accept_below": 0.2}]
    assert warned(**by({"of": BLANK}, defect, gates=other)) == [first]


def test_a_defect_is_masked_in_objectives_too():
    """Constrained objectives and Pareto axes trade as sums do; a constraint counts as a bound."""
    defect = {"of": HANDS, "if_absent": 0}
    axes = {"method": {"pareto": {"objectives": [{"of": BLANK}, defect]}}}
    assert warned(**axes) == [("masked", "method.pareto.objectives[1]")]
    bound = {"on": HANDS, "reject_above": 0.5}
    other = {"on": BLANK, "reject_below": 0.1}
    sums = {"objective": [{"of": BLANK}, defect], "constraints": [bound]}
    assert warned(method={"constrained": sums}) == []
    sums = {"objective": [{"of": BLANK}, defect], "constraints": [other]}
    assert warned(method={"constrained": sums}) == [("masked", "method.constrained.objective[1]")]


def test_an_absolute_bound_on_a_relative_score_is_told():
    """In a gate, in a constraint, and in a cut of a quality that is made of it."""
    term = {"of": RANK}
    assert warned(gates=[{"on": RANK, "reject_below": 3}]) == [("within-prompt", "gates[0]")]
    assert warned(**by(term)) == []
    cut = {"of": "quality", "reject_below": 0.3}
    assert warned(**by(term, cut=cut)) == [("within-prompt", "policy")]
    sums = {"objective": [term], "constraints": [{"on": RANK, "accept_above": "calibrated"}]}
    assert warned(method={"constrained": sums}) == [
        ("within-prompt", "method.constrained.constraints[0]")
    ]


@pytest.mark.parametrize(
    "bound",
    [{"reject_below": 0}, {"accept_above": 0}, {"at_least": 0}, {"reject_above": 1},
     {"accept_below": 1}],
)  # fmt: skip
def test_a_bound_at_the_end_of_the_range_is_told(bound):
    """No value is beyond it, so it never does anything."""
    assert warned(gates=[{"on": BLANK} | bound]) == [("idle-gate", "gates[0]")]
    key, at = next(iter(bound.items()))
    inside = {key: abs(at - 0.1)}
    assert warned(gates=[{"on": BLANK} | inside]) == []


def test_a_bound_that_asks_for_presence_is_not_idle():
    """At the end of the range it still turns away what has nothing to measure."""
    gate = {"on": HANDS, "reject_above": 1, "if_absent": "reject"}
    assert warned(gates=[gate]) == []
    assert warned(gates=[gate | {"if_absent": "pass"}]) == [("idle-gate", "gates[0]")]


def test_gates_that_nothing_can_pass_together_are_told():
    """Two gates on one output may leave no room between them, or no whole number."""
    over, under = {"on": BLANK, "reject_below": 0.6}, {"on": BLANK, "reject_above": 0.5}
    assert warned(gates=[over, under]) == [("impossible-gate", "gates[1]")]
    assert warned(gates=[over, {"on": BLANK, "accept_below": 0.6}]) == []
    assert warned(gates=[over, {"on": SHARP, "reject_above": 0.5}]) == []
    between = {"on": COUNT, "reject_below": 1.2, "reject_above": 1.8}
    assert warned(gates=[between]) == [("impossible-gate", "gates[0]")]
    half = {"on": COUNT, "equals": 2.5}
    assert warned(gates=[half]) == [("impossible-gate", "gates[0]")]
    assert warned(gates=[{"on": COUNT, "equals": 2}]) == []


def test_a_constraint_counts_with_the_gates():
    """What gates let through a constraint may refuse altogether."""
    gates = [{"on": BLANK, "reject_above": 0.5}]
    sums = {"objective": [{"of": BLANK}], "constraints": [{"on": BLANK, "accept_above": 0.6}]}
    place = "method.constrained.constraints[0]"
    assert warned(gates=gates, method={"constrained": sums}) == [("impossible-gate", place)]


def test_a_distance_that_all_are_within_is_told():
    """At 64 bits of 64 every candidate is a duplicate of the first."""
    assert warned(distinct={"by": NEAR, "within": 64}) == [("impossible-gate", "distinct")]
    assert warned(distinct={"by": NEAR, "within": 63}) == []


def test_a_scale_of_which_next_to_nothing_is_used_is_told():
    """Sharpness goes to 16, but real pictures have 0.004 to 0.14: on that scale it weighs nothing."""
    wide, fit = {"of": SHARP, "weight": 9}, {"of": SHARP, "scale": {"ends": [0, 0.2]}}
    assert warned(**by({"of": BLANK}, wide)) == [("wide-scale", "method.weighted_sum[1]")]
    assert warned(**by({"of": BLANK}, fit)) == []
    beside = {"of": BEAUTY, "scale": {"ends": [8, 9]}}
    assert warned(**by({"of": BLANK}, beside)) == [("wide-scale", "method.weighted_sum[1]")]
    assert warned(**by(wide)) == [], "alone it ranks on any scale"
    cut = {"of": "quality", "reject_below": 0.3}
    assert warned(**by(wide, cut=cut)) == [("wide-scale", "method.weighted_sum[0]")]


def test_a_photographic_judge_of_drawings_is_told():
    """Only where the policy says that its pictures are stylised."""
    term = {"of": BEAUTY, "scale": {"ends": [1, 10]}}
    place = [("photographic-taste", "method.weighted_sum[0]")]
    assert warned(**by(term, style="stylised")) == place
    assert warned(**by(term, style="photographic")) == warned(**by(term)) == []
    gate = {"on": BEAUTY, "reject_below": 4}
    assert warned(gates=[gate], style="stylised") == [("photographic-taste", "gates[0]")]
    assert ("photographic-taste", "method.lexicographic[0]") in warned(
        **in_order(term | {"eps": 1}, {"of": BLANK}), style="stylised"
    )


def test_a_criterion_that_leaves_nothing_to_the_next_is_told():
    """Without an eps, continuous numbers never tie; whole ones do, and the last may decide all."""
    first, last = {"of": BLANK}, {"of": "filters.blank.spread"}
    assert warned(**in_order(first, last)) == [("unreachable", "method.lexicographic[0]")]
    assert warned(**in_order(first | {"eps": 0.01}, last)) == []
    sides = {"of": "filters.resolution.short_side", "scale": {"ends": [0, 1000]}}
    assert warned(**in_order(sides, last)) == []


def test_a_criterion_that_never_decides_is_told():
    """An eps as wide as the scale makes all equal."""
    step = {"of": BLANK, "eps": 1}
    assert warned(**in_order(step)) == [("unreachable", "method.lexicographic[0]")]


@pytest.mark.parametrize(
    ("review", "rules_broken"),
    [(2, ["costs"]), (1.82, ["costs"]), (1.8, []), (1, []), (0.04, []), (0.03, ["costs"])],
)
def test_costs_that_settle_review_beforehand_are_told(review, rules_broken):
    """With 20 and 2 for mistakes a look pays below 20/11, and nearly always below 0.036."""
    costs = {"false_accept": 20, "false_reject": 2, "review": review}
    assert [rule for rule, _ in warned(costs=costs)] == rules_broken


def test_two_names_for_the_same_numbers_are_told():
    """The same measure with the same parameters, once by name and once by path, or by two names."""
    own = {"use": "lint_taste.own"}
    gates = [{"on": "one.beauty", "reject_below": 4}, {"on": "two.beauty", "reject_above": 9}]
    assert warned(measures={"one": own, "two": own}, gates=gates) == [("twin", "measures")]
    other = own | {"level": 0.7}
    assert warned(measures={"one": own, "two": other}, gates=gates) == []
    gates = [{"on": "one.beauty", "reject_below": 4}, {"on": BEAUTY, "reject_above": 9}]
    assert warned(measures={"one": own}, gates=gates) == [("twin", "measures")]


def test_a_measure_that_nothing_refers_to_is_told():
    """It would never be measured."""
    assert warned(measures={"one": {"use": "filters.blank"}}) == [("unused", "measures")]


def test_an_acknowledged_warning_is_silent_and_a_needless_one_is_told():
    """A policy may say why it breaks a rule; what breaks no rule needs no excuse."""
    gates = [{"on": BLANK, "reject_below": 0}, {"on": HANDS, "accept_below": 0.3}]
    assert warned(gates=gates, acknowledged={"idle-gate": "kept as a reminder"}) == []
    needless = {"idle-gate": "kept as a reminder", "twin": "who knows"}
    assert warned(gates=gates, acknowledged=needless) == [("unused", "acknowledged")]


def test_warnings_tell_line_and_rule_in_the_order_of_the_file():
    """A reader goes through the file once, from top to bottom."""
    text = """\
name: p
version: 1
method:
  weighted_sum:
    - {of: filters.blank.structure}
    - {of: filters.sharpness.sharpest}
gates:
  - on: filters.blank.structure
    reject_below: 0
costs: {false_accept: 1, false_reject: 1, review: 1}
"""
    found = [str(one) for one in lint(planned(text.encode()))]
    starts = ("policy:6: warning: filters.sharpness.sharpest: real pictures have",
              "policy:9: warning: reject_below: filters.blank.structure is never lower than 0",
              "policy:10: warning: review: at 1 it is never the cheapest")  # fmt: skip
    assert len(found) == len(starts)
    assert all(line.startswith(start) for line, start in zip(found, starts, strict=True))
    assert [line[line.rindex("[") :] for line in found] == [
        "[wide-scale]",
        "[idle-gate]",
        "[costs]",
    ]


def test_what_is_acknowledged_decides_nothing():
    """The policy's hash is the same with and without style and excuses."""
    plain = planned(small()).plan.policy_hash
    excused = small(style="stylised", acknowledged={"twin": "why not"})
    assert planned(excused).plan.policy_hash == plain
