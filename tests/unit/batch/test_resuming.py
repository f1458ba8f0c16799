"""A run goes on in its own folder alone, and says of any other what differs."""

import os
from dataclasses import replace

import pytest

from batches import FILTERS
from selector.batch import resuming
from selector.batch.about import About
from selector.batch.folder import Folder
from selector.batch.listed import Listed, ListedCandidate, Picture
from selector.batch.setup import Task
from selector.batch.wanted import Wanted
from selector.errors import RequestError
from selector.journal import Journal
from selector.planning import plan_of


@pytest.fixture
def wanted(tmp_path):
    """The run of two requests in two shards."""
    return Wanted(str(tmp_path / "in.jsonl"), FILTERS, str(tmp_path / "out"))


def begun(wanted, *, listed=True):
    """Let the folder hold the run of *wanted*, with nothing decided."""
    plan, folder = plan_of(wanted.policy), Folder(wanted.out)
    about = About(
        input=wanted.input,
        policy=f"{plan.policy}@{plan.version}",
        policy_hash=plan.policy_hash,
        plan_hash=plan.hash,
        selector="0.1.0",
        created="2026-01-01T00:00:00+00:00",
        journal=resuming.name_of(wanted.book),
        originals=wanted.originals,
    )
    requests = [
        Listed(f"r{number}", "p", (ListedCandidate("a", Picture("a.png")),)) for number in range(2)
    ]
    about = folder.begin(about, requests, plan=plan, shard_size=1)
    if not listed:
        folder.place.put("run.json", replace(about, listed=False).to_json())
    return folder


def refused(wanted):
    """Return why the folder can't take a run."""
    with pytest.raises(RequestError) as told:
        resuming.found(wanted, plan_of(wanted.policy), Folder(wanted.out))
    return str(told.value)


def test_a_new_folder_is_begun_whether_to_resume_or_not(wanted):
    """Nothing is there; a script that always says --resume works the first time, too."""
    folder, plan = Folder(wanted.out), plan_of(FILTERS)
    assert resuming.found(wanted, plan, folder) is None
    assert resuming.found(replace(wanted, resume=True), plan, folder) is None


def test_a_run_whose_listing_was_ended_begins_anew(wanted):
    """Nothing is decided of it, so there is nothing to lose."""
    folder = begun(wanted, listed=False)
    assert resuming.found(wanted, plan_of(FILTERS), folder) is None


def test_a_run_that_is_there_goes_on_only_where_that_is_said(wanted):
    """Without it nobody's decisions are touched by accident; with it what is left is done."""
    folder = begun(wanted)
    assert "not finished (got 0 of 2 shards). Go on with --resume" in refused(wanted)
    again = replace(wanted, resume=True)
    about = resuming.found(again, plan_of(FILTERS), folder)
    assert (about.requests, about.shards) == (2, 2)
    assert resuming.tasks(again, folder) == [Task(0), Task(1)]


def test_retrying_alone_does_nothing_that_was_not_done(wanted):
    """What failed is done again; what was never done waits for --resume."""
    folder = begun(wanted)
    retry = replace(wanted, retry_failed=True)
    assert resuming.found(retry, plan_of(FILTERS), folder) is not None
    assert resuming.tasks(retry, folder) == []


def test_there_is_nothing_to_retry_in_a_new_folder(wanted):
    """Somebody who retries has most likely mistyped the folder."""
    assert "no run is there" in refused(replace(wanted, retry_failed=True))


def test_an_input_is_the_same_from_wherever_it_is_named(wanted, tmp_path, monkeypatch):
    """A path with a detour leads to the same file, and to the run that reads it."""
    folder = begun(wanted)
    (tmp_path / "aside").mkdir()
    monkeypatch.chdir(tmp_path / "aside")
    source = os.path.relpath(wanted.input)
    assert ".." in source
    again = replace(wanted, source=source, resume=True)
    assert resuming.found(again, plan_of(FILTERS), folder) is not None


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"source": "/else.jsonl"}, "not /else.jsonl"),
        ({"policy": FILTERS | {"version": 2}}, "its policy is batches@1, not batches@2"),
        ({"policy": FILTERS | {"deliver": 2}}, "batches@1 as it was then; it reads otherwise now"),
        ({"originals": "copy"}, "its accepted originals: none, not copy"),
        ({"shard_size": 7}, "its shards have 1 candidates, not 7"),
        ({"journal": "/j.sqlite"}, "its journal is none, not /j.sqlite"),
    ],
    ids=["input", "version", "policy", "originals", "shards", "journal"],
)
def test_another_run_is_refused_by_what_differs(wanted, other, said):
    """It names the run that is there, and each difference."""
    begun(wanted)
    told = refused(replace(wanted, resume=True, **other))
    assert f"it holds another run (got batches@1 of {wanted.input})" in told
    assert said in told


def test_what_was_measured_otherwise_is_named(wanted):
    """Another version of a measure, or other weights: their numbers would not go together."""
    folder = begun(wanted)
    plan = plan_of(FILTERS)
    was = plan.instances["filters.blank"]
    newer = replace(was, version=was.version + 1, fingerprint="f" * len(was.fingerprint))
    plan = replace(plan, instances={**plan.instances, "filters.blank": newer})
    with pytest.raises(RequestError) as told:
        resuming.found(replace(wanted, resume=True), plan, folder)
    versions = f"version {was.version} then, {newer.version} now"
    assert f"filters.blank measures otherwise than then ({versions}" in str(told.value)


def test_a_journal_is_asked_only_once_it_is_there(wanted, tmp_path):
    """A file that nobody wrote to holds nothing, and looking makes none."""
    path = tmp_path / "journal.sqlite"
    with resuming.holding(replace(wanted, journal=str(path))) as holds:
        assert holds is None
    assert not path.exists()
    with resuming.holding(replace(wanted, journal=False)) as holds:
        assert holds is None


def test_a_password_is_no_part_of_a_journals_name():
    """The run's folder is read by others."""
    address = "postgresql://ann:secret@db/book"
    assert "secret" not in resuming.name_of(address)
    assert resuming.name_of("/a.sqlite") == Journal("/a.sqlite").name
