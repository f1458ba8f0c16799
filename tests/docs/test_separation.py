"""The figures by which detectors are reported: AUC, its interval, recall at few false alarms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from benchmarks.separation import Measured, recall, separation
from benchmarks.trial import Half, half_of, photographs

values = st.lists(st.integers(0, 9), min_size=1, max_size=40)


def measured(numbers, prefix="p"):
    """Return pictures of these values, each of an origin of its own."""
    return [Measured(float(number), f"{prefix}{at}") for at, number in enumerate(numbers)]


@given(good=values, bad=values)
def test_the_auc_is_the_mann_whitney_statistic(good, bad):
    """It is the share of pairs in the right order, ties counting half, as scipy counts them."""
    found = separation(measured(good), measured(bad), resamples=20)
    expected = mannwhitneyu(bad, good).statistic / (len(good) * len(bad))
    assert found.auc == pytest.approx(expected)


@given(good=values, bad=values)
def test_the_line_of_the_recall_is_crossed_by_few_good_ones(good, bad):
    """As many bad ones are found as a line that 5 % of the good ones cross allows, and no more."""
    found = recall(measured(good), measured(bad))
    lines = [line for line in range(-1, 10) if np.mean(np.array(good) > line) <= 0.05]
    assert found == pytest.approx(max(np.mean(np.array(bad) > line) for line in lines))


@pytest.mark.parametrize(("apart", "truth"), [(0, 0.5), (1, 0.7602), (2.5, 0.9615), (3, 0.9831)])
@pytest.mark.parametrize("photographs", [10, 27])
def test_the_interval_holds_the_truth_as_often_as_it_says(apart, truth, photographs):
    """Of many worlds whose AUC is known, however high, it misses that in about one of twenty."""
    rng, missed = np.random.default_rng(1), 0
    for _ in range(200):
        good, bad = rng.normal(0, 1, photographs), rng.normal(apart, 1, photographs)
        found = separation(measured(good, "g"), measured(bad, "b"), resamples=100)
        missed += not found.low <= truth <= found.high
    assert missed <= 20  # more than 20 of 200 misses happen by chance in one of 1000 such tests


@given(good=values, bad=values)
def test_the_interval_holds_the_auc_and_lies_between_0_and_1(good, bad):
    """However few pictures there are, and however they tie."""
    found = separation(measured(good), measured(bad), resamples=20)
    assert 0 <= found.low <= found.auc + 1e-9
    assert found.auc - 1e-9 <= found.high <= 1


@pytest.mark.parametrize(("count", "low"), [(10, 0.741), (27, 0.895), (300, 0.990)])
def test_no_error_in_few_photographs_is_no_certainty(count, low):
    """With every pair in order, the lower end is that below which this is rarer than 5 %."""
    found = separation(measured(range(count), "g"), measured(range(count, 2 * count), "b"))
    assert (found.auc, found.high) == (1, 1)
    assert found.low == pytest.approx(low, abs=0.001)
    assert found.low**count == pytest.approx(0.05)
    turned = separation(measured(range(count, 2 * count), "g"), measured(range(count), "b"))
    assert (turned.low, turned.high) == pytest.approx((0, 1 - found.low))


def test_pictures_of_one_photograph_are_no_independent_evidence():
    """Ten pictures of each photograph give the interval of the photographs, not of the pictures."""
    rng = np.random.default_rng(2)
    good, bad = rng.normal(0, 1, 12), rng.normal(1, 1, 12)
    once = separation(measured(good), measured(bad))
    many = separation(measured(good) * 10, measured(bad) * 10)
    assert (many.auc, many.low, many.high) == pytest.approx((once.auc, once.low, once.high))


@pytest.mark.parametrize("half", ["tuning", "reported"])
def test_a_photograph_is_in_one_half_by_its_name(half: Half):
    """What is reported was never tuned on, on whatever machine."""
    assert photographs(half)
    assert all(half_of(name) == half for name in photographs(half))
    assert half_of("astronaut") == "tuning"
    assert half_of("chelsea") == "reported"
