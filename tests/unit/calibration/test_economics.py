"""How many candidates pay: by the curve, by the bell beyond it, and one after the other."""

import numpy as np
import pytest

from selector.calibration.best_of_n import Curve, Point, best_of_normals, curve, kl
from selector.calibration.economics import advice


def bell(most=8, slope=1.0):
    """Return the curve of a score that captures *slope* of a worth spread like a bell."""
    gained = [slope * best_of_normals(n) for n in range(1, most + 1)]
    points = [
        Point(n, gain, 0.0, gain, gain - (gained[n - 2] if n > 1 else 0), 0.0, kl(n))
        for n, gain in enumerate(gained, 1)
    ]
    return Curve(tuple(points), 100, 0, None)


@pytest.mark.parametrize(("price", "n"), [(0.2, 3), (0.1, 6), (0.05, 10), (0.03, 16), (0.01, 40)])
def test_the_number_that_pays_is_known_for_a_bell(price, n):
    """The published table; beyond the 8 that were measured it is marked."""
    found = advice(bell(), price=price, value=1)
    assert found.n == n
    assert found.extrapolated == (n > 8)
    assert found.net == pytest.approx(best_of_normals(n) - price * n)


@pytest.mark.parametrize(
    ("price", "net", "mean"), [(0.2, 0.493, None), (0.1, 0.900, 5.5), (0.03, 1.489, 14.5)]
)
def test_stopping_early_is_known_for_a_bell(price, net, mean):
    """The published table: it beats the best fixed number."""
    found = advice(bell(), price=price, value=1)
    assert found.sequential_net == pytest.approx(net, abs=0.005)
    assert found.sequential_net > found.net
    if mean is not None:
        assert found.sequential_n == pytest.approx(mean, rel=0.02)


def test_stopping_early_brings_what_is_said():
    """Played out: generate until one reaches the line, pay for each, keep the best."""
    found = advice(bell(), price=0.1, value=1)
    drawn = np.random.default_rng(0).normal(size=(20_000, 200))
    stops = (drawn >= found.stop_at).argmax(axis=1)
    net = drawn[np.arange(len(drawn)), stops] - 0.1 * (stops + 1)
    assert net.mean() == pytest.approx(found.sequential_net, abs=0.03)


def test_a_weaker_selector_pays_for_fewer():
    """Half the efficiency doubles the price of a candidate, in effect."""
    weak = advice(bell(slope=0.5), price=0.05, value=1)
    assert weak.n == advice(bell(), price=0.1, value=1).n


def test_money_has_no_unit():
    """Ten times the price and ten times the value is the same advice."""
    one, ten = (advice(bell(), price=0.05 * by, value=by) for by in (1, 10))
    assert (one.n, one.sequential_n) == (ten.n, pytest.approx(ten.sequential_n))
    assert ten.net == pytest.approx(10 * one.net)


def test_a_selector_worse_than_chance_pays_for_one():
    """More candidates would make it worse, and no line is worth waiting for."""
    worth = np.random.default_rng(0).normal(size=(100, 4))
    found = advice(curve(worth, -worth), price=0.01, value=1)
    assert found.n == 1
    assert found.stop_at is None
    assert found.sequential_net is None


def test_what_costs_more_than_it_can_bring_is_not_waited_for():
    """A price above what any further one adds: one, and no stopping line."""
    found = advice(bell(), price=3.0, value=1)
    assert (found.n, found.stop_at) == (1, None)


def test_where_only_two_pay_stopping_early_pays_more():
    """The line is below the mean then: most stop at the first, few pay for a second."""
    found = advice(bell(), price=0.45, value=1)
    assert found.n == 2
    assert found.stop_at < 0
    assert 1 < found.sequential_n < 2
    assert found.sequential_net > found.net
    drawn = np.random.default_rng(0).normal(size=(20_000, 50))
    stops = (drawn >= found.stop_at).argmax(axis=1)
    net = drawn[np.arange(len(drawn)), stops] - 0.45 * (stops + 1)
    assert net.mean() == pytest.approx(found.sequential_net, abs=0.03)


@pytest.mark.parametrize("prices", [(0, 1), (1, 0), (-1, 1), (float("nan"), 1)])
def test_prices_are_above_0(prices):
    """A free candidate would pay for ever."""
    with pytest.raises(ValueError, match="prices"):
        advice(bell(), price=prices[0], value=prices[1])
