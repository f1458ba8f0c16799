"""The journal gives back what it was given, keeps it once, and says what it can't keep."""

import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from selector.errors import JournalError
from selector.journal import Journal, RequestRow
from selector.policy.plan import Plan
from selector.types import (
    Candidate,
    Edit,
    Score,
    Selection,
    Spent,
)

Build = Callable[..., Selection]
COUNTS = """
    SELECT (SELECT count(*) FROM plans), (SELECT count(*) FROM requests),
           (SELECT count(*) FROM candidates), (SELECT count(*) FROM outcomes),
           (SELECT count(*) FROM summaries)
"""


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """A journal that nothing was written to yet."""
    with Journal(path) as opened:
        yield opened


def ask(path: Path, query: str) -> list[Any]:
    """Read the file as any other program would."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_images_are_not_kept(journal: Journal, plan: Plan, build: Build) -> None:
    """What comes back has no image, and is equal all the same."""
    one = build("one")
    held = tuple(replace(candidate, image=b"bytes") for candidate in one.candidates)
    journal.append(plan, replace(one, candidates=held, prompt=Edit("redder", b"bytes", "x.png")))
    read = journal.read("one")[1]
    assert [candidate.image for candidate in read.candidates] == [None] * 3
    assert read.candidates == held
    assert read.prompt == Edit("redder", None, "x.png")


def test_a_plan_is_kept_once(path: Path, journal: Journal, plan: Plan, build: Build) -> None:
    """Requests under one plan share its row; another plan has a row of its own."""
    other = replace(plan, deliver=2)
    journal.append(plan, build("one"))
    journal.append(plan, build("two", created="2027"))
    journal.append(other, build("three", plan_hash=other.hash))
    found = ask(path, "SELECT hash, schema, first_used FROM plans ORDER BY rowid")
    first_used = build("one").created
    assert found == [(plan.hash, 1, first_used), (other.hash, 1, first_used)]
    assert journal.read("three")[0] == other


def test_a_request_is_written_once(journal: Journal, plan: Plan, build: Build) -> None:
    """An id that is there already is refused, and what is there stays."""
    journal.append(plan, build("one"))
    with pytest.raises(JournalError, match=r"there already \(got 'one'\)\. A request is written"):
        journal.append(plan, build("one", prompt="another"))
    assert journal.read("one")[1] == build("one")
    journal.append(plan, build("two"))


def unkept() -> dict[str, Callable[[Selection], Selection]]:
    """Return ways to spoil a selection, by what is wrong with it."""
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]

    def scored(value: Any, evidence: Any = None) -> Callable[[Selection], Selection]:
        table = {"broken": {"hands.count": Score(value, evidence)}}
        return lambda one: replace(one, outcomes={**one.outcomes, **table})

    def described(metadata: Any) -> Callable[[Selection], Selection]:
        return lambda one: replace(one, candidates=(Candidate(id="a", metadata=metadata),))

    def decided(**changes: Any) -> Callable[[Selection], Selection]:
        return lambda one: replace(one, decision=replace(one.decision, **changes))

    return {
        "a NaN": scored(float("nan")),
        "an infinity": scored(float("inf")),
        "a number over all doubles": scored(10**400),
        "a NaN in evidence": scored(1.0, {"x": [float("nan")]}),
        "a surrogate in evidence": scored(1.0, {"x": "\ud800"}),
        "evidence too deep": scored(1.0, deep),
        "a NaN quality": decided(quality={"a": float("nan")}),
        "an infinite bound": decided(at_most={"a": float("inf")}),
        "an endless second": lambda one: replace(
            one, spent=Spent({"hands": 1}, {"hands": float("inf")})
        ),
        "a surrogate as prompt": lambda one: replace(one, prompt="\udfff"),
        "metadata that is not JSON": described({"seed": object()}),
        "another plan": lambda one: replace(one, plan_hash="another"),
        "another policy": lambda one: replace(one, policy="portrait@4"),
        "an id twice": lambda one: replace(one, candidates=one.candidates[:1] * 2),
        "a stranger in the ranking": decided(ranking=("stranger",)),
        "a stranger among the verdicts": decided(verdicts={"stranger": "accept"}),
        "a stranger among the bounds": decided(at_most={"stranger": 0.5}),
        "a stranger among the outcomes": lambda one: replace(one, outcomes={"stranger": {}}),
        "an instance that the plan lacks": lambda one: replace(
            one, outcomes={"a": {"feet.count": Score(1.0)}}
        ),
    }


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings:UserWarning")
@pytest.mark.parametrize("wrong", sorted(unkept()))
def test_what_can_not_be_kept_is_refused_whole(
    path: Path, journal: Journal, plan: Plan, build: Build, wrong: str
) -> None:
    """A request that would not come back the same is refused, with nothing of it left behind."""
    spoil = unkept()[wrong]
    with pytest.raises(JournalError, match=r"^.+: .*(kept|not Unicode) \(got .+\)\. [A-Z].+\.$"):
        journal.append(plan, spoil(build("bad")))
    journal.append(plan, build("good"))
    assert [row.id for row in journal.requests()] == ["good"]
    assert ask(path, COUNTS) == [(1, 1, 3, 7, 1)]


def test_a_plan_that_can_not_be_kept_is_refused(
    path: Path, journal: Journal, plan: Plan, build: Build
) -> None:
    """A plan with a NaN in it is refused with its request."""
    broken = replace(plan, timeout_s=float("nan"))
    with pytest.raises(JournalError, match="can't be kept"):
        journal.append(broken, build("one", plan_hash=broken.hash))
    assert ask(path, "SELECT count(*) FROM plans") == [(0,)]


def test_requests_are_listed_newest_first(journal: Journal, plan: Plan, build: Build) -> None:
    """The last appended comes first, whatever its date, and no more than asked for."""
    edit = build("edit", created="1999", prompt=Edit("redder"))
    for selection in (build("one"), build("two"), edit):
        journal.append(plan, selection)
    assert [row.id for row in journal.requests()] == ["edit", "two", "one"]
    assert journal.requests(limit=1) == [
        RequestRow("edit", "1999", "portrait@3", "complete", needs_person=False, prompt="redder")
    ]


def test_what_people_query_has_columns(
    path: Path, journal: Journal, plan: Plan, build: Build
) -> None:
    """Without this package one can ask for verdicts, scores and failures in plain SQL."""
    journal.append(plan, build("one"))
    by_verdict = "SELECT verdict, candidate_id, rank, quality FROM candidates ORDER BY position"
    assert ask(path, by_verdict) == [
        ("review", "b", 2, 0.25),
        ("accept", "a", 1, 0.75),
        ("reject", "broken", None, None),
    ]
    decision = replace(build("two").decision, quality={"a": 0.75}, at_most={"b": 0.5})
    journal.append(plan, build("two", decision=decision, audited=True))
    bounded = "SELECT candidate_id, at_most FROM candidates WHERE at_most IS NOT NULL"
    assert ask(path, bounded) == [("b", 0.5)]
    whole = "SELECT id FROM requests JOIN summaries ON number = request WHERE audited AND audit"
    assert ask(path, whole) == [("two",)]
    by_kind = (
        "SELECT candidate_id, fingerprint, reason FROM outcomes "
        "WHERE kind = 'failure' AND request = (SELECT min(number) FROM requests)"
    )
    assert ask(path, by_kind) == [("b", "print of hands", "crashed")]
    best = "SELECT candidate_id FROM outcomes WHERE instance = 'scorers.taste' AND value > 0.5"
    assert ask(path, best) == [("a",), ("a",)]
    assert ask(path, "SELECT id, policy, version, candidates, seconds FROM requests") == [
        ("one", "portrait", 3, 3, 1.25),
        ("two", "portrait", 3, 3, 1.25),
    ]


def test_a_request_that_is_not_there(journal: Journal, plan: Plan, build: Build) -> None:
    """An unknown id is an error that says so, also one that no database could hold."""
    journal.append(plan, build("one"))
    for unknown in ("two", "", "o\0ne", "\ud800"):
        with pytest.raises(JournalError):
            journal.read(unknown)
    with pytest.raises(JournalError, match=r"no such request \(got 'two'\)\. List"):
        journal.read("two")


def test_which_of_many_ids_are_there(where: str, plan: Plan, build: Build) -> None:
    """Both databases say which of thousands of ids requests have, before there is any, too."""
    asked = [f"request {number}" for number in range(3000)] + ['it\'s "one"; --', ""]
    with Journal(where) as journal:
        assert journal.holds(asked) == frozenset()
        for name in ("request 7", "request 2999", 'it\'s "one"; --', "another"):
            journal.append(plan, build(name))
        assert journal.holds(asked) == {"request 7", "request 2999", 'it\'s "one"; --'}
        assert journal.holds(()) == frozenset()


def test_reading_makes_no_journal(path: Path, journal: Journal) -> None:
    """Looking for requests at a mistyped path is an error, and leaves no file behind."""
    with pytest.raises(JournalError, match="there is no journal"):
        journal.requests()
    with pytest.raises(JournalError, match="there is no journal"):
        journal.read("one")
    assert not path.parent.exists()


@pytest.mark.parametrize(
    "where",
    [
        "",
        "a\0b",
        "mysql://user:secret@host/db",
        "postgresql://user:secret@host:x/db",
        "postgresql://user:se@cret@host/db",
        "postgresql:/user:secret@host/db",
    ],
)
def test_what_is_no_place_is_refused(where: str) -> None:
    """What is no path, and no address that is known, is refused; no password is repeated."""
    with pytest.raises(JournalError, match=r"Name a SQLite file|Write (postgresql|an @)") as caught:
        Journal(where)
    assert "secret" not in str(caught.value)


def test_importing_it_is_cheap(root: Path, path: Path) -> None:
    """Importing the room loads no database toolkit, and naming a journal makes no file."""
    code = (
        "import sys; from selector.journal import Journal; early = 'sqlalchemy' in sys.modules; "
        "Journal(sys.argv[1]); sys.exit(early)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, cwd=root)
    assert not path.parent.exists()


def test_a_closed_journal_opens_again(path: Path, plan: Plan, build: Build) -> None:
    """Closing leaves one whole file; the next use opens it again; closing twice does no harm."""
    journal = Journal(path)
    journal.close()
    journal.append(plan, build("one"))
    journal.close()
    journal.close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    journal.append(plan, build("two"))
    assert len(journal.requests()) == 2
    journal.close()


def test_a_damaged_request_is_named(path: Path, journal: Journal, plan: Plan, build: Build) -> None:
    """A row that somebody changed by force is an error that names the request."""
    journal.append(plan, build("one"))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER candidates_no_update")
        connection.execute("UPDATE candidates SET reasons = '[{}]' WHERE candidate_id = 'b'")
    with pytest.raises(JournalError, match="request 'one' is damaged"):
        journal.read("one")


def test_a_plan_that_is_gone_is_named(
    path: Path, journal: Journal, plan: Plan, build: Build
) -> None:
    """A request whose plan or summary somebody took away by force does not crash."""
    for name in ("one", "two"):
        journal.append(plan, build(name))
    with closing(sqlite3.connect(path)) as connection, connection:
        for table in ("plans", "summaries"):
            connection.execute(f"DROP TRIGGER {table}_no_delete")
        connection.execute("DELETE FROM summaries WHERE request = 1")
    assert journal.read("one")[1] == build("one")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM plans")
    with pytest.raises(JournalError, match="request 'two' is damaged"):
        journal.read("two")


def test_threads_append_at_once(journal: Journal, plan: Plan, build: Build) -> None:
    """Eight threads of one process append at the same time, and no request is lost."""
    names = [[f"{thread}-{number}" for number in range(10)] for thread in range(8)]
    together = threading.Barrier(len(names))

    def work(mine: list[str]) -> None:
        together.wait()
        for name in mine:
            journal.append(plan, build(name))

    threads = [threading.Thread(target=work, args=(mine,)) for mine in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {row.id for row in journal.requests(100)} == {name for mine in names for name in mine}


def test_plans_are_readable_text(path: Path, journal: Journal, plan: Plan, build: Build) -> None:
    """The plan lies in the file as the JSON that `Plan.from_dict` reads."""
    journal.append(plan, build("one"))
    ((body,),) = ask(path, "SELECT body FROM plans")
    assert Plan.from_dict(json.loads(body)) == plan
