"""Weights find what people go by, in any unit, and fall back to equal ones where little is known."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from selector.calibration import logistic, weights

seeds = st.integers(0, 10_000)
few = settings(max_examples=15)
TRUE = np.array([0.6, 0.3, 0.0, -0.3])


def world(seed=0, requests=100, *, told=TRUE, noise=0.5, size=4):
    """Candidates whose worth is a weighted sum of what is measured, and some noise."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(requests), size)
    scores = rng.normal(size=(len(groups), len(told))) + rng.normal(size=(requests, 1))[groups]
    return scores, groups, scores @ told + noise * rng.normal(size=len(groups))


def close(learned, off=1e-3):
    return pytest.approx(np.array(learned.weights), abs=off)


def test_what_people_go_by_is_found():
    """Twice as much counts twice; what tells nothing, or the contrary, nothing."""
    learned = weights.learn(*world(requests=1000))
    first, second, third, fourth = learned.weights
    assert learned.method == "pairwise"
    assert first == pytest.approx(2 / 3, abs=0.04)
    assert second == pytest.approx(1 / 3, abs=0.04)
    assert third < 0.04
    assert fourth == 0
    assert sum(learned.weights) == pytest.approx(1, abs=1e-5)


@given(seeds)
@few
def test_it_is_the_least_of_its_price(seed):
    """Without the bound at 0 it is scikit-learn's logistic regression, penalty and all."""
    scores, groups, worth = world(seed, told=np.array([0.6, 0.4, 0.5]))
    learned = weights.learn(scores, groups, worth)
    if learned.penalty is None:
        return
    pairs = weights._paired(scores, groups, worth, beside=False)
    model = LogisticRegression(C=1 / learned.penalty, fit_intercept=False, tol=1e-10)
    theirs = model.fit(pairs.gaps, pairs.better).coef_[0]
    if (theirs > 0).all():
        assert close(learned, 1e-4) == theirs * pairs.units / (theirs * pairs.units).sum()


@given(seeds)
@few
def test_no_other_weights_from_0_on_have_a_lower_price(seed):
    """At the bound, too: every step that is allowed costs."""
    scores, groups, worth = world(seed)
    pairs, penalty = weights._paired(scores, groups, worth, beside=False), 10 * np.eye(4)
    found = logistic.fit(pairs.gaps, pairs.better, penalty=penalty)

    def price(at):
        return logistic.losses(pairs.gaps @ at, pairs.better).sum() + at @ penalty @ at / 2

    assert (found >= 0).all()
    for step in np.vstack([np.eye(4), -np.eye(4)]) * 1e-3:
        assert price(found) <= price(np.maximum(found + step, 0)) + 1e-9


@given(seeds)
@few
def test_units_levels_and_order_do_not_matter(seed):
    """Another unit gives its inverse as weight; a level of a request, or another order, nothing."""
    scores, groups, worth = world(seed)
    units = np.array([1.0, 100.0, 0.01, 3.0])
    learned = weights.learn(scores, groups, worth)
    level = np.random.default_rng(seed).normal(size=(100, 4))[groups] * 5
    other = weights.learn(scores * units + level, groups, worth * 9 - 4)
    back = np.array(other.weights) * units
    assert back / back.sum() == close(learned)
    mixed = np.random.default_rng(seed).permutation(len(groups))
    assert weights.learn(scores[mixed], groups[mixed], worth[mixed]).weights == close(learned)


def test_the_same_labels_give_the_same_weights():
    """To the last digit, intervals too."""
    assert weights.learn(*world()) == weights.learn(*world())


def test_intervals_hold_the_truth():
    """In made-up worlds, about as often as they say, where the penalty hardly bends."""
    truth = np.array([0.5, 0.3, 0.2])
    held = []
    for seed in range(40):
        learned = weights.learn(*world(seed, 150, told=truth, noise=1.0))
        if learned.method == "pairwise":
            held += [
                low <= w <= high for (low, high), w in zip(learned.intervals, truth, strict=True)
            ]
    assert len(held) > 60
    assert 0.85 <= np.mean(held) <= 1


def test_more_labels_tell_more_narrowly():
    """Four times the requests, half the width."""
    widths = [
        np.diff(weights.learn(*world(requests=requests)).intervals[0])[0] for requests in (200, 800)
    ]
    assert widths[0] / widths[1] == pytest.approx(2, rel=0.4)


@pytest.mark.parametrize(("requests", "size"), [(29, 8), (33, 3)])
def test_with_few_labels_each_spread_weighs_the_same(requests, size):
    """Fewer than 30 requests, or than 200 pairs: the sentence says which and how many."""
    scores, groups, worth = world(requests=requests, size=size)
    learned = weights.learn(scores * [1, 10, 1, 1], groups, worth)
    assert (learned.method, learned.penalty) == ("equal", None)
    assert learned.intervals == (None,) * 4
    spreads = [weights.spread(column, groups) for column in (scores * [1, 10, 1, 1]).T]
    shares = np.array(learned.weights) * spreads
    assert shares == pytest.approx(shares.mean(), rel=1e-4)
    assert f"{learned.pairs} pairs of {requests} requests" in learned.told
    assert "takes 200 of 30" in learned.told


def test_where_learning_does_no_better_each_spread_weighs_the_same():
    """Equal is the truth here, or nothing is: what was learned would follow chance."""
    rng = np.random.default_rng(0)
    scores, groups, _ = world(requests=60)
    learned = weights.learn(scores, groups, rng.normal(size=len(groups)))
    assert learned.method == "equal"
    assert "did no better" in learned.told
    assert all(weight > 0 for weight in learned.weights)


def test_measures_that_people_contradict_are_never_weighed_zero_each():
    """Nothing could be chosen by such weights: all weigh the same, and the loss says why."""
    scores, groups, worth = world(told=np.array([0.5, 0.5, 0.5]))
    learned = weights.learn(scores, groups, -worth)
    assert learned.method == "equal"
    assert all(weight > 0 for weight in learned.weights)
    assert "with equal weights 0.69" in learned.told


def test_worths_that_differ_by_rounding_are_equal():
    """The mean of 0.1, 0.2 and 0.3 in another order is no other opinion."""
    scores, groups, _ = world()
    tied = np.where(np.arange(400) % 2, (0.1 + 0.2) + 0.3, 0.1 + (0.2 + 0.3))
    assert weights.learn(scores, groups, tied).pairs == 0


def test_what_people_hold_for_equal_tells_nothing():
    """Requests without a difference, or without labels, are as if they were not there."""
    scores, groups, worth = world()
    learned = weights.learn(scores, groups, worth)
    rng = np.random.default_rng(1)
    more = rng.normal(size=(40, 4)) * scores.std(axis=0)
    more -= more.mean(axis=0)
    silent = np.where(np.arange(40) < 20, 3.0, math.nan)
    wider = weights.learn(
        np.vstack([scores, more]),
        np.append(groups, 1000 + np.arange(40) // 20),
        np.append(worth, silent),
    )
    assert (wider.pairs, wider.requests) == (learned.pairs, learned.requests)
    assert wider.weights == close(learned, 0.03)


def test_beside_weights_that_stand_numbers_are_in_their_unit():
    """The terms that stand are one measure more, whose own weight is the measure of the others."""
    scores, groups, worth = world(requests=1000, told=np.array([0.6, 0.3, 0.9, 0.3]))
    fixed = 3 * scores[:, 2] + 1 * scores[:, 3]
    learned = weights.learn(scores[:, :2], groups, worth, fixed=fixed)
    assert np.array(learned.weights) == pytest.approx([2.0, 1.0], rel=0.1)
    half = weights.learn(scores[:, :2], groups, worth, fixed=fixed / 2)
    assert np.array(half.weights) == pytest.approx(np.array(learned.weights) / 2, rel=1e-3)


def test_terms_that_stand_and_tell_nothing_do_not_make_the_others_infinite():
    """At least a fiftieth of all is theirs."""
    scores, groups, worth = world(requests=300)
    learned = weights.learn(scores[:, :2], groups, worth, fixed=scores[:, 3])
    assert sum(learned.weights) == pytest.approx(50, rel=0.01)


def test_a_measure_that_never_differs_within_a_request_weighs_nothing():
    """Learned or not, it can't choose."""
    scores, groups, worth = world()
    scores[:, 1] = groups
    assert weights.learn(scores, groups, worth).weights[1] == 0
    assert weights.learn(scores[:40], groups[:40], worth[:40]).weights[1] == 0


def test_large_requests_do_not_take_all_time():
    """Of 64 candidates each has up to 30 partners; what is found stays the same."""
    learned = weights.learn(*world(requests=40, size=64))
    assert learned.pairs == 40 * sum(64 - apart for apart in range(1, 16))
    assert learned.weights[0] == pytest.approx(2 / 3, abs=0.05)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"scaled": np.zeros((3, 2))}, "scaled: expected shape"),
        ({"scaled": np.zeros(4)}, "scaled: expected shape"),
        ({"worth": np.zeros(3)}, "scaled: expected shape"),
        ({"scaled": np.full((4, 2), math.nan)}, r"every score \(got 8 missing\)"),
        ({"scaled": np.zeros((4, 2))}, "measures that differ within a request"),
        ({"groups": np.arange(4)}, "measures that differ within a request"),
    ],
)
def test_what_can_not_be_meant_is_refused(changed, said):
    """In words."""
    right = {"scaled": np.eye(4)[:, :2], "groups": np.zeros(4), "worth": np.arange(4.0)}
    with pytest.raises(ValueError, match=said):
        weights.learn(**(right | changed))
