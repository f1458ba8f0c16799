"""How many models stay loaded, which go first, and what is never unloaded."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from selector.backbones import residency
from selector.backbones.residency import Lease
from selector.errors import MeasureError, WeightsError

MB = 10**6


@dataclass
class Weights:
    """A model that takes memory: it says when it is loaded, and has a mark of its own."""

    name: str
    said: list[str]
    size: int = 4 * MB
    device: str = "cpu"
    faults: list[Exception] = field(default_factory=list)

    def load(self) -> bytearray:
        """Return the memory."""
        if self.faults:
            raise self.faults.pop()
        self.said.append(self.name)
        return bytearray(self.name.encode())


class World:
    """Models and the order in which they were loaded."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def lease(self, name: str, **more) -> Lease[Weights]:
        return Lease((id(self), name), lambda: Weights(name, self.said, **more))


@pytest.fixture
def world() -> Iterator[World]:
    """A world of 10 MB, in which two models of 4 fit, and not three."""
    residency.limit(0.01)
    yield World()
    residency.limit(None)


def test_what_fits_stays(world) -> None:
    """Models that fit together are loaded once, however often they are used."""
    first, second = world.lease("a"), world.lease("b")
    for lease in (first, second, first, second):
        with lease.use():
            pass

    assert world.said == ["a", "b"]
    first.close()
    second.close()


def test_the_least_recently_used_makes_room(world) -> None:
    """The third model takes the place of the one that was not used for longest."""
    leases = {name: world.lease(name) for name in "ab"}
    with leases["a"].use():
        pass
    leases["c"] = world.lease("c")  # in b's place
    with leases["a"].use():
        pass
    assert world.said == ["a", "b", "c"]

    with leases["b"].use() as loaded:
        assert loaded == b"b"

    assert world.said == ["a", "b", "c", "b"]
    for lease in leases.values():
        lease.close()


def test_what_is_in_use_is_never_unloaded(world) -> None:
    """A model for which there is room only in the place of one at work waits for it to end."""
    first = world.lease("a", size=7 * MB)
    arrived, done = threading.Event(), []

    def come() -> None:
        arrived.set()
        lease = world.lease("b", size=7 * MB)
        done.append("b")
        lease.close()

    thread = threading.Thread(target=come, daemon=True)
    with first.use() as loaded:
        thread.start()
        arrived.wait(10)
        thread.join(0.2)
        assert thread.is_alive()
        assert loaded == b"a"
        assert world.said == ["a"]
    thread.join(10)

    assert done == ["b"]
    first.close()


def test_what_alone_is_too_large_is_refused(world) -> None:
    """A model beyond the bound is not loaded; it says what it takes and how much there is."""
    with pytest.raises(WeightsError, match=r"^huge: it takes 0.02 GB, more than .*got 0.01\)"):
        world.lease("huge", size=20 * MB)
    assert world.said == []
    world.lease("a").close()


def test_a_lower_bound_unloads_at_once(world) -> None:
    """Who lowers the bound gets the memory back, but for what is in use."""
    first, second = world.lease("a"), world.lease("b")
    with second.use():
        residency.limit(0.005)
    with second.use():
        assert world.said == ["a", "b"]
    with first.use():
        assert world.said == ["a", "b", "a"]
    first.close()
    second.close()


def test_the_variable_bounds_too(monkeypatch) -> None:
    """SELECTOR_MAX_RESIDENT_GB bounds a process in which nobody set a bound."""
    world = World()
    monkeypatch.setenv(residency.VARIABLE, "0.005")
    residency.limit(None)
    first, second = world.lease("a"), world.lease("b")
    with first.use():
        assert world.said == ["a", "b", "a"]
    first.close()
    second.close()


@pytest.mark.parametrize("wrong", ["much", "0", "-1", "nan"])
def test_a_bound_is_a_number_above_0(monkeypatch, wrong) -> None:
    """What is no number of GB is told with the variable's name, and loads nothing."""
    world = World()
    monkeypatch.setenv(residency.VARIABLE, wrong)
    residency_error = rf"SELECTOR_MAX_RESIDENT_GB: .*got '{wrong}'"
    with pytest.raises(WeightsError, match=residency_error):
        world.lease("a")
    with pytest.raises(WeightsError, match="max_resident_gb"):
        residency.limit(0)
    assert world.said == []


def test_without_a_bound_all_stay() -> None:
    """Nobody who sets no bound loses a model."""
    world = World()
    leases = [world.lease(str(name), size=10**15) for name in range(5)]
    for lease in leases:
        with lease.use():
            pass

    assert world.said == ["0", "1", "2", "3", "4"]
    for lease in leases:
        lease.close()


def test_what_can_t_be_loaded_takes_no_room(world) -> None:
    """A load that fails leaves neither a user nor a gap, and can be tried again."""
    for _ in range(3):
        with pytest.raises(WeightsError, match="damaged"):
            world.lease("a", size=9 * MB, faults=[WeightsError("damaged")])
    lease = world.lease("b", size=9 * MB)

    assert world.said == ["b"]
    lease.close()


def test_what_can_t_be_loaded_again_says_so_and_can_be_tried_again(world) -> None:
    """A model that had to make room and whose file is gone fails where it is asked for."""
    first = world.lease("a", size=9 * MB)
    second = world.lease("b", size=9 * MB)
    first.model.faults.append(WeightsError("gone"))
    with pytest.raises(WeightsError, match="gone"), first.use():
        pass
    with first.use() as loaded:
        assert loaded == b"a"
    first.close()
    second.close()


def test_a_model_is_used_by_one_at_a_time() -> None:
    """Two threads that use one model take turns; two models are used at the same time."""
    world = World()
    first, second = world.lease("a"), world.lease("b")
    inside: list[str] = []

    def use(lease: Lease[Weights]) -> None:
        with lease.use():
            inside.append(lease.model.name)

    threads = [threading.Thread(target=use, args=(each,), daemon=True) for each in (first, second)]
    with first.use():
        for thread in threads:
            thread.start()
        threads[1].join(10)
        threads[0].join(0.1)
        assert inside == ["b"]
    threads[0].join(10)

    assert inside == ["b", "a"]
    first.close()
    second.close()


def test_what_was_in_use_when_the_bound_fell_goes_when_its_use_ends(world) -> None:
    """Two models at work stay over a lowered bound for only as long as they work."""
    first, second = world.lease("a"), world.lease("b")
    with first.use(), second.use():
        residency.limit(0.005)
    with second.use():
        pass
    with first.use():
        pass

    assert world.said in (["a", "b", "a"], ["a", "b", "b", "a"])
    first.close()
    second.close()


@pytest.mark.parametrize(("gb", "told"), [(0.02, "loaded"), (0.006, "it takes 0.01 GB")])
def test_who_waits_for_room_hears_of_another_bound(world, gb, told) -> None:
    """A raised bound lets it in while the other is at work; one too low for it refuses it."""
    first, waits, found = world.lease("a", size=6 * MB), threading.Event(), []

    def come() -> None:
        waits.set()
        try:
            lease = world.lease("b", size=7 * MB)
        except WeightsError as error:
            found.append(str(error))
        else:
            found.append("loaded")
            lease.close()

    thread = threading.Thread(target=come, daemon=True)
    with first.use():
        thread.start()
        waits.wait(10)
        thread.join(0.1)
        assert not found
        residency.limit(gb)
        thread.join(10)
        assert told in found[0]
    first.close()


def test_others_go_on_while_a_model_is_described(world) -> None:
    """Making a model reads files: meanwhile others are leased and used."""
    begun, go, done = threading.Event(), threading.Event(), []

    def slow() -> Weights:
        begun.set()
        go.wait(10)
        return Weights("slow", world.said)

    def come() -> None:
        done.append(Lease((id(world), "slow"), slow))

    thread = threading.Thread(target=come, daemon=True)
    thread.start()
    begun.wait(10)
    other = threading.Thread(target=lambda: world.lease("a").close(), daemon=True)
    other.start()
    other.join(5)
    assert world.said == ["a"]
    twin = Lease((id(world), "slow"), lambda: Weights("slow", world.said))
    go.set()
    thread.join(10)

    assert done[0].model is twin.model  # of two that were made, one is held
    assert world.said == ["a", "slow"]
    done[0].close()
    twin.close()


def test_who_is_closed_while_waiting_for_a_turn_gets_no_model(world) -> None:
    """It says so, and nothing is loaded that nobody would unload."""
    lease, waits, found = world.lease("a"), threading.Event(), []

    def come() -> None:
        waits.set()
        try:
            with lease.use():
                found.append("used")
        except MeasureError as error:
            found.append(str(error))

    thread = threading.Thread(target=come, daemon=True)
    with lease.use():
        thread.start()
        waits.wait(10)
        thread.join(0.1)
        lease.close()
    thread.join(10)

    assert found == ["a: it was closed (got no model). Build it again."]
    assert world.said == ["a"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are not forked by default")
def test_a_forked_child_shares_what_is_in_memory_and_nothing_of_a_gpu() -> None:
    """A child forked while its parent uses both goes on with the one, and loads the other anew."""
    code = """
import os, signal, sys, threading, warnings
from selector.backbones.residency import Lease
warnings.simplefilter("ignore")  # newer Pythons warn of fork in a process with threads
class Model:
    name, size = "m", 1
    def __init__(self, device): self.device = device
    def load(self): return (self.device, os.getpid())
leases = {device: Lease(device, lambda d=device: Model(d)) for device in ("cpu", "cuda")}
parent, held, go = os.getpid(), threading.Event(), threading.Event()
def busy():
    with leases["cpu"].use(), leases["cuda"].use():
        held.set()
        go.wait(60)
thread = threading.Thread(target=busy)
thread.start()
held.wait(60)
child = os.fork()
if child == 0:
    signal.alarm(60)
    with leases["cpu"].use() as cpu, leases["cuda"].use() as cuda:
        os._exit(0 if cpu == ("cpu", parent) and cuda == ("cuda", os.getpid()) else 1)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
go.set()
thread.join()
sys.exit(status)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-500:]
