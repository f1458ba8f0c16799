"""One loaded model a process, however many use it."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from selector.backbones.shared import Shared
from selector.errors import WeightsError


class World:
    """What was loaded and unloaded, in order."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.shared = Shared(self.load, self.unload)

    def load(self, name: str) -> list[str]:
        self.said.append(f"load {name}")
        return [name]

    def unload(self, model: list[str]) -> None:
        self.said.append(f"unload {model[0]}")


def test_the_first_loads_and_the_last_unloads() -> None:
    """Two users of one model load it once, and it goes with the second of them."""
    world = World()
    world.shared.join("a")
    world.shared.join("a")
    assert world.shared.get("a") is world.shared.get("a")

    world.shared.leave("a")
    assert world.said == ["load a"]
    world.shared.leave("a")

    assert world.said == ["load a", "unload a"]
    assert world.shared.loaded() == []


def test_models_of_other_names_are_others() -> None:
    """Leaving one model takes nothing from another."""
    world = World()
    for name in ("a", "b"):
        world.shared.join(name)

    world.shared.leave("a")

    assert world.shared.loaded() == [["b"]]


def test_what_can_t_be_loaded_has_no_user() -> None:
    """A failed load counts nobody, so that the next user's leaving is the last one's."""
    failing = [True]

    def load(name: str) -> str:
        if failing.pop() if failing else False:
            raise WeightsError("no such file")
        return name

    unloaded: list[str] = []
    shared = Shared(load, unloaded.append)
    with pytest.raises(WeightsError):
        shared.join("a")
    shared.join("a")
    shared.leave("a")

    assert unloaded == ["a"]


def test_threads_load_once() -> None:
    """However many threads ask for it at the same time."""
    world = World()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(world.shared.join, ["a"] * 50))

    assert world.said == ["load a"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are not forked by default")
def test_a_forked_child_loads_its_own() -> None:
    """A child does not use what its parent loaded, nor unload it, even forked under the lock."""
    code = """
import os, signal, sys, threading, warnings
from selector.backbones.shared import Shared
warnings.simplefilter("ignore")  # newer Pythons warn of fork in a process with threads
unloaded = []
shared = Shared(lambda name: (name, os.getpid()), unloaded.append)
shared.join("a")
stop = threading.Event()
def busy():
    while not stop.is_set():
        shared.get("a")
thread = threading.Thread(target=busy)
thread.start()
parent = os.getpid()
child = os.fork()
if child == 0:
    signal.alarm(60)
    own = shared.get("a") == ("a", os.getpid()) != ("a", parent)
    shared.leave("a")
    os._exit(0 if own and unloaded == [("a", os.getpid())] else 1)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
stop.set()
thread.join()
sys.exit(status or shared.get("a") != ("a", parent))
"""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=120)
