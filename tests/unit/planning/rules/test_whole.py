"""Rules about costs, and about the measures that a policy names."""

import pytest

from linting import BEAUTY, warned
from policies import small
from selector.planning import lint, planned


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
    gates = [{"on": "one.beauty", "reject_below": 4}, {"on": "two.beauty", "reject_below": 3}]
    assert warned(measures={"one": own, "two": own}, gates=gates) == [("twin", "measures")]
    other = own | {"level": 0.7}
    assert warned(measures={"one": own, "two": other}, gates=gates) == []
    gates = [{"on": "one.beauty", "reject_below": 4}, {"on": BEAUTY, "reject_below": 3}]
    assert warned(measures={"one": own}, gates=gates) == [("twin", "measures")]


def test_a_measure_that_nothing_refers_to_is_told():
    """It would never be measured."""
    assert warned(measures={"one": {"use": "filters.blank"}}) == [("unused", "measures")]


def test_a_model_that_is_not_there_is_told(tmp_path):
    """A file of one's own that the policy names, referred to or not; one that is there is fine."""
    file = tmp_path / "ours.onnx"
    use = {"use": "detectors.classifier", "model": str(file), "sha256": "0" * 64, "size": 8}
    measures = {"ours": use | {"classes": ["fine", "broken"], "report": ["broken"]}}
    gates = [{"on": "ours", "reject_above": 0.5}]
    assert warned(measures=measures, gates=gates) == [("missing-file", "measures")]
    (told,) = lint(planned(small(measures=measures, gates=gates)))
    assert told.said.startswith(f"ours: {file}: the model file can't be read")
    file.write_bytes(b"a model")
    assert warned(measures=measures, gates=gates) == []


def test_nearly_always_is_said_in_percent():
    """The band of probabilities in which a look is the cheapest."""
    (told,) = lint(planned(small(costs={"false_accept": 20, "false_reject": 2, "review": 0.001})))
    assert "(a band of 99.9 %)" in told.said
