"""`selector replay`, `explain` and `policy diff`: as a person and as a script run them."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

import judged_twice
from selector.journal import Journal


@pytest.fixture(scope="module")
def recorded(tmp_path_factory, astronaut):
    """A folder with a journal of three requests, their pictures, and the policies."""
    folder = tmp_path_factory.mktemp("recorded")
    judged_twice.policies(folder)
    judged_twice.journal(folder, astronaut)
    return folder


@pytest.fixture
def here(shell, recorded):
    """Run the command where the journal lies."""
    shutil.copytree(recorded, shell.cwd, dirs_exist_ok=True)
    shell.environment["SELECTOR_JOURNAL"] = "journal.sqlite"
    return shell


def flat(text: str) -> str:
    return " ".join(text.split())


def harm(shell, statement: str) -> None:
    """Change the journal as nobody should."""
    with closing(sqlite3.connect(shell.cwd / "journal.sqlite")) as connection:
        for table in ("outcomes", "requests", "candidates"):
            connection.execute(f"DROP TRIGGER {table}_no_update")
        connection.execute(statement)
        connection.commit()


def test_a_journal_replays(here):
    """Without a policy every request is decided as it was recorded: 0, and a sentence."""
    done = here("replay")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("3 requests decided again, each exactly as it was recorded.")


def test_a_journal_that_does_not_replay_ends_with_1(here):
    """A changed number is told, with its request."""
    harm(here, "UPDATE outcomes SET value = 0.001 WHERE instance = 'filters.sharpness'")
    done = here("replay")
    assert done.returncode == 1
    assert "3 requests of 3 would not be decided as recorded" in done.stdout
    assert "quality" in done.stdout


def test_a_damaged_request_ends_with_1(here):
    """It is told, and the others are decided."""
    harm(here, "UPDATE candidates SET reasons = '{' WHERE candidate_id = 'tiny-0'")
    done = here("replay")
    assert done.returncode == 1
    assert "2 requests decided again" in done.stdout
    assert "Damaged: 1 request" in done.stdout


def test_another_policy_shows_what_it_would_change(here):
    """Flips, rates, winners, cost and examples with the grounds of both; done is 0."""
    done = here("replay", "--policy", "strict.yaml")
    said = flat(done.stdout)
    assert done.returncode == 0, done.stderr
    assert "Decided by shop@3 (3) Now by shop@4" in said
    assert "the cost of a person's looks" in said
    assert "refused: filters.resolution.short_side is 280, below 300" in said


def test_json_has_everything(here):
    """Numbers, intervals, examples with reasons as data; one document on standard output."""
    found = json.loads(here("replay", "--policy", "strict.yaml", "--json").stdout)
    assert (found["policy"], found["requests"], found["undecided"]) == ("shop@4", 3, 0)
    assert sum(sum(row.values()) for row in found["flips"].values()) == 9
    rates = {one["name"]: one for one in found["rates"]}
    assert rates["accepted"]["before"] == pytest.approx(1 / 3)
    low, high = rates["accepted"]["after"]
    assert low == high
    assert found["review_per_1000_requests"]["price"] == 1.5


def test_what_was_never_measured_is_named(here):
    """With the calls that it would take, and rates as intervals."""
    done = here("replay", "--policy", "never.yaml")
    assert done.returncode == 0
    said = flat(done.stdout)
    assert "None of 3 requests can be decided from what was recorded" in said
    assert "more calls" in said
    assert "filters.clipping" in said


def test_conditions_narrow_it_and_mistakes_are_told(here):
    """Those of a generator; no such moment, policy, journal or folder: 2, and why."""
    assert "3 requests" in here("replay", "--since", "1d", "--where", "generator=g").stdout
    for wrong in (
        ("--since", "soon"),
        ("--policy", "shop@9"),
        ("--journal", "none.sqlite"),
        ("--report", "nowhere/at/all.html"),
    ):
        done = here("replay", *wrong)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Traceback" not in done.stderr
        assert done.stderr


def test_a_policy_is_found_as_the_journal_has_it(here):
    """NAME@VERSION is the policy as it was used: nothing changes under it."""
    found = json.loads(here("replay", "--policy", "shop@3", "--json").stdout)
    assert (found["same_meaning"], found["differing"]) == (3, 0)


def test_a_report_is_written_beside_what_is_printed(here):
    """Under its name, and never over the journal or anything else that is no report."""
    done = here("replay", "--policy", "strict.yaml", "--report", "out.html")
    assert "The report lies in out.html" in done.stdout
    assert "shop@3 → shop@4" in (here.cwd / "out.html").read_text()
    over = here("replay", "--policy", "strict.yaml", "--report", "journal.sqlite")
    assert over.returncode == 2
    assert over.stdout == ""


def test_two_policies_are_compared(here):
    """Line by line, then on the recorded requests; without a journal the lines alone."""
    done = here("policy", "diff", "shop@3", "strict.yaml", "--report", "diff.html")
    assert done.returncode == 0, done.stderr
    assert "gate filters.resolution.short_side: reject_below: 128 → 300" in done.stdout
    assert "gate filters.resolution.short_side: accept_above: 256 (gone)" in done.stdout
    assert "Candidates, from the verdict then" in done.stdout
    assert "What the policy says otherwise" in (here.cwd / "diff.html").read_text()
    alone = here("policy", "diff", "old.yaml", "strict.yaml", env={"SELECTOR_JOURNAL": ""})
    assert alone.returncode == 0
    assert "reject_below: 128 → 300" in alone.stdout
    assert "No recorded request" in alone.stdout
    same = here("policy", "diff", "old.yaml", "old.yaml", "--json")
    assert json.loads(same.stdout)["differences"] == []


def ids(shell) -> list[str]:
    with Journal(shell.cwd / "journal.sqlite") as journal:
        return [one.id for one in journal.requests()]


def test_a_request_is_explained(here):
    """The newest, every candidate: why, and what would turn it, with the number that it was."""
    said = flat(here("explain").stdout)
    assert (
        "tiny-2: Rejected Refused: short side is 100 px; the policy refuses below 128 px." in said
    )
    assert "were at least 128 px (it was 100 px)" in said or "were at least 256 px" in said
    assert "Accepted It met every bound that applies, and has rank 1." in said


def test_one_candidate_is_explained_by_how_it_begins(here):
    """Ids may be shortened; JSON has the reasons, the change and how far it is."""
    name = ids(here)[0]
    found = json.loads(here("explain", name[:12], "lar", "--json").stdout)
    assert found["request"] == name
    assert list(found["candidates"]) == ["large-2"]
    turned = found["candidates"]["large-2"]["turned_by"]
    assert turned["verdict"] in {"accept", "review", "reject"}
    assert turned["distance"] > 0


def test_an_id_must_be_unambiguous(here):
    """Nothing, or an unknown one: 2, and why."""
    name = ids(here)[0]
    for wrong, said in (
        ([""], "no request of this id"),
        ([name, "nobody"], "no candidate of this id"),
    ):
        done = here("explain", *wrong)
        assert done.returncode == 2
        assert said in done.stderr


def test_hostile_names_are_harmless(here):
    """What others wrote can't move the terminal's cursor."""
    harm(here, "UPDATE requests SET prompt = char(27) || '[2Jboo'")
    harmless = (
        here("explain", ids(here)[0]).stdout + here("replay", "--policy", "strict.yaml").stdout
    )
    assert "\x1b" not in harmless
    assert "boo" in harmless


SEVERAL = """
from selector.cli.main import main
from selector.replay import run
if __name__ == "__main__":
    run.PART, run.ENOUGH = 1, 2  # as if the journal were large
    main()
"""


def members(group: int) -> list[int]:
    """Return the processes of a group that are not about to vanish."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if entry.name.isdigit() and int(fields[2]) == group and fields[0] not in "ZX":
                found.append(int(entry.name))
    return found


def until(true, seconds: float = 20) -> None:
    """Wait for something to be true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_ctrl_c_ends_it_clean(here):
    """Stopped with several processes at work: 130, one word, nobody left behind."""
    script = here.cwd / "several.py"
    script.write_text(SEVERAL)
    running = subprocess.Popen(
        [sys.executable, script, "replay", "--policy", "strict.yaml", "--workers", "2"],
        cwd=here.cwd, env=here.environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip
    until(lambda: len(members(running.pid)) >= 3)
    os.killpg(running.pid, signal.SIGINT)
    out, said = running.communicate(timeout=30)
    assert (running.returncode, out, said) == (130, "", "stopped\n")
    until(lambda: members(running.pid) == [])


def test_who_is_killed_leaves_nobody_behind(here):
    """Workers end with the process that they work for."""
    script = here.cwd / "several.py"
    script.write_text(SEVERAL)
    running = subprocess.Popen(
        [sys.executable, script, "replay", "--workers", "2"],
        cwd=here.cwd, env=here.environment, start_new_session=True,
        stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    until(lambda: len(members(running.pid)) >= 3)
    running.kill()
    running.wait()
    until(lambda: members(running.pid) == [])
