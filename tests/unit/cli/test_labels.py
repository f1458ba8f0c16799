"""`selector labels`: import into a file and a journal, agreement, raters, a page."""

import io
import json
import logging
import os
import sys
from pathlib import Path

import pytest

from asking import remember
from selector.cli import main
from selector.journal import Journal
from selector.labels import Label, Pair, Rating, Verdict, read, write
from selector.labels.journaled import from_row

HOSTILE = "=cmd()|'<script>\x1b[2J"
REQUEST = "3f2a" + "0" * 28


def ratings(folder, rows, name="ratings.csv"):
    lines = ["request,candidate,rater,rating", *(",".join(map(str, row)) for row in rows)]
    (folder / name).write_text("\n".join(lines))
    return name


AGREED = [
    (f"p{at}", "a.png", rater, 1 + at % 5) for at in range(25) for rater in ("ann", "bo", "cy")
]


@pytest.fixture
def run(shell, monkeypatch, capsys):
    """Run `selector labels …` in this process, where it takes no time to start."""
    for name in [one for one in os.environ if one.startswith("SELECTOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", shell.environment["XDG_STATE_HOME"])
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(shell.cwd)
    level = logging.getLogger("selector").level

    def called(*arguments, code=0):
        """Return what is printed, and what is told aside."""
        monkeypatch.setattr(sys, "argv", ["selector", "labels", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert (ended.value.code or 0) == code, said
        return said.out, said.err

    yield called
    logging.getLogger("selector").setLevel(level)


@pytest.fixture
def book(shell) -> Path:
    """The user's own journal, with one request of two candidates."""
    path = Path(shell.environment["XDG_STATE_HOME"]) / "selector" / "journal.sqlite"
    remember(path, shell.cwd / "chairs", REQUEST)
    return path


def kept(book):
    with Journal(book) as journal:
        return [from_row(one.label) for one in journal.labels()]


def test_a_table_becomes_a_file_of_labels(run, shell):
    """Counted, repeats told aside; the file is read back equal."""
    name = ratings(shell.cwd, [*AGREED, AGREED[0]])
    out, aside = run("import", name, "--out", "labels.jsonl")
    assert "75 labels of 25 candidates, 25 requests, by 3 raters." in out
    assert "1 repeated" in aside
    assert read(shell.cwd / "labels.jsonl").labels == read(shell.cwd / name).labels
    told = json.loads(run("import", name, "--out", "labels.jsonl", "--json")[0])
    assert (told["labels"], told["out"], told["already"]) == (75, "labels.jsonl", None)


def test_columns_are_told(run, shell):
    """Raters as columns, another scale, one aspect; a wrong WHAT is told with those there are."""
    (shell.cwd / "t.csv").write_text("id,img,r1,r2\np,a,9,7\n")
    options = ("request=id", "candidate=img", "ratings=r1", "ratings=r2", "high=10", "of=fidelity")
    run("import", "t.csv", "--out", "o.jsonl", *(w for one in options for w in ("--column", one)))
    assert read(shell.cwd / "o.jsonl").labels == (
        Label("p", "r1", Rating("a", 9.0, 1.0, 10.0), "fidelity"),
        Label("p", "r2", Rating("a", 7.0, 1.0, 10.0), "fidelity"),
    )
    for wrong in ("raters=x", "request", "high=much", "high=nan", "kind=likert"):
        assert "--column" in run("agreement", "t.csv", "--column", wrong, code=2)[1]


def test_labels_go_into_the_journal_once(run, shell, book):
    """Beside their requests, every kind; imported again they are there already."""
    labels = (
        Label(REQUEST, "ann", Verdict("a.png", good=True), created="2026-01-05T09:00:00+00:00"),
        Label(REQUEST, "ann", Rating("a.png", 4.0), "fidelity"),
        Label(REQUEST, "bo", Pair("a.png", "b.png", "left"), "better"),
    )
    write(labels, shell.cwd / "l.jsonl")
    assert "They are in the journal." in run("import", "l.jsonl", "--journal", book)[0]
    assert tuple(kept(book)) == labels
    assert "3 were there already" in run("import", "l.jsonl", "--journal", book)[0]
    assert tuple(kept(book)) == labels
    out, _ = run("agreement")  # without files, the journal's own
    assert "fidelity (rating): 1 judgement of 1 candidate by 1 rater" in out
    assert "better (comparison)" in out


def test_labels_of_unknown_candidates_are_told_at_once_and_nothing_is_written(run, shell, book):
    """Neither into the journal nor into the file."""
    rows = [(REQUEST, "a.png", "ann", 4), *((REQUEST, f"{n}.png", "ann", 4) for n in range(30))]
    _, aside = run(
        "import", ratings(shell.cwd, rows), "--journal", book, "--out", "o.jsonl", code=2
    )
    assert "labels of candidates that it does not know (got 30)" in aside
    assert "'0.png' of request" in aside
    assert "… and 10 more" in aside
    assert kept(book) == []
    assert not (shell.cwd / "o.jsonl").exists()


def test_what_is_not_understood_writes_nothing(run, shell):
    """Each line is told; what lay there stays."""
    name = ratings(shell.cwd, [("p", "a", "r", 9), ("p", "", "r", 3)])
    _, aside = run("import", name, "--out", "o.jsonl", code=2)
    assert "ratings.csv:2: expected a step from 1 to 5 (got '9')." in aside
    assert "ratings.csv:3: no candidate" in aside
    assert not (shell.cwd / "o.jsonl").exists()


def test_nothing_else_is_overwritten(run, shell):
    """Not what is read, not a file of somebody else, and a place has to be named."""
    name = ratings(shell.cwd, AGREED)
    assert "labels are read from it" in run("import", name, "--out", name, code=2)[1]
    (shell.cwd / "notes.txt").write_text("mine")
    assert "not overwritten" in run("import", name, "--out", "notes.txt", code=2)[1]
    assert (shell.cwd / "notes.txt").read_text() == "mine"
    assert "where to?" in run("import", name, code=2)[1]
    assert "can't be written there" in run("import", name, "--out", "no/o.jsonl", code=2)[1]


def test_agreement_in_lines_and_as_json(run, shell):
    """Alpha with its interval and what it means; kappas; too few raters are a warning."""
    name = ratings(shell.cwd, AGREED)
    out, _ = run("agreement", name)
    assert "quality (rating): 75 judgements of 25 candidates by 3 raters" in out
    assert "1.00 (1.00 to 1.00), ordinal; firm" in out
    assert "ann and bo: 1.00, weighted 1.00 on 25 candidates" in out
    (found,) = json.loads(run("agreement", name, "--json")[0])
    assert found["reading"].startswith("firm")
    assert found["alphas"]["ordinal"]["value"] == pytest.approx(1)
    lonely = ratings(shell.cwd, AGREED[::3], "one.csv")
    out, _ = run("agreement", lonely)
    assert "can't be told" in out
    assert "there is one rater only" in out
    (found,) = json.loads(run("agreement", lonely, "--json")[0])
    assert found["alphas"]["ordinal"]["value"] is None


def test_raters_and_the_labels_of_those_who_pass(run, shell):
    """Who misses the gold questions is dropped; what a name holds can't harm a terminal."""
    gold = Rating("check", 1.0)
    labels = [*read(shell.cwd / ratings(shell.cwd, AGREED)).labels]
    labels += [Label(f"p{at}", HOSTILE, Rating("a.png", 3.0), "quality") for at in range(25)]
    labels += [
        Label(f"c{n}", HOSTILE, Rating("check", 5.0), "quality", gold=gold) for n in range(9)
    ]
    write(labels, shell.cwd / "l.jsonl")
    out, _ = run("raters", "l.jsonl", "--kept", "kept.jsonl")
    assert "1 of 4 raters should be dropped." in out
    assert "0 of 9 gold answers right" in " ".join(out.split())
    assert "\x1b" not in out
    assert {one.rater for one in read(shell.cwd / "kept.jsonl").labels} == {"ann", "bo", "cy"}
    found = json.loads(run("raters", "l.jsonl", "--json")[0])
    assert [one["name"] for one in found if one["dropped"]] == [HOSTILE]
    assert "0 of 4 raters" in run("raters", "l.jsonl", "--gold", "0")[0]


def test_a_page_and_json_of_it(run, shell):
    """Both at once; a page is written over an earlier one alone."""
    name = ratings(shell.cwd, AGREED)
    out, aside = run("report", name, "--out", "labels.html", "--json")
    assert json.loads(out)["aspects"][0]["aspect"] == "quality"
    assert "The report lies in labels.html" in aside
    assert "People mean the same thing" in (shell.cwd / "labels.html").read_text()
    run("report", name, "--out", "labels.html")
    assert "not overwritten" in run("report", name, "--out", name, code=2)[1]
    assert "where to?" in run("report", name, code=2)[1]


def test_a_journal_without_labels(run, book):
    """It is told what to do; the journal is there all the same."""
    assert book.exists()
    assert "the journal has no labels" in run("agreement", code=2)[1]
