"""Workers begin every request once, as the engine would; what hangs or crashes is found alone."""

import os
import random
import signal
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

import batches
import crews
from selector import Candidate, Edit, Selector
from selector.batch.listed import ListedCandidate, Picture
from selector.batch.pool import Pool, hosted
from selector.cascade import Resolved, Unfinished
from selector.engine.outcome import outcomes
from selector.errors import MeasureError
from selector.planning import plan_of
from selector.types import Failure


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """A folder whose measures every process finds."""
    folder = tmp_path / "modules"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


def _begun(setup, requests) -> dict:
    """Return how far each request comes; each comes once."""
    with Pool(setup, hosted(setup.plan)) as pool:
        found = list(pool.begin(requests))
    by_name = {one.listed.id: one for one in found}
    assert len(by_name) == len(found) == len(requests)
    return by_name


def _selected(policy, listed):
    """Return the decision on the same request by the engine; chance draws none for an audit."""
    policy = policy | {"cascade": policy.get("cascade", {}) | {"audit": 0}}
    given = [Candidate(one.picture.path, one.id, one.columns) for one in listed.candidates]
    prompt = listed.prompt
    if listed.is_edit:
        prompt = Edit(prompt, listed.source.path if listed.source else None)
    with Selector(policy, journal=False) as selector:
        return selector.select(prompt, given, expect=listed.expect)


def _agree(begun, selection) -> None:
    """Check that a worker found what the engine found."""
    assert begun.error == ""
    assert isinstance(begun.begun, Resolved)
    assert begun.candidates == selection.candidates
    assert begun.begun.decision == selection.decision
    assert outcomes(selection.plan, begun.begun.table) == selection.outcomes
    assert begun.begun.rounds == selection.rounds
    assert begun.prompt == selection.prompt
    assert begun.expect == selection.expect
    assert begun.calls == selection.spent.calls
    readable = [one.id for one in selection.candidates if one.error is None]
    assert list(begun.images) == readable


def test_workers_find_what_the_engine_finds(tmp_path):
    """Candidates, outcomes, rounds and the decision are the engine's, also of what can't be read."""
    requests = [crews.listed(tmp_path, f"r{n}", expect={"faces": 2.0}) for n in range(4)]
    Path(requests[0].candidates[1].picture.path).write_bytes(b"\x89PNG\r\n\x1a\n cut off")
    Path(requests[1].candidates[0].picture.path).unlink()
    for one in requests[2].candidates:
        Path(one.picture.path).write_text("no image")
    found = _begun(crews.setup(batches.FILTERS, workers=2), requests)
    for one in requests:
        _agree(found[one.id], _selected(batches.FILTERS, one))


@pytest.mark.parametrize("mode", ["exact", "exhaustive"])
def test_detectors_run_in_workers_too(tmp_path, mode):
    """A policy of filters and detectors is decided there, in either mode, as the engine does."""
    policy = batches.FILTERS | {
        "gates": [
            {"on": "detectors.exposure.faded", "reject_above": 0.99},
            {"on": "detectors.banding.share", "reject_above": 0.9},
        ],
        "cascade": {"mode": mode},
    }
    request = crews.listed(tmp_path, count=5)
    found = _begun(crews.setup(policy), [request])
    _agree(found["r"], _selected(policy, request))


def test_an_edit_keeps_its_source(tmp_path):
    """The source's path and hash are part of the prompt; why there is none comes as words."""
    policy = batches.FILTERS | {
        "gates": [{"on": "detectors.preservation.ssim", "reject_below": -0.9}],
    }
    source = crews.listed(tmp_path, "source", 1).candidates[0].picture
    edit = crews.listed(tmp_path, "edit", is_edit=True, source=source)
    none = crews.listed(tmp_path, "none", is_edit=True)
    found = _begun(crews.setup(policy), [edit, none])
    for one in (edit, none):
        _agree(found[one.id], _selected(policy, one))
    assert found["edit"].prompt.content_hash == found["edit"].source.content_hash
    assert "there is none" in found["none"].source


def test_what_a_request_lacks_fails_it_alone(tmp_path):
    """A request that the engine would refuse says why, and no other is held up."""
    good, bad = crews.listed(tmp_path, "good"), crews.listed(tmp_path, "bad")
    twice = bad.candidates[0]
    found = _begun(crews.setup(batches.FILTERS), [replace(bad, candidates=(twice, twice)), good])
    assert found["bad"].begun is None
    assert "ids must be unique" in found["bad"].error
    assert isinstance(found["good"].begun, Resolved)


def test_others_go_on_where_workers_stop(tmp_path, modules):
    """Where a scorer comes next, its candidates' pixels come along, and no others'."""
    scorer = crews.evil(modules, "pass", kind="scorer")
    policy = batches.FILTERS | {"method": {"weighted_sum": [{"of": scorer}]}}
    request = crews.listed(tmp_path)
    batches.blank(1).save(request.candidates[2].picture.path)
    begun = _begun(crews.setup(policy), [request])["r"]
    assert isinstance(begun.begun, Unfinished)
    came = {one: packed.pixels is not None for one, packed in begun.images.items()}
    assert came == {"00000.png": True, "00001.jpg": True, "00002.png": False}
    assert begun.size == 2 * 96 * 96 * 3
    assert scorer not in begun.calls


def test_pixels_come_along_as_far_as_there_is_room(tmp_path, modules):
    """What finds no room stays behind: memory is bounded, whatever a request has."""
    scorer = crews.evil(modules, "pass", kind="scorer")
    policy = {"name": "p", "version": 1, "method": {"weighted_sum": [{"of": scorer}]}}
    request = crews.listed(tmp_path, count=10)
    setup = crews.setup(policy, pixel_budget=4 * 96 * 96 * 3 + 1)
    assert _begun(setup, [request])["r"].size == 4 * 96 * 96 * 3


@pytest.mark.parametrize(
    "does",
    [
        pytest.param(crews.HANG, id="hang"),
        pytest.param(crews.BUSY, id="busy", marks=pytest.mark.slow),
    ],
)
def test_a_measure_that_does_not_end_fails_one_candidate(tmp_path, modules, does):
    """Only the candidate that it hangs on is a Failure; the others have their scores."""
    own = crews.evil(modules, does)
    request, other = crews.listed(tmp_path, "r", 4), crews.listed(tmp_path, "other", 4)
    culprit = crews.spoil(request, 1)
    found = _begun(crews.setup(crews.gated(own), step_s=3.0), [request, other])
    table = found["r"].begun.table
    failed = {one for one, row in table.items() if isinstance(row[f"{own}.value"], Failure)}
    assert failed == {culprit}
    said = table[culprit][f"{own}.value"].reason
    assert said == (
        f"{own}: measuring it does not end (got no end in 3 s). "
        "Mend the measure, or give it a longer step_s."
    )
    _agree(found["other"], _selected(crews.gated(own), other))


@pytest.mark.parametrize(
    ("does", "how"),
    [(crews.ABORT, "signal 6, Aborted"), (crews.KILLED, "signal 9, killed: out of memory?")],
    ids=["abort", "kill"],
)
def test_a_measure_that_ends_the_process_fails_one_candidate(tmp_path, modules, does, how):
    """A crash in foreign code costs one outcome, not the run; it is said how it ended."""
    own = crews.evil(modules, does)
    requests = [crews.listed(tmp_path, f"r{n}", 3) for n in range(6)]
    culprit = crews.spoil(requests[2], 2)
    found = _begun(crews.setup(crews.gated(own), workers=2), requests)
    failed = {
        (name, one): row[f"{own}.value"].reason
        for name, begun in found.items()
        for one, row in begun.begun.table.items()
        if isinstance(row[f"{own}.value"], Failure)
    }
    said = f"{own}: measuring it ends the process (got {how}). Mend the measure."
    assert failed == {("r2", culprit): said}


def test_a_set_that_ends_the_process_fails_as_a_set(tmp_path, modules):
    """Nobody can say who of a set it was: all its members fail, and the request is decided."""
    own = crews.evil(modules, crews.ABORT, scope="set")
    request = crews.listed(tmp_path)
    crews.spoil(request, 0)
    table = _begun(crews.setup(crews.gated(own)), [request])["r"].begun.table
    assert all(isinstance(row[f"{own}.value"], Failure) for row in table.values())


def test_an_image_that_never_comes_is_unreadable(tmp_path):
    """A server that takes the call and says nothing costs its own image alone."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"ftp://127.0.0.1:{silent.getsockname()[1]}/a.png"
        request = crews.listed(tmp_path)
        request = replace(
            request, candidates=(*request.candidates, ListedCandidate("far", Picture(address)))
        )
        begun = _begun(crews.setup(batches.FILTERS, step_s=3.0), [request])["r"]
    errors = {one.id: one.error for one in begun.candidates if one.error}
    assert errors == {
        "far": f"{address}: reading it does not end (got no end in 3 s). "
        "Make or fetch the image again, or give it a longer step_s."
    }
    assert isinstance(begun.begun, Resolved)


@pytest.mark.slow
def test_a_request_that_costs_too_many_processes_fails_alone(tmp_path, modules):
    """After many ends a request is given up, with the reason; the others are decided."""
    own = crews.evil(modules, crews.ABORT)
    bad, good = crews.listed(tmp_path, "bad", 8), crews.listed(tmp_path, "good")
    for at in range(8):
        crews.spoil(bad, at)
        with Path(bad.candidates[at].picture.path).open("ab") as file:
            file.write(bytes([at]))  # no copy of another
    found = _begun(crews.setup(crews.gated(own), workers=2), [bad, good])
    assert found["bad"].begun is None
    assert "no worker gets through this request (got 16 processes" in found["bad"].error
    assert isinstance(found["good"].begun, Resolved)


def test_a_measure_that_is_another_here_is_refused(tmp_path, modules):
    """Where a machine has another version than the plan, nothing is measured with it."""
    own = crews.evil(modules, "pass")
    setup = crews.setup(crews.gated(own))
    file = modules / own.replace(".", "/")
    file = file.with_suffix(".py")
    file.write_text(file.read_text().replace("version = 1", "version = 22"))
    with pytest.raises(MeasureError, match="another measure on this machine than in the plan"):
        _begun(setup, [crews.listed(tmp_path)])


def test_workers_that_cant_start_end_the_run(tmp_path, modules):
    """A module that ends every process as it is imported is told, not tried for ever."""
    own = crews.evil(modules, "pass")
    setup = crews.setup(crews.gated(own))
    file = (modules / own.replace(".", "/")).with_suffix(".py")
    file.write_text("import os, sys\nprint('no luck', file=sys.stderr, flush=True)\nos.abort()\n")
    with pytest.raises(MeasureError) as ended:
        _begun(setup, [crews.listed(tmp_path)])
    assert "(got signal 6, Aborted, 3 times in a row)" in str(ended.value)
    assert "no luck" in str(ended.value)


def test_no_more_requests_are_taken_than_there_is_room_for(tmp_path):
    """A reader of a hundred million requests is asked for a few a worker at a time."""
    one, taken = crews.listed(tmp_path), []

    def endless():
        while True:
            taken.append(len(taken))
            yield replace(one, id=str(len(taken)))

    setup = crews.setup(batches.FILTERS, workers=2)
    with Pool(setup, hosted(setup.plan)) as pool:
        begun = pool.begin(endless())
        for yielded in range(1, 20):
            next(begun)
            assert len(taken) <= yielded + 8
        begun.close()
        assert [each.listed.id for each in pool.begin([replace(one, id="next")])] == ["next"]


def test_results_arrive_while_nobody_takes_them(tmp_path):
    """Workers go on while the caller measures."""
    setup = crews.setup(batches.FILTERS)
    requests = [crews.listed(tmp_path, f"r{n}") for n in range(4)]
    with Pool(setup, hosted(setup.plan)) as pool:
        begun = pool.begin(requests)
        next(begun)
        time.sleep(1)
        started = time.monotonic()
        assert len(list(begun)) == 3
        assert time.monotonic() - started < 0.2


def test_a_thousand_candidates_are_one_request(tmp_path):
    """A request of any size is begun whole."""
    paths = batches.images(tmp_path, 10)
    picture = [Picture(str(paths[n % 10])) for n in range(1000)]
    request = replace(
        crews.listed(tmp_path, count=1),
        candidates=tuple(ListedCandidate(f"c{n:04d}", one) for n, one in enumerate(picture)),
    )
    begun = _begun(crews.setup(batches.FILTERS), [request])["r"]
    assert [one.id for one in begun.candidates] == [one.id for one in request.candidates]
    assert isinstance(begun.begun, Resolved)


@pytest.mark.parametrize("does", ["pass", crews.BUSY], ids=["idle", "busy"])
def test_closing_leaves_nothing(tmp_path, modules, does):
    """Two seconds after closing no process, no descriptor and no thread is left."""
    descriptors, threads = len(os.listdir("/proc/self/fd")), threading.active_count()
    setup = crews.setup(crews.gated(crews.evil(modules, does)), workers=2)
    request = crews.listed(tmp_path)
    crews.spoil(request, 0)
    pool = Pool(setup, hosted(setup.plan))
    begun = pool.begin([crews.listed(tmp_path, "first"), request])
    next(begun)
    pids = [one.child.pid for one in pool._workers]
    time.sleep(0.3)
    started = time.monotonic()
    pool.close()
    pool.close()
    assert time.monotonic() - started < 5
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert len(os.listdir("/proc/self/fd")) == descriptors
    assert threading.active_count() == threads
    with pytest.raises(MeasureError, match="closed"):
        list(pool.begin([request]))


def _killing(setup, requests, times: int) -> dict:
    """Return how far each comes while somebody kills workers."""
    lot, found = random.Random(7), []  # noqa: S311 - no secret
    with Pool(setup, hosted(setup.plan)) as pool:
        for one in pool.begin(requests):
            found.append(one)
            if len(found) % (len(requests) // times) == 0:
                worker = lot.choice(list(pool._workers))
                os.kill(worker.child.pid, signal.SIGKILL)
    assert sorted(one.listed.id for one in found) == sorted(one.id for one in requests)
    return {one.listed.id: one for one in found}


def _same_after_kills(tmp_path, requests: int, times: int) -> None:
    given = [crews.listed(tmp_path, f"r{n:03d}") for n in range(requests)]
    setup = crews.setup(batches.FILTERS, workers=2)
    quiet = _begun(setup, given)
    for name, begun in _killing(setup, given, times).items():
        assert begun.candidates == quiet[name].candidates
        assert begun.begun == quiet[name].begun


def test_killed_workers_lose_and_double_nothing(tmp_path):
    """Whoever kills workers at any moment changes no result; each request comes once."""
    _same_after_kills(tmp_path, 40, 4)


def test_workers_that_are_killed_while_they_wait_end_no_run(tmp_path):
    """A machine short of memory may take those that have nothing to do, time and again."""
    setup = crews.setup(batches.FILTERS)
    requests = [crews.listed(tmp_path, f"r{n}", count=1) for n in range(10)]
    with Pool(setup, hosted(setup.plan)) as pool:
        begun = pool.begin(requests)
        found = [next(begun)]
        killed = set()
        while len(killed) < 4 and pool._thread.is_alive():
            time.sleep(0.1)
            for one in list(pool._workers):
                if one.is_ready and not one.jobs and one.child.pid not in killed:
                    killed.add(one.child.pid)
                    os.kill(one.child.pid, signal.SIGKILL)
        assert len(killed) == 4
        found += begun
    assert sorted(one.listed.id for one in found) == [one.id for one in requests]


@pytest.mark.slow
def test_many_killed_workers_lose_and_double_nothing(tmp_path):
    """The same, fifty times in a thousand requests."""
    _same_after_kills(tmp_path, 1000, 50)


def test_hosted_is_what_needs_no_accelerator(modules):
    """Filters and detectors are measured in workers; scorers, and who needs their evidence, not."""
    scorer, own = crews.evil(modules, "pass", kind="scorer"), crews.evil(modules, "pass")
    policy = crews.gated(own, method={"weighted_sum": [{"of": scorer}]})
    plan = plan_of(policy)
    assert hosted(plan) == plan.instances.keys() - {scorer}
