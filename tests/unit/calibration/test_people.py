"""What noisy judgements allow to be said: bounds, one person, what is true."""

import numpy as np
import pytest

from labelled import World
from selector.calibration.efficiency import gains
from selector.calibration.people import (
    common_spread,
    crossed,
    mean,
    one_person,
    repeated,
    without_noise,
)

NAN = np.nan


def judged(world, seed=0):
    """Return ratings and the first measure of a world."""
    rng = np.random.default_rng(seed)
    truth = world.truth(rng)
    return world.judged(rng, truth), world.measured(rng, truth)[0]


def test_bounds_hold_the_truth():
    """By the mean judgement is too low, crossed is too high, without noise is right."""
    ratings, score = judged(World(requests=4000, rhos=(0.6,), raters=2, noise=0.7))
    low = gains(mean(ratings), score).efficiency
    high = crossed(ratings, score).efficiency
    assert low < 0.57
    assert high > 0.63
    assert without_noise(ratings, score) == pytest.approx(0.6, abs=0.02)


def test_without_noise_all_are_the_same():
    """Where people agree wholly there is nothing to bound."""
    ratings, score = judged(World(requests=300, raters=3, noise=0.0))
    low = gains(mean(ratings), score).efficiency
    assert crossed(ratings, score).efficiency == pytest.approx(low)


def test_one_rater_bounds_nothing():
    """What was judged once has no second opinion: said by None."""
    ratings, score = judged(World(requests=10, raters=1))
    assert not repeated(ratings).any()
    assert crossed(ratings, score) is None
    assert without_noise(ratings, score) is None
    assert one_person(ratings) is None


def test_comparisons_leave_no_judgement_of_one_candidate():
    """No rater at all: likewise."""
    nothing = np.empty((3, 4, 0))
    assert crossed(nothing, np.zeros((3, 4))) is None
    assert one_person(nothing) is None


def test_requests_with_single_judgements_are_left_out_of_bounds():
    """Only where each candidate was judged twice can halves be told apart."""
    ratings = np.array([[[1, 2], [3, 4]], [[1, NAN], [3, 4]], [[1, 2], [NAN, NAN]]])
    assert repeated(ratings).tolist() == [True, False, False]


def test_one_person_is_judged_by_the_others():
    """Worked by hand: two raters who agree on the first request, and not on the second."""
    ratings = np.array([[[1.0, 2.0], [3.0, 4.0]], [[1.0, 4.0], [3.0, 2.0]]])
    found = one_person(ratings)
    assert found.captured.tolist() == [1, -1]
    assert found.possible.tolist() == [1, 1]


def test_what_one_rater_did_not_see_is_not_held_against_him():
    """He is asked about candidates alone that he and another judged."""
    ratings = np.array([[[1.0, 1.0], [2.0, 2.0], [NAN, 9.0]]])
    found = one_person(ratings)
    assert found.efficiency == 1


def test_raters_who_have_nothing_in_common_say_nothing_true():
    """Where they contradict each other the common spread is 0, and there is no efficiency."""
    ratings = np.array([[[1.0, 2.0], [2.0, 1.0]]] * 5)
    assert common_spread(ratings) == 0
    assert without_noise(ratings, np.array([[0.0, 1.0]] * 5)) is None


def test_halves_do_not_depend_on_the_order_of_candidates():
    """Raters are parted, not candidates."""
    ratings, score = judged(World(requests=30, raters=5))
    turned = crossed(ratings[:, ::-1], score[:, ::-1])
    np.testing.assert_allclose(turned.possible, crossed(ratings, score).possible)
