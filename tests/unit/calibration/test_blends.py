"""Blends of measures: nothing that judges a request was learned from it."""

from dataclasses import replace

import numpy as np
import pytest

from labelled import World, sample
from selector.calibration.blends import Board, blends, folds, probabilities, tells
from selector.calibration.efficiency import gains
from selector.calibration.grid import grid

SEVERAL = World(requests=120, candidates=6, rhos=(0.5, 0.4, 0.1))


def board(world=SEVERAL, seed=0):
    """Return a world as a board."""
    made = sample(world, seed)
    return Board(
        names=tuple(made.scores),
        scores=made.of(list(made.scores)),
        groups=made.groups,
        worth=made.worth,
        folds=folds(made.requests),
    )


def efficiency(given, score):
    return gains(grid(given.worth, given.groups), grid(score, given.groups)).efficiency


def test_parts_are_whole_requests_of_equal_number():
    """No request is torn, and parts differ by one request at most."""
    requests = [f"r{at % 23}" for at in range(92)]
    parts = folds(requests, count=5)
    by_request = {
        one: {p for r, p in zip(requests, parts, strict=True) if r == one} for one in requests
    }
    assert all(len(one) == 1 for one in by_request.values())
    sizes = np.bincount([min(one) for one in by_request.values()])
    assert sizes.max() - sizes.min() <= 1


def test_parts_do_not_depend_on_the_order_of_a_file():
    """Names decide who is together; another seed parts otherwise."""
    requests = [f"r{at}" for at in range(40)]
    parts = dict(zip(requests, folds(requests), strict=True))
    assert folds(requests[::-1]).tolist() == [parts[one] for one in requests[::-1]]
    assert folds(requests, seed=1).tolist() != folds(requests).tolist()


def test_a_blend_chooses_better_than_its_measures():
    """Together they know more than the best of them alone."""
    given = board()
    made = blends(given)
    alone = max(efficiency(given, one) for one in given.scores.T)
    assert efficiency(given, made.equal) > alone
    assert efficiency(given, made.learned) > alone
    assert efficiency(given, made.ranks) > 0.3


def test_learned_weights_leave_noise_aside():
    """What tells nothing weighs little beside what tells much."""
    made = blends(board(World(requests=300, candidates=6, rhos=(0.7, 0.0))))
    assert made.weights.method == "pairwise"
    assert made.weights.weights[0] > 5 * made.weights.weights[1]


def test_labels_of_a_request_do_not_change_its_own_scores():
    """Turn what people say of one part around: its candidates score as before."""
    given = board()
    there = given.folds == 3
    turned = replace(given, worth=np.where(there, -given.worth, given.worth))
    before, after = blends(given), blends(turned)
    for name in ("equal", "ranks", "best", "learned"):
        np.testing.assert_array_equal(getattr(before, name)[there], getattr(after, name)[there])
    assert not np.array_equal(before.learned[~there], after.learned[~there])


def test_noise_that_fits_by_chance_is_not_taken_for_good():
    """The best of forty useless measures looks useful; picked without the labels it does not."""
    given = board(World(requests=40, candidates=4, rhos=(0.0,) * 40, raters=1))
    alone = max(efficiency(given, one) for one in given.scores.T)
    assert alone > 0.2
    assert efficiency(given, blends(given).best) < alone - 0.15


def test_missing_scores_are_put_where_the_others_expect_them():
    """A tenth missing costs little, and nothing is nan."""
    given = board(World(requests=300, candidates=6, rhos=(0.5, 0.5, 0.5)))
    random = np.random.default_rng(0)
    holes = np.where(random.random(given.scores.shape) < 0.1, np.nan, given.scores)
    whole, made = blends(given), blends(replace(given, scores=holes))
    assert np.isfinite(made.learned).all()
    assert efficiency(given, made.learned) > efficiency(given, whole.learned) - 0.06


def test_a_measure_that_differs_nowhere_makes_no_difference():
    """The same within each request: it weighs nothing, and breaks nothing."""
    given = board()
    flat = np.column_stack([given.scores, given.groups.astype(float)])
    made = blends(replace(given, names=(*given.names, "flat"), scores=flat))
    assert made.weights.weights[-1] == 0
    assert tells(given)
    level = given.groups[:, None].astype(float)
    assert not tells(replace(given, names=("flat",), scores=level))


def test_probabilities_are_right_on_average():
    """Of what is held for good with probability p, a share p is good."""
    given = board(World(requests=500, candidates=4, rhos=(0.8,)))
    good = given.worth > 0
    p = probabilities(given, given.scores[:, 0], good)
    for low in (0.0, 0.25, 0.5, 0.75):
        there = (p >= low) & (p < low + 0.25)
        assert good[there].mean() == pytest.approx(p[there].mean(), abs=0.07)


def test_where_all_are_good_there_is_no_probability():
    """Neither where all others score the same."""
    given = board()
    everyone = np.ones(len(given.worth), dtype=bool)
    assert probabilities(given, given.scores[:, 0], everyone) is None
    assert probabilities(given, np.zeros(len(everyone)), given.worth > 0) is None
