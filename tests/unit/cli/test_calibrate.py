"""`selector calibrate`: from labels to the file that the policy is planned with."""

import csv
import json
import shutil
from dataclasses import replace

import pytest
import yaml

from remembered import BLANK, FADED, POLICY, World, policy
from selector.journal import Journal
from selector.journal import Label as Kept
from selector.labels import write
from selector.labels.journaled import to_row
from selector.planning import plan_of
from selector.policy.calibration import Calibration

WORLD = World(policy(), requests=110, clear=2.5)
FILE = "policies/calibrated/portrait.yaml"


@pytest.fixture(scope="module")
def journal(tmp_path_factory):
    """A journal of requests of the policy."""
    path = tmp_path_factory.mktemp("journal") / "j.sqlite"
    with Journal(path) as book:
        WORLD.remember(book)
    return path


@pytest.fixture
def product(shell, journal):
    """A folder with the policy and labels; run the command in it."""
    (shell.cwd / "policies").mkdir()
    (shell.cwd / "policies" / "portrait.yaml").write_text(yaml.safe_dump(POLICY))
    write(WORLD.labels(), shell.cwd / "labels.jsonl")

    def run(*options, **rest):
        return shell("calibrate", "portrait", "--journal", journal, *options, **rest)

    run.cwd, run.shell = shell.cwd, shell
    return run


def test_it_writes_the_file_and_tells_what_is_promised(product):
    """The claim first, what it rests on, what changes; and the product plans with the file."""
    done = product("--labels", "labels.jsonl")
    assert done.returncode == 0, done.stderr
    text = (product.cwd / FILE).read_text()
    written = Calibration.read(text)
    assert done.stdout.startswith("With 95 % confidence at most 5 % of what portrait@3 delivers")
    assert written.claim in done.stdout
    assert f"Written: {FILE}" in done.stdout
    assert "accept_above of cut:" in done.stdout
    assert "1320 labels by 3 raters of 440 candidates" in done.stdout
    plan = plan_of(policy(), written)
    assert plan.cut.accept_above == written.cuts[0].value
    shown = product.shell("plan", "show", "portrait")
    assert written.claim[:40] in " ".join(shown.stdout.split())


def test_the_same_again_changes_nothing(product):
    """Not a byte, not on another day, and the command says so."""
    product("--labels", "labels.jsonl")
    path = product.cwd / FILE
    before = path.read_text().replace(Calibration.read(path.read_text()).date, "2001-01-01")
    path.write_text(before)
    done = product("--labels", "labels.jsonl")
    assert path.read_text() == before
    assert "says so already" in done.stdout


def test_what_changed_is_told_against_the_file_that_was_there(product):
    """The line before and after, and what becomes of the recorded requests."""
    product("--labels", "labels.jsonl")
    path = product.cwd / FILE
    old = Calibration.read(path.read_text())
    cut = old.cuts[0].model_copy(update={"value": 0.99, "interval": None})
    path.write_text(old.model_copy(update={"cuts": (cut,)}).text)
    done = product("--labels", "labels.jsonl")
    assert f"accept_above of cut: 0.99 → {old.cuts[0].value:.6g}" in done.stdout
    assert "of these requests" in done.stdout


def test_a_dry_run_writes_nothing(product):
    """It prints what would be written."""
    done = product("--labels", "labels.jsonl", "--dry-run")
    assert done.returncode == 0
    assert "Nothing is written: this was a dry run." in done.stdout
    assert not (product.cwd / "policies" / "calibrated").exists()


def test_without_files_the_labels_of_the_journal_count(product, journal, tmp_path):
    """Whatever people said in the journal itself, of every kind that it keeps."""
    own = shutil.copy(journal, tmp_path / "own.sqlite")
    with Journal(own) as book:
        for one in WORLD.labels(lambda *_: True, raters=1):
            book.label(Kept(**to_row(one)._asdict()))
    done = product.shell("calibrate", "portrait", "--journal", own, "--json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["calibration"]["data"]["labels"] == 440
    assert data["written"] == FILE


def test_labels_that_support_too_little_end_with_one(product):
    """Nothing is written, and what is lacking is said."""
    write(WORLD.labels(lambda request, _: request.endswith("7")), product.cwd / "few.jsonl")
    done = product("--labels", "few.jsonl", "--json")
    assert done.returncode == 1
    data = json.loads(done.stdout)
    assert (data["certified"], data["written"], data["calibration"]) == (False, None, None)
    assert "labelled deliveries with none bad" in data["cuts"][0]["why"]
    assert not (product.cwd / FILE).exists()


def test_what_should_be_judged_next_is_written_down(product):
    """A table to fill in, which is read as labels then; one that is there is not overwritten."""
    write(WORLD.labels(lambda request, _: request.endswith(("7", "8"))), product.cwd / "few.jsonl")
    done = product("--labels", "few.jsonl", "--wanted", "next.csv")
    assert done.returncode == 1
    with (product.cwd / "next.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 88
    truth = WORLD.truth()
    for row in rows:
        row["rater"], good = "ann", truth[row["request"], row["candidate"]]
        row["verdict"] = "good" if good else "bad"
    with (product.cwd / "filled.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    assert product("--labels", "few.jsonl", "--labels", "filled.csv").returncode == 0
    again = product("--labels", "few.jsonl", "--wanted", "next.csv")
    assert again.returncode == 2
    assert "next.csv: it can't be written" in again.stderr


def test_the_command_in_the_file_has_no_password(product, postgres):
    """It is reviewed and kept with the code, so an address stands without its password."""
    address = postgres.replace("postgres@", "postgres:secret@")
    with Journal(address) as book:
        WORLD.remember(book)
    done = product.shell("calibrate", "portrait", "--journal", address, "--labels", "labels.jsonl")
    assert done.returncode == 0, done.stderr
    text = (product.cwd / FILE).read_text()
    assert "secret" not in text
    command = Calibration.read(text).command
    assert command.startswith("selector calibrate portrait --labels labels.jsonl --journal 'post")


def test_names_of_others_do_no_harm_in_a_terminal(product, tmp_path):
    """A generator, a segment or a rater may be called anything."""
    odd = World(policy(), requests=110, clear=2.5, seed=3, generator="\x1b[31mred",
                segments=("\x1b]0;owned\x07",))  # fmt: skip
    with Journal(tmp_path / "odd.sqlite") as book:
        odd.remember(book)
    write(odd.labels(), product.cwd / "odd.jsonl")
    done = product.shell(
        "calibrate", "portrait", "--journal", tmp_path / "odd.sqlite", "--labels", "odd.jsonl"
    )
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "\x07" not in done.stdout
    assert plan_of(policy(), Calibration.read((product.cwd / FILE).read_text()))


def test_a_monitored_journal_is_monitored_against_now(product, journal, tmp_path):
    """What was calibrated is meant: the reference of monitoring is frozen, if anybody monitors."""
    own = shutil.copy(journal, tmp_path / "own.sqlite")
    options = ("calibrate", "portrait", "--journal", own, "--labels", "labels.jsonl")
    assert product.shell(*options).returncode == 0
    with Journal(own) as book:
        assert not book.events("freeze", "portrait")
    assert product.shell("monitor", "run", "--journal", own).returncode == 0
    assert product.shell(*options).returncode == 0
    with Journal(own) as book:
        assert len(book.events("freeze", "portrait")) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--labels", "nowhere.csv"), "nowhere.csv"),
        (("--labels", "labels.jsonl", "--aspect", "beauty"), "--aspect: no label is of it"),
        (("--labels", "labels.jsonl", "--fault", "hands"), "expected FAULT=OUTPUT (got 'hands')"),
        (("--labels", "labels.jsonl", "--fault", f"hands={FADED}"), "does not cut the probability"),
        (
            ("--labels", "labels.jsonl", "--good-from", "nan"),
            "expected a step of a rating (got nan)",
        ),
        ((), "labels: there are none"),
    ],
)
def test_a_mistake_of_the_caller_ends_with_two(product, options, said):
    """It is told in one line, without a traceback, and nothing is written."""
    done = product(*options)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (product.cwd / FILE).exists()


def test_a_file_where_the_folder_of_calibrated_files_belongs_is_told(product):
    """After all the work nothing is written, the file is left, and there is no traceback."""
    place = product.cwd / "policies" / "calibrated"
    place.write_text("mine")
    done = product("--labels", "labels.jsonl")
    assert done.returncode == 2
    assert "portrait.yaml: it can't be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert place.read_text() == "mine"
    assert sorted(one.name for one in place.parent.iterdir()) == ["calibrated", "portrait.yaml"]


@pytest.mark.parametrize("where", ["file", "journal"])
def test_labels_that_all_contradict_each_other_are_told_to(product, journal, tmp_path, where):
    """They were there: what is told is why none of them counts, not that there are none."""
    said = [
        replace(one, said=replace(one.said, good=good))
        for one in WORLD.labels(raters=1)[:6]
        for good in (True, False)
    ]
    own = shutil.copy(journal, tmp_path / "own.sqlite")
    with Journal(own) as book:
        for one in said if where == "journal" else ():
            book.label(Kept(**to_row(one)._asdict()))
    write(said, product.cwd / "contradictory.jsonl")
    options = ("--labels", "contradictory.jsonl") if where == "file" else ()
    done = product.shell("calibrate", "portrait", "--journal", own, *options)
    assert done.returncode == 2
    assert "labels: none is left that counts (6 contradictory: the same rater" in done.stderr
    assert "there are none" not in done.stderr
    assert not (product.cwd / FILE).exists()


def test_rows_that_are_there_twice_are_no_more_labels(product):
    """The same file given twice: the same text, counts and all, but for a note and the command."""
    assert product("--labels", "labels.jsonl").returncode == 0
    once = Calibration.read((product.cwd / FILE).read_text())
    rows = (product.cwd / "labels.jsonl").read_text()
    (product.cwd / "twice.jsonl").write_text(rows * 2)
    assert product("--labels", "twice.jsonl", "--labels", "labels.jsonl").returncode == 0
    twice = Calibration.read((product.cwd / FILE).read_text())
    assert twice.data.labels == once.data.labels == 1320
    assert (twice.data.hash, twice.cuts) == (once.data.hash, once.cuts)


def test_no_journal_is_told(product):
    """Outcomes come from one, whatever the labels are."""
    done = product.shell(
        "calibrate", "portrait", "--labels", "labels.jsonl", "--journal", "nowhere.sqlite"
    )
    assert done.returncode == 2
    assert "nowhere.sqlite" in done.stderr
    assert not (product.cwd / "nowhere.sqlite").exists()


def test_a_file_that_does_not_fit_any_more_is_replaced(product):
    """One of another policy, or a broken one, stops the product and not the calibration."""
    product("--labels", "labels.jsonl")
    path = product.cwd / FILE
    path.write_text(path.read_text().replace("schema: 1", "schema: 1\nodd: 2"))
    assert product("--labels", "labels.jsonl").returncode == 0
    changed = POLICY | {"method": {"weighted_sum": [{"of": BLANK, "weight": 3}, {"of": FADED}]}}
    (product.cwd / "policies" / "portrait.yaml").write_text(yaml.safe_dump(changed))
    done = product("--labels", "labels.jsonl")
    assert done.returncode == 2
    assert "another policy version" in done.stderr
    assert path.exists()
