"""What measuring came to here, as the journal knows, orders it; it never changes a verdict."""

import sqlite3

import pytest

from asking import SIZES, png
from selector import Selection, Selector, select
from selector.journal import Journal
from told import ids

SLOW = """
time.sleep(0.004 * len(subjects))
return [{"value": Score(0.9)} for one in subjects]
"""
STRICT = 'return [{"value": Score((one.image.size[0] % 4 == 0) * 0.9)} for one in subjects]'
LARGE = {"of": "filters.resolution.short_side", "scale": {"ends": [0, 100]}}
PICTURES = [png(60 + at, at) for at in range(8)]  # the widest that is strict's is the fourth best


@pytest.fixture
def gated(written):
    """Return a policy of two gates, and the paths of their measures, the slow one first."""
    slow, strict = written(SLOW), written(STRICT)
    gates = [{"on": one, "reject_below": 0.5} for one in (slow, strict)]
    ranked = {"name": "gated", "version": 1, "method": {"weighted_sum": [LARGE]}, "deliver": 2}
    return ranked | {"gates": gates, "cascade": {"audit": 0, "parallelism": 1}}, slow, strict


def first_of(selection: Selection, *measures: str) -> str:
    """Return which of *measures* the request asked first."""
    asked = [ask.instance for one in selection.rounds for ask in one]
    return next(one for one in asked if one in measures)


def test_what_refuses_most_for_its_time_is_asked_first_and_decides_alike(gated, tmp_path):
    """After six requests the strict and quick gate comes before the slow one, which then rests."""
    policy, slow, strict = gated
    journal = tmp_path / "j.sqlite"
    with Selector(policy, journal=journal) as selector:
        found = [selector.select("p", PICTURES) for _ in range(6)]
    assert {first_of(one, slow, strict) for one in found} == {slow}, "one order all its life"
    with Selector(policy, journal=journal) as selector:
        after = selector.select("p", PICTURES)
    assert first_of(after, slow, strict) == strict
    assert after.cost[slow] < found[0].cost[slow]
    whole = select("p", PICTURES, policy | {"cascade": {"mode": "exhaustive"}}, journal=False)
    for one in (after, found[0]):
        assert one.decision.verdicts == whole.decision.verdicts
        assert ids(one.accepted) == ids(whole.accepted)
        assert len(one.accepted) == 2


def test_a_few_requests_say_nothing_of_time(gated, tmp_path):
    """Less than five may have waited for a model to load: the order is that of declared costs."""
    policy, slow, strict = gated
    with Selector(policy | {"gates": policy["gates"][:1]}, journal=tmp_path / "j") as selector:
        for _ in range(4):
            selector.select("p", PICTURES)
    with Selector(policy, journal=tmp_path / "j") as selector:
        known = selector._rates
        assert known[slow].seconds is None
        assert strict not in known


def test_a_journal_that_is_none_is_logged_and_the_request_goes_on(tmp_path, caplog):
    """Where writing is best effort, a damaged file costs the order of measuring, not the answer."""
    (tmp_path / "j.sqlite").write_bytes(b"this is no database at all" * 100)
    policy = SIZES | {"journal": "best_effort"}
    with Selector(policy, journal=tmp_path / "j.sqlite") as selector:
        assert [selector.select("p", [png()]).answer for _ in range(2)] == ["complete"] * 2
    assert caplog.text.count("engine.rates_not_known") == 1
    assert caplog.text.count("engine.request_not_journaled") == 2


def test_rates_that_are_damaged_are_logged_and_the_request_is_kept(tmp_path, caplog):
    """What measuring came to can't be read: the requests that follow are decided and written."""
    place = tmp_path / "j.sqlite"
    select("p", [png()], SIZES, journal=place)
    with sqlite3.connect(place) as database:
        database.execute("DROP TRIGGER IF EXISTS tallies_no_update")
        database.execute("UPDATE tallies SET seconds = 'long'")
    database.close()
    selection = select("p", [png(70)], SIZES, journal=place)
    assert "engine.rates_not_known" in caplog.text
    with Journal(place) as journal:
        assert journal.read(selection.request_id)[1] == selection


def test_a_journal_that_is_not_there_yet_is_no_trouble(tmp_path, caplog):
    """The first request makes it; nothing is said of rates that nobody has."""
    select("p", [png()], SIZES, journal=tmp_path / "new" / "j.sqlite")
    assert "rates" not in caplog.text
