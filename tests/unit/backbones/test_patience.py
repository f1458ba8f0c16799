"""Asking again: with pauses, within a time, and not where it is in vain."""

import gc
import time

import pytest

from selector.backbones.daemons import started
from selector.backbones.patience import Turns, line, patiently
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

    assert patiently(ask, line("a"), timeout_s=10, tries=2) == "fine"
    assert 1 <= tries[1] - tries[0] < 2.5


def test_no_pause_is_begun_that_ends_too_late() -> None:
    """Where time is over before the next try, the trouble is told at once."""
    began = time.monotonic()

    with pytest.raises(Trouble, match="busy"):
        patiently(busy, line("b"), timeout_s=0.5, tries=9)
    assert time.monotonic() - began < 0.4


def test_who_is_down_is_not_asked_by_others_either() -> None:
    """For a few seconds, whoever asks; another address is another matter."""
    with pytest.raises(Trouble, match=r"nobody there$"):
        patiently(gone, line("c"), timeout_s=5, tries=3)

    with pytest.raises(Trouble, match="nobody there, a moment ago") as caught:
        patiently(lambda _: "fine", line("c"), timeout_s=5, tries=3)
    assert caught.value.todo == "Start it."
    assert patiently(lambda _: "fine", line("d"), timeout_s=5, tries=3) == "fine"


def test_a_busy_server_is_not_down() -> None:
    """Who refuses is there."""
    with pytest.raises(Trouble, match="busy"):
        patiently(busy, line("e"), timeout_s=5, tries=1)

    assert patiently(lambda _: "fine", line("e"), timeout_s=5, tries=1) == "fine"


def test_whoever_waits_to_try_again_learns_that_it_is_down() -> None:
    """Between two tries another may have found it so: the second is not made."""
    tries: list[float] = []

    def ask(until: float) -> str:
        tries.append(until)
        return busy(until)

    patient = started(lambda: patiently(ask, line("f"), timeout_s=9, tries=2))
    time.sleep(0.2)
    with pytest.raises(Trouble, match=r"nobody there$"):
        patiently(gone, line("f"), timeout_s=5, tries=1)

    with pytest.raises(Trouble, match="nobody there, a moment ago"):
        patient.result(5)
    assert len(tries) == 1


def test_who_answered_another_meanwhile_is_not_down() -> None:
    """One who hears nothing knows less than one who was answered since he began."""

    def ask(until: float) -> str:
        patiently(lambda _: "fine", line("g"), timeout_s=5, tries=1)
        return gone(until)

    with pytest.raises(Trouble, match=r"nobody there$"):
        patiently(ask, line("g"), timeout_s=5, tries=1)

    assert patiently(lambda _: "fine", line("g"), timeout_s=5, tries=1) == "fine"


def test_who_took_the_call_and_was_late_is_not_down() -> None:
    """It may be one hard question; whoever asks another is heard."""

    def late(_: float) -> str:
        trouble = Trouble("no answer in 5 s", "Make it faster.")
        trouble.heard, trouble.late = False, True
        raise trouble

    with pytest.raises(Trouble, match="no answer in 5 s"):
        patiently(late, line("h"), timeout_s=5, tries=1)

    assert patiently(lambda _: "fine", line("h"), timeout_s=5, tries=1) == "fine"


def test_a_try_may_take_all_the_time_that_is_left() -> None:
    """Who thinks for long is not asked the same once more while it thinks."""
    given: list[float] = []

    def ask(until: float) -> str:
        given.append(until - time.monotonic())
        return "fine"

    patiently(ask, line("i"), timeout_s=9, tries=4)
    assert given == [pytest.approx(9, abs=1)]


@pytest.mark.parametrize(
    "other",
    ["http://judge:80/v1", "http://judge/v1/", "HTTP://Judge/v1", "http://judge./v1//"],
)
def test_an_address_is_one_however_it_is_written(other: str) -> None:
    """Another port, path or host is another server."""
    assert line(other) is line("http://judge/v1")
    for another in ("http://judge:81/v1", "https://judge/v1", "http://judge/v2", "http://fudge/v1"):
        assert line(other) is not line(another)


def test_the_most_modest_decides_how_many_ask_at_once() -> None:
    """As long as somebody holds it; then whoever waited may go on."""
    turns, one = Turns(), Turns()  # any two things may ask
    modest = Turns()
    turns.bound(one, 3)
    turns.bound(modest, 1)
    assert turns.acquire(0)
    assert not turns.acquire(0.01)

    del modest
    gc.collect()
    assert [turns.acquire(0) for _ in range(3)] == [True, True, False]
    turns.release()
    assert turns.acquire(0)
