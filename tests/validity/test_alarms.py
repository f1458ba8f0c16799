"""Simulated worlds: in a year without a drift there is no more than one alarm, and drift is found soon.

Images of a prompt correlate in worlds B and D; days differ in C and D. See `benchmarks.drift`.
"""

import numpy as np
import pytest

from benchmarks.drift import (
    IMAGES,
    PROMPTS,
    RAISED,
    SHIFT,
    WORLDS,
    delays,
    escalations,
    false_alarms,
    scores,
)

HARSHEST = WORLDS[-1]


def test_these_worlds_catch_a_rule_that_promises_too_much():
    """Days judged by a z of 3 as if images were alike: false alarms by the dozen in two months."""
    rng = np.random.default_rng(0)
    days = [next(iter(scores(HARSHEST, rng, day).columns.values())).values for day in range(60)]
    alike = 1 / np.sqrt(IMAGES * PROMPTS)
    assert sum(abs(day.mean()) > 3 * alike for day in days) > 12


def test_two_months_without_a_drift_are_quiet():
    """In the harshest world, of scores."""
    assert false_alarms(HARSHEST, scores, seed=0, days=30) == 0


def test_a_drift_of_scores_is_found_within_8_000_images():
    """By 0.25 standard deviations, in the harshest world, in 19 of 20 cases."""
    found = delays(HARSHEST, scores, SHIFT, runs=20)
    assert IMAGES * np.quantile(found, 0.95) <= 8000


def test_a_drift_of_a_rate_is_found_within_10_000_requests():
    """From 5 to 7 % of requests that need a person, in 19 of 20 cases."""
    assert np.quantile(delays(WORLDS[0], escalations, RAISED, runs=20), 0.95) <= 10_000


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("world", WORLDS, ids=lambda one: one.name)
@pytest.mark.parametrize("made", [scores, escalations])
def test_a_year_without_a_drift_has_one_alarm_at_most(world, made):
    """Of 10,000 images a day; on average over three years of each."""
    assert sum(false_alarms(world, made, seed) for seed in range(3)) <= 3


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("world", WORLDS, ids=lambda one: one.name)
def test_drift_is_found_as_soon_in_every_world(world):
    """In 95 of 100 cases: a score within 8,000 images, a rate within 10,000 requests."""
    assert IMAGES * np.quantile(delays(world, scores, SHIFT, runs=100), 0.95) <= 8000
    assert np.quantile(delays(world, escalations, RAISED, runs=100), 0.95) <= 10_000
