"""`selector journal`: what was written down, read, asked, labelled, proved, taken along, erased."""

import csv
import io
import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from pyarrow import parquet

from asking import SIZES, png, remember
from selector import Selection, select
from selector.cli import main
from selector.engine.record import Record
from selector.journal import Journal
from selector.journal.thumbnails import Thumbnails

HOSTILE = "chairs\x1b[2J\u202e\nof wood"


@pytest.fixture
def book(shell) -> Path:
    """The user's own journal, with three requests, one of which asks for harm."""
    path = Path(shell.environment["XDG_STATE_HOME"]) / "selector" / "journal.sqlite"
    remember(path, shell.cwd / "chairs", "3f2a" + "0" * 28, "3f99" + "0" * 28)
    remember(path, shell.cwd / "chairs", "77aa" + "0" * 28, prompt=HOSTILE)
    return path


@pytest.fixture
def run(shell, book, monkeypatch, capsys):  # noqa: ARG001 - there is a journal
    """Run `selector journal …` in this process, where it takes no time to start."""
    for name in [one for one in os.environ if one.startswith("SELECTOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", shell.environment["XDG_STATE_HOME"])
    monkeypatch.chdir(shell.cwd)
    level = logging.getLogger("selector").level

    def called(*arguments, code: int = 0, typed: str = "", **env) -> str:
        """Return what is printed; where it fails, with what is told aside."""
        monkeypatch.setattr(sys, "argv", ["selector", "journal", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with monkeypatch.context() as patched:
            for name, value in env.items():
                patched.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        said = capsys.readouterr()
        assert (ended.value.code or 0) == code, said
        return said.out if code == 0 else said.out + said.err

    yield called
    logging.getLogger("selector").setLevel(level)


def test_the_newest_are_listed(run) -> None:
    """One line each, the newest last; what a prompt holds can't harm a terminal."""
    lines = run("tail", "-n", "2").splitlines()
    assert [line.split()[1] for line in lines] == ["3f990000", "77aa0000"]
    assert "sizes@1" in lines[0]
    assert "complete" in lines[0]
    assert lines[0].endswith("two chairs")
    assert lines[1].endswith(r"chairs\x1b[2J\u202e\nof wood")


@pytest.mark.timeout(60)
def test_those_that_come_are_told_until_somebody_has_seen_enough(shell, book) -> None:
    """--follow goes on with a line for each, and Ctrl-C ends it."""
    process = subprocess.Popen(
        [Path(sys.executable).parent / "selector", "journal", "tail", "-n", "1", "--follow"],
        env=shell.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert "77aa0000" in process.stdout.readline()
        remember(book, shell.cwd / "chairs", "new0" + "0" * 28)
        assert "new00000" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    finally:
        process.kill()
        process.communicate()


def test_one_request_whole(run, book) -> None:
    """By how its id begins: verdicts and why, what was found, labels, its place in the chain."""
    run("label", "77", "a.png", "reject", "--rater", "an\x1bna")
    said = " ".join(run("show", "77").split())
    for part in (
        "│ accept", "a.png", "b.png", "refused", "height, short_side, width 64", "77aa0000",
        r"chairs\x1b[2J\u202e", "entry 5, number 5 of main", r"an\x1bna of a.png: verdict reject",
        "the engine said accept",
    ):  # fmt: skip
        assert part in said
    assert "\x1b" not in said
    with Journal(book) as journal:
        known = journal.read("77aa" + "0" * 28)[1]
    assert Selection.from_json(run("show", "77", "--json")) == known


def test_a_page_of_it(run, shell) -> None:
    """The report shows the pictures, where the files still lie where they did."""
    run("show", "77", "--report", "out.html")
    page = (shell.cwd / "out.html").read_text("utf-8")
    assert page.count("data:image/") == 2


def test_thumbnails_are_kept_where_it_is_said(shell, book, pixels) -> None:
    """`select --thumbnails` stores one for each picture, found by the hash in the journal."""
    done = shell("select", "p", "chairs", "--policy", pixels, "--thumbnails", "thumbs")
    assert done.returncode == 0, done.stderr
    with Journal(book) as journal:
        _, selection = journal.read(journal.requests(1)[0].id)
    store = Thumbnails(shell.cwd / "thumbs")
    assert all(store.get(one.content_hash or "") for one in selection.candidates)


@pytest.mark.parametrize(
    ("name", "said"), [("3f", "several requests begin so"), ("nobody", "no request of this id")]
)
def test_which_request_is_unclear(run, name, said) -> None:
    """It is told, and what to do about it."""
    assert said in run("show", name, code=2)


def test_questions(run) -> None:
    """As a table for people, as JSON and CSV for programs; all of a long cell only there."""
    sql = "SELECT id, prompt FROM requests ORDER BY number"
    table = run("query", sql)
    assert "│" in table
    assert r"\x1b[2J" in table
    rows = json.loads(run("query", sql, "--json"))
    assert rows[2] == {"id": "77aa" + "0" * 28, "prompt": HOSTILE}
    lines = list(csv.reader(run("query", sql, "--csv").splitlines(keepends=True)))
    assert lines[0] == ["id", "prompt"]
    assert lines[1] == ["3f2a" + "0" * 28, "two chairs"]
    assert len(json.loads(run("query", sql, "--limit", "1", "--json"))) == 1
    assert "something else than a SELECT" in run("query", "DROP TABLE requests", code=2)
    assert "nothing is asked" in run("query", code=2)


def test_what_can_be_asked(run) -> None:
    """Every table with a sentence and its columns."""
    said = " ".join(run("query", "--tables").split())
    assert "verdicts A view: candidates beside the request that they are of. request_id," in said
    assert "policy" in json.loads(run("query", "--tables", "--json"))["requests"]["columns"]


def test_parquet(run, shell) -> None:
    """The requests that are meant, in a folder of files."""
    said = run("export", "--parquet", "out", "--where", "id=77aa" + "0" * 28)
    assert said == "1 request and 2 candidates lie in out\n"
    rows = parquet.read_table(shell.cwd / "out" / "candidates-00000.parquet").to_pylist()
    assert {row["candidate_id"] for row in rows} == {"a.png", "b.png"}
    assert "out is not empty" in run("export", "--parquet", "out", code=2)


def test_proof(run, shell, book) -> None:
    """That it holds is told, and where the chain ends is kept; what was changed is told, with 1."""
    assert "5 entries of 1 writer, 0 erased" in run("verify", "--heads", "heads.json")
    kept = json.loads((shell.cwd / "heads.json").read_text())
    assert kept["heads"]["main"]["sequence"] == 5
    with closing(sqlite3.connect(book)) as file, file:
        file.execute("DROP TRIGGER requests_no_update")
        file.execute("UPDATE requests SET prompt = 'other' WHERE number = 3")
    said = run("verify", "--heads", "heads.json", code=1)
    assert "fault: entry 3 (request)" in said
    assert "It does not hold." in said


def test_an_end_that_was_cut_is_noticed_by_what_was_known(run, shell, book) -> None:
    """Who may write could take the last rows with their entries: the file beside tells."""
    run("verify", "--heads", "heads.json")
    before = (shell.cwd / "heads.json").read_bytes()
    with closing(sqlite3.connect(book)) as file, file:
        for name in ("requests", "candidates", "outcomes", "summaries", "tallies", "chain"):
            file.execute(f"DROP TRIGGER {name}_no_delete")
        for name in ("outcomes", "candidates", "summaries", "tallies"):
            file.execute(f"DELETE FROM {name} WHERE request = 5")  # noqa: S608 - our own names
        for name in ("requests", "chain"):
            file.execute(f"DELETE FROM {name} WHERE number = 5")  # noqa: S608 - our own names
        last = file.execute("SELECT sequence, link FROM chain WHERE number = 4").fetchone()
        file.execute("UPDATE heads SET sequence = ?, link = ?", last)
    run("verify")
    assert "its end was cut" in run("verify", "--heads", "heads.json", code=1)
    assert (shell.cwd / "heads.json").read_bytes() == before


def test_heads_that_are_none(run, shell) -> None:
    """Another file is not taken for what was known, nor overwritten."""
    (shell.cwd / "heads.json").write_text('{"mine": 1}')
    assert "heads.json can't be read" in run("verify", "--heads", "heads.json", code=2)
    assert (shell.cwd / "heads.json").read_text() == '{"mine": 1}'


def test_forgetting_asks_first(run) -> None:
    """It says how much would go, and without a yes nothing goes."""
    run("label", "77", "a.png", "reject")
    said = run("forget", "--request", "77", code=1, typed="n\n")
    assert f"Request 77aa{'0' * 28}: 1 request, 1 label, 0 unsent" in said
    assert len(run("tail").splitlines()) == 3
    run("forget", "--request", "77", typed="y\n")
    assert len(run("tail").splitlines()) == 2
    assert "2 erased" in run("verify")
    assert "0 requests" in run("forget", "--before", "2020-01-01")


def test_forgetting_takes_everything(run, shell, book, tmp_path, monkeypatch) -> None:
    """Thumbnails of pictures that nobody else has, and what still waits to be sent."""
    monkeypatch.setenv("SELECTOR_SPOOL", str(tmp_path / "spool"))
    monkeypatch.setenv("SELECTOR_THUMBNAILS", str(tmp_path / "thumbs"))
    alone = select("p", [png(80, 7), shell.cwd / "chairs" / "a.png"], SIZES, journal=book)
    hashes = [one.content_hash for one in alone.candidates]
    store = Thumbnails(tmp_path / "thumbs")
    (tmp_path / "file").touch()
    waiting = select("p", [png()], SIZES | {"journal": "best_effort"}, journal=False)
    keeper = Record(waiting.plan, tmp_path / "file" / "j.sqlite")
    keeper.append(waiting.plan, waiting)
    assert all(map(store.get, hashes))
    said = run("forget", "--request", alone.request_id, "--yes")
    assert "with 1 thumbnail." in said
    assert [store.get(one) is None for one in hashes] == [True, False]
    blocked = ("--journal", str(tmp_path / "file" / "j.sqlite"))
    assert "1 waiting" in run("resend", *blocked, code=1)
    (tmp_path / "file").unlink()
    said = run("forget", "--request", waiting.request_id, "--yes", *blocked)
    assert "0 requests, 0 labels, 1 unsent" in said
    assert list((tmp_path / "spool").rglob("*.json")) == []


@pytest.mark.parametrize(
    "arguments", [(), ("--request", "77", "--before", "2020-01-01"), ("--before", "soon")]
)
def test_what_is_to_be_forgotten_is_said_clearly(run, arguments) -> None:
    """One request, or all before a day; nothing else is guessed."""
    assert ": expected " in run("forget", *arguments, "--yes", code=2)


def test_a_person_overturns_a_verdict(run, book) -> None:
    """Who, of which candidate, what; beside what the engine had said."""
    said = run("label", "77", "b", "accept", "--rater", "anna")
    assert said == "b.png: anna says accept; the engine said reject\n"
    with Journal(book) as journal:
        (row,) = journal.labels(aspect="verdict")
    assert (row.label.rater, row.label.value, row.verdict) == ("anna", 1.0, "reject")
    assert "expected accept or reject" in run("label", "77", "b.png", "maybe", code=2)
    assert "no candidate of this id" in run("label", "77", "z.png", "accept", code=2)
    assert "whose verdict" in run("label", "77", "b.png", "accept", "--rater", " ", code=2)


def test_what_waits_is_sent(run, tmp_path, monkeypatch) -> None:
    """Once the journal can be written it has them all; what it can't take is told, with 1."""
    monkeypatch.setenv("SELECTOR_SPOOL", str(tmp_path / "spool"))
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "j.sqlite"
    for _ in range(3):
        select("p", [png()], SIZES | {"journal": "best_effort"}, journal=path)
    assert "can't be opened" in run("resend", "--journal", path, code=1)
    (tmp_path / "file").unlink()
    assert run("resend", "--journal", path) == "3 sent, 0 waiting, 0 set aside\n"
    assert len(run("tail", "--journal", path).splitlines()) == 3
    (folder,) = (tmp_path / "spool").iterdir()
    (folder / f"{'0' * 17}-x.json").write_text("broken")
    said = run("resend", "--journal", path, code=1)
    assert "0 sent, 0 waiting, 1 set aside" in said
    assert "-x.json.refused" in said


def test_a_database_is_as_good_as_a_file(run, shell, postgres) -> None:
    """Every command takes its address, by option or by variable; its password is never shown."""
    address = postgres.replace("postgres@", "postgres:secret@")
    where = {"SELECTOR_JOURNAL": address}
    policy = shell.cwd / "sizes.yaml"
    policy.write_text(json.dumps(SIZES))
    done = shell("select", "p", "chairs", "--policy", policy, "--journal", address)
    assert done.returncode == 0, done.stderr
    assert shell("select", "q", "chairs", "--policy", policy, env=where).returncode == 0
    lines = run("tail", **where).splitlines()
    assert [line.split()[-1] for line in lines] == ["p", "q"]
    name = lines[0].split()[1]
    assert "short_side, width 64" in run("show", name, **where)
    run("label", name, "a.png", "reject", **where)
    proof = run("verify", **where)
    assert "It holds" in proof
    run("export", "--parquet", "out", **where)
    run("forget", "--request", name, "--yes", **where)
    assert run("query", "SELECT count(*) AS n FROM requests", "--csv", **where) == "n\n1\n"
    assert run("resend", **where) == "0 sent, 0 waiting, 0 set aside\n"
    assert "secret" not in proof + shell("plan", "show", "starter", env=where).stdout


@pytest.mark.parametrize(
    "arguments", [("tail",), ("show", "a"), ("query", "SELECT 1"), ("verify",), ("export",)]
)
def test_where_there_is_no_journal(run, shell, arguments) -> None:
    """It is told with its path; none is made."""
    more = ("--parquet", "out") if arguments == ("export",) else ()
    said = run(*arguments, *more, "--journal", "none.sqlite", code=2)
    assert "none.sqlite: there is no journal" in said
    assert not (shell.cwd / "none.sqlite").exists()


def test_where_nothing_waits_there_is_nothing_to_send(run, shell) -> None:
    """Not even a journal is made."""
    assert run("resend", "--journal", "none.sqlite") == "0 sent, 0 waiting, 0 set aside\n"
    assert not (shell.cwd / "none.sqlite").exists()
