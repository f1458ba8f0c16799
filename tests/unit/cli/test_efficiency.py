"""`selector efficiency`: as a person and as a script run it."""

import csv
import json

import numpy as np
import pytest
import yaml

from labelled import World, sample
from selector import Selector
from selector.journal import Journal, Label

POLICY = {
    "name": "mine",
    "version": 1,
    "method": {
        "weighted_sum": [
            {"of": "filters.sharpness.sharpest", "scale": {"ends": [0, 0.002]}},
            {"of": "filters.clipping.shadows", "weight": 9},
        ]
    },
    "costs": {"false_accept": 20, "false_reject": 2, "review": 1},
    "cascade": {"mode": "exhaustive"},
}
TWO = World(requests=40, candidates=4, rhos=(0.8, 0.5))
PRICES = ("--price", "0.01", "--value", "2")


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def table(shell):
    """Write a world into scores.csv, ratings beside the scores, and return its rows."""

    def written(world=TWO, **more):
        made = sample(world)
        step = np.clip(np.round(made.worth * 0.8 + 3), 1, 5)
        rows = [
            {
                "request": request, "candidate": candidate,
                **{name: f"{column[at]:.4f}" for name, column in made.scores.items()},
                "rating": int(step[at]), **more,
            }
            for at, (request, candidate) in enumerate(
                zip(made.requests, made.candidates, strict=True)
            )
        ]  # fmt: skip
        with (shell.cwd / "scores.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        return rows

    return written


def grainy(random, much):
    """Return a grey picture with so much grain, which ends in black where there is most."""
    grey = 128 + much * random.standard_normal((64, 64, 1))
    return grey.clip(0, 255).astype(np.uint8).repeat(3, axis=2)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A folder with a policy, and a journal of forty requests of which all was measured."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "mine.yaml").write_text(yaml.safe_dump(POLICY))
    random = np.random.default_rng(0)
    with Selector(POLICY, journal=folder / "journal.sqlite") as selector:
        done = [
            selector.select("p", [grainy(random, much) for much in random.uniform(30, 200, 4)])
            for _ in range(40)
        ]
    usual = np.median([one for each in done for one in each.decision.quality.values()])
    with Journal(folder / "journal.sqlite") as book:
        for selection in done:
            quality = selection.decision.quality
            for one in selection.candidates:
                for rater in ("ann", "bob", "eve"):
                    value = float(quality[one.id] + random.normal(0, 0.02) > usual)
                    label = Label(selection.request_id, one.id, rater, "verdict", value)
                    book.label(label)
    return folder


def test_a_table_is_enough(shell, table):
    """Scores and labels in one file: a sentence, a table, the curve, the weights; exit 0."""
    table()
    done = shell("efficiency", "--scores", "scores.csv", *PRICES)
    assert (done.returncode, done.stderr) == (0, "")
    said = flat(done.stdout)
    assert said.startswith("Choosing by learned weights captures")
    for part in (
        "equal weights",
        "random pick",
        "m0 *",
        "best of",
        "Weights",
        "a request pay best",
    ):
        assert part in said
    assert "rating" not in said.split("way to choose")[1], "a label was taken for a measure"


def test_labels_may_lie_apart(shell, table):
    """In a file of their own, of several raters: then a person is among the rows."""
    rows = table()
    (shell.cwd / "said.csv").write_text(
        "request,candidate,rater,rating\n"
        + "".join(
            f"{row['request']},{row['candidate']},{who},{row['rating']}\n"
            for row in rows
            for who in ("ann", "bob")
        )
    )
    done = shell(
        "efficiency", "--scores", "scores.csv", "--labels", "said.csv", "--measures", "m*", "--json"
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {one["kind"] for one in found["rows"]} == {"blend", "measure", "person", "random"}
    assert {one["name"] for one in found["rows"] if one["kind"] == "measure"} == {"m0", "m1"}
    assert found["judgements"] == 320


def test_columns_are_told(shell, table):
    """Of other names, several raters in one cell, and one of which less is better."""
    rows = table()
    with (shell.cwd / "odd.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["who", "what", "bad", "five"])
        for row in rows:
            five = "|".join([str(row["rating"])] * 2)
            writer.writerow([row["request"], row["candidate"], -float(row["m0"]), five])
    columns = ["request=who", "candidate=what", "ratings=five", "split=|"]
    given = [word for one in columns for word in ("--column", one)]
    done = shell("efficiency", "--scores", "odd.csv", *given, "--lower", "bad", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["subject"]["name"], found["raters"]) == ("bad", 2)
    assert found["subject"]["efficiency"] > 0.5


def test_the_journal_is_asked_about_a_policy(shell, recorded):
    """Its own choice is judged by the labels that the journal keeps."""
    place = ("--journal", recorded / "journal.sqlite")
    done = shell("efficiency", recorded / "mine.yaml", *place, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["subject"]["kind"], found["subject"]["name"]) == ("policy", "mine")
    assert found["subject"]["efficiency"] > 0.8
    assert (found["requests"], found["raters"]) == (40, 3)
    assert found["coverage"]["zones"] is not None
    names = {one["name"] for one in found["rows"]}
    assert {"filters.sharpness.sharpest", "filters.clipping.shadows", "one person"} <= names


def test_a_policy_is_judged_by_a_table_too(shell, recorded):
    """Columns that are named as the policy names its outputs are what it ranks by."""
    heading = "request,candidate,filters.sharpness.sharpest,filters.clipping.shadows,verdict"
    rows = [
        f"p{at},{one},{0.1 * one},0.0,{'good' if one else 'bad'}"
        for at in range(9)
        for one in (0, 1)
    ]
    (shell.cwd / "scores.csv").write_text("\n".join([heading, *rows]))
    done = shell("efficiency", recorded / "mine.yaml", "--scores", "scores.csv")
    assert done.returncode == 0, done.stderr
    assert flat(done.stdout).startswith("The policy mine captures 100 %")


def test_the_report_is_written(shell, table):
    """One file, told where; standard output stays JSON."""
    table()
    done = shell("efficiency", "--scores", "scores.csv", *PRICES, "--report", "out.html", "--json")
    assert (done.returncode, done.stderr) == (0, "The report lies in out.html\n")
    assert json.loads(done.stdout)["advice"]["n"] >= 1
    assert "captures" in (shell.cwd / "out.html").read_text()


def test_a_report_never_takes_the_place_of_the_table(shell, table):
    """What is read is not overwritten."""
    table()
    before = (shell.cwd / "scores.csv").read_bytes()
    done = shell("efficiency", "--scores", "scores.csv", "--report", "scores.csv")
    assert done.returncode == 2
    assert (shell.cwd / "scores.csv").read_bytes() == before


def test_hostile_names_do_no_harm(shell, table):
    """A column may be called anything: the terminal and the page show it, and run nothing."""
    table(**{"<script>alert(1)</script>\x1b[31m": 5})
    rows = (shell.cwd / "scores.csv").read_text().splitlines()
    (shell.cwd / "scores.csv").write_text(
        "\n".join([rows[0], *(f"{one[:-1]}{at}" for at, one in enumerate(rows[1:]))])
    )
    done = shell("efficiency", "--scores", "scores.csv", "--report", "out.html")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    page = (shell.cwd / "out.html").read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "of what?"),
        (("--scores", "gone.csv"), "gone.csv"),
        (("--scores", "scores.csv", "--lower", "nobody"), "--lower: no such column"),
        (("--scores", "scores.csv", "--measures", "nobody"), "no column of scores by this name"),
        (("--scores", "scores.csv", "--aspect", "nobody"), "nobody judged"),
        (("--scores", "scores.csv", "--column", "nobody"), "--column: expected WHAT=NAME"),
    ],
)
def test_mistakes_are_told_in_a_line(shell, table, words, said):
    """What is wrong and what to do, and 2; no traceback."""
    table()
    done = shell("efficiency", *words)
    assert done.returncode == 2
    assert said in flat(done.stderr)
    assert "Traceback" not in done.stderr


def test_labels_that_say_nothing_are_told(shell, table):
    """All equal: no choice gains anything, and no number is made up."""
    table(World(requests=5, candidates=3, rhos=(0.5,)))
    path = shell.cwd / "scores.csv"
    rows = path.read_text().splitlines()
    path.write_text("\n".join([rows[0], *(f"{one.rpartition(',')[0]},3" for one in rows[1:])]))
    done = shell("efficiency", "--scores", "scores.csv")
    assert done.returncode == 2
    assert "worth the same" in flat(done.stderr)
