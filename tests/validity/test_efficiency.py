"""What efficiency and its bounds promise holds in worlds whose truth is known."""

import math

import numpy as np
import pytest

from labelled import World
from selector.calibration.best_of_n import best_of_each, best_of_normals, turning
from selector.calibration.efficiency import accuracy, expected_efficiency, gains
from selector.calibration.people import crossed, mean, one_person, without_noise

RHO = 0.6
EIGHT = World(requests=100, candidates=8, rhos=(RHO,), raters=1, noise=0.0)


def drawn(world, seed):
    """Return the truth, what the first measure says, and what people say."""
    rng = np.random.default_rng(seed)
    truth = world.truth(rng)
    return truth, world.measured(rng, truth)[0], world.judged(rng, truth)


def covered(world, times, truth=RHO):
    """Return how often the interval holds the true efficiency."""
    held = 0
    for seed in range(times):
        worth, score, _ = drawn(world, seed)
        low, high = gains(worth, score).interval(seed=seed)
        held += low <= truth <= high
    return held / times


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """At 100 prompts 95 %, give or take what chance does to so few repetitions."""
    times = 200
    assert abs(covered(EIGHT, times) - 0.95) < 3 * math.sqrt(0.95 * 0.05 / times) + 0.01


@pytest.mark.slow
@pytest.mark.parametrize("requests", [50, 100, 400])
def test_the_coverage_is_between_93_and_97_percent(requests):
    """In full: the goal, at several numbers of prompts."""
    world = World(requests=requests, rhos=(RHO,), raters=1, noise=0.0)
    assert 0.93 <= covered(world, 1500) <= 0.97


def test_a_random_score_is_found_to_be_random():
    """Its efficiency is 0, and the interval says so as often as it promises."""
    world = World(requests=100, rhos=(0.0,), raters=1, noise=0.0)
    assert covered(world, 100, truth=0.0) >= 0.88


def test_efficiency_is_the_correlation_within_a_request():
    """And goes with the accuracy on pairs, whatever the number of candidates."""
    for candidates in (2, 5, 12):
        world = World(requests=20_000, candidates=candidates, rhos=(RHO,), raters=1)
        truth, score, _ = drawn(world, candidates)
        assert gains(truth, score).efficiency == pytest.approx(RHO, abs=0.02)
        assert expected_efficiency(accuracy(truth, score)) == pytest.approx(RHO, abs=0.02)


@pytest.mark.parametrize(("raters", "noise"), [(2, 0.5), (2, 1.0), (4, 0.5), (5, 1.5)])
def test_without_noise_is_within_a_hundredth(raters, noise):
    """By the mean too low, by others too high, and between them the truth."""
    world = World(requests=20_000, rhos=(RHO,), raters=raters, noise=noise)
    truth, score, ratings = drawn(world, 1)
    right = gains(truth, score).efficiency
    assert gains(mean(ratings), score).efficiency < right
    assert crossed(ratings, score).efficiency > right
    assert without_noise(ratings, score) == pytest.approx(right, abs=0.01)


def test_one_person_captures_what_his_noise_leaves():
    """In the eyes of one other, who is as noisy: what both have in common."""
    world = World(requests=20_000, rhos=(RHO,), raters=2, noise=1.0)
    *_, ratings = drawn(world, 2)
    assert one_person(ratings).efficiency == pytest.approx(0.5, abs=0.01)


def test_the_best_of_n_is_unbiased():
    """The mean over many small samples is the truth, for every n, as drawing anew would give it."""
    truth, score, _ = drawn(World(requests=20_000, candidates=16, rhos=(RHO,), raters=1), 3)
    found = best_of_each(truth - truth.mean(axis=1, keepdims=True), score, 16).mean(axis=0)
    for n in (2, 4, 8):
        firsts = gains(truth[:, :n], score[:, :n]).captured.mean()
        assert found[n - 1] == pytest.approx(firsts, abs=0.02)
        assert found[n - 1] == pytest.approx(RHO * best_of_normals(n), abs=0.05)


@pytest.mark.slow
def test_curves_that_do_not_turn_seldom_warn():
    """At most one in twenty where choosing makes no difference, which is the hardest case."""
    warned = 0
    for seed in range(400):
        random = np.random.default_rng(seed)
        warned += turning(best_of_each(*random.normal(size=(2, 100, 8)), 8)) is not None
    assert warned / 400 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)
