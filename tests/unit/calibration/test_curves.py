"""Curves rise, are probabilities, and say what scikit-learn's calibrators say."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from selector.calibration import curves
from selector.policy.calibration import FactorOf
from selector.policy.plan import interpolated

seeds = st.integers(0, 10_000)


def world(seed, labels=400, *, slope=2.0, level=1.0):
    """Sums whose logit tells, distorted, of being good."""
    rng = np.random.default_rng(seed)
    logit = rng.normal(size=labels)
    p = special.expit(slope * logit + level)
    return special.expit(0.7 * logit + 0.3), rng.random(labels) < p, p


def file(curve):
    """The curve as a calibrated file takes it, which checks it."""
    term = {"of": "measure.score", "weight": 1, "knots": [(0, 0), (1, 1)]}
    return FactorOf(of="verdict", terms=[term], curve=curve.knots, method=curve.method)


def platt(sums, good):
    """Platt's curve by scikit-learn: the smoothed targets as weights of both kinds."""
    number = good.sum()
    target = np.where(good, (number + 1) / (number + 2), 1 / (len(good) - number + 2))
    logit = special.logit(np.clip(sums, 1e-3, 1 - 1e-3))[:, None]
    model = LogisticRegression(C=1e3, tol=1e-10, max_iter=1000)
    model.fit(
        np.vstack([logit, logit]),
        np.repeat([1, 0], len(good)),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    return lambda at: model.predict_proba(special.logit(at)[:, None])[:, 1]


@given(seeds, st.sampled_from([20, 60, 400]))
def test_every_curve_goes_into_a_calibrated_file(seed, labels):
    """From 0 to 1, rising, strictly inside (0, 1), few knots, six digits; read again the same."""
    sums, good, _ = world(seed, labels, level=0)
    curve = curves.fit(sums, good)
    assert file(curve).curve == curve.knots
    assert json.loads(json.dumps(curve.knots)) == [list(knot) for knot in curve.knots]
    assert (curve.knots[0][0], curve.knots[-1][0]) == (0, 1)
    assert 0 < curve.knots[0][1] <= curve.knots[-1][1] < 1
    assert len(curve.knots) <= 66
    assert all(number == float(f"{number:.6g}") for knot in curve.knots[:-1] for number in knot)


@given(seeds)
def test_it_is_read_as_a_plan_reads_it(seed):
    """What is fitted is what decides."""
    sums, good, _ = world(seed, 60)
    curve = curves.fit(sums, good)
    assert curve(sums).tolist() == pytest.approx([interpolated(curve.knots, at) for at in sums])


@pytest.mark.parametrize("seed", range(5))
def test_platts_curve_is_that_of_scikit_learn(seed):
    """Where it is the one that is chosen."""
    sums, good, _ = world(seed)
    curve = curves.fit(sums, good, groups=np.arange(400) // 4)
    if curve.method == "platt":
        assert curve(sums) == pytest.approx(platt(sums, good)(sums), abs=5e-3)


def test_some_of_these_are_platts():
    """So that the test before tests something."""
    assert "platt" in {curves.fit(*world(seed)[:2]).method for seed in range(5)}


def test_steps_are_those_of_scikit_learn():
    """With many labels and a truth of steps it is isotonic, and finds them."""
    rng = np.random.default_rng(0)
    sums = rng.random(6000)
    good = rng.random(6000) < np.where(sums < 0.4, 0.1, np.where(sums < 0.7, 0.5, 0.9))
    curve = curves.fit(sums, good)
    assert curve.method == "isotonic"
    assert set(curve.losses) == {"platt", "beta", "isotonic"}
    theirs = IsotonicRegression().fit(sums, good)
    assert np.abs(curve(sums) - theirs.predict(sums)).mean() < 0.02


def test_with_fewer_labels_there_are_no_steps():
    """Below 2,000 they would follow chance."""
    sums, good, _ = world(0, 1999)
    assert set(curves.fit(sums, good).losses) == {"platt", "beta"}
    assert set(curves.fit(np.append(sums, 0.5), np.append(good, True)).losses) > {"isotonic"}


def test_a_curve_that_bends_differently_at_its_ends_is_found():
    """Beta has a slope for each end; here only low sums tell anything."""
    rng = np.random.default_rng(1)
    sums = rng.beta(0.5, 0.5, 1900)
    p = special.expit(1.5 * np.log(np.clip(sums, 1e-3, 1)) + 3)
    curve = curves.fit(sums, rng.random(1900) < p)
    assert curve.method == "beta"
    assert np.abs(curve(sums) - p).mean() < 0.03


@pytest.mark.parametrize(("labels", "off"), [(200, 0.06), (2000, 0.02), (20_000, 0.008)])
def test_the_truth_is_found(labels, off):
    """The more labels the nearer, though sums are distorted."""
    sums, good, p = world(3, labels)
    assert np.abs(curves.fit(sums, good)(sums) - p).mean() < off


def test_sums_that_crowd_have_knots_where_they_are():
    """Shares of rare faults lie between 0.97 and 1; a line across them would tell nothing."""
    rng = np.random.default_rng(2)
    sums = 1 - 0.03 * rng.random(3000)
    p = special.expit(400 * (sums - 0.985))
    curve = curves.fit(sums, rng.random(3000) < p)
    assert np.abs(curve(sums) - p).mean() < 0.03


@given(seeds)
def test_what_does_not_rise_is_level(seed):
    """Where higher sums are worse, the sum tells nothing: one probability, the share of good ones."""
    sums, good, _ = world(seed, 300)
    curve = curves.fit(sums, ~good)
    lowest, highest = curve.knots[0][1], curve.knots[-1][1]
    assert lowest == pytest.approx(highest)
    assert highest == pytest.approx((~good).mean(), abs=0.01)


def test_one_sum_for_all_is_level():
    """Nothing is told apart."""
    curve = curves.fit(np.full(100, 0.7), np.arange(100) < 30)
    assert curve(np.array([0.0, 0.7, 1.0])) == pytest.approx([0.3, 0.3, 0.3], abs=0.01)


@given(st.integers(5, 200))
def test_separable_labels_have_a_curve(labels):
    """Rising from nearly none to nearly all, without a warning, never 0 or 1."""
    sums = np.linspace(0, 1, labels)
    curve = curves.fit(sums, sums > 0.5)
    assert 0 < curve(np.zeros(1))[0] < 0.3
    assert 0.7 < curve(np.ones(1))[0] < 1


@given(seeds)
def test_the_order_of_candidates_does_not_matter_to_the_curve(seed):
    """Only which method is chosen may depend on how requests are divided."""
    sums, good, _ = world(seed, 200)
    mixed = np.random.default_rng(seed).permutation(200)
    one, other = curves.fit(sums, good), curves.fit(sums[mixed], good[mixed])
    if one.method == other.method:
        assert one(sums) == pytest.approx(other(sums), abs=1e-4)


def test_requests_are_not_torn_apart():
    """A method is judged on whole requests: what is alike within one gives no false confidence."""
    rng = np.random.default_rng(5)
    sums, good = rng.random(300), np.repeat(rng.random(30) < 0.5, 10)
    whole = curves.fit(sums, good, groups=np.repeat(np.arange(30), 10)).losses["platt"]
    assert whole > math.log(2) * 0.95


@pytest.mark.parametrize(
    ("sums", "good", "said"),
    [
        ([0.1, 0.2], [True], r"sums: expected shape \(candidates,\)"),
        ([[0.1]], [[True]], "sums: expected shape"),
        ([0.1, 1.1], [True, False], "sums: expected numbers from 0 to 1"),
        ([0.1, math.nan], [True, False], "sums: expected numbers from 0 to 1"),
        ([0.1, 0.2], [True, True], r"both kinds \(got 2, all of them good\)"),
        ([0.1, 0.2], [False, False], r"both kinds \(got 2, all of them bad\)"),
        ([], [], r"both kinds \(got none\)"),
    ],
)
def test_what_supports_no_curve_is_refused(sums, good, said):
    """In words: one class alone has no curve."""
    with pytest.raises(ValueError, match=said):
        curves.fit(np.array(sums), np.array(good))
