"""Threads that nobody has to wait for."""

import subprocess
import sys
import threading

import pytest

from selector.backbones.daemons import started


def test_what_is_done_comes_back() -> None:
    """The result, or whatever was raised, where the result is taken; both run at once."""
    meeting = threading.Barrier(2, timeout=10)
    first, second = started(meeting.wait), started(meeting.wait)
    assert {first.result(10), second.result(10)} == {0, 1}

    with pytest.raises(SystemExit):
        started(lambda: sys.exit(1)).result(10)


def test_the_program_ends_before_them() -> None:
    """What takes for ever does not keep the process."""
    code = """
import time
from selector.backbones.daemons import started
started(lambda: time.sleep(600))
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
