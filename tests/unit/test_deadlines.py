"""Until when somebody waits is known where work is handed on, and forgotten behind it."""

import time

import pytest

from selector.backbones.daemons import started
from selector.deadlines import GRACE_S, left_s, waited_for


def test_without_an_end_there_is_none():
    """As long as nobody says so, nothing is late."""
    assert left_s() is None
    with waited_for(None):
        assert left_s() is None


def test_what_is_left_is_told_with_room_to_hand_over():
    """It counts down to a moment before the end, and not below nothing."""
    with waited_for(time.monotonic() + 5):
        assert left_s() == pytest.approx(5 - GRACE_S, abs=0.5)
        with waited_for(time.monotonic() - 5):
            assert left_s() == 0
        assert left_s() > 1
    assert left_s() is None


def test_threads_that_work_for_somebody_know_it_too():
    """A thread started inside has the end of whoever started it; one started outside has none."""
    with waited_for(time.monotonic() - 1):
        assert started(left_s).result() == 0
    assert started(left_s).result() is None
