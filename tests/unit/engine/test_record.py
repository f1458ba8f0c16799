"""What becomes of a request that its journal can't take, and of those that wait."""

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from asking import SIZES, png
from postgres import Cluster
from selector import Selection, Selector, select
from selector.engine import record
from selector.engine.record import Record
from selector.engine.spool import spool_of
from selector.errors import JournalError
from selector.journal import Journal, sqlite
from selector.journal.thumbnails import Thumbnails

EFFORT = SIZES | {"journal": "best_effort"}
REQUIRED = SIZES | {"journal": "required"}


@pytest.fixture(autouse=True)
def spool(tmp_path: Path, monkeypatch) -> Path:
    """Where requests of this test wait."""
    monkeypatch.setenv("SELECTOR_SPOOL", str(tmp_path / "spool"))
    monkeypatch.setattr(record, "SENDING_S", 60.0)  # so that a busy machine sends as many
    return tmp_path / "spool"


@pytest.fixture
def blocked(tmp_path: Path) -> Path:
    """A journal's path that can't be opened, as a file has the name of its folder."""
    (tmp_path / "journals").touch()
    return tmp_path / "journals" / "j.sqlite"


def free(blocked: Path) -> None:
    """Let the journal be opened after all."""
    blocked.parent.unlink()


def ids(journal: Path | str) -> list[str]:
    """Return the ids of all requests, in the order of writing; the chain must hold."""
    with Journal(journal) as book:
        assert book.verify().holds
        return [row.id for row in book.requests(1000)][::-1]


def test_a_request_waits_and_is_sent_with_the_next(blocked: Path, caplog) -> None:
    """The answers come back, the log says where they wait, and the next to arrive brings them."""
    with Selector(EFFORT, journal=blocked) as selector:
        lost = [selector.select(f"{at}", [png()]) for at in range(2)]
        waiting = spool_of(Journal(blocked)).waiting()
        assert len(waiting) == 2
        assert all(str(one) in caplog.text for one in waiting)
        free(blocked)
        last = selector.select("2", [png()])
        assert selector.select("3", [png()]).answer == "complete"
    assert [one.answer for one in lost] == ["complete"] * 2
    assert ids(blocked)[:3] == [last.request_id, *(one.request_id for one in lost)]
    assert spool_of(Journal(blocked)).waiting() == []
    with Journal(blocked) as journal:
        assert journal.read(lost[0].request_id) == (lost[0].plan, lost[0])


def test_a_server_that_goes_and_comes_loses_nothing(
    postgres: str, postgres_server: Cluster, caplog
) -> None:
    """PostgreSQL crashes between two requests: both are in the journal once it is back."""
    with Selector(EFFORT, journal=postgres) as selector:
        before = selector.select("before", [png()])
        postgres_server.stop(gently=False)
        try:
            lost = selector.select("while it is gone", [png()])
        finally:
            postgres_server.start()
        assert len(spool_of(Journal(postgres)).waiting()) == 1
        after = selector.select("after", [png()])
    assert "postgres@" in caplog.text
    assert ids(postgres) == [before.request_id, after.request_id, lost.request_id]


def test_many_are_sent_a_few_at_a_time(blocked: Path) -> None:
    """No request does much for others."""
    selection = select("p", [png()], EFFORT, journal=False)
    keeper = Record(selection.plan, blocked)
    for at in range(9):
        keeper.append(selection.plan, replace(selection, request_id=f"{at}"))
    free(blocked)
    left = []
    for name in "abc":
        keeper.append(selection.plan, replace(selection, request_id=name))
        left.append(len(spool_of(Journal(blocked)).waiting()))
    assert left[:3] == [5, 1, 0]


@pytest.mark.parametrize("policy", [REQUIRED, SIZES])
def test_where_it_is_required_the_caller_decides(blocked: Path, spool: Path, policy) -> None:
    """The error carries the selection, and nothing waits: who tries again has it once."""
    with (
        pytest.raises(JournalError, match="can't be opened") as caught,
        Selector(policy, journal=blocked) as selector,
    ):
        selector.select("p", [png()])
    assert isinstance(caught.value.selection, Selection)
    assert caught.value.selection.answer == "complete"
    assert not spool.exists()


def test_who_requires_a_journal_sends_what_waits(blocked: Path) -> None:
    """What an effort left behind arrives, whatever the policy of the next request."""
    lost = select("p", [png()], EFFORT, journal=blocked)
    free(blocked)
    next_one = select("p", [png()], REQUIRED, journal=blocked)
    assert ids(blocked) == [next_one.request_id, lost.request_id]


def test_where_it_can_not_even_wait_the_answer_comes_back(
    blocked: Path, spool: Path, caplog
) -> None:
    """The log says both: why it was not written, and why it does not wait."""
    spool.touch()
    assert select("p", [png()], EFFORT, journal=blocked).answer == "complete"
    (line,) = [one for one in caplog.messages if "engine.request_not_journaled" in one]
    assert "spooled=None" in line
    assert "SELECTOR_SPOOL" in line


def test_what_no_journal_takes_waits_for_a_person(tmp_path: Path, caplog) -> None:
    """It is told and kept aside: to try it again would be in vain."""
    selection = select("p", [png()], EFFORT, journal=False)
    keeper = Record(selection.plan, tmp_path / "j.sqlite")
    keeper.append(selection.plan, replace(selection, prompt="\ud800"))
    waiting = spool_of(Journal(tmp_path / "j.sqlite"))
    assert (len(waiting.waiting()), len(waiting.refused())) == (0, 1)
    assert str(waiting.refused()[0]) in caplog.text


def test_a_journal_that_is_slow_to_refuse_is_not_asked_by_everyone(
    tmp_path: Path, monkeypatch
) -> None:
    """Somebody holds the file: the first waits for it, the next ones do not, and none is lost."""
    monkeypatch.setattr(sqlite, "BUSY_S", 0.4)
    path = tmp_path / "j.sqlite"
    selection = select("p", [png()], EFFORT, journal=path)
    keeper = Record(selection.plan, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        keeper.append(selection.plan, replace(selection, request_id="first"))
        other.execute("BEGIN IMMEDIATE")
        took = [_seconds(keeper, selection, f"{at}") for at in range(4)]
        assert took[0] > 0.3
        assert max(took[1:]) < 0.2
        other.execute("COMMIT")
    monkeypatch.setattr(keeper, "_rests_until", 0.0)  # some seconds later
    keeper.append(selection.plan, replace(selection, request_id="last"))
    keeper.close()
    assert sorted(ids(path)) == sorted([selection.request_id, "first", "last", *"0123"])


def _seconds(keeper: Record, selection: Selection, name: str) -> float:
    started = time.monotonic()
    keeper.append(selection.plan, replace(selection, request_id=name))
    return time.monotonic() - started


def test_a_slow_journal_that_is_required_is_asked_each_time(tmp_path: Path, monkeypatch) -> None:
    """Who needs it written waits for it, whatever happened before."""
    monkeypatch.setattr(sqlite, "BUSY_S", 0.3)
    path = tmp_path / "j.sqlite"
    selection = select("p", [png()], REQUIRED, journal=path)
    keeper = Record(selection.plan, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match="locked"):
            keeper.append(selection.plan, replace(selection, request_id="one"))
        other.execute("COMMIT")
    keeper.append(selection.plan, replace(selection, request_id="two"))
    keeper.close()
    assert ids(path) == [selection.request_id, "two"]


def test_thumbnails_are_stored_with_the_request(tmp_path: Path, monkeypatch) -> None:
    """One for each picture, small, found by the hash that the journal has."""
    monkeypatch.setenv("SELECTOR_THUMBNAILS", str(tmp_path / "thumbs"))
    selection = select("p", [png(600), png(40), b"broken"], SIZES, journal=tmp_path / "j.sqlite")
    store = Thumbnails(tmp_path / "thumbs")
    found = [store.get(one.content_hash or "") for one in selection.candidates]
    assert [one is not None for one in found] == [True, True, False]
    assert len(list((tmp_path / "thumbs").rglob("*.webp"))) == 2


def test_without_a_journal_or_a_wish_no_thumbnail_is_stored(
    tmp_path: Path, blocked: Path, monkeypatch
) -> None:
    """Nor of a request that the journal did not take: nobody could erase it with its request."""
    select("p", [png()], SIZES, journal=tmp_path / "j.sqlite")
    monkeypatch.setenv("SELECTOR_THUMBNAILS", str(tmp_path / "thumbs"))
    select("p", [png()], SIZES, journal=False)
    select("p", [png()], EFFORT, journal=blocked)
    assert list(tmp_path.rglob("*.webp")) == []


def test_thumbnails_that_can_not_be_stored_are_a_line_in_the_log(
    tmp_path: Path, monkeypatch, caplog
) -> None:
    """They are for looking at; the request is written all the same."""
    (tmp_path / "thumbs").touch()
    monkeypatch.setenv("SELECTOR_THUMBNAILS", str(tmp_path / "thumbs"))
    selection = select("p", [png()], REQUIRED, journal=tmp_path / "j.sqlite")
    assert ids(tmp_path / "j.sqlite") == [selection.request_id]
    assert "engine.thumbnails_not_stored" in caplog.text


def test_a_time_that_is_none_is_told_before_anything_is_measured(tmp_path: Path, monkeypatch):
    """Days are a number above zero."""
    monkeypatch.setenv("SELECTOR_THUMBNAILS", str(tmp_path / "thumbs"))
    monkeypatch.setenv("SELECTOR_THUMBNAIL_DAYS", "soon")
    with pytest.raises(JournalError, match=r"SELECTOR_THUMBNAIL_DAYS: .*got 'soon'"):
        Selector(SIZES, journal=tmp_path / "j.sqlite")
