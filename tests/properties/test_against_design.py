"""`decide` against a second decider, which was written from the text of the rules alone."""

import os

import pytest
from hypothesis import given, settings

import random_worlds
from second import Second

pytestmark = pytest.mark.timeout(1800)  # thousands of examples, on a busy machine too
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"


@settings(max_examples=10_000 if THOROUGH else 1_000, deadline=None)
@given(random_worlds.worlds())
def test_decide_does_what_the_rules_say(world):
    """Ranking, verdicts, kinds of reasons, answer and advice are those of the rules as they read."""
    decision = world.exhaustive().decision
    second = Second(world)
    second.decide()
    assert decision.ranking == tuple(second.order)
    assert decision.verdicts == second.verdicts
    kinds = {name: {one.kind for one in reasons} for name, reasons in decision.reasons.items()}
    assert kinds == second.why
    assert (decision.answer, decision.needs_person) == second.answer()
    assert decision.advice == second.advice
