"""Events: each writer's numbers, kept for good, the last of each at hand."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selector.errors import JournalError
from selector.journal import Event, Journal


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """A journal that nothing was written to yet."""
    with Journal(path) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    """One journal for all examples of a property."""
    with Journal(tmp_path_factory.mktemp("journal") / "journal.sqlite") as opened:
        yield opened


floats = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([-0.0, 5e-324])
texts = st.text(max_size=9) | st.sampled_from(["", "\0", "'; DROP TABLE events; --"])
bodies = st.recursive(
    st.none() | st.booleans() | st.integers() | floats | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=50, deadline=None)
@given(event=st.builds(Event, texts, texts, texts, floats, bodies, texts))
def test_an_event_comes_back_the_same(shared_journal: Journal, event: Event) -> None:
    """Whatever its texts and numbers, and bit for bit; it stands last."""
    shared_journal.record(event)
    last = shared_journal.events(event.kind, event.subject)[-1]
    assert (last, repr(last)) == (event, repr(event))  # the texts tell -0.0 from 0.0


def test_events_are_in_the_order_of_writing(journal: Journal) -> None:
    """The oldest first, whatever their dates, and only those of that kind about that subject."""
    said = [
        Event("watch", "x", "a", 2.0, created="2027"),
        Event("watch", "x", "b", 1.0, {"why": [1]}, created="1999"),
        Event("watch", "x", "a", 2.0, created="2027"),
    ]
    for event in (*said, Event("watch", "y", "a", 5.0), Event("choice", "x", "a", 6.0)):
        journal.record(event)
    assert journal.events("watch", "x") == said
    assert journal.events("watch", "z") == []


def test_an_event_says_when_it_was(journal: Journal) -> None:
    """An event that is not given a date has that of its making, in UTC."""
    journal.record(Event("watch", "x", "a", 2.0))
    created = datetime.fromisoformat(journal.events("watch", "x")[0].created)
    assert created.utcoffset() == timedelta(0)
    assert timedelta(0) <= datetime.now(UTC) - created < timedelta(minutes=1)


def test_the_last_value_of_each_writer(journal: Journal) -> None:
    """Each writer counts once, by what it wrote last, also where that is less or older."""
    for writer, value, created in [
        ("a", 9.0, "2027"), ("b", 1.0, "2027"), ("a", -0.5, "1999"), ("", 3.0, "2027"),
    ]:  # fmt: skip
        journal.record(Event("watch", "x", writer, value, created=created))
    journal.record(Event("watch", "y", "a", 7.0))
    journal.record(Event("choice", "x", "a", 8.0))
    assert journal.latest("watch", "x") == {"a": -0.5, "b": 1.0, "": 3.0}
    assert journal.latest("watch", "z") == {}


def test_an_event_follows_the_last_of_its_writer(journal: Journal) -> None:
    """What comes next is made from the last of the same writer, kind and subject, or from None."""

    def more(last: Event | None) -> Event:
        return Event("watch", "x", "a", 1.0 if last is None else last.value + 1.0)

    journal.record(Event("watch", "x", "b", 70.0))
    journal.record(Event("watch", "y", "a", 80.0))
    made = [journal.follow("watch", "x", "a", more) for _ in range(3)]
    assert [event.value for event in made] == [1.0, 2.0, 3.0]
    assert [event for event in journal.events("watch", "x") if event.writer == "a"] == made


def test_no_event_comes_between_one_and_what_follows_it(path: Path) -> None:
    """Writers that count in one journal at once, each with a connection of its own, miss nothing."""

    def count() -> None:
        with Journal(path) as mine:
            for _ in range(10):
                mine.follow(
                    "count", "x", "a",
                    lambda last: Event("count", "x", "a", last.value + 1.0 if last else 1.0),
                )  # fmt: skip

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Journal(path) as journal:
        assert [event.value for event in journal.events("count", "x")] == [
            float(at) for at in range(1, 41)
        ]


def test_what_can_not_follow_writes_nothing(journal: Journal) -> None:
    """A last event that makes no sense to who goes on from it, or a next one that can't be kept."""
    journal.record(Event("watch", "x", "a", 1.0))
    with pytest.raises(JournalError, match=r"last event 'watch' of 'a' is damaged"):
        journal.follow("watch", "x", "a", lambda last: Event("watch", "x", "a", last.body["y"]))
    with pytest.raises(JournalError, match=r"event 'watch' can't be kept"):
        journal.follow("watch", "x", "a", lambda _: Event("watch", "x", "a", float("nan")))
    assert [event.value for event in journal.events("watch", "x")] == [1.0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": float("nan")},
        {"value": float("-inf")},
        {"value": 10**400},
        {"value": "1"},
        {"value": None},
        {"body": {"x": float("nan")}},
        pytest.param({"body": object()}, id="body no JSON"),
        {"kind": None},
        {"writer": 7},
        {"writer": "\ud800"},
    ],
    ids=repr,
)
def test_what_can_not_be_kept_is_refused(journal: Journal, wrong: dict[str, Any]) -> None:
    """A number that is not finite, a body that is not JSON, a name that is no text: nothing stays."""
    given: dict[str, Any] = {"kind": "watch", "subject": "x", "writer": "a", "value": 1.0} | wrong
    with pytest.raises(JournalError, match=r"^.+: .*(kept|not Unicode) \(got .+\)\. [A-Z].+\.$"):
        journal.record(Event(**given))
    assert journal.events("watch", "x") == []


def test_where_there_is_no_journal_nothing_is_known(path: Path, journal: Journal) -> None:
    """An engine may ask before its first request; asking makes no file."""
    assert (journal.latest("watch", "x"), journal.events("watch", "x")) == ({}, [])
    assert journal.rates(["print"]) == {}
    assert not path.parent.exists()


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("value", "'much'"),
        ("value", "9e999"),
        ("value", "x'00'"),
        ("body", "'{'"),
        ("writer", "x'61'"),
    ],
)
def test_a_foreign_row_is_named(path: Path, journal: Journal, column: str, wrong: str) -> None:
    """A row that another program wrote wrongly is an error that says which."""
    journal.record(Event("watch", "x", "a", 1.0))
    row = {"created": "''", "kind": "'watch'", "subject": "'x'", "writer": "'b'", "value": "1.0"}
    row["salt"] = "'s'"
    row |= {column: wrong}
    insertion = f"INSERT INTO events ({', '.join(row)}) VALUES ({', '.join(row.values())})"  # noqa: S608
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(insertion)
    with pytest.raises(JournalError, match="event 2 is damaged"):
        journal.events("watch", "x")
    if column != "body":  # which the last value has nothing to do with
        with pytest.raises(JournalError, match="event 2 is damaged"):
            journal.latest("watch", "x")


def test_bytes_that_are_no_text_are_an_error(path: Path, journal: Journal) -> None:
    """What SQLite itself can't read as text comes as an error of the journal."""
    journal.record(Event("watch", "x", "a", 1.0))
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(
            "INSERT INTO events (created, kind, subject, writer, value, salt) "
            "VALUES ('', 'watch', 'x', CAST(x'ff' AS TEXT), 1.0, 's')"
        )
    for ask in (journal.events, journal.latest):
        with pytest.raises(JournalError, match="Could not decode to UTF-8"):
            ask("watch", "x")


def test_the_last_values_are_found_at_once(path: Path, journal: Journal) -> None:
    """Among a hundred thousand events the last ones of four writers take a moment."""
    journal.record(Event("watch", "x", "0", 0.0))
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
            "INSERT INTO events (created, kind, subject, writer, value, salt) "
            "SELECT '', 'watch', CASE WHEN i % 10 THEN 'y' ELSE 'x' END, i % 4, i, '' FROM n"
        )
    journal.latest("watch", "y")
    started = time.perf_counter()
    assert journal.latest("watch", "x") == {"0": 100_000.0, "2": 99_990.0}
    assert time.perf_counter() - started < 0.1  # seconds; takes 2 ms, a walk over all 20 and more
