from dataclasses import replace

import numpy as np
import pytest

import batches
import outside
import stations
from selector.batch.actor import Actor, rows
from selector.batch.desk import Desk
from selector.batch.folder import Folder
from selector.batch.setup import Progress, Setup, Task
from selector.errors import MeasureError, RequestError


@pytest.fixture
def told(tmp_path):
    """A run of six requests in three shards."""
    return stations.setup(batches.jsonl(tmp_path, 6), batches.FILTERS, tmp_path / "out", 6)


@pytest.fixture
def act():
    """Let an actor decide shards as Ray would, beside a desk in this process."""
    actors = []

    def acted(told, desk, *tasks, **rest):
        actors.append(Actor(told, desk, **rest))
        given = rows(tasks)
        batch = {name: np.array([one[name] for one in given]) for name in ("shard", "only")}
        return actors[-1](batch)["shard"].tolist()

    yield acted
    for one in actors:
        one.__del__()


def test_an_actor_decides_its_block_and_tells_the_desk(told, act):
    """All its shards are written, each is done, and every request is told of."""
    desk = Desk()
    assert act(told, desk, *stations.left(told)) == [0, 1, 2]
    news = desk.news(stop=False)
    assert (news.begun, news.done, news.again, news.error) == (3, 3, (), None)
    assert sum(one.candidates for one in news.progress) == 18
    assert stations.left(told) == []


def test_a_shard_that_was_written_is_not_decided_again(told, act):
    """Its actor came to an end between writing it and saying so: it is done, its part untouched."""
    act(told, Desk(), Task(0))
    part = Folder(told.out).place.path / "decisions"
    before = {one.name: one.stat().st_mtime_ns for one in part.iterdir()}
    desk = Desk()
    desk.begin(0)
    act(told, desk, Task(0), retries=3)
    assert {one.name: one.stat().st_mtime_ns for one in part.iterdir()} == before
    news = desk.news(stop=False)
    assert (news.done, news.again, news.progress) == (1, (0,), ())


def test_after_a_stop_no_shard_is_begun(told, act):
    """The block comes back at once, and nothing of it is written."""
    desk = Desk()
    assert desk.news(stop=True).is_idle
    act(told, desk, *stations.left(told))
    assert len(stations.left(told)) == 3
    assert desk.news(stop=False).begun == 0


def test_a_shard_is_begun_again_as_often_as_is_allowed(told, act):
    """With one retry its second actor may end, too; the third is not given it."""
    desk = Desk()
    desk.begin(1)
    desk.begin(1)
    act(told, desk, Task(1), Task(2), retries=1)
    news = desk.news(stop=False)
    assert isinstance(news.error, RequestError)
    assert "over shard 1 again and again (got 2 times)" in str(news.error)
    assert news.is_idle


def test_single_requests_travel_with_their_shard(told, act):
    """What is decided again is the named request alone, though its part is there."""
    act(told, Desk(), *stations.left(told))
    act(told, Desk(), Task(1, frozenset({"r0003"})))
    attempts = {row["request_id"]: row["attempt"] for row in stations.rows(told)}
    assert [name for name, attempt in attempts.items() if attempt == 2] == ["r0003"]


def test_single_requests_are_decided_again_though_their_part_is_there(told, act):
    """Its actor came to an end meanwhile: that there is a part says nothing of them."""
    act(told, Desk(), *stations.left(told))
    desk = Desk()
    desk.begin(1)
    act(told, desk, Task(1, frozenset({"r0003"})), retries=3)
    assert sum(one.requests for one in desk.news(stop=False).progress) == 1


def test_a_machine_that_does_not_see_the_folder_says_so(told, act, tmp_path):
    """It is named, and nothing is made where the folder would be."""
    desk = Desk()
    act(Setup(str(tmp_path / "elsewhere"), told.plan), desk, Task(0))
    assert "no run is there for the machine " in str(desk.news(stop=False).error)
    assert not (tmp_path / "elsewhere").exists()


def test_a_machine_that_measures_otherwise_says_so(told, act):
    """Another version of a measure is there: it is named, and nothing is decided with it."""
    instances = dict(told.plan.instances)
    instances["filters.blank"] = replace(instances["filters.blank"], fingerprint="0" * 32)
    desk = Desk()
    act(replace(told, plan=replace(told.plan, instances=instances)), desk, Task(0))
    error = desk.news(stop=False).error
    assert isinstance(error, MeasureError)
    assert str(error).startswith("filters.blank: another measure on this machine than in the plan")
    assert len(stations.left(told)) == 3


def test_what_a_station_raises_reaches_the_desk_in_its_own_words(tmp_path, act, monkeypatch):
    """A measure that is not there any more: the run's error is the station's, and it stops."""
    monkeypatch.syspath_prepend(str(tmp_path))
    path = outside.write(tmp_path, "going", "return [{'value': Score(0.5)} for _ in subjects]")
    told = stations.setup(batches.jsonl(tmp_path, 2), outside.policy(path), tmp_path / "out")
    (tmp_path / "going" / "own.py").unlink()
    outside.sys.modules.pop("going.own")
    desk = Desk()
    act(told, desk, Task(0))
    news = desk.news(stop=False)
    assert isinstance(news.error, MeasureError)
    assert str(news.error).startswith("going.own: ")
    assert news.is_idle


def test_measures_of_ones_own_are_looked_for_where_the_driver_does(told, tmp_path, monkeypatch):
    """Behind what the actor's machine has itself."""
    monkeypatch.setattr("sys.path", here := ["/first"])
    Actor(told, Desk(), path=["/first", str(tmp_path)])
    assert here == ["/first", str(tmp_path)]


def test_a_desk_is_idle_when_nothing_is_under_way():
    """It waits for what was begun; what failed is not waited for, and the first error stays."""
    desk = Desk()
    assert [desk.begin(0), desk.begin(1), desk.begin(1)] == [1, 1, 2]
    assert not desk.news(stop=True).is_idle
    assert desk.begin(2) == 0
    desk.done(0)
    desk.fail(RequestError("first"), [1, 2])
    desk.fail(RequestError("second"), [])
    news = desk.news(stop=False)
    assert news.is_idle
    assert str(news.error) == "first"


def test_a_desk_keeps_what_it_is_told_until_it_is_asked():
    """Each word is heard once."""
    desk, word = Desk(), Progress(1, 2, {"accept": 1, "reject": 1})
    desk.tell(word)
    assert desk.news(stop=False).progress == (word,)
    assert desk.news(stop=False).progress == ()
