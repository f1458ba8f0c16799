"""A forked child waits for no thread of its parent."""

import multiprocessing
import threading
import time

import pytest

import outside
from selector import Selector
from selector.locks import Lock

SLOW = """
import time
time.sleep(0.4)
return [{"value": Score(0.5)} for _ in subjects]
"""


def test_one_thread_at_a_time():
    """Who has it keeps others out, for as long as they care to wait."""
    lock = Lock()
    with lock:
        assert not lock.acquire(blocking=False)
        assert not lock.acquire(timeout=0.01)
    assert lock.acquire(timeout=0.01)
    lock.release()


def test_a_child_finds_it_free():
    """A lock that a thread of the parent holds at the fork is nobody's in the child, and still held there."""
    lock = Lock()
    with lock:
        child = multiprocessing.get_context("fork").Process(target=lock.acquire, daemon=True)
        child.start()
        child.join(10)
        assert child.exitcode == 0
        assert not lock.acquire(blocking=False)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Python 3.12 warns of threads and forks
def test_a_child_selects_while_a_thread_of_its_parent_does(tmp_path, monkeypatch):
    """A service that forks in the midst of a request has children that answer."""
    monkeypatch.syspath_prepend(tmp_path)
    path = outside.write(tmp_path, "slow_shop", SLOW)
    policy = {"name": "slow", "version": 1, "method": {"weighted_sum": [{"of": path}]}}
    pictures = [tmp_path / "a.png"]
    from PIL import Image

    Image.new("RGB", (64, 64), "red").save(pictures[0])
    selector = Selector(policy, journal=False)

    def ask() -> None:
        assert selector.select("a", pictures).answer == "complete"

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    time.sleep(0.2)  # it holds the measure's lock now
    child = multiprocessing.get_context("fork").Process(target=ask, daemon=True)
    child.start()
    child.join(20)
    assert child.exitcode == 0
    thread.join(20)
