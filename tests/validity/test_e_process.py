"""An alarm that is looked at for ever is false as seldom as it says, and true ones come soon."""

import math
import re
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import special

from selector.statistics import Wealth, combined, start, update

RISK = 0.1  # promised; the larger, the sooner something happens


def alike(rng, risk, _past, _value):
    """Everything is lost with the promised probability, whatever was."""
    return float(rng.random() < risk)


def uneven(rng, risk, _past, _value):
    """Mostly nothing is lost, else any part of what there is."""
    return rng.random() if rng.random() < 2 * risk else 0.0


def waves(rng, risk, past, _value):
    """Long good times and long ones at the brink."""
    return float(rng.random() < (risk if len(past) // 100 % 2 else risk / 5))


def copies(rng, risk, past, _value):
    """After a loss all is calm and sure; else it is lost in full or not at all."""
    return risk if past and past[-1] == 1 else float(rng.random() < risk)


def spite(rng, risk, past, value):
    """One that sees the bet: little by little up to the half of an alarm, then all or nothing."""
    size = 1.0 if value > 10 or not past else 5 * risk
    return size * (rng.random() < risk / size)


WORLDS = [alike, uneven, waves, copies, spite]  # the mean, given the past, is never above the risk


@dataclass(frozen=True)
class RunningMean:
    """A rule without a promise: an alarm where the mean so far is half as much again."""

    seen: int = 0
    total: float = 0.0

    @property
    def value(self):
        return 1e9 * (self.seen >= 20 and self.total > 1.5 * RISK * self.seen)

    def update(self, loss):
        return RunningMean(self.seen + 1, self.total + loss)


class PeekingTest(RunningMean):
    """A rule that keeps its promise once: a binomial test, looked at after each loss."""

    @property
    def value(self):
        return 1 / special.bdtrc(self.total - 1, self.seen, RISK) if self.seen else 1.0

    def update(self, loss):
        return PeekingTest(self.seen + 1, self.total + loss)


def highest(world, begun, go_on, *, streams, losses, seed=0):
    """Return the highest that a rule ever said, for each of many streams."""
    rng = np.random.default_rng(seed)
    peaks = []
    for _ in range(streams):
        rule, past, peak = begun, [], 0.0
        for _ in range(losses):
            past.append(world(rng, RISK, past, rule.value))
            rule = go_on(rule, past[-1])
            peak = max(peak, rule.value)
        peaks.append(peak)
    return np.array(peaks)


def kept(peaks, chance):
    """Whether alarms are as seldom as promised, within three standard errors."""
    return (peaks >= 1 / chance).mean() <= chance + 3 * math.sqrt(
        chance * (1 - chance) / len(peaks)
    )


def until_alarm(risk, harm, *, good, streams, seed=0):
    """Return after how many losses at *harm* times the risk the alarm comes, for each stream."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(streams):
        wealth, begun = start(risk), -good
        while wealth.value < 20 and begun < 20_000:
            mean = risk * (0.7 if begun < 0 else harm)
            wealth, begun = update(wealth, float(rng.random() < mean)), begun + 1
        found += [begun] if begun > 0 else []  # one in 200 is a false one of the good time
    return np.array(found)


@pytest.mark.parametrize("world", WORLDS)
def test_false_alarms_are_as_seldom_as_promised(world):
    """Over hundreds of losses that were looked at one by one, for each certainty."""
    peaks = highest(world, start(RISK), update, streams=200, losses=400)
    assert all(kept(peaks, chance) for chance in (0.02, 0.05, 0.2))


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS)
def test_false_alarms_are_as_seldom_as_promised_over_long_times(world):
    """A thousand losses, in thousands of streams."""
    peaks = highest(world, start(RISK), update, streams=2000, losses=1000, seed=1)
    assert all(kept(peaks, chance) for chance in (0.01, 0.02, 0.05, 0.2))


@pytest.mark.parametrize("rule", [RunningMean, PeekingTest])
def test_these_worlds_catch_a_rule_that_promises_too_much(rule):
    """A mean that is watched, and a test that is repeated, alarm falsely far too often."""
    peaks = highest(alike, rule(), rule.update, streams=200, losses=400)
    assert not kept(peaks, 0.05)
    assert (peaks >= 20).mean() > 0.15


def test_these_worlds_catch_a_bet_that_is_not_fair():
    """One that counts each loss as a third more than it is wins where there is nothing to win."""
    peaks = highest(alike, start(RISK / 1.5), update, streams=200, losses=400)
    assert not kept(peaks, 0.05)


@pytest.mark.parametrize(("harm", "good", "soon"), [(2, 0, 200), (5, 0, 25), (5, 1000, 80)])
def test_harm_is_noticed_soon(harm, good, soon):
    """Half of the time within so many losses, of 5 % promised."""
    assert np.median(until_alarm(0.05, harm, good=good, streams=100)) < soon


def table():
    """Return what the docstring tells: (risk, harm, good) → after how many losses, 50 and 90 %."""
    rows = re.findall(r"^ *\| (0\.\d+) \|(.*)\|$", Wealth.__doc__, flags=re.MULTILINE)
    kinds = [(2, 0), (5, 0), (2, 3000), (5, 3000)]
    return {
        (float(risk), *kind): [float(number) for number in cell.split(",")]
        for risk, cells in rows
        for kind, cell in zip(kinds, cells.split("|"), strict=True)
    }


@pytest.mark.slow
@pytest.mark.parametrize(("case", "told"), table().items())
def test_harm_is_noticed_as_soon_as_the_docstring_tells(case, told):
    """Within what 600 other streams can differ by chance."""
    risk, harm, good = case
    found = until_alarm(risk, harm, good=good, streams=600, seed=7)
    assert np.quantile(found, [0.5, 0.9]) == pytest.approx(told, rel=0.2)


def writers(rng, rounds, probabilities, joins=0):
    """Return the highest mean of writers that all lose when one draw says so, each with its own.

    With *joins* there is one writer at a time, and another one joins after so many losses.
    """
    states = [start(RISK)] if joins else [start(RISK)] * len(probabilities)
    peak = 0.0
    for number in range(rounds):
        if joins and number and number % joins == 0:
            states.append(start(RISK))
        draw = rng.random()
        moved = range(len(states) - 1, len(states)) if joins else range(len(states))
        for writer in moved:
            states[writer] = update(states[writer], float(draw < probabilities[writer % 4]))
        peak = max(peak, combined([state.value for state in states]))
    return peak


def peaks_of(streams, *wants, seed=0, **more):
    rng = np.random.default_rng(seed)
    return np.array([writers(rng, *wants, **more) for _ in range(streams)])


@pytest.mark.parametrize("streams", [100, pytest.param(2000, marks=pytest.mark.slow)])
def test_the_mean_of_writers_that_see_the_same_keeps_the_promise(streams):
    """Four that lose together are as seldom wrong as one."""
    peaks = peaks_of(streams, 300, [RISK, RISK, RISK / 2, RISK / 5])
    assert all(kept(peaks, chance) for chance in (0.05, 0.2))


@pytest.mark.parametrize("streams", [100, pytest.param(2000, marks=pytest.mark.slow)])
def test_writers_that_join_cost_no_more_than_is_told(streams):
    """Twelve, one after the other: at most 1 + 1/2 + … + 1/12 times as often."""
    peaks = peaks_of(streams, 300, [RISK] * 4, joins=25)
    times = sum(1 / number for number in range(1, 13))
    assert all((peaks >= 1 / chance).mean() <= chance * times for chance in (0.05, 0.2))


def test_the_mean_of_writers_notices_harm():
    """Four that see five times the promised risk alarm within a hundred losses each."""
    assert (peaks_of(50, 100, [5 * RISK] * 4) >= 20).all()
