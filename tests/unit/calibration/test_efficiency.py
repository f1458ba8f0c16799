"""Selector efficiency: its definition, ties, what is missing, and what must not change it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from selector.calibration.efficiency import Gains, accuracy, expected_efficiency, gains, picked

NAN = np.nan
SHAPES = st.tuples(st.integers(1, 6), st.integers(1, 5))
STEPS = st.integers(-3, 3).map(float)  # small numbers tie often


@st.composite
def worlds(draw):
    """Give worths and scores with ties, some of them missing, at least one candidate a request."""
    shape = draw(SHAPES)
    worth, score = (draw(arrays(float, shape, elements=STEPS)) for _ in range(2))
    gone = draw(arrays(bool, shape))
    gone[:, 0] = False
    failed = draw(arrays(bool, shape))
    return np.where(gone, NAN, worth), np.where(failed, NAN, score)


def test_it_is_a_ratio_of_means_over_requests():
    """A request with much to gain counts for more than one with little."""
    worth = np.array([[1.0, 5.0], [3.0, 3.2]])
    found = gains(worth, np.array([[0.0, 1.0], [1.0, 0.0]]))
    assert found.efficiency == pytest.approx((2 - 0.1) / (2 + 0.1))


def test_of_equal_scores_any_may_be_picked():
    """The mean worth of those that tie counts, as often as each would be drawn."""
    assert picked(np.array([[1.0, 2.0, 6.0]]), np.array([[0.0, 7.0, 7.0]])).tolist() == [4]


def test_what_failed_is_picked_only_where_nothing_has_a_score():
    """A missing score is below all others, and equal to others that are missing."""
    worth = np.array([[1.0, 5.0], [1.0, 5.0]])
    assert picked(worth, np.array([[-9.0, NAN], [NAN, NAN]])).tolist() == [1, 3]


@given(worlds())
def test_the_best_gains_everything_and_chance_nothing(world):
    """The oracle is 1, equal scores are 0, unless there was nothing to gain."""
    worth, score = world
    found = gains(worth, score)
    assert (found.captured <= found.possible + 1e-12).all()
    if found.efficiency is None:
        assert not found.possible.any()
        return
    assert gains(worth, worth).efficiency == pytest.approx(1)
    assert gains(worth, np.zeros(worth.shape)).efficiency == pytest.approx(0, abs=1e-12)


@given(worlds(), st.floats(0.1, 9), st.floats(-9, 9))
def test_units_do_not_matter(world, slope, offset):
    """Another unit of the label, and any rising change of the score, leave it as it is."""
    worth, score = world
    before, after = gains(worth, score), gains(slope * worth + offset, np.exp(score))
    if before.efficiency is None:
        assert not np.any(after.possible > 1e-9)
    else:
        assert after.efficiency == pytest.approx(before.efficiency, abs=1e-9)


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_candidates_does_not_matter(world, random):
    """Neither that of requests."""
    worth, score = world
    rows, columns = list(range(worth.shape[0])), list(range(worth.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    before = gains(worth, score)
    after = gains(worth[rows][:, columns], score[rows][:, columns])
    np.testing.assert_allclose(after.captured, before.captured[rows], atol=1e-12)


def test_requests_without_a_choice_change_nothing():
    """One candidate, or all alike: nothing above the line and nothing below it."""
    worth = np.array([[1.0, 4.0], [2.0, NAN], [3.0, 3.0]])
    score = np.array([[0.0, 1.0], [5.0, NAN], [1.0, 0.0]])
    found = gains(worth, score)
    assert found.captured.tolist() == [1.5, 0, 0]
    assert found.efficiency == 1


def test_where_nothing_can_be_gained_there_is_no_efficiency():
    """All equal is no division by zero, and has no interval."""
    found = gains(np.ones((3, 4)), np.arange(12.0).reshape(3, 4))
    assert found.efficiency is None
    assert found.interval() is None


def test_one_request_that_differs_has_no_interval():
    """From one request nobody can say how requests differ."""
    assert Gains(np.array([1.0, 0.0]), np.array([2.0, 0.0])).interval() is None


def test_the_interval_holds_a_random_score():
    """By chance is 0, and the interval around it says so."""
    random = np.random.default_rng(1)
    worth, score = random.normal(size=(2, 150, 6))
    low, high = gains(worth, score).interval()
    assert low < 0 < high
    assert high - low < 0.4


def test_accuracy_is_over_pairs_of_one_request():
    """Pairs that people hold equal don't count, those whose scores are equal count half."""
    worth = np.array([[1.0, 2.0, 2.0], [5.0, 4.0, NAN]])
    score = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 9.0]])
    assert accuracy(worth, score) == pytest.approx((1 + 0.5 + 1) / 3)


def test_accuracy_puts_what_failed_below_all():
    """As `gains` does."""
    assert accuracy(np.array([[1.0, 2.0]]), np.array([[0.0, NAN]])) == 0


def test_without_pairs_there_is_no_accuracy():
    """All equal says nothing of a score."""
    assert accuracy(np.ones((2, 3)), np.zeros((2, 3))) is None


@pytest.mark.parametrize(("pairs", "efficiency"), [(0.51, 0.03), (0.6, 0.31), (0.77, 0.75)])
def test_an_accuracy_has_an_efficiency(pairs, efficiency):
    """By the published table of both."""
    assert expected_efficiency(pairs) == pytest.approx(efficiency, abs=0.006)
