"""A sum that forgets harmless shifts, and finds those that matter the sooner the larger they are."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from selector.statistics import cusum, cusum_line, cusum_steps

INNER, OUTER = 0.1, 0.25
streams = hnp.arrays(
    float, st.tuples(st.integers(1, 40), st.just(3)), elements=st.floats(-8, 8, width=32)
)


def stood(values, level=0.0):
    return cusum(np.full(values.shape[1:], level), cusum_steps(values, INNER, OUTER))


@given(streams, st.integers(0, 40))
def test_it_does_not_matter_where_a_stream_is_cut(values, cut):
    """In one piece or in two: the sums are the same bit for bit."""
    whole = stood(values)
    first = stood(values[:cut])
    begun = first[-1] if len(first) else np.zeros(3)
    rest = cusum(begun, cusum_steps(values[cut:], INNER, OUTER))
    assert np.array_equal(whole, np.concatenate([first, rest]))


@given(streams)
def test_it_is_the_largest_sum_of_the_last_steps(values):
    """By brute force: over every beginning, what the steps since then come to, and 0."""
    steps = cusum_steps(values, INNER, OUTER)
    for at in range(len(values)):
        since = [steps[begin : at + 1].sum(axis=0) for begin in range(at + 1)]
        assert stood(values)[at] == pytest.approx(np.maximum(np.max(since, axis=0), 0.0), abs=1e-9)


def test_a_step_is_the_logarithm_of_a_likelihood_ratio():
    """How much likelier a value is under the shift that is looked for than under a harmless one."""
    value = 0.7
    ratio = math.exp(-((value - OUTER) ** 2) / 2) / math.exp(-((value - INNER) ** 2) / 2)
    assert cusum_steps(np.array([value]), INNER, OUTER)[0] == pytest.approx(math.log(ratio))


@given(streams)
def test_where_there_is_no_value_nothing_changes(values):
    """Values that are missing leave the sums as they were."""
    gaps = np.repeat(values, 2, axis=0)
    gaps[1::2] = np.nan
    assert np.array_equal(stood(gaps)[::2], stood(values))
    assert np.array_equal(stood(gaps)[1::2], stood(values))


def test_a_harmless_shift_is_forgotten_and_larger_ones_are_found_sooner():
    """At the dead band's middle nothing adds up; beyond it the delay falls with the shift."""
    rng = np.random.default_rng(0)
    line = cusum_line(450_000)
    delays = []
    for shift in (INNER, 0.25, 0.5, 1.0):
        found = stood(rng.normal(shift, 1, (3000, 40))) >= line
        delays.append(np.where(found.any(axis=0), found.argmax(axis=0), 3000).mean())
    assert delays[0] == 3000
    assert delays[1] > delays[2] > delays[3]


def test_the_line_rises_with_streams_and_values():
    """Twice as many streams, or twice as many values a year, are worth the logarithm of 2."""
    assert cusum_line(1000, 2) - cusum_line(1000) == pytest.approx(math.log(2))
    assert cusum_line(2000) - cusum_line(1000) == pytest.approx(math.log(2))
