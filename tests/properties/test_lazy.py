"""The lazy cascade gives what measuring everything gives, for a part of the calls."""

import os

import pytest
from hypothesis import given, settings

import random_worlds
from worlds import same_answer

pytestmark = pytest.mark.timeout(1800)  # thousands of examples, on a busy machine too
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"


@pytest.mark.parametrize("method", random_worlds.METHODS)
def test_lazy_is_exact(method):
    """Verdicts, order and answer are those of measuring everything, whatever is asked at once."""

    @settings(max_examples=5000 if THOROUGH else 250, deadline=None)
    @given(random_worlds.worlds(random_worlds.plans(random_worlds.methods(method))))
    def holds(world):
        assert same_answer(world.resolve().decision, world.exhaustive().decision)

    holds()
