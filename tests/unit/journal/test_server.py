"""A journal in PostgreSQL does all that one in a file does, and says what is wrong with its server."""

import multiprocessing
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from selector.errors import JournalError
from selector.journal import Event, Journal
from selector.journal.server import SCHEMA
from selector.policy.plan import Plan
from selector.types import Selection

Build = Callable[..., Selection]


def tell(address: str, *statements: str) -> None:
    """Run statements as any other program would."""
    with psycopg.connect(address) as connection:
        connection.execute(f"SET search_path TO {SCHEMA}")
        for statement in statements:
            connection.execute(statement)


def test_what_is_written_comes_back_the_same(postgres: str, plan: Plan, build: Build) -> None:
    """Requests bit for bit, audits too, with their plan; events in their order."""
    second = build("two", audited=True, disagreed=False, afterwards={"a": ("hands.count",)})
    with Journal(postgres) as journal:
        journal.append(plan, build("one"))
        journal.append(plan, second)
        for value in (-0.0, 1e-310, 1.7e308):
            journal.record(Event("watch", "x", "a", value, {"é": [None, "\0"]}))
    with Journal(postgres) as journal:
        assert journal.read("one") == (plan, build("one"))
        assert journal.read("two") == (plan, second)
        assert [row.id for row in journal.requests()] == ["two", "one"]
        whole = journal.measured_whole("resolved meaning", 9)
        assert [one.request_id for _, one in whole] == ["two"]
        events = journal.events("watch", "x")
        assert repr([one.value for one in events]) == "[-0.0, 1e-310, 1.7e+308]"
        assert events[0].body == {"é": [None, "\0"]}
        assert journal.latest("watch", "x") == {"a": 1.7e308}
        assert journal.rates(["print of hands"])["print of hands"].measured == 2


def test_a_request_is_written_once(postgres: str, plan: Plan, build: Build) -> None:
    """The second time it is an error, and nothing of it is written."""
    with Journal(postgres) as journal:
        journal.append(plan, build("one"))
        before = journal.verify()
        with pytest.raises(JournalError, match=r"there already \(got 'one'\)"):
            journal.append(plan, build("one"))
        assert journal.verify() == before


def test_processes_append_at_once(postgres: str, plan: Plan, build: Build) -> None:
    """Three processes that make the journal and write 15 requests each: none is lost, all in order."""
    together = multiprocessing.get_context("fork").Barrier(3)

    def work(name: str) -> None:
        with Journal(postgres) as journal:
            together.wait()
            for number in range(15):
                journal.append(plan, build(f"{name}{number}"))

    with Journal(postgres) as parent:
        assert not parent.exists()  # a connection that the children must not go on with
        started = [
            multiprocessing.get_context("fork").Process(target=work, args=(name,)) for name in "abc"
        ]
        for process in started:
            process.start()
        for process in started:
            process.join(60)
        assert [process.exitcode for process in started] == [0, 0, 0]
        assert len(parent.requests(100)) == 45
        assert parent.verify().holds
        numbers = [row.number for row in parent.summaries()]
        assert numbers == sorted(numbers)


def test_reading_makes_no_journal(postgres: str) -> None:
    """Where nothing was written there is none: reading says so, and makes no table."""
    with Journal(postgres) as journal:
        assert journal.events("a", "b") == []
        with pytest.raises(JournalError, match="there is no journal"):
            journal.requests()
    with psycopg.connect(postgres) as connection:
        query = "SELECT count(*) FROM information_schema.schemata WHERE schema_name = %s"
        assert connection.execute(query, [SCHEMA]).fetchone() == (0,)


def test_a_newer_journal_is_refused(postgres: str, plan: Plan, build: Build) -> None:
    """One of a later schema is neither read nor written."""
    with Journal(postgres) as journal:
        journal.append(plan, build("one"))
    tell(postgres, "UPDATE states SET body = '4' WHERE name = 'schema'")
    with Journal(postgres) as journal:
        for act in (journal.requests, lambda: journal.append(plan, build("two"))):
            with pytest.raises(JournalError, match=r"newer selector \(got schema 4, known up to 3"):
                act()


def test_texts_that_it_can_not_hold_are_an_error(postgres: str, plan: Plan, build: Build) -> None:
    """A NUL, which is no text there, and half a surrogate; nothing is written, and it goes on."""
    with Journal(postgres) as journal:
        for prompt in ("a\0b", "\ud800"):
            with pytest.raises(JournalError):
                journal.append(plan, build("one", prompt=prompt))
        journal.append(plan, build("one"))
        assert journal.verify().holds


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://postgres:secret@127.0.0.1:1/x", "Connection refused"),
        ("{}_absent", "journal_.+_absent. does not exist"),
    ],
)
def test_a_server_that_is_not_there(postgres: str, address: str, said: str) -> None:
    """It is an error that says what to do; a password is not repeated."""
    with Journal(address.format(postgres)) as journal, pytest.raises(JournalError) as caught:
        journal.record(Event("watch", "x", "a", 1.0))
    assert caught.match(rf"^postgresql://postgres.+ it can't be reached .+{said}.+ Start it, check")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_connection_that_was_lost_is_made_again(postgres: str, plan: Plan, build: Build) -> None:
    """Where the server ends all connections between two requests, the next one is written."""
    with Journal(postgres) as journal:
        journal.append(plan, build("one"))
        tell(
            postgres,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        journal.append(plan, build("two"))
        assert journal.verify().holds


def test_writers_take_turns_whatever_the_server_isolates(
    postgres: str, plan: Plan, build: Build
) -> None:
    """Where every transaction is a snapshot unless somebody says otherwise, none is refused."""
    name = postgres.rpartition("/")[2]
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(
            f"ALTER DATABASE {name} SET default_transaction_isolation TO 'repeatable read'"
        )
    failed: list[BaseException] = []

    def work(mine: str) -> None:
        try:
            with Journal(postgres) as journal:
                for number in range(10):
                    journal.append(plan, build(f"{mine}{number}"))
        except JournalError as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with Journal(postgres) as journal:
        assert len(journal.requests(100)) == 40


def test_who_waits_too_long_is_told(
    postgres: str, plan: Plan, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that finds another one at work for too long is told what holds it."""
    monkeypatch.setattr("selector.journal.server.BUSY", "100ms")
    with Journal(postgres) as first, Journal(postgres) as second:
        first.append(plan, build("one"))
        with first._database.writing(), pytest.raises(JournalError, match="locked for too long"):
            second.append(plan, build("two"))
        second.append(plan, build("two"))


def test_the_driver_is_loaded_when_it_is_needed(root: Path) -> None:
    """Importing the room loads no driver; without one the error says what to install."""
    code = (
        "import sys; from selector.journal import Journal; "
        "assert not {'psycopg', 'sqlalchemy'} & set(sys.modules); sys.modules['psycopg'] = None\n"
        "try: Journal('postgresql://a@b/c')\n"
        "except Exception as error: print(error)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=root, capture_output=True, text=True
    )
    assert "pip install 'selector-engine[postgres]'" in run.stdout
