"""The regression finds the least price from anywhere, and folds never tear a request apart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from selector.calibration import logistic

seeds = st.integers(0, 10_000)


def world(seed, rows=60, columns=3, size=3.0):
    """Features of very unlike sizes, some of which tell something."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(rows, columns)) * 10.0 ** rng.uniform(-size, size, columns)
    return features, (rng.random(rows) < 0.5 + 0.4 * np.sign(features[:, 0])).astype(float)


def price(features, targets, penalty, weights):
    """Log loss and penalty."""
    loss = logistic.losses(features @ weights, targets).sum()
    return loss + weights @ penalty @ weights / 2


@given(seeds)
@settings(max_examples=40)
def test_it_is_what_a_general_solver_finds(seed):
    """Nothing from 0 on is cheaper than what L-BFGS-B finds, but for its tolerance."""
    features, targets = world(seed, size=1.0)
    penalty = np.eye(3)
    found = logistic.fit(features, targets, penalty=penalty)
    theirs = optimize.minimize(
        lambda at: price(features, targets, penalty, at), found + 0.1, bounds=[(0, None)] * 3
    )
    assert (found >= 0).all()
    assert price(features, targets, penalty, found) <= theirs.fun + 1e-6


@given(seeds, st.floats(0, 100))
@settings(max_examples=40)
def test_where_it_begins_does_not_matter(seed, begin):
    """Far away, where a whole step would go too far, it comes to the same price."""
    features, targets = world(seed)
    near = logistic.fit(features, targets, penalty=np.eye(3))
    far = logistic.fit(features, targets, penalty=np.eye(3), start=np.full(3, begin))
    least = price(features, targets, np.eye(3), near)
    assert price(features, targets, np.eye(3), far) == pytest.approx(least, rel=1e-6)


def test_separable_rows_are_held_by_the_penalty():
    """Infinite weights would be cheapest otherwise."""
    features = np.linspace(-1, 1, 50)[:, None]
    found = logistic.fit(features, (features[:, 0] > 0).astype(float), penalty=np.eye(1))
    assert 1 < found[0] < 100


def test_twin_columns_have_a_solution():
    """Together they weigh what one would."""
    features, targets = world(1, columns=1)
    one = logistic.fit(features, targets, penalty=np.zeros((1, 1)))
    twins = logistic.fit(np.hstack([features, features]), targets, penalty=np.zeros((2, 2)))
    assert twins.sum() == pytest.approx(one.sum(), rel=1e-4)


@given(seeds, st.integers(2, 10))
def test_folds_are_of_whole_groups_and_about_equal(seed, count):
    """Each group in one fold; no fold has two groups more than another; the seed decides."""
    groups = np.random.default_rng(seed).integers(0, 30, 200)
    folds = logistic.folds(groups, count, seed)
    of = {group: set(folds[groups == group].tolist()) for group in np.unique(groups)}
    assert all(len(own) == 1 for own in of.values())
    sizes = np.bincount([own.pop() for own in of.values()], minlength=count)
    assert sizes.max() - sizes.min() <= 1
    assert (logistic.folds(groups, count, seed) == folds).all()


def test_fewer_groups_than_folds_have_one_each():
    """No fold is empty."""
    assert sorted(logistic.folds(np.array([7, 9, 7]), 5, 0).tolist()) in ([0, 0, 1], [0, 1, 1])
