"""Recorded requests are read one after the other, light, those that are meant, from both databases."""

import sqlite3
from contextlib import closing

import pytest

import again
import worlds
from selector.errors import JournalError
from selector.journal import Journal
from selector.journal.light import Damaged, Recorded
from selector.journal.recorded import (
    BATCH,
    Which,
    extent,
    named,
    recorded,
    recorded_plan,
)
from selector.policy import plan as p
from selector.types import Candidate, Failure, NotApplicable, Score


@pytest.fixture
def journal(where, plan, build):
    """A journal of five requests in each database."""
    segments = ["a", "a", None, "b", "b"]
    with Journal(where) as opened:
        for day, segment in enumerate(segments, start=1):
            named_so = {} if segment is None else {"segment": segment}
            made = build(
                f"r{day}",
                created=f"2026-03-0{day}T12:00:00.000+00:00",
                candidates=tuple(
                    Candidate(**{**_fields(one), "metadata": {"generator": "g", **named_so}})
                    for one in build("x").candidates
                ),
            )
            opened.append(plan, made)
        yield opened


def _fields(one: Candidate) -> dict:
    return {name: getattr(one, name) for name in ("id", "content_hash", "path", "error", "notes")}


def ids(journal: Journal, **which) -> list[str]:
    """Return the ids of the requests that are meant, in the order of reading."""
    return [one.id for one in recorded(journal, Which(**which))]


def test_what_deciding_needs_comes_back(journal, build):
    """Candidates, outcomes by instance and fingerprint, the decision: equal to what was appended."""
    one = next(recorded(journal, Which()))
    made = build("r1")
    assert isinstance(one, Recorded)
    assert one.decision == made.decision
    assert [each.id for each in one.candidates] == ["b", "a", "broken"]
    assert (one.candidates[1].path, one.candidates[2].error) == ("a.png", "cut short")
    assert (one.policy, one.plan_hash, one.expect) == ("portrait@3", made.plan_hash, {"faces": 2.0})
    found = {(each.candidate, each.output): each for each in one.found}
    assert found["a", "score"].outcome == Score(0.75)
    assert found["a", "score"].fingerprint == "print of scorers.taste"
    assert found["b", "defect"].outcome == Failure("crashed")
    assert found["a", "defect"].outcome == NotApplicable("no hands")
    # Evidence is read of sets alone: it has their distances.
    assert found["b", "count"].outcome == made.outcomes["b"]["hands.count"]
    assert ("broken", "score") not in found
    assert not any(each.after for each in one.found)


def test_those_that_are_meant_are_read(journal):
    """By moment, by value, by any of several values, by having none; one condition narrows another."""
    assert ids(journal) == ["r1", "r2", "r3", "r4", "r5"]
    assert ids(journal, since="2026-03-02T12:00:00.000+00:00") == ["r2", "r3", "r4", "r5"]
    assert ids(journal, until="2026-03-02T12:00:00.000+00:00") == ["r1"]
    assert ids(journal, having={"segment": ("a",)}) == ["r1", "r2"]
    assert ids(journal, having={"segment": ("a", None)}) == ["r1", "r2", "r3"]
    assert ids(journal, having={"policy": ("portrait@3",)}) == ids(journal)
    assert ids(journal, having={"policy": ("portrait@2", "other")}) == []
    assert ids(journal, having={"needs_person": (False,), "segment": ("b",)}) == ["r4", "r5"]
    assert ids(journal, having={"segment": ("a' OR 1=1 --",)}) == []


def test_a_range_of_numbers_is_read(journal):
    """After one number, up to another; the parts of a journal are the whole, each once."""
    low, high, count = extent(journal, Which())
    assert count == 5
    parts = [
        one.id
        for after in range(low - 1, high, 2)
        for one in recorded(journal, Which(), after, after + 2)
    ]
    assert parts == ids(journal)
    assert extent(journal, Which(having={"segment": ("none such",)})) == (0, 0, 0)


def test_a_batch_is_no_end(tmp_path, plan, build):
    """More requests than are held at once are all read, in order."""
    with Journal(tmp_path / "j.sqlite") as journal:
        names = [f"r{at:04d}" for at in range(BATCH + 3)]
        for name in names:
            journal.append(plan, build(name))
        assert ids(journal) == names


def test_who_reads_stands_in_nobodys_way(journal, plan, build):
    """While a batch is worked on, others append to the same journal."""
    reading = recorded(journal, Which())
    next(reading)
    journal.append(plan, build("meanwhile"))
    assert [one.id for one in reading] == ["r2", "r3", "r4", "r5"]


def test_what_an_audit_measured_is_marked(tmp_path):
    """Outcomes that only the audit measured say so; the others do not."""
    rows = {"a": {"s": 0.9, "t": 0.5}, "b": {"s": 0.1, "t": 0.5}}
    terms = (p.Term(worlds.ref("s"), 0.9, worlds.UP), p.Term(worlds.ref("t"), 0.1, worlds.UP))
    made = worlds.plan(p.WeightedSum(terms), parallelism=1)
    world = worlds.World(
        made,
        tuple(map(worlds.candidate, rows)),
        {
            name: {f"{key}.value": Score(its) for key, its in row.items()}
            for name, row in rows.items()
        },
        {},
    )
    one = again.selection(world, audited=True)
    assert one.afterwards
    (read,) = again.read(again.written(tmp_path / "j.sqlite", one))
    after = {
        (each.candidate, f"{each.instance}.{each.output}") for each in read.found if each.after
    }
    assert after == {(name, key) for name, keys in one.afterwards.items() for key in keys}


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE outcomes SET kind = 'rumour'",
        "UPDATE outcomes SET value = 'much' WHERE kind = 'score'",
        "UPDATE candidates SET reasons = '[{\"why\": 1}]'",
        "UPDATE candidates SET verdict = NULL",
        "UPDATE requests SET expect = '[]'",
        "UPDATE outcomes SET evidence = '{' WHERE members IS NOT NULL",
    ],
)
def test_a_damaged_request_is_told_and_ends_nothing(tmp_path, plan, build, harm):
    """What makes no sense is yielded as damaged, with its id; the others come as ever."""
    path = tmp_path / "j.sqlite"
    with Journal(path) as journal:
        for name in ("one", "two"):
            journal.append(plan, build(name))
    table = harm.split()[1]
    key = "number" if table == "requests" else "request"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"DROP TRIGGER {table}_no_update")
        first = f"{key} = (SELECT min({key}) FROM {table})"  # noqa: S608 - names of ours
        connection.execute(f"{harm} {'AND' if 'WHERE' in harm else 'WHERE'} {first}")
        connection.commit()
    bad, good = again.read(path)
    assert isinstance(bad, Damaged)
    assert (bad.id, bool(bad.why)) == ("one", True)
    assert isinstance(good, Recorded)


def test_ids_are_found_by_how_they_begin(journal, plan, build):
    """The newest first; what is an id itself is found alone; signs of patterns mean nothing."""
    journal.append(plan, build("r10"))
    assert named(journal, "r1") == ["r1"]
    assert named(journal, "r") == ["r10", "r5", "r4", "r3", "r2", "r1"]
    assert named(journal, "r", 2) == ["r10", "r5"]
    assert named(journal, "R") == []
    assert named(journal, "%") == []
    assert named(journal, "_1") == []
    assert named(journal, "last") == ["r10"]
    for number in range(11):
        journal.append(plan, build(f"R1-{number}"))
    assert named(journal, "r1") == ["r1"]
    assert named(journal, "r1", 1) == ["r1"]
    journal.append(plan, build("last"))
    journal.append(plan, build("lasting"))
    assert named(journal, "r10") == ["r10"]
    assert named(journal, "last") == ["last"]


def test_plans_are_read_by_their_hash(journal, plan):
    """A plan comes back equal; one that is not there is an error that says so."""
    assert recorded_plan(journal, plan.hash) == plan
    with pytest.raises(JournalError, match="is not there"):
        recorded_plan(journal, "none such")


def test_a_missing_journal_is_told(tmp_path):
    """Nothing is made where nothing is."""
    path = tmp_path / "none.sqlite"
    with Journal(path) as journal, pytest.raises(JournalError, match="there is no journal"):
        list(recorded(journal, Which()))
    assert not path.exists()


def test_journals_of_the_first_version_are_read(old, plan):
    """What they could not say is not known: nothing is said to be measured after a decision."""
    (one,) = again.read(old)
    assert isinstance(one, Recorded)
    assert (one.id, one.audited, one.disagreed) == ("one", False, None)
    assert one.found
    assert not any(each.after for each in one.found)
    with Journal(old) as journal:
        assert recorded_plan(journal, one.plan_hash).gates == plan.gates
