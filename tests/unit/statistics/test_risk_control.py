"""The offset that is chosen is the smallest from which on the promise holds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from selector.statistics import conformal_offset

shapes = st.tuples(st.integers(1, 40), st.integers(1, 8))
tables = shapes.flatmap(lambda shape: hnp.arrays(float, shape, elements=st.floats(0, 1)))
risks = st.sampled_from([0.01, 0.05, 0.1, 0.3, 0.5, 0.9])


def grid(losses):
    return np.linspace(-1, 1, losses.shape[1])


@given(tables, risks)
def test_it_is_what_trying_each_offset_finds(losses, risk):
    """By brute force: good there and everywhere above, and not so one step below."""
    offsets, found = grid(losses), None
    for column in reversed(range(len(offsets))):
        if (math.fsum(losses[:, column]) + 1) / (len(losses) + 1) > risk + 1e-12:
            break
        found = float(offsets[column])
    assert conformal_offset(losses, offsets, risk) == found


@given(tables, risks, risks)
def test_who_may_lose_more_is_less_careful(losses, one, other):
    """A larger risk never asks for a larger offset, and never for none where there was one."""
    strict, lax = (conformal_offset(losses, grid(losses), r) for r in sorted((one, other)))
    assert strict is None or (lax is not None and lax <= strict)


@given(tables, tables, risks)
def test_larger_losses_ask_for_more_care(losses, more, risk):
    """Where any prompt loses more, the offset is no smaller."""
    rows, columns = (min(a, b) for a, b in zip(losses.shape, more.shape, strict=True))
    low = losses[:rows, :columns]
    worse = conformal_offset(np.maximum(low, more[:rows, :columns]), grid(low), risk)
    assert worse is None or conformal_offset(low, grid(low), risk) <= worse


@pytest.mark.parametrize(("prompts", "found"), [(98, None), (99, 0.0), (100, 0.0)])
def test_too_few_prompts_promise_nothing(prompts, found):
    """For 1 % it takes 99, even if nothing was ever lost."""
    assert conformal_offset(np.zeros((prompts, 2)), np.array([0.0, 1.0]), 0.01) == found


def test_a_lucky_offset_below_an_unlucky_one_is_not_taken():
    """Where the mean rises again, only what is above the last rise counts."""
    losses = np.tile([0.0, 0.5, 0.0, 0.0], (1000, 1))
    assert conformal_offset(losses, np.arange(4.0), 0.1) == 2.0


def test_nothing_is_found_where_the_largest_loses_too_much():
    """Whatever the smaller ones say."""
    losses = np.tile([0.0, 0.5], (1000, 1))
    assert conformal_offset(losses, np.array([0.0, 1.0]), 0.1) is None


def test_the_last_offset_may_be_infinite():
    """That is to take no risk."""
    losses = np.tile([1.0, 0.0], (1000, 1))
    assert conformal_offset(losses, np.array([0.0, math.inf]), 0.01) == math.inf


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"losses": np.zeros(3)}, "losses: expected shape"),
        ({"losses": np.zeros((3, 3))}, "losses: expected shape"),
        ({"losses": np.zeros((0, 2))}, "losses: expected shape"),
        ({"losses": np.zeros((3, 0)), "offsets": np.zeros(0)}, "losses: expected shape"),
        ({"losses": np.float64(0), "offsets": np.float64(0)}, "losses: expected shape"),
        ({"offsets": np.zeros((1, 2))}, "losses: expected shape"),
        ({"losses": np.full((3, 2), 1.1)}, "losses: expected numbers from 0 to 1"),
        ({"losses": np.full((3, 2), -0.1)}, "losses: expected numbers from 0 to 1"),
        ({"losses": np.full((3, 2), np.nan)}, "losses: expected numbers from 0 to 1"),
        ({"offsets": np.array([1.0, 0.0])}, "offsets: expected ascending"),
        ({"offsets": np.array([1.0, 1.0])}, "offsets: expected ascending"),
        ({"offsets": np.array([0.0, np.nan])}, "offsets: expected ascending"),
        ({"losses": np.zeros((3, 1)), "offsets": np.array([np.nan])}, "offsets: expected asc"),
        ({"risk": 0.0}, "risk: expected"),
        ({"risk": 1.0}, "risk: expected"),
        ({"risk": math.nan}, "risk: expected"),
    ],
)
def test_what_can_not_be_meant_is_refused(changed, said):
    """By its name and with what was given."""
    right = {"losses": np.zeros((3, 2)), "offsets": np.array([0.0, 1.0]), "risk": 0.5}
    with pytest.raises(ValueError, match=rf"{said}.*\(got"):
        conformal_offset(**(right | changed))
