"""What keeps a run from beginning is told before anything is measured, all of it at once."""

import os
import subprocess
from dataclasses import replace

import pytest

from batches import FILTERS
from selector.batch.preflight import check, nearest, problems
from selector.batch.wanted import Wanted
from selector.errors import RequestError
from selector.planning import plan_of

SCORED = FILTERS | {
    "method": {"weighted_sum": [{"of": "scorers.pickscore", "scale": {"ends": [17, 25]}}]}
}


@pytest.fixture
def wanted(tmp_path):
    """A run that can begin."""
    return Wanted(str(tmp_path / "in.jsonl"), FILTERS, str(tmp_path / "out"), journal=False)


def told(wanted):
    return list(problems(wanted, plan_of(wanted.policy)))


def test_what_is_well_has_no_problem(wanted):
    """And nothing is written by looking."""
    assert told(wanted) == []
    assert not os.path.exists(wanted.out)


def test_every_option_that_can_not_be_is_told_at_once(wanted):
    """Each with what was got and what to do."""
    odd = replace(
        wanted, engine="spark", workers=0, devices=(), originals="move", shard_size=0, step_s=0.0
    )
    found = told(odd)
    starts = ["engine:", "workers:", "shard size:", "step_s:", "devices:", "originals:"]
    assert [one.partition(" ")[0] for one in found] == [one.partition(" ")[0] for one in starts]
    assert all("(got " in one and one.endswith(".") for one in found)
    with pytest.raises(RequestError) as error:
        check(odd, plan_of(FILTERS))
    assert str(error.value).splitlines() == found


@pytest.mark.parametrize("step_s", [float("nan"), float("inf"), -1.0])
def test_a_step_has_an_end(wanted, step_s):
    """A worker that is never ended would end nothing."""
    assert told(replace(wanted, step_s=step_s))


def test_a_required_journal_is_given_or_declined(wanted, tmp_path, monkeypatch):
    """Nobody forgets it by accident; who says that there is none has it so."""
    monkeypatch.delenv("SELECTOR_JOURNAL", raising=False)
    required = replace(wanted, policy=FILTERS | {"journal": "required"}, journal=None)
    (said,) = told(required)
    assert "its policy requires a journal (got none)" in said
    assert told(replace(required, journal=False)) == []
    assert told(replace(required, journal=str(tmp_path / "j.sqlite"))) == []
    monkeypatch.setenv("SELECTOR_JOURNAL", str(tmp_path / "j.sqlite"))
    assert told(required) == []


def test_a_journal_that_is_none_is_told(wanted, tmp_path):
    """Before a night of measuring, not after it."""
    (tmp_path / "j.sqlite").write_bytes(b"no database at all, but long enough to be looked at")
    assert told(replace(wanted, journal=str(tmp_path / "j.sqlite")))


def test_a_device_is_looked_for_where_models_need_it(wanted):
    """Filters run on no device; a scorer's is tried."""
    assert told(replace(wanted, devices=("cuda:77",))) == []
    (said,) = told(replace(wanted, policy=SCORED, devices=("cpu", "cuda:77")))
    assert said.startswith("device: cuda:77 can't be used here")


def test_a_folder_of_other_things_is_refused(wanted, tmp_path):
    """What somebody keeps there is not mixed with decisions."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").write_text("mine")
    (said,) = told(wanted)
    assert "thesis.docx" in said


def test_a_file_where_the_folder_would_be_is_refused(wanted, tmp_path):
    """In its place, or on the way to it."""
    (tmp_path / "out").write_text("a file")
    assert len(told(wanted)) == 1
    assert len(told(replace(wanted, out=str(tmp_path / "out" / "deeper")))) == 1


def test_a_folder_that_can_not_be_written_is_told(wanted, tmp_path):
    """On a disk that is mounted for reading."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", place]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this user can't mount a disk")
    try:
        (said,) = told(replace(wanted, out=str(place / "out")))
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
    assert "can't be written" in said


def test_the_way_to_a_folder_is_looked_at_as_far_as_it_is_there(tmp_path):
    """An address has no such way."""
    assert nearest(str(tmp_path / "a" / "b")) == tmp_path
    assert nearest("memory://a/b") is None
