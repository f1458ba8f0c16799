"""The chain: whatever is changed, missing, moved or added is found, and erasing leaves it whole."""

# ruff: noqa: S608 - the names in the statements are those of the tables themselves

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from selector.errors import JournalError
from selector.journal import Event, Head, Journal, Label
from selector.policy.plan import Plan, Written
from selector.types import Selection

Build = Callable[..., Selection]


def filled(journal: Journal, plan: Plan, build: Build) -> None:
    """Write two requests, a policy, events of two writers and a label."""
    journal.append(plan, build("one"))
    journal.record(Event("watch", "x", "a", -0.0, {"why": [1, "é"]}))
    journal.append(replace(plan, written=Written("name: portrait")), build("two", audited=True))
    journal.label(Label("two", "a", "me", "verdict", 1.0))
    journal.record(Event("watch", "x", "b", 1e-300))


@pytest.fixture(scope="module")
def whole(
    tmp_path_factory: pytest.TempPathFactory, plan: Plan, build: Build
) -> tuple[bytes, list[str]]:
    """The bytes of a journal without its guards, and its tables of records."""
    path = tmp_path_factory.mktemp("whole") / "journal.sqlite"
    with Journal(path) as journal:
        filled(journal, plan, build)
    with closing(sqlite3.connect(path)) as connection, connection:
        listed = connection.execute("SELECT name, type FROM sqlite_master").fetchall()
        for name, kind in listed:
            if kind == "trigger":
                connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA journal_mode = DELETE")
    tables = [name for name, kind in listed if kind == "table" and name != "states"]
    return path.read_bytes(), sorted(tables)


@pytest.fixture
def bare(whole: tuple[bytes, list[str]], tmp_path: Path) -> Path:
    """A journal whose rows any program may change."""
    path = tmp_path / "bare.sqlite"
    path.write_bytes(whole[0])
    return path


def faults(path: Path, *statements: str) -> tuple[str, ...]:
    """Do something to a journal's file, and return what is found then."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    with Journal(path) as journal:
        return journal.verify().faults


def test_what_was_written_holds(where: str, plan: Plan, build: Build) -> None:
    """On either database, with all kinds of entries, after opening it again too."""
    with Journal(where) as journal:
        filled(journal, plan, build)
    with Journal(where) as journal:
        found = journal.verify()
        assert (found.faults, found.count, found.entries, found.erased) == ((), 0, 7, 0)
        assert found.holds
        assert journal.verify(found.heads).holds


def test_each_writer_has_a_chain(where: str, plan: Plan, build: Build) -> None:
    """Writers of two names take turns; each chain holds, and goes on where it ended."""
    for name in ("one", "two", "three"):
        for writer in ("a", "b"):
            with Journal(where, writer=writer) as journal:
                journal.append(plan, build(name + writer))
    with Journal(where) as journal:
        found = journal.verify()
    assert found.holds
    assert {writer: head.sequence for writer, head in found.heads.items()} == {"a": 4, "b": 3}


def other(old: object) -> object:
    """Return another value: of a text a text, of a truth the opposite."""
    if isinstance(old, str):
        return f"{old}x"
    return 1 - old if old in {0, 1} else (old or 0) + 1


RECORDS = (
    "candidates", "chain", "events", "heads", "labels", "outcomes", "plans", "policies",
    "requests", "summaries", "tallies",
)  # fmt: skip


def test_all_tables_of_records_are_tried(whole: tuple[bytes, list[str]]) -> None:
    """The tests of changes leave out no table but that of erasures, which is empty there."""
    assert sorted({*whole[1]} - {"erasures"}) == list(RECORDS)


@pytest.mark.parametrize("table", RECORDS)
def test_any_change_of_any_column_is_found(bare: Path, table: str) -> None:
    """In the first row and in the last, another value in any column is a fault."""
    content = bare.read_bytes()
    with closing(sqlite3.connect(bare)) as connection:
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        rows = connection.execute(f"SELECT {', '.join(names)} FROM {table}").fetchall()
    which = " AND ".join(f"{name} IS ?" for name in names)
    for row in (rows[0], rows[-1]):
        for column, old in zip(names, row, strict=True):
            bare.write_bytes(content)
            new = other(old)
            with closing(sqlite3.connect(bare)) as connection, connection:
                change = f"UPDATE {table} SET {column} = ? WHERE {which}"
                assert connection.execute(change, (new, *row)).rowcount == 1
            assert faults(bare), (column, old, new)


def test_a_missing_row_is_found(bare: Path, whole: tuple[bytes, list[str]]) -> None:
    """One row of any table may not be gone."""
    content = bare.read_bytes()
    for table in set(whole[1]) - {"erasures"}:
        bare.write_bytes(content)
        where = f"SELECT * FROM {table} LIMIT 1"
        with closing(sqlite3.connect(bare)) as connection:
            names = [one[0] for one in connection.execute(where).description]
            row = connection.execute(where).fetchone()
        which = " AND ".join(
            f"{name} IS {repr(value) if value is not None else 'NULL'}"
            for name, value in zip(names, row, strict=True)
            if name in {"number", "request", "candidate_id", "instance", "output", "writer", "hash"}
            or table in {"tallies", "summaries"}
        )
        assert faults(bare, f"DELETE FROM {table} WHERE {which}"), table


def test_a_request_that_is_gone_with_its_entry_is_found(bare: Path) -> None:
    """Whoever deletes both leaves a gap; at the end, the head tells; with the head, who looked."""
    with Journal(bare) as journal:
        known = journal.verify().heads
    gone = (
        "DELETE FROM events WHERE number = (SELECT max(number) FROM chain)",
        "DELETE FROM chain WHERE number = (SELECT max(number) FROM chain)",
    )
    assert faults(bare, *gone) == (
        "the chain of 'main' does not end where it did: its end was cut",
    )
    cut = "UPDATE heads SET (sequence, link) = (SELECT sequence, link FROM chain ORDER BY number DESC)"
    assert faults(bare, cut) == ()
    with Journal(bare) as journal:
        assert journal.verify(known).faults == (
            "the chain of 'main' once had 7 entries: its end was cut",
        )
    middle = "DELETE FROM chain WHERE number = 3", "DELETE FROM events WHERE number = 3"
    assert "entries 3 to 3 are missing" in faults(bare, *middle)


def test_another_history_of_the_same_length_is_found(bare: Path) -> None:
    """Who writes the whole chain anew is told by what somebody kept elsewhere."""
    with Journal(bare) as journal:
        (sequence,) = (head.sequence for head in journal.verify().heads.values())
        found = journal.verify({"main": Head(sequence, "0" * 64)})
    assert found.faults == ("entry 7 of 'main' is not the one that was known",)


def test_rows_that_change_places_are_found(bare: Path) -> None:
    """Two requests may not swap their places, nor two events."""
    for table in ("requests", "events"):
        swap = (
            f"UPDATE {table} SET number = -number",
            f"UPDATE {table} SET number = number - (SELECT sum(number) FROM {table})",
        )
        assert len(faults(bare, *swap)) >= 2


@pytest.mark.parametrize(
    "added",
    [
        "INSERT INTO events SELECT 99, created, kind, subject, writer, value, body, salt FROM events LIMIT 1",
        (
            "INSERT INTO tallies SELECT 'other', request, calls, seconds, measured, refused, whole "
            "FROM tallies LIMIT 1"
        ),
        "INSERT INTO plans VALUES ('h', 1, '', '{}', 50)",
        "INSERT INTO erasures VALUES (2, 9, '')",
        "INSERT INTO erasures VALUES (3, 1, '')",
        "INSERT INTO erasures VALUES (3, 0, '')",
        "INSERT INTO erasures VALUES (3, 1099511627776, '')",
        "INSERT INTO plans VALUES ('h', 1, '', '{}', NULL)",
        "INSERT INTO events SELECT -1, created, kind, subject, writer, value, body, salt FROM events LIMIT 1",
    ],
)
def test_what_somebody_added_is_found(bare: Path, added: str) -> None:
    """A row without an entry is none of the journal's, wherever its number puts it."""
    assert faults(bare, added)


@pytest.mark.parametrize("writer", [0, -1, 2**40])
def test_who_forges_an_erasure_is_found(bare: Path, writer: int) -> None:
    """A request that was deleted is not excused by an erasure that is in no entry."""
    gone = (
        f"DELETE FROM {name} WHERE request = 2"
        for name in ("outcomes", "candidates", "summaries", "tallies")
    )
    forged = f"INSERT INTO erasures VALUES (2, {writer}, 'now')"
    assert faults(bare, forged, *gone, "DELETE FROM requests WHERE number = 2")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE events SET value = 9e999",
        "UPDATE requests SET prompt = x'00ff'",
        "UPDATE requests SET salt = x'00'",
        "UPDATE chain SET sequence = 'x' WHERE number = 3",
    ],
)
def test_what_nobody_could_have_written_is_a_fault(bare: Path, damage: str) -> None:
    """Infinity, bytes for a text, a text for a number: told like any other change."""
    assert faults(bare, damage)


def test_when_it_was_erased_may_not_be_changed(path: Path, plan: Plan, build: Build) -> None:
    """Of none of the rows that one erasure erased."""
    with Journal(path) as journal:
        filled(journal, plan, build)
        journal.forget(before="2027")
    change = (
        "UPDATE erasures SET created = 'later' WHERE erased = (SELECT max(erased) FROM erasures)"
    )
    assert faults(path, "DROP TRIGGER erasures_no_update") == ()
    assert faults(path, change)


def test_two_may_forget_at_once(where: str, plan: Plan, build: Build) -> None:
    """Both end well, and each request is erased once."""
    with Journal(where) as journal:
        for number in range(300):
            journal.append(plan, build(f"{number}"))
    ended: list[frozenset[str]] = []

    def forget() -> None:
        with Journal(where) as mine:
            ended.append(mine.forget(before="2027"))

    threads = [threading.Thread(target=forget) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 2
    with Journal(where) as journal:
        assert (journal.verify().holds, journal.verify().erased) == (True, 300)


def test_what_is_erased_is_gone_and_the_chain_holds(where: str, plan: Plan, build: Build) -> None:
    """Rows, salt and labels of the request go; the others stay, and so does every proof."""
    with Journal(where) as journal:
        filled(journal, plan, build)
        known = journal.verify().heads
        assert journal.forget(request="two") == frozenset()  # "one" has the same pictures
        with pytest.raises(JournalError, match="no such request"):
            journal.read("two")
        assert journal.labels() == []
        assert journal.read("one")[1] == build("one")
        assert [row.number for row in journal.summaries()] == [2]
        found = journal.verify(known)
        assert (found.faults, found.erased, found.entries) == ((), 2, 8)
        assert journal.forget(request="one") == {"a" * 64, "b" * 64}
        journal.append(plan, build("two"))  # its name is free again
        assert journal.verify(known).holds


def test_what_is_erased_is_not_in_the_file(path: Path, plan: Plan, build: Build) -> None:
    """Not a word of it is left in the file or beside it."""
    with Journal(path) as journal:
        journal.append(plan, build("one", prompt="the secret garden"))
        journal.append(plan, build("two"))
        journal.forget(request="one")
        for file in path.parent.iterdir():
            assert b"secret garden" not in file.read_bytes()


def test_the_old_are_erased_by_date(where: str, plan: Plan, build: Build) -> None:
    """All that was decided before a moment goes, many at once too; what was then stays."""
    with Journal(where) as journal:
        for day in range(1, 8):
            for hour in range(40):
                created = f"2026-03-0{day}T{hour % 24:02}:00:00.000+00:00"
                journal.append(plan, build(f"{day}-{hour}", created=created))
        journal.forget(before="2026-03-07T00:00:00.000+00:00")
        assert {row.id for row in journal.requests(500)} == {f"7-{hour}" for hour in range(40)}
        found = journal.verify()
        assert (found.faults, found.erased) == ((), 240)


def test_what_is_erased_must_be_said(path: Path, plan: Plan, build: Build) -> None:
    """One of a request and a moment; a request that is not there is an error."""
    with Journal(path) as journal:
        journal.append(plan, build("one"))
        for wrong in ({}, {"request": "one", "before": "2026"}):
            with pytest.raises(ValueError, match="a request or a moment"):
                journal.forget(**wrong)
        with pytest.raises(JournalError, match=r"no such request \(got 'two'\)"):
            journal.forget(request="two")


def test_a_server_refuses_to_change_rows(postgres: str, plan: Plan, build: Build) -> None:
    """There too no row can be changed or taken away, by whatever program, unless it is erased."""
    with Journal(postgres) as journal:
        filled(journal, plan, build)
    engine = create_engine(make_url(postgres).set(drivername="postgresql+psycopg"))
    tables = ("requests", "candidates", "outcomes", "summaries", "tallies", "events", "labels")
    for table in (*tables, "plans", "policies", "chain"):
        for change in (f"UPDATE {table} SET {column(table)}", f"DELETE FROM {table}"):
            with engine.connect() as connection:
                connection.execute(text("SET search_path TO selector_journal"))
                with pytest.raises(Exception, match="append-only"):
                    connection.execute(text(change))
    engine.dispose()


def column(table: str) -> str:
    """Return a change of a column that changes nothing."""
    name = {"plans": "hash", "policies": "hash"}.get(table, "number")
    name = "request" if table in {"candidates", "outcomes", "summaries", "tallies"} else name
    return f"{name} = {name}"
