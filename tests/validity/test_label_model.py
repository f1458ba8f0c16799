"""The label model keeps its promises in made-up worlds: better than counting, and honest intervals.

8 images x 50 prompts, 40 votes each, 70 % good, 20 % careless, 10 % spam raters, and a left side
that wins 80 % of the votes between equals.
"""

import numpy as np
import pytest

from judgements import logits, spam_world
from selector.labels import Label, Pair
from selector.labels.model import LAM, Settings, fit

SLOW = pytest.mark.slow
PLAIN = Settings(raters=False, position=False)
GAIN = 0.04  # Spearman over plain Bradley–Terry that is promised
SIDE = logits(0.1)
FEW, MANY = 6, 30


def gains(runs, settings):
    """Return by how much each step raises Spearman over plain Bradley–Terry, run by run."""
    found = []
    for seed in range(runs):
        world = spam_world(seed)
        plain = world.spearman(fit(world.labels, "quality", PLAIN).worth)
        found.append([world.spearman(fit(world.labels, "quality", one).worth) - plain
                      for one in settings])  # fmt: skip
    return np.array(found)


@pytest.mark.parametrize("runs", [FEW, pytest.param(MANY, marks=SLOW)])
def test_raters_and_places_weighed_beat_plain_bradley_and_terry(runs):
    """By at least 0.04 Spearman on average in the spam world, and each of the two by something."""
    mixture, whole = gains(runs, [Settings(position=False), Settings()]).mean(axis=0)
    assert whole >= GAIN
    assert whole > mixture > 0


@pytest.mark.parametrize("runs", [FEW, pytest.param(MANY, marks=SLOW)])
def test_where_everybody_looks_and_sides_do_not_appeal_nothing_is_lost(runs):
    """Asking about raters costs less than 0.01 Spearman where there is nothing to find."""
    lost = []
    for seed in range(runs):
        world = spam_world(seed, bias=0.0)
        honest = [one for one in world.labels if one.rater.startswith("good")]
        lost.append(world.spearman(fit(honest, "quality", PLAIN).worth)
                    - world.spearman(fit(honest, "quality").worth))  # fmt: skip
    assert np.mean(lost) < 0.01


def error_of_side(world, labels, side):
    """Return the standard error that the appeal of a side has at best: from the truth, by hand.

    The information about it, less what goes into not knowing what the images are worth.
    """
    told = 0.0
    for prompt, worth in enumerate(world.worth):
        said = [one.said for one in labels if one.request == str(prompt)]
        left, right = (np.array([int(getattr(one, name)) for one in said], dtype=int)
                       for name in ("left", "right"))  # fmt: skip
        wins = 1 / (1 + np.exp(worth[right] - worth[left] - side))
        sharp = wins * (1 - wins)
        rows = np.eye(len(worth))[left] - np.eye(len(worth))[right]
        known = rows.T @ (sharp[:, None] * rows) + LAM * np.eye(len(worth))
        both = rows.T @ sharp
        told += sharp.sum() - both @ np.linalg.solve(known, both)
    return told**-0.5


def test_the_appeal_of_a_side_is_found():
    """Of those who look: within two standard errors of what it is, in at least 9 of 10 worlds."""
    held = []
    for seed in range(20):
        world = spam_world(seed, bias=0.1, prompts=25)
        honest = [one for one in world.labels if one.rater.startswith("good")]
        raters = fit(honest, "quality").raters.values()
        found = np.average([one.side for one in raters], weights=[one.labels for one in raters])
        held.append(abs(found - SIDE) <= 2 * error_of_side(world, honest, SIDE))
    assert np.mean(held) >= 0.9


def votes(worth, count, random):
    """Return so many honest votes of one prompt."""
    labels = []
    for at in range(count):
        one, other = random.choice(len(worth), 2, replace=False)
        better = random.random() < 1 / (1 + np.exp(worth[other] - worth[one]))
        said = Pair(str(one), str(other), "left" if better else "right", shown=False)
        labels.append(Label("p", f"r{at % 4}", said, "quality"))
    return labels


def coverage(runs, settings, seed=0):
    """Return how often the 95 % interval of a difference holds it: 8 images, 40 votes."""
    random = np.random.default_rng(seed)
    held = []
    for _ in range(runs):
        worth = random.normal(0, 1, 8)
        found = fit(votes(worth, 40, random), "quality", settings)
        for one in range(8):
            for other in range(one):
                gap, error = found.difference("p", str(one), str(other))
                held.append(abs(gap - (worth[one] - worth[other])) <= 1.96 * error)
    return float(np.mean(held))


@pytest.mark.parametrize("runs", [60, pytest.param(600, marks=SLOW)])
def test_intervals_hold_the_truth_as_often_as_they_say(runs):
    """95 % of differences: 0.93 to 0.985, also where raters are asked about."""
    assert 0.93 <= coverage(runs, PLAIN) <= 0.985
    assert 0.93 <= coverage(runs, Settings()) <= 0.985


def test_this_world_would_notice_intervals_that_are_too_narrow():
    """A prior four times as tight holds the truth too seldom."""
    assert coverage(60, Settings(lam=4.0, raters=False, position=False)) < 0.93
