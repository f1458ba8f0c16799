"""What waits for a journal: nothing is lost, nothing is sent twice, whoever sends and whatever breaks."""

import json
import multiprocessing
import os
import resource
import secrets
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from asking import SIZES, png
from selector import Selection, select
from selector.engine import spool, spooled
from selector.engine.spool import Spool, spool_of
from selector.errors import JournalError
from selector.journal import Journal
from selector.policy.plan import Plan, Written
from selector.types import Score


@pytest.fixture(scope="module")
def decided() -> Selection:
    """A real request; others are made of it."""
    return select("p", [png(), png(300)], SIZES, journal=False)


@pytest.fixture
def plan(decided: Selection) -> Plan:
    return decided.plan


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where requests may wait; it is not there yet."""
    return tmp_path / "spool" / "of one"


def named(decided: Selection, name: str, second: int = 0, **rest) -> Selection:
    """Return a request of this id that was decided in this second."""
    created = f"2026-03-01T12:00:{second:02}.000+00:00"
    return replace(decided, request_id=name, created=created, **rest)


def ids(journal: Journal) -> list[str]:
    """Return the ids of all requests in the order of writing."""
    return [row.id for row in journal.requests(1000)][::-1] if journal.exists() else []


def test_a_request_waits_as_it_was_decided(folder: Path, decided: Selection, plan: Plan) -> None:
    """Audits, what came after them, the policy's own text: all of it comes back from the file."""
    keys = next(iter(decided.outcomes.items()))
    audited = replace(
        decided,
        audited=True,
        disagreed=True,
        afterwards={keys[0]: tuple(keys[1])},
        prompt="ü\ud800",
    )
    wrote = replace(plan, written=Written("name: sizes", "weights: {}"))
    path = Spool(folder).keep(wrote, audited)
    known, back = spooled.read(path)
    assert (known, back) == (plan, audited)
    assert known.hash == plan.hash
    assert known.written == wrote.written
    assert oct(folder.stat().st_mode)[-3:] == "700", "prompts are private"


def test_the_oldest_goes_first_and_its_file_goes(
    folder: Path, tmp_path: Path, decided: Selection, plan: Plan
) -> None:
    """They arrive in the order in which they were decided, a few at once if so wanted."""
    waiting = Spool(folder)
    for name, second in (("late", 30), ("first", 1), ("middle", 15)):
        waiting.keep(plan, named(decided, name, second))
    with Journal(tmp_path / "j.sqlite") as journal:
        assert waiting.send(journal, most=2).sent == 2
        assert ids(journal) == ["first", "middle"]
        assert [spooled.is_of(one, "late") for one in waiting.waiting()] == [True]
        assert waiting.send(journal).sent == 1
        assert waiting.send(journal) == spool.Sent()
        assert ids(journal) == ["first", "middle", "late"]
        assert journal.verify().holds
        assert journal.read("late") == (plan, named(decided, "late", 30))


def test_no_time_is_spent_that_was_not_given(
    folder: Path, tmp_path: Path, decided: Selection, plan: Plan
) -> None:
    """What is begun is ended, and no other is begun."""
    waiting = Spool(folder)
    for second in range(5):
        waiting.keep(plan, named(decided, str(second), second))
    with Journal(tmp_path / "j.sqlite") as journal:
        assert waiting.send(journal, seconds=-1.0).sent == 0
        assert len(waiting.waiting()) == 5


def test_what_is_there_already_counts_as_sent(
    folder: Path, tmp_path: Path, decided: Selection, plan: Plan
) -> None:
    """A sender that was killed between writing and tidying up does no harm."""
    one = named(decided, "one")
    with Journal(tmp_path / "j.sqlite") as journal:
        journal.append(plan, one)
        Spool(folder).keep(plan, one)
        assert Spool(folder).send(journal) == spool.Sent(sent=1)
        assert ids(journal) == ["one"]
        assert Spool(folder).waiting() == []


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda text: text[: len(text) // 2], id="half"),
        pytest.param(lambda _: "", id="empty"),
        pytest.param(lambda text: text.replace('"schema": 1', '"schema": 9', 1), id="newer"),
        pytest.param(lambda _: "[]", id="something else"),
        pytest.param(lambda text: text.replace('"answer"', '"anwser"'), id="damaged"),
    ],
)
def test_what_makes_no_sense_is_set_aside_and_told(
    folder: Path, tmp_path: Path, decided: Selection, plan: Plan, caplog, harm
) -> None:
    """It stays for a person to look at, and stops nobody."""
    waiting = Spool(folder)
    bad = waiting.keep(plan, named(decided, "bad", 1))
    bad.write_text(harm(bad.read_text()))
    waiting.keep(plan, named(decided, "good", 2))
    with Journal(tmp_path / "j.sqlite") as journal:
        found = waiting.send(journal)
        assert ids(journal) == ["good"]
    assert found == spool.Sent(1, (bad.with_name(bad.name + ".refused"),))
    assert waiting.refused() == list(found.refused)
    assert "engine.spool_refused" in caplog.text


def test_what_no_journal_keeps_is_set_aside(
    folder: Path, tmp_path: Path, decided: Selection, plan: Plan
) -> None:
    """A text that is no Unicode is refused today and for ever."""
    waiting = Spool(folder)
    waiting.keep(plan, named(decided, "bad", prompt="\ud800"))
    with Journal(tmp_path / "j.sqlite") as journal:
        assert len(waiting.send(journal).refused) == 1
    assert waiting.waiting() == []


def test_what_only_a_server_refuses_stops_nobody(
    folder: Path, postgres: str, decided: Selection, plan: Plan
) -> None:
    """PostgreSQL takes no NUL, nor ids of any length: both are set aside, and the rest goes."""
    waiting = Spool(folder)
    waiting.keep(plan, named(decided, "nul", 1, prompt="a\0b"))
    waiting.keep(plan, named(decided, secrets.token_hex(9000), 2))
    waiting.keep(plan, named(decided, "good", 3))
    with Journal(postgres) as journal:
        found = waiting.send(journal)
        assert ids(journal) == ["good"]
    assert (found.sent, len(found.refused)) == (1, 2)
    assert waiting.waiting() == []


def test_a_journal_that_can_not_be_written_loses_nothing(
    folder: Path, tmp_path: Path, decided: Selection, plan: Plan
) -> None:
    """Two in a row are the journal's fault: it is told, and all wait on."""
    waiting = Spool(folder)
    for second in range(4):
        waiting.keep(plan, named(decided, str(second), second))
    (tmp_path / "file").touch()
    found = waiting.send(Journal(tmp_path / "file" / "j.sqlite"))
    assert found.sent == 0
    assert "can't be opened" in found.fault
    assert len(waiting.waiting()) == 4
    with Journal(tmp_path / "j.sqlite") as journal:
        assert waiting.send(journal).sent == 2, "of those that were not tried"
        assert waiting.send(journal).sent == 2
        assert sorted(ids(journal)) == ["0", "1", "2", "3"]


def test_processes_send_and_keep_at_once(
    folder: Path, tmp_path: Path, decided: Selection, plan: Plan
) -> None:
    """Four of them, each with requests of its own to add: every one arrives once."""
    context = multiprocessing.get_context("fork")
    together = context.Barrier(4)

    def work(mine: int) -> None:
        waiting = Spool(folder)
        with Journal(tmp_path / "j.sqlite") as journal:
            together.wait()
            for number in range(8):
                waiting.keep(plan, named(decided, f"{mine}-{number}", number))
                waiting.send(journal, most=3)

    started = [context.Process(target=partial(work, mine)) for mine in range(4)]
    for one in started:
        one.start()
    for one in started:
        one.join(60)
    assert [one.exitcode for one in started] == [0] * 4
    with Journal(tmp_path / "j.sqlite") as journal:
        Spool(folder).send(journal)
        assert sorted(ids(journal)) == sorted(f"{a}-{b}" for a in range(4) for b in range(8))
        assert journal.verify().holds
    assert Spool(folder).waiting() == []


def test_there_is_only_so_much_room(folder: Path, decided: Selection, plan: Plan) -> None:
    """What would be too much is told, and there is room again once something went."""
    size = len(spooled.content(plan, decided))
    waiting = Spool(folder, room_mb=2.5 * size / 1e6)
    kept = [waiting.keep(plan, named(decided, f"{at}", at)) for at in range(2)]
    with pytest.raises(JournalError, match=r"SELECTOR_SPOOL_MB allows no more.*Make room"):
        waiting.keep(plan, named(decided, "3", 3))
    assert waiting.waiting() == kept
    kept[0].unlink()
    waiting.keep(plan, named(decided, "4", 4))


def test_what_others_left_takes_room_too(folder: Path, decided: Selection, plan: Plan) -> None:
    """All that lies there is counted, but for parts that a killed process left an hour ago."""
    size = len(spooled.content(plan, decided))
    Spool(folder).keep(plan, named(decided, "theirs"))
    (folder / ".young.part").write_bytes(b"x" * size)
    (folder / ".old.part").write_bytes(b"x" * size)
    os.utime(folder / ".old.part", (time.time() - 3700,) * 2)
    Spool(folder, room_mb=3.5 * size / 1e6).keep(plan, named(decided, "mine"))
    assert sorted(one.name for one in folder.glob(".*.part")) == [".young.part"]
    with pytest.raises(JournalError, match="allows no more"):
        Spool(folder, room_mb=3.5 * size / 1e6).keep(plan, named(decided, "no more"))


def test_a_full_disk_leaves_nothing_half(folder: Path, decided: Selection, plan: Plan) -> None:
    """A request that does not fit is told, and no part of it lies there."""

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
        with pytest.raises(JournalError, match=r"can't be kept.*File too large.*Make room"):
            Spool(folder).keep(plan, decided)
        assert list(folder.iterdir()) == []

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join(30)
    assert process.exitcode == 0


def test_numbers_that_are_none_are_not_kept(folder: Path, decided: Selection, plan: Plan) -> None:
    """No file holds what no JSON can."""
    name = decided.candidates[0].id
    row = {key: Score(float("nan")) for key in decided.outcomes[name]}
    with pytest.raises(JournalError, match="can't be kept"):
        Spool(folder).keep(plan, replace(decided, outcomes={name: row}))
    assert Spool(folder).waiting() == []


def test_who_is_to_be_forgotten_is(folder: Path, decided: Selection, plan: Plan) -> None:
    """By id or by date, of what waits and of what was set aside."""
    waiting = Spool(folder)
    for second, name in enumerate("abcd"):
        waiting.keep(plan, named(decided, name, second))
    waiting.keep(plan, named(decided, "aside", 1), refused=True)
    assert waiting.forget(request="c") == 1
    assert waiting.forget(request="nobody") == 0
    assert waiting.forget(before="2026-03-01T12:00:02.000+00:00") == 3
    assert [spooled.is_of(one, "d") for one in waiting.waiting()] == [True]
    assert waiting.refused() == []


def test_each_journal_has_a_folder_of_its_own(tmp_path: Path, monkeypatch) -> None:
    """Beside the user's journal, or where the variable says; its size is bounded by another."""
    monkeypatch.delenv("SELECTOR_SPOOL", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    one, other = spool_of(Journal(tmp_path / "a")), spool_of(Journal("postgresql://u:pw@h/d"))
    assert one.folder.parent == tmp_path / "selector" / "spool"
    assert one.folder != other.folder
    assert other.folder == spool_of(Journal("postgresql://u:changed@h/d")).folder
    monkeypatch.setenv("SELECTOR_SPOOL", str(tmp_path / "else"))
    assert spool_of(Journal(tmp_path / "a")).folder.parent == tmp_path / "else"


@pytest.mark.parametrize("said", ["many", "-1", "nan"])
def test_room_is_a_number(tmp_path: Path, monkeypatch, said: str) -> None:
    """What is none is told with the variable's name."""
    monkeypatch.setenv("SELECTOR_SPOOL_MB", said)
    with pytest.raises(JournalError, match=f"SELECTOR_SPOOL_MB: .*got '{said}'"):
        spool_of(Journal(tmp_path / "a"))


def test_a_folder_that_can_not_be_used_is_told(tmp_path: Path, decided: Selection, plan: Plan):
    """Where a file has its name, nothing waits there, and it is said."""
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match=r"can't be kept in .*SELECTOR_SPOOL"):
        Spool(tmp_path / "file").keep(plan, decided)


def test_the_file_is_json(folder: Path, decided: Selection, plan: Plan) -> None:
    """Who has to look into one reads it with any program."""
    said = json.loads(Spool(folder).keep(plan, decided).read_text("ascii"))
    assert said["selection"]["request_id"] == decided.request_id


def test_what_a_killed_process_left_is_forgotten_too(folder: Path) -> None:
    """A part of a file may hold the prompt; one that is being written stays."""
    folder.mkdir(parents=True, exist_ok=True)
    left, young = folder / ".0123456789abcdef.part", folder / ".fedcba9876543210.part"
    for part in (left, young):
        part.write_text("the secret garden")
    os.utime(left, (time.time() - 120, time.time() - 120))
    Spool(folder).forget(request="x")
    assert (left.exists(), young.exists()) == (False, True)
