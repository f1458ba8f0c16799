"""Asking again: with pauses, within a time, and not where it is in vain."""

import time

import pytest

from selector.backbones.daemons import started
from selector.backbones.patience import line, patiently
from selector.backbones.posting import Trouble


def busy(_: float) -> str:
    """Be busy."""
    raise Trouble("busy", "Wait.", passing=True)


def gone(_: float) -> str:
    """Be unreachable, and leave no time to pause."""
    trouble = Trouble("nobody there", "Start it.", passing=True)
    trouble.heard, trouble.wait_s = False, 0.0
    raise trouble


def test_a_pause_lies_between_two_tries() -> None:
    """About a second before the second try, so that a busy server can breathe."""
    tries: list[float] = []

    def ask(until: float) -> str:
        tries.append(time.monotonic())
        return busy(until) if len(tries) == 1 else "fine"

    assert patiently(ask, line("a", 1), timeout_s=10, tries=2) == "fine"
    assert 1 <= tries[1] - tries[0] < 2.5


def test_no_pause_is_begun_that_ends_too_late() -> None:
    """Where time is over before the next try, the trouble is told at once."""
    began = time.monotonic()

    with pytest.raises(Trouble, match="busy"):
        patiently(busy, line("b", 1), timeout_s=0.5, tries=9)
    assert time.monotonic() - began < 0.4


def test_who_is_down_is_not_asked_by_others_either() -> None:
    """For a few seconds, whoever asks; another address is another matter."""
    with pytest.raises(Trouble, match=r"nobody there$"):
        patiently(gone, line("c", 1), timeout_s=5, tries=3)

    with pytest.raises(Trouble, match="nobody there, a moment ago") as caught:
        patiently(lambda _: "fine", line("c", 1), timeout_s=5, tries=3)
    assert caught.value.todo == "Start it."
    assert patiently(lambda _: "fine", line("d", 1), timeout_s=5, tries=3) == "fine"


def test_a_busy_server_is_not_down() -> None:
    """Who refuses is there."""
    with pytest.raises(Trouble, match="busy"):
        patiently(busy, line("e", 1), timeout_s=5, tries=1)

    assert patiently(lambda _: "fine", line("e", 1), timeout_s=5, tries=1) == "fine"


def test_whoever_waits_to_try_again_learns_that_it_is_down() -> None:
    """Between two tries another may have found it so: the second is not made."""
    tries: list[float] = []

    def ask(until: float) -> str:
        tries.append(until)
        return busy(until)

    patient = started(lambda: patiently(ask, line("f", 2), timeout_s=9, tries=2))
    time.sleep(0.2)
    with pytest.raises(Trouble, match=r"nobody there$"):
        patiently(gone, line("f", 2), timeout_s=5, tries=1)

    with pytest.raises(Trouble, match="nobody there, a moment ago"):
        patient.result(5)
    assert len(tries) == 1
