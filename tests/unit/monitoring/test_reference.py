"""What a stream's standard is, and what it takes to be one."""

import numpy as np
import pytest

from drifting import date
from selector.monitoring.day import Day, Grid
from selector.monitoring.effects import effects
from selector.monitoring.kinds import KINDS
from selector.monitoring.reference import Reference, reference

NUMBER, RATE = KINDS["mean"], KINDS["escalation"]


def days_of(values, grid, within=np.nan):
    """Return a day for each row of *values*."""
    found = []
    for at, row in enumerate(np.asarray(values, dtype=float)):
        day = Day(date(at))
        day.add(row, np.full(len(row), within), grid)
        found.append(day)
    return found


def normal(days=7, count=500, mean=0.0, seed=0):
    return np.random.default_rng(seed).normal(mean, 1, (days, count))


def standard(values, within=np.nan):
    grid = Grid.of(np.ravel(values)[:200])
    return reference(days_of(values, grid, within), NUMBER, grid)


@pytest.mark.parametrize(("days", "count"), [(6, 500), (7, 28)])
def test_too_little_is_no_reference(days, count):
    """Less than a week, or less than 200 values: nothing is guessed."""
    assert standard(normal(days, count)) is None


def test_the_dead_band_is_in_deviations_of_an_image():
    """Variance between prompts and within them together; 0.10 of its root is harmless, 0.25 is not."""
    values = normal(7, 2000)
    found = standard(values, within=3.0)
    assert found.mean == pytest.approx(values.mean())
    assert found.sd == pytest.approx(values.std())
    assert found.image_sd == pytest.approx(np.sqrt(values.var() + 3.0))
    assert found.inner == pytest.approx(0.1 * found.image_sd)
    assert found.outer == pytest.approx(0.25 * found.image_sd)


def test_what_the_reference_does_not_know_is_no_drift():
    """Of few values, or of days that differ, the band is as wide as the reference is uncertain."""
    rng = np.random.default_rng(0)
    uneven = normal(7, 500) + rng.normal(0, 0.4, (7, 1))
    error = uneven.mean(axis=1).std(ddof=1) / np.sqrt(7)
    assert standard(uneven).inner == pytest.approx(2 * error)
    assert standard(normal(7, 30)).inner > 0.1


def test_ranks_have_a_mean_of_one_half():
    """Under the reference itself, whatever its shape; the bounds lie where a harmless shift leads."""
    for values in (normal(), np.exp(normal()), np.round(normal()), np.zeros((7, 500))):
        grid = Grid.of(np.ravel(values)[:200])
        found = reference(days_of(values, grid), NUMBER, grid)
        ranks = found.ranks()[grid.bins(np.ravel(values))]
        assert ranks.mean() == pytest.approx(0.5)
        assert 0 < found.low < 0.5 < found.high < 1
    found = standard(normal(7, 5000))
    assert found.high == pytest.approx(0.528, abs=0.005)  # Φ(0.1 / √2)


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.99, 1.0])
def test_a_rate_may_move_by_a_tenth(share):
    """Of itself, or of what it lacks to 1; where nothing ever happened, by what can't be ruled out."""
    values = np.random.default_rng(0).random((7, 5000)) < share
    found = reference(days_of(values, None), RATE, None)
    room = max(0.1 * min(found.mean, 1 - found.mean), 3 / 35_000)
    assert found.high - found.mean == pytest.approx(room, rel=0.6)
    assert found.mean - found.low == pytest.approx(found.high - found.mean)


def test_a_reference_comes_back_from_json():
    """What is kept in the journal is what was."""
    found = standard(normal())
    assert Reference.from_dict(found.to_dict()) == found


def test_a_day_comes_back_from_json():
    """Likewise a day, with its counts or without."""
    grid = Grid.of(normal()[0])
    for day in (*days_of(normal(), grid, 0.5), *days_of([[0, 1, 1]], None), Day(date(0))):
        again = Day.from_list(day.to_list())
        assert again.to_list() == day.to_list()
        assert np.array_equal(again.counts, day.counts)


def test_effect_sizes_are_those_of_a_known_shift():
    """A normal shift by d: about d in Wasserstein, 2 Φ(d/2) - 1 in KS, d² in PSI."""
    grid = Grid.of(normal()[0])
    one = reference(days_of(normal(7, 5000), grid), NUMBER, grid)
    found = effects(days_of(normal(7, 5000, mean=0.5, seed=1), grid), one, grid)
    assert found.moved == pytest.approx(0.5, abs=0.02)
    assert found.wasserstein == pytest.approx(0.5, abs=0.02)
    assert found.ks == pytest.approx(0.197, abs=0.02)
    assert found.psi == pytest.approx(0.24, abs=0.03)


def test_of_too_little_no_effect_is_told():
    """A handful of values says nothing about a distribution."""
    grid = Grid.of(normal()[0])
    one = reference(days_of(normal(), grid), NUMBER, grid)
    assert effects(days_of(normal(1, 49), grid), one, grid) is None


def test_the_effect_of_a_rate_is_its_difference():
    """In shares; a distribution of noughts and ones has nothing else to tell."""
    one = reference(days_of(np.tile([0, 0, 0, 1], (7, 50)), None), RATE, None)
    found = effects(days_of(np.tile([0, 1], (7, 50)), None), one, None)
    assert (found.mean, found.moved, found.ks) == (0.5, 0.25, None)
