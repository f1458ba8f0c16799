"""What a policy says of how to measure is in its plan, and fits the way it ranks."""

import pytest

from policies import small
from selector.errors import PolicyError
from selector.planning import plan_of
from selector.policy import plan as p

BLANK, SHARP = {"of": "filters.blank.structure"}, {"of": "filters.sharpness.overall"}
WORTH = {"value_of_quality": 5, "price_of_call": 0.01}
KEPT = {"journal": "required"}  # what is promised of requests is watched in their journal


def plan(**cascade) -> p.Plan:
    return plan_of(small(cascade=cascade, **KEPT))


def test_where_nothing_is_said_the_plan_is_exact():
    """Two at once, one request in a hundred is audited, and nothing is lost for saving more."""
    found = plan_of(small())
    assert (found.mode, found.parallelism, found.audit) == ("exact", 2, 0.01)
    assert (found.regret, found.worth, found.prediction) == (None, None, None)


def test_the_plan_measures_as_the_policy_says():
    """Mode, parallelism and audit share are the policy's, and make another plan of one policy."""
    said = plan(mode="exhaustive", parallelism=4, audit=0.5)
    assert (said.mode, said.parallelism, said.audit) == ("exhaustive", 4, 0.5)
    assert said.hash != plan().hash
    assert said.policy_hash == plan().policy_hash
    assert [plan(audit=share).audit for share in (0, 1)] == [0, 1]


def test_a_promise_has_its_usual_confidence_unless_the_policy_says_another():
    """A promise that holds is given up in vain once in twenty, or as often as was said."""
    assert plan(regret=0.01).regret == p.Regret(0.01, confidence=0.95)
    assert plan(regret=0.02, confidence=0.9).regret == p.Regret(0.02, confidence=0.9)
    assert plan(regret=0.01).worth is None


def test_what_quality_and_calls_are_worth_is_in_the_plan():
    """Four more candidates are weighed at once unless the policy says another number of them."""
    assert plan(**WORTH).worth == p.Worth(5, 0.01)
    candidate = WORTH | {"price_of_candidate": 0.04}
    assert plan(**candidate).worth == p.Worth(5, 0.01, 0.04, more=4)
    assert plan(**candidate, more=8).worth == p.Worth(5, 0.01, 0.04, more=8)
    assert plan(**WORTH).regret is None


NO_QUALITY = """\
name: p
version: 1
method:
  {method}
journal: required
cascade:
  audit: 0.1
  {saves}
"""
AXES = "[{of: filters.blank.structure}, {of: filters.blank.spread}]"
METHODS = [
    "lexicographic: [{of: filters.blank.structure}]",
    f"pareto: {{objectives: {AXES}}}",
    f"pareto: {{objectives: {AXES}, pick: {AXES}}}",
]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("saves", ["regret: 0.01", "value_of_quality: 5\n  price_of_call: 1"])
def test_a_promise_about_quality_where_there_is_none_is_told(method, saves):
    """With its line, and which methods have a quality."""
    text = NO_QUALITY.replace("{method}", method).replace("{saves}", saves)
    with pytest.raises(PolicyError) as caught:
        plan_of(text.encode())
    key = saves.partition(":")[0]
    said = f"{key}: weighs quality, which only weighted_sum and constrained have. Drop it."
    assert caught.value.problems == (f"policy:8: {said}",)


@pytest.mark.parametrize("saves", [{"regret": 0.01}, WORTH])
def test_both_methods_with_a_quality_may_save_more(saves):
    """A weighted sum can, and so can an objective under constraints."""
    bounds = [{"on": "filters.sharpness.overall", "reject_below": 0.1}]
    constrained = {"constrained": {"objective": [BLANK], "constraints": bounds}}
    for method in ({"weighted_sum": [BLANK, SHARP]}, constrained):
        made = plan_of(small(method=method, cascade=saves, **KEPT))
        assert made.regret or made.worth


ADDED = ("parallelism", "audit", "regret", "worth", "prediction")


def test_a_plan_from_before_there_was_a_cascade_is_read():
    """What it does not say is what a policy gets that says nothing; it decides as it did."""
    made = plan_of(small())
    written = {key: value for key, value in made.to_dict().items() if key not in ADDED}
    assert p.Plan.from_dict(written) == made
    exhaustive = p.Plan.from_dict(written | {"mode": "exhaustive"})
    assert (exhaustive.mode, exhaustive.regret, exhaustive.worth) == ("exhaustive", None, None)
