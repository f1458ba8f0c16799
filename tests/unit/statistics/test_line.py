"""A line is that of least squares, whatever the units, and the penalty shrinks it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.statistics import ridge

seeds = st.integers(0, 10_000)
penalties = st.sampled_from([0.0, 0.1, 1.0, 10.0, 1e3])


def sample(seed, rows=30, columns=3):
    """Cheap scores that go together, and a dear one that they partly tell."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(rows, columns)) + rng.normal(size=(rows, 1))
    return features, features @ rng.normal(size=columns) + rng.normal(size=rows) + 2


def told(line, features):
    return line.intercept + features @ np.array(line.weights)


def close(line):
    return pytest.approx(np.array([line.intercept, *line.weights, line.spread]), rel=1e-6, abs=1e-9)


def numbers(line):
    return np.array([line.intercept, *line.weights, line.spread])


@given(seeds)
def test_without_penalty_it_is_least_squares(seed):
    """As NumPy finds it from a column of ones and the features."""
    features, target = sample(seed)
    line = ridge(features, target, 0.0)
    ones = np.column_stack([np.ones(len(target)), features])
    known, rest, *_ = np.linalg.lstsq(ones, target)
    assert numbers(line) == pytest.approx([*known, math.sqrt(rest[0] / 26)], rel=1e-6, abs=1e-9)


@given(seeds, penalties)
def test_no_other_line_has_a_lower_price(seed, penalty):
    """Squared errors and penalised weights together are least: every step away costs."""
    features, target = sample(seed)
    line = ridge(features, target, penalty)
    standard = (features - features.mean(0)) / features.std(0)
    weights = np.array(line.weights) * features.std(0)

    def price(level, bent):
        errors = target - level - standard @ bent
        return errors @ errors + penalty * bent @ bent

    least = price(target.mean(), weights)
    for step in np.vstack([np.eye(3), -np.eye(3)]) * 0.01:
        assert price(target.mean(), weights + step) > least
    assert price(target.mean() + 0.01, weights) > least < price(target.mean() - 0.01, weights)


@given(seeds, penalties, st.floats(0.01, 100), st.floats(-50, 50))
def test_units_of_features_do_not_matter(seed, penalty, factor, shift):
    """Measured otherwise, the same is predicted."""
    features, target = sample(seed)
    line = ridge(features, target, penalty)
    other = ridge(features * factor + shift, target, penalty)
    assert told(other, features * factor + shift) == pytest.approx(told(line, features), abs=1e-6)
    assert other.spread == pytest.approx(line.spread, rel=1e-6)


@given(seeds, penalties, st.floats(0.01, 100), st.floats(-50, 50))
def test_it_follows_the_unit_of_the_target(seed, penalty, factor, shift):
    """A target in another unit moves the line with it."""
    features, target = sample(seed)
    line, other = (
        ridge(features, target, penalty),
        ridge(features, factor * target + shift, penalty),
    )
    moved = factor * numbers(line) + np.array([shift, 0, 0, 0, 0])
    assert numbers(other) == pytest.approx(moved, rel=1e-6, abs=1e-6)


@given(seeds)
def test_a_larger_penalty_bends_less_and_fits_worse(seed):
    """Weights shrink to nothing, the rest grows to the spread of the target itself."""
    features, target = sample(seed)
    lines = [ridge(features, target, penalty) for penalty in (0, 0.1, 1, 10, 1e3, 1e12)]
    sizes = [np.linalg.norm(np.array(line.weights) * features.std(0)) for line in lines]
    spreads = [line.spread for line in lines]
    assert sizes == sorted(sizes, reverse=True)
    assert spreads == sorted(spreads)
    assert sizes[-1] == pytest.approx(0, abs=1e-6)
    assert lines[-1].intercept == pytest.approx(target.mean())


@given(seeds, penalties)
def test_a_constant_feature_counts_for_nothing(seed, penalty):
    """Weight 0, and the others are as without it; rounding is no variation."""
    features, target = sample(seed)
    line = ridge(features, target, penalty)
    trembling = 0.1 + 1e-17 * np.arange(len(target))
    wider = np.column_stack([np.full(len(target), 1e6), features, np.zeros(len(target)), trembling])
    same = ridge(wider, target, penalty)
    assert same.weights[0] == same.weights[-1] == same.weights[-2] == 0
    assert (same.intercept, *same.weights[1:4], same.spread) == pytest.approx(numbers(line))


@given(seeds, penalties)
def test_twins_share_their_weight(seed, penalty):
    """A feature given twice is not counted twice, with a penalty or without."""
    features, target = sample(seed, columns=1)
    line = ridge(np.hstack([features, features]), target, penalty)
    assert line.weights[0] == pytest.approx(line.weights[1])
    alone = ridge(features, target, penalty / 2)
    assert sum(line.weights) == pytest.approx(alone.weights[0])


@given(seeds, st.randoms(use_true_random=False))
def test_order_does_not_matter(seed, random):
    """The same observations in another order tell the same."""
    features, target = sample(seed)
    order = random.sample(range(len(target)), len(target))
    mixed = ridge(features[order], target[order], 1.0)
    assert numbers(mixed) == close(ridge(features, target, 1.0))


def test_a_known_world_is_found():
    """With many observations the weights and the spread are the true ones."""
    rng = np.random.default_rng(0)
    features = rng.random((20_000, 2))
    target = 0.2 + features @ [0.5, -0.3] + rng.normal(0, 0.1, 20_000)
    line = ridge(features, target, 1.0)
    assert numbers(line) == pytest.approx([0.2, 0.5, -0.3, 0.1], abs=0.01)


def test_the_spread_of_few_is_right_on_average():
    """Degrees of freedom are counted: twelve observations of four features are not overconfident."""
    rng = np.random.default_rng(1)
    squares = [
        ridge(rng.normal(size=(12, 4)), rng.normal(0, 2, 12), 0.0).spread ** 2 for _ in range(2000)
    ]
    assert np.mean(squares) == pytest.approx(4, rel=0.05)


def test_without_features_it_is_the_mean():
    """Nothing is known, so the mean and the spread of the target are all."""
    line = ridge(np.empty((3, 0)), np.array([1.0, 2.0, 6.0]), 1.0)
    assert (line.intercept, line.weights) == (3.0, ())
    assert line.spread == pytest.approx(math.sqrt(7))


def test_two_observations_are_enough():
    """More features than observations have a line too, the one of the smallest weights."""
    line = ridge(np.array([[0.0, 0.0, 1.0], [1.0, 2.0, 1.0]]), np.array([0.0, 4.0]), 0.0)
    assert line.weights == pytest.approx((2.0, 1.0, 0.0))
    assert line.spread == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"features": np.zeros(3)}, "features: expected shape"),
        ({"features": np.zeros((2, 1))}, "features: expected shape"),
        ({"features": np.zeros((3, 1, 1))}, "features: expected shape"),
        ({"target": np.zeros((3, 1))}, "features: expected shape"),
        ({"features": np.float64(0), "target": np.float64(0)}, "features: expected shape"),
        ({"features": np.zeros((1, 1)), "target": np.zeros(1)}, "features: expected shape"),
        ({"features": np.array([[0], [math.nan], [math.inf]])}, "features: expected finite.*2 th"),
        ({"target": np.array([0, math.nan, 0])}, "target: expected finite.*1 th"),
        ({"penalty": -1.0}, "penalty: expected"),
        ({"penalty": math.nan}, "penalty: expected"),
        ({"penalty": math.inf}, "penalty: expected"),
    ],
)
def test_what_can_not_be_meant_is_refused(changed, said):
    """By its name and with what was given."""
    right = {"features": np.eye(3), "target": np.arange(3.0), "penalty": 1.0}
    with pytest.raises(ValueError, match=rf"{said}"):
        ridge(**(right | changed))
