"""Questions in SQL: whatever is asked, nothing changes, and nobody waits for ever."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from selector.errors import JournalError, RequestError
from selector.journal import Journal
from selector.journal.asking import SENTENCES, ask, columns
from selector.policy.plan import Plan
from selector.types import Selection

Build = Callable[..., Selection]
FOR_EVER = "WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a) SELECT max(n) FROM a"


@pytest.fixture(params=["sqlite", "postgresql"])
def journal(
    request: pytest.FixtureRequest, tmp_path: Path, plan: Plan, build: Build
) -> Iterator[Journal]:
    """A journal with three requests, in either database."""
    is_file = request.param == "sqlite"
    where = tmp_path / "j.sqlite" if is_file else request.getfixturevalue("postgres")
    with Journal(where) as opened:
        for name in ("one", "two", "three"):
            opened.append(plan, build(name))
        yield opened


def test_a_question_is_answered(journal: Journal) -> None:
    """Names of columns and plain values, in the order that was asked for."""
    found = ask(journal, "SELECT id, candidates, needs_person FROM requests ORDER BY number")
    assert found.columns == ("id", "candidates", "needs_person")
    assert found.rows == (("one", 3, 0), ("two", 3, 0), ("three", 3, 0))
    assert not found.more
    (row,) = ask(journal, "SELECT avg(candidates), '100%', NULL, 'ü' FROM requests").rows
    assert row == (3.0, "100%", None, "ü")


def test_the_view_of_verdicts(journal: Journal) -> None:
    """Candidates beside their request, without a join."""
    sql = "SELECT candidate_id, verdict, policy FROM verdicts WHERE request_id = 'two' ORDER BY 1"
    assert ask(journal, sql).rows == (
        ("a", "accept", "portrait"), ("b", "review", "portrait"), ("broken", "reject", "portrait"),
    )  # fmt: skip


def test_only_so_many_rows(journal: Journal) -> None:
    """It is told that there are more; as many as there are is no more."""
    sql = "SELECT id FROM requests ORDER BY number"
    assert (len(ask(journal, sql, limit=2).rows), ask(journal, sql, limit=2).more) == (2, True)
    assert (len(ask(journal, sql, limit=3).rows), ask(journal, sql, limit=3).more) == (3, False)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM states",
        "UPDATE states SET body = '0'",
        "INSERT INTO states (name, body) VALUES ('a', 'b')",
        "INSERT INTO states (name, body) VALUES ('a', 'b') RETURNING name",
        "WITH a AS (SELECT 1) INSERT INTO states (name, body) SELECT 'a', 'b' FROM a",
        "DROP TABLE states",
        "DROP VIEW verdicts",
        "CREATE TABLE mine (a INTEGER)",
        "CREATE TEMP TABLE mine (a INTEGER)",
        "SELECT 1; DELETE FROM states",
        "SELECT 1; COMMIT; DELETE FROM states",
        "COMMIT",
        "ROLLBACK",
        "BEGIN",
        "VACUUM",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "ATTACH DATABASE 'other.sqlite' AS other",
        "SELECT load_extension('x')",
        "COPY states TO PROGRAM 'true'",
        "SET statement_timeout = 0",
        "WITH gone AS (DELETE FROM states RETURNING name) SELECT * FROM gone",
        "SELECT nextval('requests')",
        "EXPLAIN ANALYZE DELETE FROM states",
    ],
)
def test_nothing_can_be_changed(journal: Journal, sql: str, tmp_path: Path, monkeypatch) -> None:
    """All that does more than read is refused in our words, and the journal is as it was."""
    monkeypatch.chdir(tmp_path)
    journal.advance("kept", lambda _: 1)
    with pytest.raises(
        RequestError, match=r"^query: the database refuses it \(got .+\)\. Write one"
    ):
        ask(journal, sql)
    assert journal.state("kept") == 1
    assert journal.verify().holds
    journal.advance("kept", lambda _: 2)  # who asked harmed nobody who writes
    assert journal.state("kept") == 2
    assert not (tmp_path / "other.sqlite").exists()


@pytest.mark.parametrize(
    "sql", ["", "SELEC 1", "SELECT nothing FROM requests", "SELECT 1 / ", "\0"]
)
def test_what_is_no_sql_is_told(journal: Journal, sql: str) -> None:
    """Nothing but one clear line comes of it."""
    with pytest.raises(RequestError, match="query: "):
        ask(journal, sql)
    assert ask(journal, "SELECT 1 AS one").rows == ((1,),)


def test_nobody_waits_for_ever(journal: Journal) -> None:
    """A question without an end is stopped, and the next one has all its time."""
    started = time.monotonic()
    with pytest.raises(RequestError, match=r"takes too long .got no answer in 0\.2 s"):
        ask(journal, FOR_EVER, seconds=0.2)
    assert time.monotonic() - started < 5
    assert ask(journal, "SELECT count(*) AS n FROM requests").rows == ((3,),)


def test_a_journal_is_written_after_it_was_asked(journal: Journal, plan: Plan, build: Build):
    """What confines a question ends with it."""
    ask(journal, "SELECT 1 AS one")
    journal.append(plan, build("four"))
    assert len(journal.requests()) == 4


def test_every_table_is_explained(journal: Journal) -> None:
    """What is listed is what is there: each table, its columns, and a sentence."""
    listed = columns()
    for name, of in listed.items():
        found = ask(journal, f"SELECT * FROM {name}", limit=1)  # noqa: S608 - our own names
        assert set(found.columns) == set(of)
    assert set(listed) == set(SENTENCES)
    assert all(said.endswith(".") for said in SENTENCES.values())


def test_every_table_is_listed() -> None:
    """No table of the journal is left out."""
    from selector.journal.tables import metadata

    assert set(metadata.tables) | {"verdicts"} == set(SENTENCES)


def test_a_journal_that_is_not_there(tmp_path: Path) -> None:
    """It is told, and none is made."""
    with pytest.raises(JournalError, match="there is no journal"):
        ask(Journal(tmp_path / "j.sqlite"), "SELECT 1")
    assert not (tmp_path / "j.sqlite").exists()


def test_an_older_journal_can_be_asked(old: Path) -> None:
    """Its tables are those of today."""
    shutil.copy(old, old.with_name("copy.sqlite"))
    with Journal(old) as journal:
        assert ask(journal, "SELECT id, audited FROM requests").rows == (("one", 0),)
