"""Runs on Ray, in processes of their own; what an actor does without Ray is in test_actor.py."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import batches
import ray_runs
import stations
from selector.batch import ray
from selector.batch.ray_options import RayOptions
from selector.errors import RequestError

RUNS = Path(ray_runs.__file__)


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """What two processes saw of runs on Ray, side by side, as each mostly waits."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    folders = {which: tmp_path_factory.mktemp(which) for which in ("own", "shared")}
    processes = {
        which: subprocess.Popen(
            [sys.executable, str(RUNS), which, str(folder)], env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for which, folder in folders.items()
    }  # fmt: skip
    try:
        said = {which: process.communicate(timeout=250) for which, process in processes.items()}
    finally:
        for process in processes.values():
            process.kill()
    assert all(process.returncode == 0 for process in processes.values()), said
    return {
        which: json.loads((folder / ray_runs.SEEN).read_text())
        | {"printed": said[which][0], "said": said[which][1]}
        for which, folder in folders.items()
    }


@pytest.fixture(scope="module")
def own(seen):
    """What was seen of a run that starts Ray itself, and of which one actor is killed."""
    return seen["own"]


@pytest.fixture(scope="module")
def shared(seen):
    """What was seen of runs in a process that has Ray already."""
    return seen["shared"]


def test_the_requests_of_a_killed_actor_are_done_again_and_once(own):
    """An actor is killed in the middle: each candidate has one row, each request one record."""
    assert own["killed"]
    assert own["done"] == own["shards"] > 1
    assert own["rows"] == 3 * ray_runs.REQUESTS
    assert own["written"] == [f"r{number:04d}" for number in range(ray_runs.REQUESTS)]
    assert "batch.ray_again shard=" in own["said"]


def test_what_a_caller_prints_is_its_own(own):
    """Standard output stays where it was while Ray runs, also for who hears of the run."""
    assert "told " in own["printed"]


def test_rows_are_those_of_this_machine(own, shared):
    """Sorted, they are identical, an actor killed or not, stopped and gone on with or not."""
    assert own["is_equal"]
    assert shared["is_equal"]


def test_nothing_of_ray_is_left_behind(own):
    """No process, no worker of a killed actor, no folder; signals are who they were."""
    assert own["left"] == []
    assert own["folders"] == []
    assert not own["is_up"]
    assert own["handler"]


def test_ray_takes_the_memory_that_it_is_given_and_shows_no_page(own):
    """The object store is bounded, and the dashboard has no frontend."""
    assert own["shared"] <= 256 * 2**20
    pages = [one for one in own["commands"] if "dashboard.py" in one]
    assert all("--disable-frontend" in one for one in pages)
    assert any("raylet" in one for one in own["commands"])


def test_stopping_finishes_what_was_begun(shared):
    """No shard is begun any more, those that were have all their rows, the rest is done later."""
    assert 0 < shared["stopped"] < shared["stopped"] + shared["left"]
    assert shared["whole"]
    assert shared["rest"] == shared["left"]


def test_stopping_ends_a_run_that_waits_for_room(shared):
    """Somebody else holds every processor: nothing was begun, and nothing is waited for."""
    assert shared["waiting"] == 0
    assert shared["waits"] == ray_runs.REQUESTS


def test_a_shard_that_ends_its_actors_ends_the_run_and_is_named(shared):
    """It is begun once more and no more; the shards beside it are done."""
    assert shared["poison"].startswith("RequestError: ")
    assert "an actor came to an end over shard 1 again and again (got 2 times)" in shared["poison"]
    assert shared["survived"] == 1


def test_who_had_ray_before_has_what_that_has(shared):
    """What fits is what Ray counts there, not the processors of the machine that asks."""
    assert shared["fits"] == []
    (said,) = shared["fits not"]
    assert "(got 2 processors)" in said


def test_who_had_ray_before_keeps_it(shared):
    """A run in a process that is joined to Ray ends without ending that."""
    assert shared["is_up"]


def test_what_does_not_fit_is_refused_before_anything_starts(tmp_path):
    """More processors than there are: it is said at once, and with the numbers that would do."""
    told = stations.setup(batches.jsonl(tmp_path, 1), batches.FILTERS, tmp_path / "out")
    many = RayOptions(actors=1, cpus=4096)
    started = time.monotonic()
    with pytest.raises(RequestError, match=r"1 actor of 4096 processors .* do not fit") as caught:
        ray.run(told, stations.left(told), options=many, tell=print, stopping=lambda: False)
    assert time.monotonic() - started < 10
    assert ray.check(many) == [str(caught.value)]
    assert "Ask for 1 actor of" in str(caught.value)
    assert not ray.loaded().is_initialized()


@pytest.mark.parametrize("address", ["127.0.0.1:1", "no address"], ids=["port", "odd"])
def test_a_cluster_that_is_not_there_is_said_at_once(address, monkeypatch):
    """Ray itself would try for minutes."""
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    started = time.monotonic()
    (problem,) = ray.check(RayOptions(address=address))
    assert time.monotonic() - started < 20
    assert problem.startswith(f"ray: {address} can't be reached (got ")
    assert not ray.loaded().is_initialized()


def test_accelerators_are_counted_by_ray_after_processors(monkeypatch):
    """What this machine lacks of processors is told without Ray being started for the rest."""
    monkeypatch.setattr(ray, "session", None)
    (problem,) = ray.check(RayOptions(cpus=4096, gpus=1.0))
    assert "do not fit" in problem


def test_a_run_with_nothing_to_do_starts_nothing(tmp_path):
    """No shard is left: there is no Ray, and no wait for it."""
    told = stations.setup(batches.jsonl(tmp_path, 1), batches.FILTERS, tmp_path / "out")
    assert ray.run(told, [], options=RayOptions(), tell=print, stopping=lambda: False) == 0
    assert not ray.loaded().is_initialized()


def test_without_ray_the_command_that_installs_it_is_told(monkeypatch):
    """What is missing is said as a problem of the run, before anything starts."""
    monkeypatch.setitem(sys.modules, "ray", None)
    (problem,) = ray.check(RayOptions())
    assert problem.startswith("ray: it can't be imported (got ")
    assert problem.endswith('"selector-engine[ray]"')
