"""The command line as a person or a script uses it: a process, its output, its exit code."""

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import outside
from selector import Selection
from selector.cli.prose import shown
from selector.journal import Journal

SELECTOR = [str(Path(sys.executable).parent / "selector")]
SLOW = "time.sleep(30); return [{'value': Score(0.5)} for _ in subjects]"


def test_select_prints_a_table_with_reasons(shell, chairs, pixels):
    """Every candidate has a line with its verdict and why; the exit code is 0."""
    done = shell("select", "a chair", chairs, "--policy", pixels)
    assert done.returncode == 0, done.stderr
    assert "“a chair” by pixels@1: as many were accepted as asked for" in done.stdout
    for word in ("accept", "a.png", "b.jpg", "c.png", "refused", "outranked"):
        assert word in done.stdout
    assert "notes.txt" not in done.stdout
    assert done.stderr == ""


def test_select_as_json_is_the_selection(shell, chairs, pixels):
    """--json prints one JSON object that reads back as the selection."""
    done = shell("select", "a chair", chairs, "--policy", pixels, "--json", "--deliver", "all")
    selection = Selection.from_json(done.stdout)
    assert {one.id for one in selection.accepted} == {"a.png", "b.jpg"}
    assert done.stderr == ""


def test_expectations_reach_the_policy(shell, chairs):
    """--expect fills a gate that says expect.NAME."""
    policy = {
        "name": "wide",
        "version": 1,
        "gates": [{"on": "filters.resolution.width", "equals": "expect.width"}],
        "method": {"weighted_sum": [{"of": "filters.clipping.shadows"}]},
    }
    (shell.cwd / "wide.yaml").write_text(json.dumps(policy))
    common = ("select", "p", chairs, "--policy", "wide.yaml", "-q")
    assert shell(*common, "--expect", "width=500").stdout == f"{chairs / 'b.jpg'}\n"
    assert shell(*common, "--expect", "expect.width=512").stdout == f"{chairs / 'a.png'}\n"
    assert shell(*common).stdout == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--policy", "startr"), "did you mean 'starter'?"),
        (("--policy", "gone.yaml"), "no such file"),
        (("--policy", "starter", "--deliver", "0"), "deliver"),
        (("--policy", "starter", "--deliver", "two"), "deliver"),
        (("--policy", "starter", "--deliver", "-1"), "or 'all' (got -1)."),
        (("--policy", "starter", "--expect", "faces"), "NAME=NUMBER"),
        (("--policy", "starter", "--timeout-s", "-1"), "timeout_s"),
        (("--colour",), "No such option"),
    ],
)
def test_the_callers_mistakes_end_with_2(shell, chairs, arguments, said):
    """A mistake is one clear message on stderr, nothing on stdout, exit code 2, no traceback."""
    done = shell("select", "p", chairs, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_an_empty_folder_is_the_callers_mistake(shell):
    """A folder without images says what was looked for."""
    (shell.cwd / "empty").mkdir()
    done = shell("select", "p", "empty")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no images in this folder" in done.stderr


def test_a_bug_ends_with_1_and_its_traceback(shell, chairs, tmp_path):
    """What is nobody's mistake but ours is shown whole."""
    path = outside.write(tmp_path, "buggy", "return []")
    source = (tmp_path / "buggy" / "own.py").read_text()
    broken = source.replace("return Cost(0.01)", "return 1 / 0")
    (tmp_path / "buggy" / "own.py").write_text(broken)
    (shell.cwd / "buggy.yaml").write_text(json.dumps(outside.policy(path)))
    done = shell("select", "p", chairs, "--policy", "buggy.yaml")
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr


def test_a_prompt_that_was_not_read_to_its_end_is_told_below_the_candidates(
    shell, chairs, tmp_path
):
    """Once for all of them, on one harmless line, shortened if it is long."""
    unread = 'return [{"value": Score(0.5, {"unread": "the end\\x1b[31m" + "." * 400})} for _ in subjects]'
    path = outside.write(tmp_path, "short_sighted", unread)
    (shell.cwd / "p.yaml").write_text(json.dumps(outside.policy(path)))
    done = shell("select", "p", chairs, "--policy", "p.yaml", env={"COLUMNS": "500"})
    (told,) = [line for line in done.stdout.splitlines() if "did not read" in line]
    said = "short_sighted.own did not read the end of the prompt: “the end\\x1b[31m....."
    assert told.startswith(said)
    assert len(told) <= 200


def test_an_empty_name_is_not_the_current_folder(shell, astronaut):
    """An unset variable in a script selects nothing by accident."""
    astronaut.save(shell.cwd / "a.png")
    done = shell("select", "p", "")
    assert done.returncode == 2
    assert "name is empty" in done.stderr


def test_an_expectation_that_the_policy_does_not_read_is_a_mistake(shell, chairs):
    """It is told, and that there are no others."""
    done = shell("select", "p", chairs, "--expect", "faces=2")
    assert done.returncode == 2
    assert done.stderr.endswith("reads no expect.faces (got 'faces'); it reads no expectations.\n")


def test_an_address_is_no_file(shell, chairs, pixels):
    """A server that is not there is told without its password; no file is named like it."""
    address = {"SELECTOR_JOURNAL": "postgresql://me:s3cret@127.0.0.1:1/db"}
    done = shell("select", "p", chairs, "--policy", pixels, env=address)
    assert done.returncode == 2
    assert "postgresql://me:***@127.0.0.1:1/db: it can't be reached" in done.stderr
    assert "s3cret" not in done.stderr
    assert not (shell.cwd / "postgresql:").exists()


def test_an_unreadable_file_harms_no_other(shell, chairs, pixels):
    """A file that may not be read is refused like any that can't be decoded."""
    # Root reads everything, unless it lays its privileges down.
    humbly = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all"] if not os.geteuid() else []
    if humbly and shutil.which("setpriv") is None:
        pytest.skip("root reads everything, and there is no setpriv to make it a user")
    (chairs / "a.png").chmod(0)
    files = [str(chairs / name) for name in ("a.png", "b.jpg")]
    done = subprocess.run(
        [*humbly, *SELECTOR, "select", "p", *files, "--policy", str(pixels), "--json"],
        cwd=shell.cwd, env=shell.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    selection = Selection.from_json(done.stdout)
    assert [selection.verdict(name) for name in ("a.png", "b.jpg")] == ["reject", "accept"]
    assert "Permission denied" in selection["a.png"].error


def test_models_are_silent_in_a_pipe(shell, chairs):
    """With hands and faces measured, stdout is the answer alone and stderr stays empty."""
    done = shell("select", "p", chairs, "--json")
    assert Selection.from_json(done.stdout).outcomes["a.png"]["detectors.faces.count"].value == 1
    assert done.stderr == ""


def test_ctrl_c_stops_at_once_and_leaves_no_half_request(shell, chairs, tmp_path):
    """SIGINT while measuring: exit code 130, one line, nothing in the journal."""
    policy = outside.policy(outside.write(tmp_path, "sleepy", SLOW))
    (shell.cwd / "sleepy.yaml").write_text(json.dumps(policy))
    running = subprocess.Popen(
        [*SELECTOR, "select", "p", str(chairs), "--policy", "sleepy.yaml", "--journal", "j.sqlite"],
        cwd=shell.cwd, env=shell.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    time.sleep(1.5)
    running.send_signal(signal.SIGINT)
    out, error = running.communicate(timeout=10)
    assert running.returncode == 130
    assert out == ""
    assert error.splitlines()[-1] == "stopped"
    if (shell.cwd / "j.sqlite").exists():
        with Journal(shell.cwd / "j.sqlite") as journal:
            assert journal.requests() == []


def test_progress_is_shown_to_a_person_only(shell, chairs, pixels):
    """On a terminal stderr tells what is being done; in a pipe it stays empty."""
    main, side = pty.openpty()
    subprocess.run(
        [*SELECTOR, "select", "p", str(chairs), "--policy", str(pixels)],
        cwd=shell.cwd, env=shell.environment, stdout=subprocess.DEVNULL, stderr=side, check=True,
    )  # fmt: skip
    os.close(side)
    assert b"filters.blank on 2" in os.read(main, 10_000)
    os.close(main)


def test_foreign_names_can_not_play_with_the_terminal(shell, astronaut, pixels):
    """Markup, escape codes, newlines and direction marks in names and prompts are shown inert."""
    folder = shell.cwd / "evil"
    folder.mkdir()
    astronaut.save(folder / "[red]a[red]\x1b[31m\n\u202egnp.png")
    done = shell("select", "\x1b]0;title\x07[bold]", folder, "--policy", pixels)
    assert done.returncode == 0
    assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout)
    assert "[red]a[red]" in done.stdout.replace("\n", "")
    assert "[bold]" in done.stdout


def test_a_name_that_is_no_unicode_works(shell, astronaut, pixels):
    """A file name of undecodable bytes is decided, shown and printed as JSON."""
    folder = os.fsencode(shell.cwd / "bytes")
    os.mkdir(folder)
    with open(folder + b"/\xff\xfe.png", "wb") as file:
        astronaut.save(file, "PNG")
    done = shell("select", "p", "bytes", "--policy", pixels, "--json")
    selection = Selection.from_json(done.stdout)
    assert selection.accepted[0].id == "\\xff\\xfe.png"


@given(st.text())
def test_shown_text_is_one_harmless_line(text):
    """Whatever comes in, nothing invisible, no line break and no control character goes out."""
    line = shown(text)
    assert len(line.splitlines()) <= 1
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in line)
    assert len(shown(text, 10)) <= 10


def test_policy_check_tells_every_problem(shell):
    """Good policies get a line each; every problem of a bad one is told with its line; exit 2."""
    bad = "name: x\nversion: 1\ngates:\n  - {on: filters.blank.structur, reject_blow: 1}\n"
    bad += "  - {on: filters.blank.structur, reject_below: 1}\nmethod: {}\n"
    (shell.cwd / "bad.yaml").write_text(bad)
    done = shell("policy", "check", "starter", "bad.yaml")
    assert done.returncode == 2
    assert done.stdout.startswith("starter: ok: starter@")
    lines = done.stderr.splitlines()
    assert lines[0] == "bad.yaml:4: unknown key 'reject_blow'; did you mean 'reject_below'?"
    assert any(line.startswith("bad.yaml:6: ") for line in lines)


def test_policy_schema_prints_the_shipped_schema(shell, root):
    """`selector policy schema` prints what lies beside the policies."""
    assert shell("policy", "schema").stdout == (root / "policies/policy.schema.json").read_text()


def test_version(shell):
    """--version prints the version."""
    from importlib.metadata import version

    assert shell("--version").stdout.strip() == version("selector-engine")


def test_demo_picks_the_photograph_and_says_why_not_the_others(shell):
    """The unharmed photograph wins; each of the seven faults loses for a reason that fits it."""
    done = shell("demo", "--json")
    assert done.returncode == 0, done.stderr
    selection = Selection.from_json(done.stdout)
    assert [one.id for one in selection.accepted] == ["original.png"]
    why = {
        name: " ".join(f"{reason.kind} {reason}" for reason in reasons)
        for name, reasons in selection.reasons.items()
    }
    assert "copy same bytes as original.png" in why["twin.png"]
    assert "filters.sharpness" in why["blurred.png"]
    assert "filters.clipping.highlights" in why["overexposed.png"]
    assert "filters.blank" in why["black.png"]
    assert "filters.resolution.aspect" in why["odd-aspect.png"]
    assert "filters.resolution.short_side" in why["tiny.png"]
    assert why["tiled.png"]
    assert len(list((shell.cwd / "selector-demo").glob("*.png"))) == 8
    for name in ("blurred", "black", "odd-aspect", "tiny", "twin", "tiled", "overexposed"):
        assert selection.verdict(f"{name}.png") != "accept"
