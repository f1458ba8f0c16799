"""Requests of which all is known: the sample that is not biased by what laziness leaves out."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from selector.errors import JournalError
from selector.journal import Journal
from selector.policy.plan import Plan
from selector.types import Selection

Build = Callable[..., Selection]
POLICY = "resolved meaning"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """A journal that nothing was written to yet."""
    with Journal(path) as opened:
        yield opened


def test_audited_and_exhaustive_newest_first(journal: Journal, plan: Plan, build: Build) -> None:
    """Whatever measured all comes, the last appended first; what was lazy, and other policies', not."""
    thorough = replace(plan, mode="exhaustive", policy="exact")  # a name is not a mode
    named = replace(plan, policy="exhaustive")
    foreign = replace(thorough, policy_hash="another")
    for name, by, audited in [
        ("lazy", plan, False),
        ("audited", plan, True),
        ("named", named, False),
        ("thorough", thorough, False),
        ("foreign", foreign, False),
        ("audited too", plan, True),
    ]:
        policy = f"{by.policy}@{by.version}"
        journal.append(by, build(name, plan_hash=by.hash, policy=policy, audited=audited))
    found = list(journal.measured_whole(POLICY, 10))
    assert [one.request_id for _, one in found] == ["audited too", "thorough", "audited"]
    assert [by for by, _ in found] == [plan, thorough, plan]
    assert found[0][1] == build("audited too", audited=True)
    assert [one.request_id for _, one in journal.measured_whole(POLICY, 1)] == ["audited too"]
    assert list(journal.measured_whole("unknown", 10)) == []


def test_nothing_is_held_between(journal: Journal, plan: Plan, build: Build) -> None:
    """While they are gone through, the same thread may append; the new ones do not come up."""
    for number in range(3):
        journal.append(plan, build(str(number), audited=True))
    seen = []
    for _, one in journal.measured_whole(POLICY, 10):
        seen.append(one.request_id)
        journal.append(plan, build(f"after {one.request_id}", audited=True))
    assert seen == ["2", "1", "0"]


def test_they_are_read_when_they_are_wanted(
    path: Path, journal: Journal, plan: Plan, build: Build
) -> None:
    """A damaged request stops nobody before it is reached, and is named then."""
    for name in ("bad", "good"):
        journal.append(plan, build(name, audited=True))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER requests_no_update")
        connection.execute("UPDATE requests SET spent = '{' WHERE id = 'bad'")
    found = journal.measured_whole(POLICY, 10)
    assert next(found)[1] == build("good", audited=True)
    with pytest.raises(JournalError, match="request 'bad' is damaged"):
        next(found)


def test_a_damaged_plan_is_named(path: Path, journal: Journal, plan: Plan, build: Build) -> None:
    """A plan that another program wrote wrongly is an error that says which."""
    journal.append(plan, build("one", audited=True))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO plans VALUES ('foreign', 1, '', '\"exhaustive\"', 9)")
    with pytest.raises(JournalError, match="plan 'foreign' is damaged"):
        next(journal.measured_whole(POLICY, 10))


def test_no_journal_is_an_error(path: Path, journal: Journal) -> None:
    """Whoever fits to a journal at a mistyped path is told so."""
    with pytest.raises(JournalError, match="there is no journal"):
        next(journal.measured_whole(POLICY, 10))
    assert not path.parent.exists()
