"""What the command line leaves behind: copies, the journal, output for scripts."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from selector import Candidate, RequestError, Selection
from selector.cli import files
from selector.journal import Journal

SELECTOR = [str(Path(sys.executable).parent / "selector")]


def test_quiet_prints_the_accepted_paths_only(shell, chairs, pixels):
    """--quiet is for scripts: one accepted file a line."""
    done = shell("select", "a chair", chairs, "--policy", pixels, "-q", "--deliver", "2")
    assert sorted(done.stdout.splitlines()) == [str(chairs / "a.png"), str(chairs / "b.jpg")]


def test_accepted_files_are_copied_byte_for_byte(shell, chairs, pixels):
    """--accepted-to copies originals, and never over a file that holds something else."""
    out = shell.cwd / "out"
    out.mkdir()
    (out / "a.png").write_bytes(b"somebody else's")
    arguments = ("select", "p", chairs, "--policy", pixels, "--deliver", "2", "--accepted-to", out)
    for _ in range(2):  # again changes nothing
        assert shell(*arguments).returncode == 0
        copied = {path.name: path.read_bytes() for path in out.iterdir()}
        assert copied.pop("a.png") == b"somebody else's"
        assert copied.pop("b.jpg") == (chairs / "b.jpg").read_bytes()
        ((name, content),) = copied.items()
        assert name.startswith("a-")
        assert content == (chairs / "a.png").read_bytes()


def test_the_command_line_keeps_a_journal(shell, chairs, pixels, tmp_path):
    """By default every request is written down; --journal and the variable say where, or not."""
    common = ("select", "p", chairs, "--policy", pixels, "--json")
    first = Selection.from_json(shell(*common).stdout)
    places = {
        tmp_path / "state" / "selector" / "journal.sqlite": first,
        shell.cwd / "mine.sqlite": Selection.from_json(
            shell(*common, "--journal", "mine.sqlite").stdout
        ),
        shell.cwd / "env.sqlite": Selection.from_json(
            shell(*common, env={"SELECTOR_JOURNAL": "env.sqlite"}).stdout
        ),
    }
    shell(*common, "--no-journal", env={"SELECTOR_JOURNAL": "env.sqlite"})
    for path, selection in places.items():
        with Journal(path) as journal:
            assert journal.read(selection.request_id)[1] == selection
            assert len(journal.requests()) == 1


def test_a_generator_that_is_named_is_that_of_every_candidate(shell, chairs, pixels):
    """--generator says what made the images, which calibrated policies and monitoring go by."""
    done = shell(
        "select", "p", chairs, "--policy", pixels, "--no-journal", "--generator", "sdxl", "--json"
    )
    made = Selection.from_json(done.stdout)
    assert {one.metadata["generator"] for one in made.candidates} == {"sdxl"}


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sys.argv = ["selector", *sys.argv[1:]]
from selector.cli import main
main()
"""


def test_a_full_disk_under_the_journal_is_said_and_the_answer_not_lost(shell, chairs, pixels):
    """If the journal can't be written the command fails and says so, after the answer."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, "select", "p", str(chairs), "--policy", str(pixels), "--json"],
        cwd=shell.cwd, env=shell.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "journal" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(Selection.from_json(done.stdout).accepted) == 1


def test_no_home_is_said(shell, chairs, pixels):
    """A user without a home is told to name a journal; with one named nothing is missing."""
    code = "import os; [os.environ.pop(name, None) for name in ('HOME', 'XDG_STATE_HOME')]\n"
    code += "import pwd; pwd.getpwuid = lambda _: (_ for _ in ()).throw(KeyError())\n"
    code += "import sys; sys.argv = ['selector', *sys.argv[1:]]\n"
    code += "from selector.cli import main; main()"
    common = [sys.executable, "-c", code, "select", "p", str(chairs), "--policy", str(pixels), "-q"]

    def run(*more):
        return subprocess.run(
            [*common, *more], cwd=shell.cwd, env=shell.environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    assert "--journal" in run().stderr
    assert run().returncode == 2
    assert run("--journal", "here.sqlite").returncode == 0


def test_what_changed_after_it_was_judged_is_not_delivered(tmp_path, astronaut):
    """A file whose bytes are no longer those that were judged is never copied as accepted."""
    source, out = tmp_path / "a.png", tmp_path / "out"
    astronaut.save(source)
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    accepted = [Candidate(source, id="a.png", content_hash=digest)]
    files.copy(accepted, files.folder_for_copies(str(out)))
    assert (out / "a.png").read_bytes() == source.read_bytes()
    astronaut.rotate(90).save(source)
    with pytest.raises(RequestError, match="changed after it was judged"):
        files.copy(accepted, out)
    source.unlink()
    with pytest.raises(RequestError, match=r"a.png: can't be read again"):
        files.copy(accepted, out)
    assert [path.name for path in out.iterdir()] == ["a.png"]


def test_copies_never_replace_what_lies_there(tmp_path):
    """Other files, their numbered namesakes, links and pipes in the folder stay what they are."""
    (tmp_path / "a.png").write_bytes(b"judged")
    out = tmp_path / "out"
    out.mkdir()
    digest = hashlib.sha256(b"judged").hexdigest()
    (out / "a.png").symlink_to(tmp_path / "elsewhere.png")
    os.mkfifo(out / f"a-{digest[:8]}.png")
    files.copy([Candidate(tmp_path / "a.png", content_hash=digest)], out)
    assert (out / f"a-{digest[:8]}-2.png").read_bytes() == b"judged"
    assert not (tmp_path / "elsewhere.png").exists()
    assert len(list(out.iterdir())) == 3
    files.copy([Candidate(tmp_path / "a.png", content_hash=digest)], tmp_path)  # onto itself
    assert (tmp_path / "a.png").read_bytes() == b"judged"


def test_a_folder_that_can_not_take_copies_is_said_before_measuring(shell, chairs):
    """A target that is a file, or has no name, ends the command at once."""
    for name in (str(chairs / "a.png"), ""):
        done = shell("select", "p", chairs, "--accepted-to", name)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Traceback" not in done.stderr


def test_quiet_gives_scripts_the_very_names(shell, astronaut, pixels):
    """In a pipe --quiet prints the bytes of the names, so that another command finds the files."""
    folder = shell.cwd / "odd"
    folder.mkdir()
    astronaut.save(folder / "a\tb.png")
    done = shell("select", "p", "odd", "--policy", pixels, "-q")
    assert done.stdout == "odd/a\tb.png\n"


def test_output_that_can_not_be_written(shell, chairs, pixels):
    """A full standard output is said; a reader that leaves early is no error; no traceback."""
    command = f"{SELECTOR[0]} select p {chairs} --policy {pixels}"
    for redirect, code in ((" --json > /dev/full", 2), (" | true", 0)):
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command + redirect],
            cwd=shell.cwd, env=shell.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
    odd = shell("measures", env={"PYTHONIOENCODING": "ascii"})
    assert odd.returncode == 0
