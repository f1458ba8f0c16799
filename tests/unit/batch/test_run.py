"""A run as a program sees it: one call, everything in its folder, and what is told on the way."""

import json
import os
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow.dataset as ds
import pytest

import batches
from selector import batch
from selector.batch.folder import Folder
from selector.errors import PolicyError, RequestError
from selector.journal import Journal
from selector.planning import plan_of

REQUESTS, MANY = 4, 40


@pytest.fixture
def source(tmp_path):
    return str(batches.jsonl(tmp_path, REQUESTS))


@pytest.fixture
def out(tmp_path):
    return str(tmp_path / "out")


@pytest.fixture(autouse=True)
def _no_journal(monkeypatch):
    monkeypatch.delenv("SELECTOR_JOURNAL", raising=False)


def rows(out):
    return ds.dataset(f"{out}/decisions", format="parquet").to_table().to_pylist()


def test_a_run_leaves_all_of_itself_in_its_folder(source, out):
    """Requests, plan, decisions, summary; what is returned says what the folder holds."""
    summary = batch.run(source, batches.FILTERS, out, workers=1)
    assert {
        "run.json",
        "plan.json",
        "requests",
        "decisions",
        "summary.json",
        "summary.html",
    } <= set(os.listdir(out))
    assert summary.tally == Folder(out).tally()
    assert (summary.done, summary.left, summary.interrupted) == (1, 0, False)
    assert summary.candidates == summary.tally.candidates == len(rows(out)) == 3 * REQUESTS
    assert summary.rate > 0
    assert json.loads(summary.as_json()) == json.loads(Path(out, "summary.json").read_text())
    assert summary.about.plan_hash == plan_of(batches.FILTERS).hash


def test_what_is_told_adds_up(source, out):
    """The start says how many requests there are, and what is told comes to as many."""
    started, told = [], []
    batch.run(
        source,
        batches.FILTERS,
        out,
        workers=1,
        shard_size=3,
        tell=told.append,
        begun=started.append,
    )
    (start,) = started
    assert start.requests == REQUESTS == sum(one.requests for one in told)
    assert sum(one.candidates for one in told) == 3 * REQUESTS
    assert sum(one.verdicts.get("accept", 0) for one in told) == REQUESTS


def test_an_address_can_be_the_folder(source, tmp_path):
    """Here of a disk, named as fsspec names it; any other works alike."""
    summary = batch.run(source, batches.FILTERS, f"file://{tmp_path}/there", workers=1)
    assert summary.left == 0
    assert len(rows(f"{tmp_path}/there")) == 3 * REQUESTS


def test_who_stops_while_the_input_is_read_finds_no_run(source, out):
    """Nothing is decided yet, so there is nothing to go on with."""
    summary = batch.run(source, batches.FILTERS, out, workers=1, stopping=lambda: True)
    assert summary.interrupted
    assert Folder(out).state() is None
    assert batch.run(source, batches.FILTERS, out, workers=1).left == 0


@pytest.fixture
def stopped(tmp_path, out):
    """A run of forty requests, a shard each, that was stopped when the first was decided."""
    told = []
    many = str(batches.jsonl(tmp_path / "many", MANY))
    summary = batch.run(
        many, batches.FILTERS, out, workers=1, shard_size=1, tell=told.append,
        stopping=lambda: bool(told),
    )  # fmt: skip
    assert summary.interrupted
    assert 0 < summary.left < MANY
    return many, summary


def test_who_stops_later_goes_on_where_it_was(stopped, out):
    """What is decided stays as it is; what is left is what the start says."""
    source, first = stopped
    started = []
    second = batch.run(source, batches.FILTERS, out, workers=1, resume=True, begun=started.append)
    assert started[0].requests == first.left == second.done
    assert (second.left, second.interrupted) == (0, False)
    assert second.tally.requests == MANY
    assert len(rows(out)) == 3 * MANY


def test_a_finished_run_resumed_does_nothing(source, out):
    """No process is started, and the summary is that of the run."""
    first = batch.run(source, batches.FILTERS, out, workers=1)
    again = batch.run(source, batches.FILTERS, out, workers=1, resume=True)
    assert (again.done, again.left, again.candidates) == (0, 0, 0)
    assert again.tally == first.tally


def test_the_input_may_go_once_it_is_listed(stopped, out):
    """A run decides what it listed: rows are neither lost nor added by whoever edits the input."""
    source, _ = stopped
    Path(source).unlink()
    batch.run(source, batches.FILTERS, out, workers=1, resume=True)
    assert len(rows(out)) == 3 * MANY


def test_problems_of_an_input_are_one_error(out, tmp_path):
    """With every line of it, and no run is left behind."""
    path = tmp_path / "odd.jsonl"
    path.write_text('{"request_id": "a"}\n{"prompt": 3}\nnonsense\n')
    with pytest.raises(RequestError) as told:
        batch.run(str(path), batches.FILTERS, out, workers=1)
    for number in (1, 2, 3):
        assert f"odd.jsonl:{number}" in str(told.value)
    assert Folder(out).state() is None


def test_a_policy_with_problems_is_its_own_error(source, out):
    """As `select` raises it, and before anything is touched."""
    with pytest.raises(PolicyError):
        batch.run(source, {"name": "p", "version": 1}, out)
    assert not os.path.exists(out)


def test_two_runs_at_once_do_not_share_a_folder(source, out):
    """The second is refused while the first is at work."""
    os.makedirs(out)
    with Folder(out).lock(), pytest.raises(RequestError, match="process"):
        batch.run(source, batches.FILTERS, out, workers=1)


def test_requests_are_in_the_journal_once_and_replay_as_decided(source, out, tmp_path):
    """With the ids of the input; a variable names it as it does for `select`."""
    path = tmp_path / "journal.sqlite"
    batch.run(source, batches.FILTERS, out, workers=1, journal=str(path))
    with Journal(path) as book:
        verdicts = dict(book.read("r0000")[1].decision.verdicts)
    told = {
        one["candidate_id"]: one["verdict"] for one in rows(out) if one["request_id"] == "r0000"
    }
    assert verdicts == told
    with pytest.raises(RequestError, match="holds requests of this input already"):
        batch.run(source, batches.FILTERS, f"{out}-2", workers=1, journal=str(path))


def test_the_journal_knows_the_text_of_the_policy(source, out, tmp_path):
    """A batch's policy can be put back from the journal as it was written, like any other."""
    path = tmp_path / "journal.sqlite"
    batch.run(source, batches.FILTERS, out, workers=1, journal=str(path))
    with Journal(path) as book:
        (policy,) = book.policies(batches.FILTERS["name"])
    assert "filters.blank.structure" in policy.text


def test_the_journals_variable_counts_unless_declined(source, out, tmp_path, monkeypatch):
    """None is where SELECTOR_JOURNAL says; False is nowhere."""
    path = tmp_path / "journal.sqlite"
    monkeypatch.setenv("SELECTOR_JOURNAL", str(path))
    batch.run(source, batches.FILTERS, out, workers=1, journal=False)
    assert not path.exists()
    batch.run(source, batches.FILTERS, f"{out}-2", workers=1)
    with Journal(path) as book:
        assert len(book.requests()) == REQUESTS


def test_warnings_stay_with_the_run(source, out):
    """What is odd with the input is in the summary, also of who resumes."""
    batch.run(source, batches.FILTERS, out, workers=1)
    again = batch.run(source, batches.FILTERS, out, workers=1, resume=True)
    assert any("expect.faces" in one for one in again.about.warnings)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


def test_a_password_in_an_address_is_not_shown(source, out):
    """It reads the input and the images, and is in no file that people look at."""
    serving = partial(_Quiet, directory=str(Path(source).parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), serving) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        at = f"http://me:secret@127.0.0.1:{server.server_port}"
        for resume in (False, True):
            found = batch.run(
                f"{at}/{Path(source).name}", batches.FILTERS, out, workers=1, resume=resume
            )
        with pytest.raises(RequestError) as caught:
            batch.run(f"{at}/none.jsonl", batches.FILTERS, f"{out}-2", workers=1)
        server.shutdown()
    assert found.tally.failed == 0
    shown = [Path(out, name).read_text() for name in ("run.json", "summary.json", "summary.html")]
    for text in (*shown, str(rows(out)), str(caught.value)):
        assert "secret" not in text
        assert "http://me:***@127.0.0.1" in text


def test_the_package_is_light_and_its_names_are_there():
    """`from selector import batch; batch.run(…)`: importing it loads no engine and no Parquet."""
    import subprocess
    import sys

    code = (
        "import sys; from selector import batch; "
        "assert callable(batch.run) and batch.Summary and batch.RayOptions; "
        "import selector.batch.run; assert callable(batch.run); "
        "print([n for n in ('pyarrow', 'fsspec', 'ray', 'torch') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
