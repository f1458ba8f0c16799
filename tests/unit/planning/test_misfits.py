"""What of a policy does not fit its measures is told, all at once, each with its place."""

import time

import pytest

from policies import small
from selector.errors import PolicyError
from selector.measures import loader
from selector.planning import plan_of

BLANK = {"of": "filters.blank.structure"}
SHARP = {"of": "filters.sharpness.overall"}
NEAR = {"by": "filters.near_duplicates", "within": 6}


def refusals(source) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        plan_of(source)
    return caught.value.problems


NO_FIT = [
    ({"gates": [{"on": "filters.blnk.structure", "equals": 1}]}, "gates[0]: filters.blnk: no such measure. Did you mean 'filters.blank'?"),
    ({"gates": [{"on": "scorers.x.y", "equals": 1}]}, "gates[0]: scorers.x: no such measure. There are: SCORERS."),
    ({"gates": [{"on": "filters", "equals": 1}]}, "gates[0]: filters: no such instance or measure; did you mean 'filters.blank'?"),
    ({"gates": [{"on": "injury", "equals": 1}]}, "gates[0]: injury: no such instance or measure; there are: NAMES."),
    ({"gates": [{"on": "injry", "equals": 1}], "measures": {"injury": {"use": "filters.blank"}}}, "gates[0]: injry: no such instance or measure; did you mean 'injury'?"),
    ({"gates": [{"on": "filters.blank.strukture", "equals": 1}]}, "gates[0]: filters.blank.strukture: no such output; did you mean 'structure'?"),
    ({"gates": [{"on": "filters.blank.a.b", "equals": 1}]}, "gates[0]: filters.blank.a.b: no such output; there are: structure, spread."),
    ({"gates": [{"on": "filters.blank", "equals": 1}]}, "gates[0]: filters.blank: has several outputs. Name one of structure, spread."),
    ({"gates": [{"on": "nowhere.at_all.x", "equals": 1}]}, "gates[0]: nowhere.at_all: no such measure. Install what holds it, or use one of NAMES."),
    ({"gates": [{"on": "os.__init__.x", "equals": 1}]}, "gates[0]: 'os.__init__': not the path of a measure. Install what holds it, or use one of NAMES."),
    ({"gates": [{"on": "filters.blank.structure", "reject_above": 30}]}, "gates[0]: reject_above: beyond what filters.blank.structure can be, 0 to 1 share of pixels (got 30). Give a bound in this range."),
    ({"gates": [{"on": "filters.resolution.width", "equals": 0}]}, "gates[0]: equals: beyond what filters.resolution.width can be, 1 to ∞ px (got 0). Give a bound in this range."),
    ({"method": {"weighted_sum": [{"of": "detectors.faces.defect"}]}}, "method.weighted_sum[0]: detectors.faces.defect: may be absent. Give 'if_absent', the raw value it counts as."),
    ({"method": {"weighted_sum": [{"of": "filters.resolution.short_side"}]}}, "method.weighted_sum[0]: filters.resolution.short_side: has no bounds. Give 'scale: {ends: [LOW, HIGH]}'."),
    ({"method": {"weighted_sum": [{"of": "detectors.faces.count"}]}}, "method.weighted_sum[0]: detectors.faces.count: neither more nor less of it is better. Use it in a gate."),
    ({"method": {"lexicographic": [{"of": "filters.resolution.short_side"}]}}, "method.lexicographic[0]: filters.resolution.short_side: has no bounds. Give 'scale: {ends: [LOW, HIGH]}'."),
    ({"method": {"pareto": {"objectives": [BLANK, {"of": "filters.near_duplicates"}]}}}, "method.pareto.objectives[1]: filters.near_duplicates: may be absent. Give 'if_absent', the raw value it counts as."),
    ({"method": {"constrained": {"objective": [BLANK], "constraints": [{"on": "filters.blnk.x", "equals": 1}]}}}, "method.constrained.constraints[0]: filters.blnk: no such measure. Did you mean 'filters.blank'?"),
    ({"distinct": {"by": "scorers.unified_reward_pairs.wins", "within": 1}}, "distinct: scorers.unified_reward_pairs.wins: measures no distances between candidates. Use a measure of sets, such as filters.near_duplicates."),
    ({"distinct": {"by": "filters.blank.structure", "within": 1}}, "distinct: filters.blank.structure: measures no distances between candidates. Use a measure of sets, such as filters.near_duplicates."),
    ({"distinct": {"by": "filters.near.x", "within": 1}}, "distinct: filters.near: no such measure. There are: FILTERS."),
    ({"method": {"lexicographic": [BLANK]}, "cut": {"of": "quality", "reject_below": 0.1}}, "cut: lexicographic has no quality to cut. Use weighted_sum or constrained, or drop the cut."),
    ({"method": {"pareto": {"objectives": [BLANK, SHARP], "pick": [BLANK]}}, "cut": {"of": "quality", "reject_below": 0.1}}, "cut: pareto has no quality to cut. Use weighted_sum or constrained, or drop the cut."),
    ({"method": {"pareto": {"objectives": [BLANK, SHARP]}}, "distinct": NEAR}, "distinct: has no effect on pareto without 'pick'. Add a pick."),
    ({"method": {"pareto": {"objectives": [BLANK, SHARP]}}, "review_at_most": 2}, "review_at_most: has no effect on pareto without 'pick'. Add a pick."),
    ({"measures": {"a": {"use": "filters.blnk"}}}, "measures.a: filters.blnk: no such measure. Did you mean 'filters.blank'?"),
    ({"measures": {"a": {"use": "filters.blank", "size": 3}}}, "measures.a: filters.blank: unknown parameter 'size'; its parameters are: none."),
]  # fmt: skip


@pytest.mark.parametrize(("entries", "said"), NO_FIT)
def test_what_does_not_fit_is_told(entries, said):
    """The message names what refers, what is wrong with it, and what to do."""
    (found,) = refusals(small(**entries))
    names = ", ".join(loader.names())
    for kind in ("filters", "scorers"):
        listed = ", ".join(one for one in loader.names() if one.startswith(kind))
        said = said.replace(kind.upper(), listed)
    assert found == f"policy: {said}".replace("NAMES", names)


def test_a_pareto_cut_without_pick_is_told_twice_over():
    """A cut of pareto fails for two reasons, and each has its own way out."""
    method = {"pareto": {"objectives": [BLANK, SHARP]}}
    said = refusals(small(method=method, cut={"of": "quality", "reject_below": 0.1}))
    assert len(said) == 2
    assert "no quality to cut" in said[0] + said[1]
    assert "without 'pick'" in said[0] + said[1]


def test_what_may_be_absent_and_has_no_bounds_and_no_direction():
    """An output that lacks everything is told so, not one reason a run."""
    said = refusals(small(method={"weighted_sum": [{"of": "detectors.faces.largest"}]}))
    assert len(said) == 2
    assert "may be absent" in said[0]
    assert "neither more nor less" in said[1]


MIXED = """\
name: p
version: 0
gates:
  - {on: filters.blnk.structure, reject_below: 0.1}
  - {on: filters.blank.strukture, reject_belo: 0.1}
  - {on: injury, reject_above: 30}
  - {on: filters.blank.structure, equals: expect.a b}
measures:
  injury: {use: filters.blank, question: !!str why}
  cracks: {use: filters.blnk}
method:
  constrained:
    objective: [{of: scorers.pickscores, weight: -1}]
    constraints:
      - {on: cracks, reject_above: 0.5, reject_below: 0.6}
      - {on: filters.nothing.at_all, reject_above: 0.5}
distinct: {by: filters.blank.structure, within: 3}
cut: {of: probability, reject_below: 0.5}
cascade: {parallelism: 1.5}
"""


def test_grammar_and_planning_are_one_list_in_the_order_of_the_file():
    """What is wrong in itself does not hide what does not exist, even within one entry."""
    assert [one.partition(". ")[0] for one in refusals(MIXED.encode())] == [
        "policy:2: version: expected a whole number from 1 (got 0).",
        "policy:4: filters.blnk: no such measure",
        "policy:5: unknown key 'reject_belo'; did you mean 'reject_below'?",
        "policy:5: filters.blank.strukture: no such output; did you mean 'structure'?",
        "policy:7: equals: expected a number, or expect.NAME (got 'expect.a b').",
        "policy:9: tags are not read (got '!!str')",
        "policy:10: filters.blnk: no such measure",
        "policy:13: weight: expected a number above 0, or 'calibrated' (got -1).",
        "policy:13: scorers.pickscores: no such measure",
        "policy:15: lines cross: reject_below 0.6 is over reject_above 0.5; move one of them.",
        "policy:16: filters.nothing: no such measure",
        "policy:17: filters.blank.structure: measures no distances between candidates",
        "policy:19: parallelism: expected a whole number from 1 (got 1.5).",
    ]


def test_what_can_not_be_read_is_told_by_itself():
    """A text that is no policy has nothing to plan."""
    assert refusals(b"- a") == (
        "policy:1: a policy is a mapping of keys to values (got a list). Begin with 'name:'.",
    )
    assert refusals(b"a: [") == (
        "policy:1: not YAML: expected the node content, but found '<stream end>' while parsing a flow node that starts in line 1. Correct this line, or one before it.",
    )


def test_an_instance_that_is_wrong_is_told_once():
    """What refers to it is right; only where it is declared something is wrong."""
    entries = {"measures": {"a": {"use": "filters.blank", "x": 1}}}
    gates = [{"on": "a.structure", "equals": 1}, {"on": "a.spread", "equals": 1}]
    assert len(refusals(small(gates=gates, **entries))) == 1
    assert len(refusals(small(gates=gates, measures="a"))) == 1


def test_what_does_not_exist_is_told_wherever_it_is_named():
    """Every line to correct is in the list."""
    gates = [{"on": "filters.blnk.structure", "equals": at} for at in (0, 1)]
    assert [one.partition(": filters")[0] for one in refusals(small(gates=gates))] == [
        "policy: gates[0]", "policy: gates[1]"
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", ["", ", reject_blow: 1"])
def test_five_thousand_lines_are_planned_in_seconds(wrong):
    """A long policy, right or wrong in every line, does not keep its author waiting."""
    lines = [f"  - {{on: filters.blank.structure, reject_below: 0.{at:05}{wrong}}}"
             for at in range(5000)]  # fmt: skip
    head = "name: p\nversion: 1\nmethod: {weighted_sum: [{of: filters.blank.structure}]}\ngates:\n"
    text = (head + "\n".join(lines)).encode()
    start = time.monotonic()
    if wrong:
        said = refusals(text)
        assert len(said) == 5000
        assert said[-1].startswith("policy:5004: unknown key")
    else:
        assert len(plan_of(text).gates) == 5000
    assert time.monotonic() - start < 10
