"""What people ask of requests: the newest, those that came since, their entry, their labels."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from selector.errors import JournalError
from selector.journal import Journal, Label, about
from selector.policy.plan import Plan
from selector.types import Selection

Build = Callable[..., Selection]


@pytest.fixture
def journal(path: Path, plan: Plan, build: Build) -> Iterator[Journal]:
    """A journal with four requests, decided on four days, two of which are labelled."""
    with Journal(path) as opened:
        for day, name in enumerate(("one", "two", "three", "four"), start=1):
            opened.append(plan, build(name, created=f"2026-03-0{day}T12:00:00.000+00:00"))
        opened.label(Label("two", "a", "anna", "verdict", 0.0, created="2026-04-01"))
        opened.label(Label("two", "b", "bert", "fidelity", 3.5, created="2026-04-02"))
        opened.label(Label("three", "a", "anna", "verdict", 1.0, created="2026-04-03"))
        yield opened


def ids(listed: about.Listed) -> list[str]:
    return [row.id for row in listed.rows]


def test_the_newest_and_those_that_come(journal: Journal, plan: Plan, build: Build) -> None:
    """In the order of writing; who goes on where the last look ended misses none."""
    found = about.newest(journal, 2)
    assert ids(found) == ["three", "four"]
    assert about.after(journal, found.last) == about.Listed((), found.last)
    journal.append(plan, build("five"))
    journal.append(plan, build("six"))
    first = about.after(journal, found.last, limit=1)
    assert ids(first) == ["five"]
    assert ids(about.after(journal, first.last)) == ["six"]


def test_none_of_the_newest_tells_where_to_go_on(journal: Journal, plan: Plan, build: Build):
    """Who wants to see only what comes asks for none of what is there."""
    found = about.newest(journal, 0)
    assert found.rows == ()
    journal.append(plan, build("five"))
    assert ids(about.after(journal, found.last)) == ["five"]


def test_the_entry_in_the_chain(journal: Journal) -> None:
    """The one that verifying reads; what is older than the chain has none."""
    entry = about.entry_of(journal, "two")
    assert entry is not None
    assert (entry.writer, len(entry.digest), len(entry.link)) == ("main", 64, 64)
    assert entry.number == entry.sequence == 3, "the plan's was the first"
    assert about.entry_of(journal, "nobody") is None


def test_a_request_older_than_the_chain(old: Path) -> None:
    """It has no entry."""
    with Journal(old) as journal:
        assert about.entry_of(journal, "one") is None


def test_labels_of_a_request(journal: Journal) -> None:
    """The oldest first, beside what the engine had said."""
    assert about.labels_of(journal, "two") == [
        about.Said("2026-04-01", "a", "anna", "verdict", 0.0, "accept"),
        about.Said("2026-04-02", "b", "bert", "fidelity", 3.5, "review"),
    ]
    assert about.labels_of(journal, "one") == []


def test_how_many_are_meant(journal: Journal) -> None:
    """Requests and their labels, as forgetting would take them."""
    assert about.counted(journal, request="two") == (1, 2)
    assert about.counted(journal, request="one") == (1, 0)
    assert about.counted(journal, request="nobody") == (0, 0)
    before = "2026-03-03T12:00:00.000+00:00"
    assert about.counted(journal, before=before) == (2, 2)
    journal.forget(before=before)
    assert about.counted(journal, before=before) == (0, 0)
    assert about.counted(journal, before="2027") == (2, 1)


def test_where_there_is_no_journal(tmp_path: Path) -> None:
    """It is told, each time."""
    with pytest.raises(JournalError, match="there is no journal"):
        about.newest(Journal(tmp_path / "none.sqlite"), 3)
