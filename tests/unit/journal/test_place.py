"""Where the journal lies if nobody says where."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from selector.journal import default_path


def test_it_lies_in_the_state_folder(monkeypatch, tmp_path):
    """Where XDG_STATE_HOME says, and nothing is made there by asking."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert default_path() == tmp_path / "state" / "selector" / "journal.sqlite"
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("state", ["", "relative/path"])
def test_a_state_folder_that_is_not_whole_is_ignored(monkeypatch, tmp_path, state):
    """As the specification says; then it is below the user's home."""
    monkeypatch.setenv("XDG_STATE_HOME", state)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_path() == tmp_path / ".local" / "state" / "selector" / "journal.sqlite"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user without a home")
def test_a_user_without_a_home_is_told_what_to_give():
    """As in a container that runs under a number that has no name."""
    code = (
        "import os, pwd\n"  # before it may not read them any more
        "from selector.errors import JournalError\n"
        "from selector.journal.place import default_path\n"
        "os.setuid(54321)\n"
        "try: default_path()\n"
        "except JournalError as error: print(error)"
    )
    environment = {
        key: value for key, value in os.environ.items() if key not in ("HOME", "XDG_STATE_HOME")
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True,
        cwd=Path(__file__).parent,
    )  # fmt: skip
    assert "Give --journal, or --no-journal." in done.stdout
