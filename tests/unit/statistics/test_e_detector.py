"""Bets that begin at any time: fair while the mean is within its bound, and growing beyond it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from selector.statistics import bets, e_detector, e_detector_line
from selector.statistics.e_detector import BETS

values = hnp.arrays(float, st.tuples(st.integers(1, 30), st.just(2)), elements=st.floats(0, 1))
bounds = st.floats(0.001, 0.999)


def after(seen, bound, wealth=None):
    sizes = bets(np.full(seen.shape[1:], bound))
    begun = np.zeros((BETS, *seen.shape[1:])) if wealth is None else wealth
    return e_detector(begun, seen - bound, sizes)


@given(values, bounds, st.integers(0, 30))
def test_it_does_not_matter_where_a_stream_is_cut(seen, bound, cut):
    """In one piece or in two: levels and wealth are the same bit for bit."""
    levels, wealth = after(seen, bound)
    first, begun = after(seen[:cut], bound)
    rest, ended = after(seen[cut:], bound, begun)
    assert np.array_equal(levels, np.concatenate([first, rest]))
    assert np.array_equal(wealth, ended)


@given(values, bounds)
def test_it_is_the_sum_of_bets_that_begin_at_every_value(seen, bound):
    """By brute force: a product of its own for each bet and each beginning."""
    sizes = bets(np.array(bound))
    total = np.zeros(seen.shape[1:])
    for size in sizes:
        for begin in range(len(seen)):
            total += np.prod(1 + size * (seen[begin:] - bound), axis=0)
    assert after(seen, bound)[0][-1] == pytest.approx(total / BETS, rel=1e-9)


@given(values, bounds)
def test_at_the_bound_it_gains_just_what_is_staked(seen, bound):
    """All or nothing with the bound as its mean: on average one unit more, whatever was before."""
    levels, wealth = after(seen, bound)
    won, lost = (after(np.full((1, 2), end), bound, wealth)[0][0] for end in (1.0, 0.0))
    assert bound * won + (1 - bound) * lost == pytest.approx(levels[-1] + 1, rel=1e-9)


@given(values, bounds)
def test_no_bet_ever_loses_everything(seen, bound):
    """Wealth stays above 0, so that it can always grow again."""
    assert (after(seen, bound)[1] > 0).all()


@given(values, bounds)
def test_where_there_is_no_value_nothing_changes(seen, bound):
    """Values that are missing leave the levels as they were."""
    gaps = np.repeat(seen, 2, axis=0)
    gaps[1::2] = np.nan
    levels, wealth = after(seen, bound)
    assert np.array_equal(after(gaps, bound)[0], np.repeat(levels, 2, axis=0))
    assert np.array_equal(after(gaps, bound)[1], wealth)


def test_falls_are_rises_seen_from_above():
    """A rate that must not fall below a bound is watched by what it lacks to 1."""
    seen = np.random.default_rng(0).random((200, 1))
    low = 0.6
    fallen = e_detector(np.zeros((BETS, 1)), low - seen, bets(np.array([1 - low])))
    assert fallen[0] == pytest.approx(after(1 - seen, 1 - low)[0])


@pytest.mark.parametrize("made", ["alike", "runs", "all or nothing"])
def test_false_alarms_are_not_sooner_than_promised(made):
    """At the bound itself, values alike or in long runs: on average not before c values."""
    line, bound, streams = 1000, 0.2, 300
    rng = np.random.default_rng(1)
    shape = (8000, streams)
    if made == "alike":
        seen = rng.beta(1, 4, shape)
    elif made == "runs":  # the mean of the next, given all before, is the bound all the same
        calm = np.repeat(rng.random((80, streams)) < 0.5, 100, axis=0)
        seen = np.where(calm, bound, rng.random(shape) < bound)
    else:
        seen = (rng.random(shape) < bound).astype(float)
    over = after(seen, bound)[0] >= line
    first = np.where(over.any(axis=0), over.argmax(axis=0) + 1, len(seen))  # at least so late
    assert first.mean() >= line


def test_larger_harm_is_found_sooner():
    """The delay falls as the mean rises."""
    rng = np.random.default_rng(2)
    line, delays = e_detector_line(450_000), []
    for mean in (0.055, 0.07, 0.1, 0.2):
        over = after((rng.random((12_000, 60)) < mean).astype(float), 0.055)[0] >= line
        delays.append(np.where(over.any(axis=0), over.argmax(axis=0), 12_000).mean())
    assert delays[0] > 11_000
    assert delays == sorted(delays, reverse=True)


def test_the_line_shares_one_false_alarm_a_year():
    """For each direction and each stream it is as many times as high."""
    assert e_detector_line(1000, 7) == 14_000
