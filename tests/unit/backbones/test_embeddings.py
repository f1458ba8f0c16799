"""What is remembered of rows that were made, and what goes first."""

import os
import subprocess
import sys

import numpy as np
import pytest

from selector.backbones.embeddings import Embeddings


def row(*numbers: float) -> np.ndarray:
    return np.array(numbers, np.float32)


def test_the_last_so_many_are_remembered() -> None:
    """Beyond the bound whichever was not asked for longest goes."""
    made = Embeddings(2)
    made.keep({"a": row(1), "b": row(2)})
    assert list(made.find(["a", "x"])) == ["a"]
    made.keep({"c": row(3)})

    assert sorted(made.find("abc")) == ["a", "c"]
    assert len(made) == 2


def test_what_is_no_number_is_not_remembered() -> None:
    """A row that came out broken is made again when it is asked for again."""
    made = Embeddings(9)
    made.keep({"a": row(1, np.nan), "b": row(np.inf, 1), "c": row(0, 0)})

    assert list(made.find("abc")) == ["c"]


def test_a_row_does_not_hold_its_batch() -> None:
    """What is remembered is the row alone, not all that were made with it."""
    made, batch = Embeddings(9), np.ones((64, 3), np.float32)
    made.keep({"a": batch[0]})
    batch[:] = 2

    (kept,) = made.find("a").values()
    assert kept.base is None
    assert kept.tolist() == [1, 1, 1]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are not forked by default")
def test_a_child_forked_in_the_midst_of_a_look_can_look() -> None:
    """A thread of the parent that holds the lock at that moment holds nothing in the child."""
    code = """
import os, signal, sys, threading, time, warnings
import numpy as np
from selector.backbones.embeddings import Embeddings
warnings.simplefilter("ignore")  # newer Pythons warn of fork in a process with threads
made, held = Embeddings(9), threading.Event()
made.keep({"a": np.ones(1, np.float32)})
class Slow:
    def __hash__(self):
        held.set()
        time.sleep(0.5)
        return 1
thread = threading.Thread(target=made.find, args=([Slow()],))
thread.start()
held.wait(60)
child = os.fork()
if child == 0:
    signal.alarm(10)
    os._exit(0 if list(made.find(["a"])) == ["a"] else 1)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
thread.join()
sys.exit(abs(status))
"""
    done = subprocess.run([sys.executable, "-c", code], env=os.environ, timeout=60, check=False)
    assert done.returncode == 0
