"""Ranks by vote of the measures: only the order inside a request counts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from selector.calibration import borda

seeds = st.integers(0, 10_000)


def sample(seed, requests=4, measures=3):
    """Requests of one to six candidates, in no order, with many ties."""
    rng = np.random.default_rng(seed)
    groups = rng.permutation(np.repeat(np.arange(requests), rng.integers(1, 7, requests)))
    return rng.integers(0, 4, (len(groups), measures)).astype(float), groups


@given(seeds)
def test_it_is_the_mean_rank_of_scipy(seed):
    """Request by request and measure by measure, equal ones at their middle rank."""
    scores, groups = sample(seed)
    expected = np.full(len(groups), 0.5)
    for group in np.unique(groups):
        own = scores[groups == group]
        if len(own) > 1:
            expected[groups == group] = (stats.rankdata(own, axis=0).mean(1) - 1) / (len(own) - 1)
    assert borda.ranks(scores, groups) == pytest.approx(expected)


@given(seeds)
def test_only_the_order_inside_a_request_counts(seed):
    """A rising transform, another level a request, or an outlier at the top change nothing."""
    scores, groups = sample(seed)
    moved = np.exp(scores) * 1e6 + np.random.default_rng(seed).normal(size=9)[groups][:, None]
    moved[scores == scores.max()] = 1e30
    assert borda.ranks(moved, groups).tolist() == borda.ranks(scores, groups).tolist()


@given(seeds)
def test_the_order_of_candidates_does_not_matter(seed):
    """Each keeps its rank wherever it stands."""
    scores, groups = sample(seed)
    mixed = np.random.default_rng(seed).permutation(len(groups))
    again = borda.ranks(scores[mixed], groups[mixed])
    assert again.tolist() == borda.ranks(scores, groups)[mixed].tolist()


@given(seeds)
def test_who_is_first_everywhere_has_one_and_the_last_none(seed):
    """And the mean of a request is one half."""
    scores, groups = sample(seed)
    best, worst = scores.copy(), scores.copy()
    best[0], worst[0] = 9, -9
    alone = np.count_nonzero(groups == groups[0]) == 1
    assert borda.ranks(best, groups)[0] == (0.5 if alone else 1)
    assert borda.ranks(worst, groups)[0] == (0.5 if alone else 0)
    assert borda.ranks(scores, groups)[groups == 0].mean() == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("scores", "groups", "said"),
    [
        (np.zeros((2, 1)), np.zeros(3), "scores: expected shape"),
        (np.zeros(2), np.zeros(2), "scores: expected shape"),
        (np.zeros((2, 0)), np.zeros(2), "scores: expected shape"),
        (np.array([[0.0], [math.nan]]), np.zeros(2), r"every candidate's .*\(got 1 missing\)"),
    ],
)
def test_what_can_not_be_ranked_is_refused(scores, groups, said):
    """A missing score has no rank: that is for the caller to settle."""
    with pytest.raises(ValueError, match=said):
        borda.ranks(scores, groups)
