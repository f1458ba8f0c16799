"""Monitoring a real journal: every alarm is written down once, whoever runs, whatever stops it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

import drifting
from drifting import falling, rows
from pictures import photo
from reports import POLICY
from selector import monitoring, select
from selector.journal import Journal, Label
from selector.monitoring.state import NAME

DRIFT = rows(16, 120, drift=falling)


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request, tmp_path):
    """Where a journal lies in which one generator has moved, of both kinds."""
    is_file = request.param == "sqlite"
    place = tmp_path / "journal.sqlite" if is_file else request.getfixturevalue("postgres")
    return drifting.journal(place, DRIFT)


@pytest.fixture
def book(where):
    """That journal."""
    with Journal(where) as opened:
        yield opened


def written(book):
    return [event.body["id"] for event in book.events_of("alarm")]


def test_alarms_are_written_once(book):
    """A second run goes on from the first, and finds nothing new."""
    state = monitoring.catch_up(book)
    found = monitoring.record(book, state)
    monitoring.told(book, found)
    assert sorted(written(book)) == sorted(one.id for one in found)
    again = monitoring.catch_up(book)
    assert (again.seen, again.due) == (DRIFT[-1].number, [])
    assert set(monitoring.alarms(book)) == set(found)


def test_rows_that_come_later_are_gone_on_with(book, where):
    """Read in two runs or in one: the state is the same but for how often it was written."""
    monitoring.catch_up(book)
    later = rows(3, 120, seed=1, first=16)
    drifting.journal(where, later)
    state = monitoring.catch_up(book).to_dict()
    whole = drifting.state([*DRIFT, *later]).to_dict()
    assert state.pop("turn") == 2
    assert whole.pop("turn") == 0
    assert state == whole


def test_what_is_stopped_before_it_has_told_is_told_next_time(book):
    """Between writing the state, the event and the line on the terminal nothing is lost or doubled."""
    monitoring.catch_up(book)  # and stopped
    found = monitoring.record(book, monitoring.catch_up(book))  # and stopped again
    assert found
    assert monitoring.record(book, monitoring.load(book)) == found
    assert sorted(written(book)) == sorted(one.id for one in found)


def test_a_state_that_is_lost_is_made_anew_without_old_alarms(book):
    """It is read from the rows again; what the journal knows is not told a second time."""
    first = monitoring.catch_up(book)
    monitoring.told(book, monitoring.record(book, first))
    book.advance(NAME, lambda _: None)
    again = monitoring.catch_up(book)
    assert again.due == []
    assert again.to_dict()["watches"] == first.to_dict()["watches"]


def test_several_at_once_do_no_harm(where):
    """Four monitors of one journal: each alarm is written once, and the state is that of one."""

    def one(_):
        with Journal(where) as book:
            found = monitoring.record(book, monitoring.catch_up(book))
            monitoring.told(book, found)
            return monitoring.load(book).to_dict()["watches"]

    with ThreadPoolExecutor(4) as pool:
        states = list(pool.map(one, range(4)))
    with Journal(where) as book:
        assert len(written(book)) == len(set(written(book))) > 0
    assert states == [drifting.state(DRIFT).to_dict()["watches"]] * 4


def test_what_is_to_be_sent_is_claimed_by_one(book):
    """Who sends has it for a while; what failed is there again, what was taken is not."""
    found = monitoring.record(book, monitoring.catch_up(book))
    mine = monitoring.claim(book, 1000.0)
    assert set(mine) == set(found)
    assert monitoring.claim(book, 1010.0) == ()
    monitoring.sent(book, mine[1:], failed=mine[:1])
    monitoring.told(book, found)
    assert monitoring.claim(book, 1020.0) == mine[:1]
    monitoring.sent(book, mine[:1], failed=())
    assert monitoring.load(book).due == []


def test_whoever_died_while_sending_is_followed_by_another(book):
    """A claim ends by itself."""
    found = monitoring.record(book, monitoring.catch_up(book))
    monitoring.claim(book, 1000.0)
    monitoring.told(book, found)
    assert set(monitoring.claim(book, 2000.0)) == set(found)


def test_freezing_is_written_down(book):
    """Who reads the journal sees when the standard changed, and of how many streams."""
    monitoring.catch_up(book)
    found = monitoring.freeze(book, "portrait")
    (event,) = book.events("freeze", "portrait")
    assert found == {"portrait": int(event.value)}
    assert monitoring.freeze(book, "another") == {}


def test_an_empty_journal_is_quiet(tmp_path):
    """Nothing to read is no mistake."""
    with Journal(drifting.journal(tmp_path / "journal.sqlite", [])) as book:
        assert monitoring.catch_up(book).due == []
        assert monitoring.outlooks(monitoring.load(book)) == ()


def test_requests_of_the_engine_and_labels_are_read(tmp_path):
    """What select() writes down is what is watched; a person's verdict counts by its own day."""
    with Journal(tmp_path / "journal.sqlite") as book:
        found = select("an astronaut", [photo(), photo().rotate(90)], POLICY, journal=book)
        accepted = found.accepted[0].id
        book.label(Label(found.request_id, accepted, "ann", "verdict", 0.0))
        state = monitoring.catch_up(book)
        again = monitoring.catch_up(book)
    assert again.to_dict() == state.to_dict()
    streams = state.watches["show"].groups["policy", ""].streams
    assert {key.of for key in streams if key.kind == "mean"} >= {"filters.sharpness.sharpest"}
    (overturned,) = state.judged["show"].groups["policy", ""].streams.values()
    assert (overturned.key.kind, overturned.days[0].total) == ("overturn", 1.0)
