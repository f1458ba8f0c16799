"""`--report`: a page beside the answer, never instead of it."""

import subprocess
import sys
from pathlib import Path

import pytest

from selector import Selection


def test_select_writes_a_report_and_says_where(shell, chairs, pixels):
    """The page shows every candidate; one line tells where it lies, after the table."""
    done = shell("select", "a chair", chairs, "--policy", pixels, "--report", "out.html")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "The report lies in out.html"
    page = (shell.cwd / "out.html").read_text("utf-8")
    for name in ("a.png", "b.jpg", "c.png", "a chair"):
        assert name in page


def test_what_scripts_read_stays_what_it_is(shell, chairs, pixels):
    """With --json and --quiet the line goes to standard error."""
    common = ("select", "p", chairs, "--policy", pixels, "--report", "out.html")
    as_json, quiet = shell(*common, "--json"), shell(*common, "--quiet")
    assert Selection.from_json(as_json.stdout).answer == "complete"
    assert quiet.stdout == f"{chairs / 'a.png'}\n"
    assert as_json.stderr == quiet.stderr == "The report lies in out.html\n"


def test_the_demo_writes_one_too(shell):
    """`selector demo --report` shows the eight pictures of the demo."""
    done = shell("demo", "--report", "demo.html")
    assert done.returncode == 0, done.stderr
    assert "The report lies in demo.html" in done.stdout
    assert (shell.cwd / "demo.html").read_text("utf-8").count("<img ") == 8


def test_the_report_of_the_demo_may_lie_beside_its_pictures(shell):
    """In the folder that the demo itself makes, as `make demo` has it."""
    done = shell("demo", "--report", "selector-demo/report.html")
    assert (done.returncode, done.stderr) == (0, "")
    assert (shell.cwd / "selector-demo" / "report.html").exists()


@pytest.mark.parametrize("name", ["gone/out.html", ".", ""])
def test_a_report_that_can_not_be_written_is_told_before_measuring(shell, chairs, pixels, name):
    """A missing folder, a folder, no name: nothing is measured, nothing printed, exit code 2."""
    done = shell("select", "p", chairs, "--policy", pixels, "--report", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    demo = shell("demo", "--report", name)
    assert (demo.returncode, demo.stdout) == (2, "")
    assert not list(shell.cwd.rglob("*.html"))


@pytest.mark.parametrize("used", ["candidate", "policy", "journal", "journal-wal", "empty", "note"])
def test_a_report_takes_no_others_place(shell, chairs, pixels, used):
    """A candidate, the policy, a journal still to be made, any file: told before measuring."""
    (chairs / "empty.png").touch()
    name = {
        "candidate": chairs / "a.png",
        "policy": pixels,
        "journal": shell.cwd / "new.sqlite",
        "journal-wal": shell.cwd / "new.sqlite-wal",
        "empty": chairs / "empty.png",
        "note": chairs / "notes.txt",
    }[used]
    before = {path: path.read_bytes() for path in (*chairs.iterdir(), pixels)}
    journal = ("--journal", shell.cwd / "new.sqlite")
    done = shell("select", "p", chairs, "--policy", pixels, *journal, "--report", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Name a" in done.stderr
    assert {path: path.read_bytes() for path in (*chairs.iterdir(), pixels)} == before
    assert not (shell.cwd / "new.sqlite").exists()


def test_a_report_is_not_printed_over(shell, chairs, pixels):
    """Standard output, a pipe or a file, is for the answer; `> out.html` is not replaced."""
    common = ("select", "p", chairs, "--policy", pixels, "--report")
    piped = shell(*common, "/dev/stdout")
    assert (piped.returncode, piped.stdout) == (2, "")
    assert "no regular file" in piped.stderr
    for name in ("/dev/stdout", "out.html"):
        with (shell.cwd / "out.html").open("wb") as file:
            done = subprocess.run(
                [Path(sys.executable).parent / "selector", *common, name],
                cwd=shell.cwd, env=shell.environment, stdout=file, stderr=subprocess.PIPE,
                text=True, check=False,
            )  # fmt: skip
        assert done.returncode == 2
        assert f"what is printed goes to {name}" in done.stderr
        assert (shell.cwd / "out.html").read_bytes() == b""


def test_the_demo_does_not_lose_its_pictures(shell):
    """A report under the name of a picture that the demo makes is refused."""
    done = shell("demo", "--report", "selector-demo/black.png")
    assert (done.returncode, done.stdout) == (2, "")
    picture = (shell.cwd / "selector-demo" / "black.png").read_bytes()
    assert picture.startswith(b"\x89PNG")


LIMITED = """
import resource, signal, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from selector.cli import main
main()
"""


def test_the_answer_is_not_lost_with_the_report(shell, chairs, pixels):
    """If the disk is full the selection is printed, the failure told, and no half page is left."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, "select", "p", str(chairs), "--policy", str(pixels),
         "--no-journal", "--json", "--report", "out.html"],
        cwd=shell.cwd, env=shell.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "out.html: the report can't be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert Selection.from_json(done.stdout).answer == "complete"
    assert not (shell.cwd / "out.html").exists()


def test_accepted_files_are_copied_as_well(shell, chairs, pixels):
    """--accepted-to and --report go together."""
    common = ("select", "p", chairs, "--policy", pixels, "--report", "out.html")
    assert shell(*common, "--accepted-to", "chosen").returncode == 0
    assert (shell.cwd / "chosen" / "a.png").is_file()
    assert (shell.cwd / "out.html").is_file()
