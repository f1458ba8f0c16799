"""What is certified is broken as seldom as it says, calibrated ever anew in known worlds.

The worlds are those of `benchmarks.worlds`.
"""

import math
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.worlds import (
    CASES,
    DELIVERED,
    FAULTY,
    GOALS,
    World,
    by_faults,
    by_winners,
    certified,
    costs,
    lines_of,
    naive,
    outcomes,
    product,
    straight,
)

TIMES = [80, pytest.param(600, marks=pytest.mark.slow)]


def most(runs):
    """The target may be broken in 5 % of calibrations; three standard errors are chance."""
    return 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("runs", TIMES)
def test_a_certified_line_keeps_its_promise(case, runs):
    """With 500 labels or 5,000, at 1, 2 or 5 %, detectors good or better."""
    _, bad = outcomes(certified, case, runs, seed=runs)
    assert (bad > case.risk).mean() <= most(runs)


@pytest.mark.parametrize(("case", "goal"), GOALS.items(), ids=str)
def test_enough_is_accepted_under_a_promise(case, goal):
    """A promise that lets nothing through would be easily kept."""
    share, _ = outcomes(certified, case, 200)
    assert share.mean() >= goal


@pytest.mark.parametrize("labels", [30, 58, 70, 120])
def test_with_few_labels_the_promise_holds_too(labels):
    """Fewer than can promise anything, or hardly as many: then the answer is mostly none."""
    case = replace(CASES[0], labels=labels)
    share, bad = outcomes(certified, case, 400)
    assert (bad > case.risk).mean() <= most(400)
    assert (share == 0).mean() > 0.5
    assert labels > 58 or not share.any()


def test_these_worlds_catch_a_rule_without_a_promise():
    """A bad rate that was low enough among the labels is not low enough in the next in many."""
    for case in CASES[:4]:
        _, bad = outcomes(naive, case, 100)
        assert (bad > case.risk).mean() > 0.2


@pytest.mark.parametrize("bad", [0.06, 0.15, 0.5])
def test_a_score_that_tells_nothing_certifies_nothing(bad):
    """Where as many are bad everywhere, and more than may be: none, in at least 95 % of runs."""
    share, _ = outcomes(certified, replace(CASES[1], world=World(0.5, bad)), 200)
    assert (share == 0).mean() >= 0.95


def test_where_everything_is_good_enough_everything_is_accepted():
    """No line is stricter than the target needs."""
    share, _ = outcomes(certified, replace(CASES[1], world=World(0.9, 0.02)), 40)
    assert np.median(share) > 0.99


def test_more_traffic_without_labels_changes_the_lines_alone():
    """Other quantiles of the same scores: about the same line, and the same promise."""
    rng, case = np.random.default_rng(0), CASES[1]
    few, many = (lines_of(case.world.drawn(rng, count)[0]) for count in (500, 100_000))
    assert np.abs(case.world.accepted(few)[0] - case.world.accepted(many)[0]).max() < 0.08


def test_three_ways_cost_hardly_more_than_the_truth_would():
    """At 500 labels within 2 % of true probabilities, and at most 0.8 of the best single line."""
    spent, truth, single = costs(500, 30)
    assert spent <= 1.02 * truth
    assert spent <= 0.80 * single


def test_more_labels_cost_less():
    """Curves come nearer to the truth."""
    few, many = costs(100, 30)[0], costs(2000, 10)[0]
    assert many < few


@pytest.mark.parametrize("runs", [25, pytest.param(300, marks=pytest.mark.slow)])
def test_several_faults_are_certified_together(runs):
    """The product of three curves keeps the promise, and accepts more than adding faults up."""
    share, bad = by_faults(product, 3000, runs)
    assert (bad > FAULTY).mean() <= most(runs)
    assert share.mean() > 1.5 * by_faults(straight, 3000, runs)[0].mean()


@pytest.mark.parametrize("runs", [40, pytest.param(400, marks=pytest.mark.slow)])
@pytest.mark.parametrize("likes", [-1.0, 0.6, 1.0])
def test_what_is_certified_on_deliveries_holds_for_deliveries(likes, runs):
    """Whatever the reward that chooses them likes."""
    assert (by_winners(likes, 1000, runs, on_winners=True) > DELIVERED).mean() <= most(runs)


def test_what_is_certified_on_any_candidates_does_not():
    """A reward that likes the fault delivers more of it than random candidates have."""
    assert (by_winners(1.0, 1000, 40, on_winners=False) > DELIVERED).mean() > 0.3
