"""The linter warns, with the line, of policies that say something other than their author meant."""

from linting import BLANK, HANDS, warned
from policies import small
from selector.planning import lint, linter, planned
from selector.policy.values import LINT


def test_the_starter_policy_is_clean():
    """What ships gives no warning."""
    assert lint(planned("starter")) == ()


def test_every_rule_has_a_name_that_policies_may_acknowledge():
    """The names in the grammar are those of the rules."""
    assert tuple(sorted(linter.RULES)) == LINT


def test_an_acknowledged_warning_is_silent_and_a_needless_one_is_told():
    """A policy may say why it breaks a rule; what breaks no rule needs no excuse."""
    gates = [{"on": BLANK, "reject_below": 0}, {"on": HANDS, "accept_below": 0.3}]
    assert warned(gates=gates, acknowledged={"idle": "kept as a reminder"}) == []
    needless = {"idle": "kept as a reminder", "twin": "who knows"}
    assert warned(gates=gates, acknowledged=needless) == [("acknowledged", "acknowledged")]


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
        "[idle]",
        "[costs]",
    ]


def test_what_is_acknowledged_decides_nothing():
    """The policy's hash is the same with and without style and excuses."""
    plain = planned(small()).plan.policy_hash
    excused = small(style="stylised", acknowledged={"twin": "why not"})
    assert planned(excused).plan.policy_hash == plain
