"""A scale is monotone, clipped and short, whatever unit, shape or ties the raw scores have."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from selector.calibration import scales
from selector.policy.calibration import ScaleOf
from selector.policy.plan import Scale

seeds = st.integers(0, 10_000)


def world(seed, candidates=400):
    """Raw scores of some shape: skewed, heavy-tailed, of a few steps, mostly one value."""
    rng = np.random.default_rng(seed)
    shapes = [
        rng.normal(20, 3, candidates),
        np.exp(rng.normal(size=candidates)),
        rng.standard_t(2, candidates) * 1e5,
        rng.integers(0, 5, candidates) / 4,
        np.where(rng.random(candidates) < 0.95, 0.0, rng.random(candidates)),
        rng.beta(0.3, 0.3, candidates) * 1e-6,
    ]
    values = shapes[seed % len(shapes)]
    values[:2] = values.min(), values.max() + 1e-7  # two that differ, always
    return values, np.repeat(np.arange(candidates), 4)[:candidates]


def planned(scaled):
    """The scale as planning makes it from the knots of a file."""
    low, high = scaled.knots[0], scaled.knots[-1]
    return Scale(low[0], high[0], high[1] == 1, scaled.knots)


@given(seeds, st.booleans())
def test_every_scale_goes_into_a_calibrated_file(seed, higher):
    """Raw knots rise strictly, shares go from end to end and never turn; at most 33, six digits."""
    values, groups = world(seed)
    fitted = scales.fit(values, groups, higher_is_better=higher)
    file = ScaleOf(of="measure.score", knots=fitted.knots, spread=fitted.spread)
    assert file.knots == fitted.knots
    assert (fitted.knots[0][1] == 0) == higher
    assert 2 <= len(fitted.knots) <= 33
    assert all(number == float(f"{number:.6g}") for knot in fitted.knots for number in knot)


@given(seeds, st.booleans())
def test_it_is_read_as_a_plan_reads_it(seed, higher):
    """What is fitted is what decides: monotone, in [0, 1], level beyond the ends."""
    values, groups = world(seed)
    fitted = scales.fit(values, groups, higher_is_better=higher)
    scale, order = planned(fitted), np.sort(values)
    shares = np.array([scale(value) for value in order])
    assert fitted(order) == pytest.approx(shares)
    assert (np.diff(shares if higher else -shares) >= 0).all()
    assert {scale(-1e300), scale(1e300)} == {0, 1}


@given(seeds)
def test_the_other_direction_is_the_mirror(seed):
    """One minus the share, and as far apart."""
    values, groups = world(seed)
    up = scales.fit(values, groups)
    down = scales.fit(values, groups, higher_is_better=False)
    assert down(values) == pytest.approx(1 - up(values), abs=2e-6)
    assert down.spread == pytest.approx(up.spread, rel=1e-4)


@given(seeds, st.sampled_from([1e-3, 0.7, 42.0]), st.sampled_from([-30.0, 0.0, 5.0]))
def test_units_do_not_matter(seed, factor, shift):
    """Measured otherwise, each candidate has the same share, as far as six digits go."""
    values, groups = np.random.default_rng(seed).normal(size=300), np.arange(300) // 4
    one = scales.fit(values, groups)
    other = scales.fit(values * factor + shift * factor, groups)
    assert other(values * factor + shift * factor) == pytest.approx(one(values), abs=0.02)


@given(seeds, st.integers(0, 300))
def test_what_is_missing_is_left_out(seed, missing):
    """Fitted as without it, and still missing afterwards: nothing is made up."""
    values, groups = world(seed)
    holes = np.append(values, np.full(missing, math.nan))
    with_holes = scales.fit(holes, np.append(groups, np.full(missing, 5000)))
    assert with_holes == scales.fit(values, groups)
    assert np.isnan(with_holes(holes)).sum() == missing


def test_shares_are_normal_quantiles_clipped_at_the_outer_twentieths():
    """The middle maps to 0.5, the 5 % ends to 0 and 1, the quarters where a normal has them."""
    values = np.exp(np.random.default_rng(0).normal(size=20_000))
    fitted = scales.fit(values, np.arange(20_000) // 4)
    shares = fitted(np.quantile(values, [0.02, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999]))
    expected = np.clip(stats.norm.ppf([0.05, 0.05, 0.25, 0.5, 0.75, 0.95, 0.95]) / 1.645, -1, 1)
    assert shares == pytest.approx((expected + 1) / 2, abs=0.01)


def test_an_outlier_moves_nothing():
    """A broken number is one more at the end."""
    values, groups = world(0)
    broken = np.append(values, 1e12)
    fitted = scales.fit(broken, np.append(groups, 99))
    assert fitted(values) == pytest.approx(scales.fit(values, groups)(values), abs=0.02)


def test_equal_ones_stand_in_the_middle_of_their_ranks():
    """Three steps of equal frequency: the middle one is the middle."""
    fitted = scales.fit(np.repeat([1.0, 2.0, 7.0], 50), np.arange(150) // 3)
    assert fitted.knots == ((1.0, 0.0), (2.0, 0.5), (7.0, 1.0))


def test_two_values_are_enough():
    """A yes and a no."""
    fitted = scales.fit(np.array([0.0, 1.0, 0.0, 0.0]), np.array([0, 0, 1, 1]))
    assert fitted.knots == ((0.0, 0.0), (1.0, 1.0))


def test_degrees_of_a_rare_fault_stay_apart():
    """Where 97 of 100 have none, a slight one is not as bad as a grave one."""
    values = np.append(np.zeros(970), np.linspace(0.1, 0.9, 30))
    fitted = scales.fit(values, np.arange(1000) // 4, higher_is_better=False)
    none, slight, middling, grave = fitted(np.array([0.0, 0.1, 0.4, 0.9]))
    assert none == 1
    assert none - 0.2 > slight > middling + 0.05
    assert middling > grave + 0.05
    assert grave == 0


@given(seeds)
def test_a_few_knots_are_the_curve(seed):
    """What is left out moves no share by more than a fiftieth."""
    values, groups = world(seed, 3000)
    fitted = scales.fit(values, groups)
    raw, share = scales._quantiles(values)
    assert np.abs(fitted(raw) - share).max() < 0.02


def test_spread_is_the_pooled_standard_deviation_within_requests():
    """Requests may be of any size and level; one candidate alone tells nothing."""
    scores, groups = np.array([1.0, 2, 3, 10, 14, 99]), np.array([0, 0, 0, 1, 1, 2])
    assert scales.spread(scores, groups) == pytest.approx(math.sqrt((2 + 8) / 3))
    assert scales.spread(scores, np.arange(6)) == 0


@given(seeds)
def test_spread_of_the_file_is_that_of_the_shares(seed):
    """Measured on the scale itself."""
    values, groups = world(seed)
    fitted = scales.fit(values, groups)
    assert fitted.spread == pytest.approx(scales.spread(fitted(values), groups), rel=1e-4)


@pytest.mark.parametrize(
    ("values", "groups", "said"),
    [
        ([1.0, 1.0, math.nan], [0, 0, 0], r"different ones \(got 2, all 1\)"),
        ([1.0, 1.0 + 1e-12], [0, 0], r"different ones \(got 2, all 1\)"),
        ([math.nan], [0], r"different ones \(got none\)"),
        ([], [], r"different ones \(got none\)"),
        ([1.0, math.inf], [0, 0], "values: expected finite numbers"),
        ([1.0, 2.0], [0], "values: expected shape"),
        ([[1.0, 2.0]], [[0, 0]], "values: expected shape"),
    ],
)
def test_what_has_no_scale_is_refused(values, groups, said):
    """In words: a column of constants tells nothing apart."""
    with pytest.raises(ValueError, match=said):
        scales.fit(np.array(values), np.array(groups))
