"""A missing score is guessed from what is known of its candidate, for fitting alone."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from selector.calibration import missing

seeds = st.integers(0, 10_000)


def world(seed, requests=60, share=0.2):
    """Shares that go together, of which some are missing."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(requests), 4)
    common = rng.normal(size=(len(groups), 1)) + rng.normal(size=(requests, 1))[groups]
    whole = 1 / (1 + np.exp(-common - 0.5 * rng.normal(size=(len(groups), 3))))
    return whole, np.where(rng.random(whole.shape) < share, math.nan, whole), groups


@given(seeds)
def test_what_is_known_stays_and_nothing_stays_missing(seed):
    """And every guess is a share."""
    _, holes, groups = world(seed)
    filled = missing.filled(holes, groups)
    known = np.isfinite(holes)
    assert (filled[known] == holes[known]).all()
    assert ((filled >= 0) & (filled <= 1)).all()


def test_a_guess_is_nearer_than_the_mean_of_its_request():
    """What the candidate's other scores tell is used."""
    whole, holes, groups = world(1, requests=400)
    gone = np.isnan(holes)
    means = np.hstack([missing.filled(holes[:, [at]], groups) for at in range(3)])
    off = np.abs(missing.filled(holes, groups) - whole)[gone]
    assert off.mean() < 0.85 * np.abs(means - whole)[gone].mean()


def test_scores_that_tell_nothing_leave_the_mean_of_the_request():
    """Only its own request counts then."""
    holes = np.array([[0.2, 0.5], [0.4, 0.5], [math.nan, 0.5], [0.9, 0.5], [0.7, 0.5]])
    assert missing.filled(holes, np.array([0, 0, 0, 1, 1]))[2, 0] == pytest.approx(0.3)


def test_a_request_without_the_measure_gets_the_mean_over_all():
    """All its candidates alike, so that it chooses nothing there."""
    holes = np.array([[0.2], [0.4], [math.nan], [math.nan]])
    assert missing.filled(holes, np.array([0, 0, 1, 1]))[:, 0].tolist() == pytest.approx(
        [0.2, 0.4, 0.3, 0.3]
    )


@given(seeds)
def test_the_failure_of_one_changes_no_score_of_another(seed):
    """Not even within its request."""
    whole, _, groups = world(seed)
    whole[5, 1] = math.nan
    others = np.delete(missing.filled(whole, groups), 5, axis=0)
    assert (others == np.delete(whole, 5, axis=0)).all()


def test_failures_on_bad_pictures_are_noticed():
    """A detector that breaks where the others see little does not break by chance."""
    rng = np.random.default_rng(0)
    whole, _, _ = world(0, 200)
    holes = whole.copy()
    holes[rng.random(800) < 0.3 * (whole[:, 1] < 0.3), 0] = math.nan
    found = missing.failures(holes, 0)
    assert found.telling
    assert found.shares[0] > 3 * found.shares[2]


def test_failures_by_chance_are_rarely_held_against_a_measure():
    """In at most 1 of 100 worlds and three standard errors."""
    found = [missing.failures(world(seed, share=0.1)[1], 0).p_value < 0.01 for seed in range(200)]
    assert np.mean(found) <= 0.01 + 3 * math.sqrt(0.01 / 200)


@given(seeds)
def test_the_p_value_is_that_of_scipy(seed):
    """The chi-square test of the table of thirds."""
    _, holes, _ = world(seed)
    found = missing.failures(holes, 0)
    rated = np.isfinite(holes[:, 1:]).any(axis=1)
    level = np.nanmean(holes[rated][:, 1:], axis=1)
    thirds = np.array_split(np.isnan(holes[rated][np.argsort(level, kind="stable"), 0]), 3)
    table = [[third.sum(), (~third).sum()] for third in thirds]
    assert found.p_value == pytest.approx(stats.chi2_contingency(table).pvalue, rel=0.2, abs=0.02)
    assert found.shares == pytest.approx([third.mean() for third in thirds], abs=0.02)


@pytest.mark.parametrize(
    "holes",
    [
        np.array([[0.1, 0.2], [0.3, 0.4]]),
        np.array([[math.nan, 0.2], [math.nan, 0.4]]),
        np.array([[math.nan], [0.3]]),
        np.array([[math.nan, math.nan], [0.3, math.nan]]),
    ],
)
def test_where_nothing_can_be_said_of_failures_nothing_is(holes):
    """None or all fail, or no other measure tells high from low."""
    assert missing.failures(holes, 0) is None


@pytest.mark.parametrize(
    ("scaled", "groups", "said"),
    [
        (np.zeros((2, 1)), np.zeros(3), "scaled: expected shape"),
        (np.zeros(2), np.zeros(2), "scaled: expected shape"),
        (np.full((2, 1), math.nan), np.zeros(2), "some score of every measure"),
    ],
)
def test_what_can_not_be_guessed_is_refused(scaled, groups, said):
    """A measure without any score has no mean."""
    with pytest.raises(ValueError, match=said):
        missing.filled(scaled, groups)
