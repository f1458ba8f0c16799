"""Intervals of a mean hold the truth about as often as they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.statistics import mean_interval, ratio_interval

values = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))
samples = st.lists(st.lists(values, min_size=1, max_size=4), min_size=2, max_size=8)


def normal(rng, groups):
    return [[value] for value in rng.normal(size=groups).tolist()], 0.0


def skewed(rng, groups):
    return [[value] for value in rng.exponential(size=groups).tolist()], 1.0


def clustered(rng, groups):
    """Prompts with 1 to 8 images, which share half of their variance."""
    sizes = rng.integers(1, 9, groups)
    return [(rng.normal() + rng.normal(size=size)).tolist() for size in sizes], 0.0


def coverage(world, groups, times, seed=0):
    """Return how often the interval holds the true mean."""
    rng = np.random.default_rng(seed)
    held = 0
    for _ in range(times):
        sample, truth = world(rng, groups)
        low, high = mean_interval(sample, draws=500)
        held += low <= truth <= high
    return held / times


@pytest.mark.parametrize("world", [normal, skewed, clustered])
@pytest.mark.parametrize(("groups", "least"), [(5, 0.82), (20, 0.88), (100, 0.90)])
def test_it_holds_the_truth_about_as_often_as_it_says(world, groups, least):
    """95 % are nearly that from 20 groups on, and never all: else it would be too wide."""
    assert least < coverage(world, groups, 300) < 0.99


@pytest.mark.slow
@pytest.mark.parametrize(
    ("world", "told"),
    [
        (normal, {3: 0.75, 5: 0.91, 20: 0.94, 100: 0.95}),
        (skewed, {3: 0.71, 5: 0.87, 20: 0.92, 100: 0.94}),
        (clustered, {3: 0.75, 5: 0.91, 20: 0.94, 100: 0.94}),
    ],
)
def test_the_coverage_is_what_its_docstring_tells(world, told):
    """Within what 4,000 repetitions of it can differ by chance."""
    found = {groups: coverage(world, groups, 4000, seed=groups) for groups in told}
    assert found == pytest.approx(told, abs=0.025)


def test_images_of_one_prompt_are_not_taken_for_independent():
    """Eight alike images of each prompt tell no more than one: taken one by one they would feign."""
    prompts = np.random.default_rng(0).normal(size=10).tolist()
    whole = mean_interval([[value] * 8 for value in prompts])
    alone = mean_interval([[value] for value in prompts for _ in range(8)])
    assert whole == pytest.approx(mean_interval([[value] for value in prompts]))
    assert alone[1] - alone[0] < (whole[1] - whole[0]) / 2


@given(samples, st.randoms(use_true_random=False))
def test_order_does_not_matter(sample, random):
    """The same values in another order are the same sample."""
    shuffled = [random.sample(group, len(group)) for group in random.sample(sample, len(sample))]
    first, second = mean_interval(sample, draws=200), mean_interval(shuffled, draws=200)
    assert first == pytest.approx(second, rel=1e-6, abs=1e-3)


@given(samples, st.floats(0.01, 100), st.floats(-1e3, 1e3))
def test_it_follows_the_unit(sample, factor, shift):
    """In another unit it is the same interval."""
    low, high = mean_interval(sample, draws=200)
    moved = mean_interval([[factor * v + shift for v in group] for group in sample], draws=200)
    assert moved == pytest.approx((factor * low + shift, factor * high + shift), rel=1e-6, abs=0.1)


@given(samples)
def test_it_lies_among_what_was_seen(sample):
    """Its ends are in order, around the mean, never beyond the extreme means of groups."""
    low, high = mean_interval(sample, draws=200)
    means = [sum(group) / len(group) for group in sample]
    off = 1e-6 * max(map(abs, means)) + 1e-9
    assert min(means) - off <= low <= high <= max(means) + off


def test_a_lower_level_is_narrower():
    """Half of the certainty takes less width."""
    sample = [[value] for value in np.random.default_rng(3).normal(size=30).tolist()]
    low, high = mean_interval(sample, level=0.5)
    lower, higher = mean_interval(sample)
    assert lower < low < high < higher


def test_extreme_values_stay_finite():
    """No sum overflows, and equal values leave no rounding behind."""
    assert all(np.isfinite(mean_interval([[1.7e308], [1.7e308], [-1.7e308]])))
    assert mean_interval([[0.1, 0.1], [0.1], [0.1]]) == (0.1, 0.1)
    assert mean_interval([[0.0], [0.0]]) == (0.0, 0.0)


def test_many_groups_are_drawn_in_parts():
    """What is drawn at once is bounded, and the interval of very many is as it should be."""
    sample = [[value] for value in np.random.default_rng(1).normal(size=20_000).tolist()]
    low, high = mean_interval(sample, draws=500)
    assert high - low == pytest.approx(2 * 1.96 / np.sqrt(20_000), rel=0.15)


@pytest.mark.parametrize(
    "wrong", [{"level": level} for level in (0, 1, -1, 1.5, float("nan"))] + [{"draws": 0}]
)
def test_what_can_not_be_meant_is_refused(wrong):
    """By its name and with what was given, not as NaN or an error of NumPy's."""
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match=rf"{name}: expected .* \(got {value}\)"):
        mean_interval([[1.0], [2.0]], **wrong)


@pytest.mark.parametrize("groups", [[], [[1.0, 2.0]], [[1.0], []]])
def test_too_little_is_refused(groups):
    """From one group nothing can be drawn."""
    with pytest.raises(ValueError, match="two groups or more"):
        mean_interval(groups)


def test_a_ratio_of_means_is_no_mean_of_ratios():
    """Groups with nothing below the line count as what they are; the interval holds the ratio."""
    random = np.random.default_rng(0)
    below = np.where(random.random(200) < 0.3, 0.0, random.exponential(size=200))
    above = 0.6 * below + 0.1 * random.normal(size=200)
    low, high = ratio_interval(above, below)
    assert low < above.sum() / below.sum() < high
    assert high - low < 0.1


def test_a_ratio_over_one_is_a_mean():
    """With 1 below the line of each group, both intervals are the same."""
    values = np.random.default_rng(0).normal(size=40)
    as_mean = mean_interval([[one] for one in values])
    assert ratio_interval(values, np.ones(40)) == pytest.approx(as_mean)


def test_draws_with_nothing_below_the_line_are_left_out():
    """One group of three has something: a draw without it has no ratio."""
    assert ratio_interval(np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, 2.0])) == (0.5, 0.5)


@pytest.mark.parametrize("below", [[1.0], [0.0, 0.0]])
def test_a_ratio_takes_two_groups_and_something_below(below):
    """From one group nothing follows, nor from nothing."""
    with pytest.raises(ValueError, match="two groups"):
        ratio_interval(np.ones(len(below)), np.array(below))
