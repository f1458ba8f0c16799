"""The best of n: exact weights, the curve, and the warning that it turns down."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.calibration.best_of_n import (
    best_of_each,
    best_of_normals,
    curve,
    kl,
    shares,
    turning,
)
from selector.calibration.efficiency import gains, picked

NAN = np.nan
NUMBERS = st.lists(st.integers(-4, 4).map(float), min_size=2, max_size=6)


@pytest.mark.parametrize(
    ("n", "high"), [(1, 0), (2, 0.564), (3, 0.846), (8, 1.424), (16, 1.766), (128, 2.595)]
)
def test_the_best_of_normals_is_known(n, high):
    """The published table of expected maxima."""
    assert best_of_normals(n) == pytest.approx(high, abs=6e-4)


@given(st.integers(1, 40).flatmap(lambda of: st.tuples(st.integers(1, of), st.just(of))))
def test_shares_sum_to_one(both):
    """Some candidate is the best of any n; none is so more often than a better one."""
    found = shares(*both)
    assert found.sum() == pytest.approx(1)
    assert (np.diff(found) >= 0).all()


def test_the_best_of_one_is_the_mean_and_of_all_the_best():
    """The ends of the curve are what they must be."""
    assert shares(1, 5).tolist() == [0.2] * 5
    assert shares(5, 5).tolist() == [0, 0, 0, 0, 1]


@given(NUMBERS, st.data())
def test_it_is_the_mean_over_all_choices_of_n(worth, data):
    """As if every n of the candidates had been generated once, ties and failures included."""
    elements = st.one_of(st.integers(0, 3).map(float), st.just(NAN))
    score = data.draw(st.lists(elements, min_size=len(worth), max_size=len(worth)))
    ours, theirs = np.array([worth]), np.array([score])
    found = best_of_each(ours, theirs, len(worth))[0]
    for n in range(1, len(worth) + 1):
        each = [
            picked(ours[:, list(some)], theirs[:, list(some)])[0]
            for some in combinations(range(len(worth)), n)
        ]
        assert found[n - 1] == pytest.approx(np.mean(each))


def test_the_curve_ends_at_the_efficiency():
    """Its last point by the oracle's is what `gains` finds, and its first is nothing."""
    random = np.random.default_rng(0)
    worth, score = random.normal(size=(2, 50, 6))
    found = curve(worth, score)
    first, last = found.points[0], found.points[-1]
    assert (first.gain, first.oracle, first.marginal) == (0, 0, 0)
    assert last.gain / last.oracle == pytest.approx(gains(worth, score).efficiency)
    oracle = [one.oracle for one in found.points]
    assert oracle == sorted(oracle)


def test_marginals_add_up():
    """What each further one adds is the curve."""
    random = np.random.default_rng(0)
    found = curve(*random.normal(size=(2, 50, 6)))
    assert np.cumsum([one.marginal for one in found.points]) == pytest.approx(
        [one.gain for one in found.points]
    )


def test_requests_with_fewer_candidates_are_left_out_and_counted():
    """The curve is of the same requests all along; one in five may be shorter."""
    worth = np.random.default_rng(0).normal(size=(20, 6))
    worth[:3, 4:] = NAN
    found = curve(worth, worth)
    assert (found.most, found.requests, found.left_out) == (6, 17, 3)
    worth[:, 4:] = NAN
    assert curve(worth, worth).most == 4


def test_one_candidate_has_no_curve():
    """Where there is nothing to choose there is nothing to draw."""
    assert curve(np.ones((5, 1)), np.ones((5, 1))) is None
    assert curve(np.empty((0, 0)), np.empty((0, 0))) is None


def test_beyond_what_was_measured_it_goes_on_as_a_bell():
    """It starts from the last point and grows with the expected maximum."""
    random = np.random.default_rng(0)
    worth = random.normal(size=(2000, 4))
    found = curve(worth, worth)
    assert found.gain(4) == found.points[-1].gain
    assert found.gain(16) == pytest.approx(best_of_normals(16), abs=0.05)


def exploited(rng, requests, candidates=16):
    """Return a world in which a few candidates are scored far too high, and are worth nothing."""
    worth = rng.normal(size=(requests, candidates))
    score = worth + rng.normal(size=worth.shape)
    hacks = rng.random(worth.shape) < 0.06
    return np.where(hacks, -3.0, worth), np.where(hacks, 9.0, score)


def test_a_curve_that_turns_down_is_told():
    """More candidates find what the score is most wrong about: the peak is named."""
    found = curve(*exploited(np.random.default_rng(0), 400))
    gained = [one.gain for one in found.points]
    assert found.turns_down == int(np.argmax(gained)) + 1 < 10


def test_a_curve_that_rises_is_not_told():
    """Chance alone does not warn: at most one in twenty of flat curves."""
    warned = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        ours = best_of_each(*random.normal(size=(2, 40, 6)), 6)
        warned += turning(ours) is not None
    assert warned <= 6


def test_one_request_warns_of_nothing():
    """From one nobody can say what chance explains."""
    assert turning(np.array([[3.0, 1.0]])) is None
    assert turning(np.array([[3.0], [1.0]])) is None


def test_choosing_moves_what_is_delivered():
    """By ln n - (n - 1)/n nats; choosing of one moves nothing."""
    assert kl(1) == 0
    assert kl(4) == pytest.approx(math.log(4) - 0.75)
