"""Ctrl-C and SIGTERM: what was begun is finished, nothing is lost, and how to go on is told."""

import json
import os
import pty
import select
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.dataset
import pytest
import yaml

import batches
import outside

REQUESTS = 60  # many more than are open at once
SLEEPS = """
time.sleep(0.03 * len(subjects))
return [{"value": Score(0.5)} for _ in subjects]
"""
SELECTOR = str(Path(sys.executable).parent / "selector")


STARTER = """
import os, signal, sys
signal.signal(signal.SIGINT, getattr(signal, sys.argv[1]))
os.execv(sys.argv[2], sys.argv[2:])
"""  # whoever runs these tests may ignore Ctrl-C, and what it starts would as well


@pytest.fixture
def begin(shell, tmp_path):
    """Begin a run of sixty requests, a shard each, that takes a while; give the process."""
    path = outside.write(tmp_path, "slowly", SLEEPS)
    policy = outside.policy(path, gates=[{"on": "filters.blank.structure", "reject_below": 0.001}])
    (shell.cwd / "my.yaml").write_text(yaml.safe_dump(policy))
    batches.jsonl(shell.cwd, REQUESTS, each=2)
    command = [SELECTOR, "batch", "requests.jsonl", "--policy", "my.yaml", "--out", "out it"]
    command += ["--workers", "1", "--shard-size", "1"]

    def begun(*options, ctrl_c="SIG_DFL", stderr=subprocess.PIPE):
        return subprocess.Popen(
            [sys.executable, "-c", STARTER, ctrl_c, *command, *options], cwd=shell.cwd,
            env=shell.environment, text=True, stdout=subprocess.PIPE, stderr=stderr,
        )  # fmt: skip

    return begun


def parts(shell):
    return sorted((shell.cwd / "out it" / "decisions").glob("*.parquet"))


def await_parts(shell, process, count=1, patience=30):
    """Wait until so many shards are decided."""
    until = time.monotonic() + patience
    while len(parts(shell)) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, "nothing is decided"
        time.sleep(0.01)


def whole(shell):
    """Check that each candidate has one row."""
    found = pyarrow.dataset.dataset(shell.cwd / "out it" / "decisions", format="parquet")
    ids = [(one["request_id"], one["candidate_id"]) for one in found.to_table().to_pylist()]
    assert len(ids) == len(set(ids)) == 2 * REQUESTS


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_the_first_signal_finishes_what_was_begun_and_says_how_to_go_on(shell, begin, sent):
    """It ends with 130, the parts are whole, and the very command that it prints ends the run."""
    process = begin()
    await_parts(shell, process)
    process.send_signal(sent)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "finishing the shards that were begun" in err
    assert "verdict" in out  # what was decided so far
    done = len(parts(shell))
    assert 1 <= done < REQUESTS
    (command,) = [line.partition(": ")[2] for line in err.splitlines() if "To go on" in line]
    assert shlex.split(command)[-1] == "--resume"
    before = {one: one.stat().st_mtime_ns for one in parts(shell)}
    again = subprocess.run(
        ["bash", "-c", command], cwd=shell.cwd, env=shell.environment, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert all(one.stat().st_mtime_ns == then for one, then in before.items())
    whole(shell)


def test_the_second_signal_stops_at_once_and_loses_nothing(shell, begin):
    """No stack of Python's, no process left; it goes on by the command that is told."""
    process = begin("--shard-size", "1000")  # no shard would end soon
    until = time.monotonic() + 30
    while not (shell.cwd / "out it" / "run.json").exists() and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    assert "finishing" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    start = time.monotonic()
    _, err = process.communicate(timeout=30)
    assert time.monotonic() - start < 5
    assert process.returncode == 130
    assert "To go on: selector batch" in err
    assert "Traceback" not in err
    begin("--shard-size", "1000", "--resume").communicate(timeout=60)
    whole(shell)


def test_a_process_that_was_started_deaf_hears_it(shell, begin):
    """Shells let what they run behind the scenes ignore Ctrl-C; asked by name it stops."""
    process = begin(ctrl_c="SIG_IGN")
    await_parts(shell, process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130


def test_a_signal_leaves_data_for_scripts(shell, begin):
    """Standard output is the summary, which says that it was interrupted."""
    process = begin("--json")
    await_parts(shell, process)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=30)
    told = json.loads(out)
    assert told["interrupted"] is True
    assert told["shards_left"] == REQUESTS - len(parts(shell))


def test_a_person_sees_one_bar(shell, begin):
    """Requests, images a second, verdicts, time left; it is gone in the end, the summary stays."""
    ours, theirs = pty.openpty()
    process = begin(stderr=theirs)
    os.close(theirs)
    seen = b""
    while process.poll() is None or select.select([ours], [], [], 0)[0]:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                seen += os.read(ours, 65536)
            except OSError:  # how a terminal says that nobody is there any more
                break
    process.communicate(timeout=30)
    os.close(ours)
    text = seen.decode()
    assert process.returncode == 0
    assert f"/{REQUESTS}" in text
    assert "images/s" in text
    assert "accept" in text
    assert "Traceback" not in text
    whole(shell)
