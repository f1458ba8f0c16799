"""The mean regret of what is not measured is at most what was promised, calibrated ever anew."""

import math

import numpy as np
import pytest

from selector.statistics import conformal_offset

OFFSETS = np.linspace(-2, 3, 126)


def regrets(rng, prompts, *, candidates=8, rho=0.3, share=0.8):
    """Return what each prompt loses with each offset, in mean gains of an oracle, at most 1.

    The dear score is opened in the order of what the cheap one predicts, until the best that is
    known is at least the prediction of the next plus the offset.
    """
    cheap = rng.normal(size=(prompts, candidates))
    dear = rho * cheap + math.sqrt(1 - rho**2) * rng.normal(size=cheap.shape)
    told = (1 - share) * cheap + share * rho * cheap
    truth = (1 - share) * cheap + share * dear
    order = np.argsort(-told, axis=1)
    told, truth = (np.take_along_axis(table, order, axis=1) for table in (told, truth))
    best = np.maximum.accumulate(truth, axis=1)
    lead = np.column_stack([best[:, :-1] - told[:, 1:], np.full(prompts, np.inf)])
    stops = (lead[:, :, None] >= OFFSETS).argmax(axis=1)
    lost = best[:, -1:] - np.take_along_axis(best, stops, axis=1)
    return np.minimum(lost / (truth.max(axis=1) - truth.mean(axis=1)).mean(), 1)


def without_the_one_more(losses, offsets, risk):
    """A rule without a promise: the smallest offset that would have been good enough."""
    good = losses.mean(axis=0) <= risk
    return float(offsets[good.argmax()]) if good.any() else None


def calibrated(rule, risk, *, prompts, times, truth, seed=0):
    """Return the true mean regret of what each of many calibrations chooses; none loses nothing."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(times):
        offset = rule(regrets(rng, prompts), OFFSETS, risk)
        found.append(0.0 if offset is None else truth[np.searchsorted(OFFSETS, offset)])
    return np.array(found)


def error(found):
    return found.std() / math.sqrt(len(found))


@pytest.fixture(scope="module")
def truth():
    """What each offset really loses, from very many prompts."""
    rng = np.random.default_rng(99)
    return np.mean([regrets(rng, 5000).mean(axis=0) for _ in range(20)], axis=0)


CASES = [(0.01, 300), (0.05, 40), (0.1, 20), (0.3, 5)]


@pytest.mark.parametrize(("risk", "prompts"), CASES)
@pytest.mark.parametrize("times", [100, pytest.param(3000, marks=pytest.mark.slow)])
def test_mean_regret_is_at_most_what_was_promised(risk, prompts, times, truth):
    """Within three standard errors, from few prompts or many."""
    found = calibrated(conformal_offset, risk, prompts=prompts, times=times, truth=truth)
    assert found.mean() <= risk + 3 * error(found)


def test_it_is_not_more_careful_than_it_must_be(truth):
    """With many prompts nearly all of what may be lost is used: that is what saves."""
    found = calibrated(conformal_offset, 0.05, prompts=1000, times=40, truth=truth)
    assert 0.045 < found.mean() <= 0.05 + 3 * error(found)


def test_this_world_catches_a_rule_that_promises_too_much(truth):
    """What was just good enough in few prompts is not good enough in the next."""
    found = calibrated(without_the_one_more, 0.1, prompts=5, times=400, truth=truth)
    assert found.mean() > 0.1 + 3 * error(found)


def test_the_regret_falls_with_the_offset():
    """In this world the promise's condition holds for each single prompt."""
    losses = regrets(np.random.default_rng(3), 500)
    assert (np.diff(losses, axis=1) <= 0).all()
    assert losses[:, 0].mean() > 0.2
