"""The lazy cascade gives what measuring everything gives, for a part of the calls."""

import os
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import random_worlds
from selector.policy import plan as p
from worlds import instance, plan, ref, same_answer

pytestmark = pytest.mark.timeout(1800)  # thousands of examples, on a busy machine too
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
MANY = settings(max_examples=5000 if THOROUGH else 250, deadline=None)


@pytest.mark.parametrize("method", random_worlds.METHODS)
def test_lazy_is_exact(method):
    """Verdicts, order and answer are those of measuring everything, whatever is asked at once."""

    @MANY
    @given(random_worlds.worlds(random_worlds.plans(random_worlds.methods(method))))
    def holds(world):
        assert same_answer(world.resolve().decision, world.exhaustive().decision)

    holds()


NAMES = ("s1", "s2", "s3", "d1")
scores = st.sampled_from(NAMES).map(ref)
axes = st.lists(scores, min_size=2, max_size=2, unique=True).map(
    lambda refs: tuple(p.Criterion(one, random_worlds.UP) for one in refs)
)
picks = st.lists(scores, min_size=1, max_size=3, unique=True).map(
    lambda refs: tuple(p.Term(one, 1 / len(refs), random_worlds.UP) for one in refs)
)


def crowded(method: p.Method, deliver: int) -> p.Plan:
    """Return a plan in which many are near to each other, and everything is asked one by one."""
    near = instance("near", "filter", scope="set")
    distinct = p.Distinct(p.Ref("near", "nearest"), 1.0)
    made = [near, *map(instance, NAMES)]
    return plan(method, instances=made, distinct=distinct, deliver=deliver, parallelism=1)


@pytest.mark.parametrize(
    "methods",
    [
        picks.map(p.WeightedSum),
        st.builds(p.Pareto, axes, picks),
        axes.map(lambda steps: p.Lexicographic(tuple(replace(one, eps=0.25) for one in steps))),
    ],
    ids=["weighted_sum", "pareto", "lexicographic"],
)
def test_lazy_is_exact_among_duplicates(methods):
    """Whom a duplicate would have stood before, or kept behind it, gets the place it had."""

    @MANY
    @given(random_worlds.worlds(st.builds(crowded, methods, st.integers(2, 4))))
    def holds(world):
        assert same_answer(world.resolve().decision, world.exhaustive().decision)

    holds()
