"""What looking further is worth agrees with closed forms, with brute force and with drawing."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from selector.statistics import expected_gain, reservation

sds = st.floats(1e-3, 1e3)
costs = st.floats(1e-6, 1e3)
levels = st.floats(-5, 5)
counts = st.integers(1, 1000)


def gain_of_one(best, mean, sd):
    """The known closed form of E[(T - best)+] for a normal T."""
    x = (best - mean) / sd
    return sd * (stats.norm.pdf(x) - x * stats.norm.sf(x))


@given(sds, costs)
def test_opening_at_the_reservation_gains_exactly_its_cost(sd, cost):
    """That is what makes it the reservation."""
    offset = reservation(sd, cost)
    assert gain_of_one(offset, 0.0, sd) == pytest.approx(cost, rel=1e-6, abs=1e-9)


@given(sds, costs, st.floats(0.01, 100))
def test_a_reservation_follows_the_unit(sd, cost, factor):
    """In another currency it is the same offset."""
    moved = reservation(factor * sd, factor * cost)
    assert moved == pytest.approx(factor * reservation(sd, cost), rel=1e-6, abs=1e-9 * factor * sd)


@given(sds, sds, costs, costs)
def test_what_is_dearer_or_surer_is_worth_less_looking(sd, other_sd, cost, other_cost):
    """It falls with the cost and rises with what may be inside."""
    (narrow, wide), (cheap, dear) = sorted((sd, other_sd)), sorted((cost, other_cost))
    slack = 1e-9 * (wide + dear)
    assert reservation(narrow, cost) <= reservation(wide, cost) + slack
    assert reservation(sd, dear) <= reservation(sd, cheap) + slack


@pytest.mark.parametrize(
    ("sd", "cost", "offset"),
    [
        (1.0, 1 / math.sqrt(2 * math.pi), 0.0),  # phi(0)
        (2.0, 2 / math.sqrt(2 * math.pi), 0.0),
        (0.0, 3.0, -3.0),
        (0.0, 0.0, 0.0),
        (1.0, 0.0, math.inf),
        (1.0, 1e6, -1e6),
        (1e-300, 1e10, -1e10),
        (1.0, 39.999999, -39.999999),
    ],
)
def test_reservations_that_are_known(sd, cost, offset):
    """Where the gain has a closed form, at the ends, and where one calculation takes over."""
    assert reservation(sd, cost) == pytest.approx(offset, abs=1e-9)


@pytest.mark.parametrize(("sd", "cost"), [(1.0, 5e-324), (1e300, 1e-300), (5e-324, 1e-323)])
def test_a_reservation_of_extremes_is_finite(sd, cost):
    """The smallest numbers that can be written are a cost too."""
    assert math.isfinite(reservation(sd, cost))


@given(levels, levels, st.floats(0.01, 5))
def test_one_draw_gains_what_is_known(best, mean, sd):
    """The closed form of one normal draw."""
    gain = expected_gain(best, mean, sd, 1)
    assert gain == pytest.approx(gain_of_one(best, mean, sd), abs=1e-6 * sd)


@given(st.floats(-12, 12), levels, st.floats(0.01, 5), counts)
def test_many_draws_gain_what_adding_up_slowly_finds(level, mean, sd, more):
    """To a millionth of the spread, for up to a thousand draws."""
    z = np.linspace(level, 24, 200_001)
    slow = sd * integrate.trapezoid(1 - stats.norm.cdf(z) ** more, z)
    assert expected_gain(mean + level * sd, mean, sd, more) == pytest.approx(slow, abs=1e-6 * sd)


@pytest.mark.parametrize("more", [1, 4, 30, 1000])
@pytest.mark.parametrize("best", [-2.0, 0.5, 2.5])
def test_drawing_finds_the_same(best, more):
    """As many worlds as it takes to see a third digit."""
    rng = np.random.default_rng(more)
    highest = 1 + 0.5 * stats.norm.ppf(rng.random(200_000) ** (1 / more))
    gains = np.maximum(highest - best, 0)
    error = gains.std() / math.sqrt(len(gains))
    assert expected_gain(best, 1.0, 0.5, more) == pytest.approx(gains.mean(), abs=4 * error + 1e-9)


@pytest.mark.parametrize(("more", "mean"), [(2, 1 / math.sqrt(math.pi)), (3, 1.5 / math.pi**0.5)])
def test_the_best_of_a_few_is_known(more, mean):
    """Far above what one has, the gain is the mean of the maximum, which is known."""
    assert expected_gain(-30.0, 0.0, 1.0, more) == pytest.approx(30 + mean, abs=1e-6)


@given(levels, levels, st.floats(0.01, 5), counts, counts)
def test_more_draws_gain_more_and_each_less_than_the_last(best, mean, sd, one, other):
    """Never less with more of them, never more than each alone would gain, and less if one is
    better off.
    """
    few, many = sorted((one, other))
    gain = expected_gain(best, mean, sd, few)
    assert 0 <= gain <= expected_gain(best, mean, sd, many) + 1e-6 * sd
    assert expected_gain(best, mean, sd, many) <= many / few * gain + many * 1e-6 * sd
    assert expected_gain(best + sd, mean, sd, few) <= gain + 1e-6 * sd


def test_the_reservation_is_where_one_more_draw_pays_no_longer():
    """Both speak of the same gain."""
    offset = reservation(0.7, 0.05)
    assert expected_gain(2 + offset, 2.0, 0.7, 1) == pytest.approx(0.05, abs=1e-6)


def test_weitzmans_rule_is_the_best_of_all_rules_by_brute_force():
    """Two boxes: no other order and stopping level nets more, not even the higher mean first."""
    rng = np.random.default_rng(0)
    values = np.stack([rng.normal(0, 2, 200_000), rng.normal(0.3, 0.5, 200_000)])
    prices, means, sds = (0.3, 0.2), (0.0, 0.3), (2.0, 0.5)
    reserved = [means[box] + reservation(sds[box], prices[box]) for box in (0, 1)]

    def net(first, level):
        second = 1 - first
        go_on = values[first] < level
        best = np.where(go_on, values.max(axis=0), values[first])
        return (best - prices[first] - prices[second] * go_on).mean()

    first = int(reserved[1] > reserved[0])
    told = net(first, reserved[1 - first])
    tried = max(net(box, level) for box in (0, 1) for level in np.linspace(-2, 3, 101))
    assert told >= tried - 0.001
    assert told > net(1 - first, reserved[first]) + 0.01


@pytest.mark.parametrize(
    ("best", "sd", "more", "gain"),
    [
        (1.0, 0.0, 3, 1.0),
        (3.0, 0.0, 3, 0.0),
        (1.0, 1.0, 0, 0.0),
        (1.0, 0.0, 0, 0.0),
        (100.0, 1.0, 1000, 0.0),
        (-1e6, 1.0, 1, 1_000_002.0),
        (-1e6, 1e-300, 5, 1_000_002.0),
        (1e300, 1e-300, 5, 0.0),
    ],
)
def test_gains_at_the_ends(best, sd, more, gain):
    """No spread, no draws, out of reach, and far below."""
    assert expected_gain(best, 2.0, sd, more) == pytest.approx(gain, abs=1e-6)


@pytest.mark.parametrize("wrong", [-1.0, math.nan, math.inf])
@pytest.mark.parametrize("name", ["sd", "cost"])
def test_what_no_box_can_be_is_refused(name, wrong):
    """By its name and with what was given."""
    with pytest.raises(ValueError, match=rf"{name}: expected .* \(got {wrong}\)"):
        reservation(**({"sd": 1.0, "cost": 1.0} | {name: wrong}))


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("best", -math.inf), ("mean", math.nan), ("sd", -1.0), ("sd", math.inf), ("more", -1)],
)
def test_what_no_draw_can_be_is_refused(name, wrong):
    """By its name and with what was given."""
    with pytest.raises(ValueError, match=rf"{name}: expected .* \(got {wrong}\)"):
        expected_gain(**({"best": 0.0, "mean": 0.0, "sd": 1.0, "more": 1} | {name: wrong}))
