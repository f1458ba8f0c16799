"""What a run would be, found without writing anything."""

import json
import os
from dataclasses import replace

import pytest

import batches
from selector import batch
from selector.batch.folder import Folder
from selector.batch.looking import look
from selector.batch.wanted import Wanted, cores

SCORED = batches.FILTERS | {
    "method": {"weighted_sum": [{"of": "scorers.pickscore", "scale": {"ends": [17, 25]}}]}
}


@pytest.fixture
def wanted(tmp_path):
    """A run of five requests of three candidates each."""
    source = batches.jsonl(tmp_path, 5)
    return Wanted(str(source), batches.FILTERS, str(tmp_path / "out"), workers=1, journal=False)


def test_it_counts_as_the_run_will(wanted):
    """Requests, candidates, and shards that end with the request that fills them."""
    for size in (1, 3, 4, 7, 1000):
        looked = look(replace(wanted, shard_size=size))
        assert (looked.requests, looked.candidates, looked.problems) == (5, 15, ())
        out = f"{wanted.out}-{size}"
        about = batch.run(
            wanted.source, batches.FILTERS, out, shard_size=size, journal=False, workers=1
        ).about
        assert looked.shards == looked.left == about.shards
    assert not os.path.exists(wanted.out)


def test_it_says_who_measures_what_and_which_models_are_not_here(wanted):
    """Filters in the workers; a scorer on the devices, its model to be fetched."""
    looked = look(replace(wanted, policy=SCORED))
    assert looked.others == ("scorers.pickscore",)
    assert "filters.blank" in looked.hosted
    assert {one.name for one in looked.models} <= {"pickscore"}


def test_more_workers_than_cores_is_odd_and_no_problem(wanted):
    """It is slower, not wrong."""
    looked = look(replace(wanted, workers=cores() + 1))
    assert looked.problems == ()
    assert any(one.startswith("workers:") for one in looked.warnings)


def test_a_run_that_is_there_is_looked_at_in_place_of_its_input(wanted):
    """What is left is counted; the input need not be there any more."""
    batch.run(wanted.source, batches.FILTERS, wanted.out, journal=False, workers=1)
    os.remove(wanted.source)
    looked = look(replace(wanted, resume=True))
    assert (looked.problems, looked.left, looked.requests) == ((), 0, 5)
    assert "finished" in look(wanted).problems[0]
    with Folder(wanted.out).lock():
        told = look(replace(wanted, resume=True)).problems[0]
    assert "another run works there" in told


def test_problems_of_all_sorts_are_told_together(wanted, tmp_path):
    """Of the policy, the options, the folder, the input."""
    odd = tmp_path / "odd.jsonl"
    odd.write_text(json.dumps({"request_id": "a"}))
    (tmp_path / "file").write_text("")
    looked = look(
        replace(
            wanted, source=str(odd), policy={"name": "p"}, out=str(tmp_path / "file"), step_s=-1.0
        )
    )
    told = "\n".join(looked.problems)
    assert looked.plan is None
    for part in ("method", "step_s", "file", "odd.jsonl:1"):
        assert part in told


def test_space_is_looked_for_where_the_decisions_go(wanted):
    """About so much is needed, so much is free; an address has no disk."""
    looked = look(wanted)
    assert 0 < looked.needed < looked.free
    assert look(replace(wanted, out="memory://looked/out")).free is None
