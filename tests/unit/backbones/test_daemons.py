"""Threads that nobody has to wait for."""

import subprocess
import sys
import threading

import pytest

from selector.backbones.daemons import started, together


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


def test_several_are_done_together() -> None:
    """In their order whichever ends first, all at once up to the bound, and none where none is."""
    meeting = threading.Barrier(3, timeout=10)
    assert sorted(together([meeting.wait] * 6, 3)) == [0, 0, 1, 1, 2, 2]

    assert together([lambda number=number: number for number in range(20)], 4) == list(range(20))
    assert together([], 4) == []


def test_what_one_raises_ends_the_rest() -> None:
    """What has not begun by then never does."""
    done: list[int] = []

    with pytest.raises(ZeroDivisionError):
        together([lambda: 1 // 0, *[lambda: done.append(1)] * 5], 1)
    assert done == []
