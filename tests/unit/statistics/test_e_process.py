"""A bet against a promise is fair while the promise holds, and grows where it is broken."""

import json
import math
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.statistics import Wealth, combined, start, update

risks = st.floats(1e-4, 0.99)
losses = st.floats(0, 1)
pasts = st.lists(losses, max_size=40)


def after(risk: float, seen: list[float]) -> Wealth:
    wealth = start(risk)
    for loss in seen:
        wealth = update(wealth, loss)
    return wealth


@given(risks, pasts)
def test_a_loss_of_the_promised_mean_is_a_fair_game(risk, past):
    """All or nothing with the promised mean: on average nothing is won or lost, whatever was."""
    wealth = after(risk, past)
    won, lost = update(wealth, 1.0).value, update(wealth, 0.0).value
    assert risk * won + (1 - risk) * lost == pytest.approx(wealth.value, rel=1e-9)


@given(risks, pasts, losses)
def test_only_the_mean_of_a_loss_counts(risk, past, loss):
    """Wealth is a straight line of the loss, so the fair game is fair for any loss of that mean."""
    wealth = after(risk, past)
    won, lost = update(wealth, 1.0).value, update(wealth, 0.0).value
    between = loss * won + (1 - loss) * lost
    assert update(wealth, loss).value == pytest.approx(between, rel=1e-9)


@given(risks, pasts, losses, losses)
def test_a_larger_loss_never_makes_poorer(risk, past, one, other):
    """So a mean below the promise is worse than fair."""
    wealth = after(risk, past)
    low, high = sorted((one, other))
    assert update(wealth, low).value <= update(wealth, high).value


@given(risks, pasts, losses)
def test_it_never_loses_everything(risk, past, loss):
    """No loss takes more than half of it, and it stays above 0."""
    wealth = after(risk, past)
    assert update(wealth, loss).value >= wealth.value / 2 > 0


@given(risks, pasts)
def test_it_is_the_mean_of_bets_that_begin_at_every_time(risk, past):
    """By brute force: a product of its own for each bet and each beginning, and what is left."""
    bets = [0.25 * (2 / risk) ** (step / 7) for step in range(8)]
    total = 1 / math.sqrt(1 + len(past))
    for begun in range(len(past)):
        stake = (1 / math.sqrt(1 + begun) - 1 / math.sqrt(2 + begun)) / 8
        for bet in bets:
            total += stake * math.prod(1 + bet * (loss - risk) for loss in past[begun:])
    assert after(risk, past).value == pytest.approx(total, rel=1e-9)


@given(st.integers(0, 10**8))
def test_the_cash_is_never_below_nothing(seen):
    """After any number of losses all that is staked came out of the 1 of the beginning."""
    rich = Wealth(0.01, seen, staked=(0.0,) * 8)
    assert 0 < rich.value <= 1
    assert 0 < update(rich, 0.01).value <= rich.value * (1 + 1e-9)


def test_it_stays_finite_for_ever():
    """Nothing overflows: ten million losses more would leave it where it is, as JSON can say it."""
    wealth = after(0.01, [1.0] * 5000)
    assert wealth.value == update(wealth, 1.0).value == pytest.approx(1e300)
    later = replace(wealth, seen=10_000_000)
    assert update(later, 1.0).value == pytest.approx(1e300)
    assert json.loads(json.dumps(asdict(later), allow_nan=False))["seen"] == 10_000_000


def test_it_recovers_from_any_good_time():
    """Bets that a long good time has used up to nothing at all are filled again."""
    spent = Wealth(0.01, 1_000_000, staked=(0.0,) * 8)
    for _ in range(60):
        spent = update(spent, 1.0)
    assert spent.value > 20


def test_update_is_pure():
    """The old wealth can be gone on from twice."""
    wealth = after(0.1, [0.5, 0.0])
    before = asdict(wealth)
    assert update(wealth, 1.0) == update(wealth, 1.0)
    assert asdict(wealth) == before


@pytest.mark.parametrize("risk", [0, 1, -0.1, 1.5, math.nan, math.inf])
def test_a_promise_that_can_not_be_broken_is_refused(risk):
    """A mean of losses in [0, 1] is never above 1, and 0 leaves nothing to bet."""
    with pytest.raises(ValueError, match=r"risk: expected .* \(got"):
        start(risk)


@pytest.mark.parametrize("loss", [-0.001, 1.001, math.nan, math.inf])
def test_a_loss_out_of_range_is_refused(loss):
    """It would make the promise of the alarm void."""
    with pytest.raises(ValueError, match=r"loss: expected .* \(got"):
        update(start(0.1), loss)


@given(st.lists(st.floats(0, 1e300), min_size=1, max_size=8))
def test_combined_is_the_mean(values):
    """It lies among what the writers say, and is finite."""
    off = 1 + 1e-9
    assert min(values) / off <= combined(values) <= max(values) * off
    assert combined(values) == pytest.approx(sum(value / len(values) for value in values))


@given(st.integers(1, 5), risks, pasts)
def test_writers_that_have_seen_the_same_say_what_one_says(writers, risk, past):
    """And writers that have seen nothing say 1."""
    value = after(risk, past).value
    assert combined([value] * writers) == pytest.approx(value)
    assert combined([start(risk).value] * writers) == pytest.approx(1)


@pytest.mark.parametrize("values", [[], [1.0, -0.1], [math.nan], [1.0, math.inf]])
def test_what_no_bet_can_come_to_is_refused(values):
    """Nothing, less than nothing and no number have no mean that says anything."""
    with pytest.raises(ValueError, match=r"values: expected .* \(got"):
        combined(values)
