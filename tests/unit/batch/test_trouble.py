"""Whose fault an ended process is: found out without blaming anybody who was merely there."""

from pathlib import Path

import crews
from selector.batch.trouble import MOST_ENDED, REST, Step, Trouble


def _learnt(tmp_path: Path, *steps: Step, late: bool = False) -> Trouble:
    listed = crews.listed(tmp_path, count=2, where="requests.jsonl:7")
    trouble = Trouble()
    for step in steps:
        trouble.learn(step, listed, "no end in 60 s" if late else "signal 9, killed", is_late=late)
    return trouble


def test_a_process_that_ends_once_is_nobodys_fault(tmp_path):
    """Somebody may have killed it: the same step is tried again."""
    first = _learnt(tmp_path, Step("image", candidates=("00000.png",)), REST, Step("source"))
    assert (first.images, first.source, first.failed, first.fatal) == ({}, "", {}, "")
    assert first.ended == 3


def test_an_image_is_at_fault_the_second_time(tmp_path):
    """It is not read again, and says why, in our wording."""
    step = Step("image", candidates=("00000.png",))
    said = _learnt(tmp_path, step, step).images["00000.png"]
    assert said == (
        f"{tmp_path}/r/00000.png: reading it ends the process (got signal 9, killed). "
        "Make or fetch the image again."
    )


def test_what_does_not_end_is_at_fault_at_once(tmp_path):
    """Waiting for it again would take as long again."""
    found = _learnt(tmp_path, Step("image", candidates=("00001.jpg",)), late=True)
    assert "does not end (got no end in 60 s)" in found.images["00001.jpg"]
    assert "the edit's source: " in _learnt(tmp_path, Step("source"), late=True).source


def test_of_many_each_is_tried_alone(tmp_path):
    """Nobody of a batch is blamed before it was measured by itself."""
    together = Step("measure", "own", ("00000.png", "00001.jpg"))
    alone = Step("measure", "own", ("00000.png",))
    found = _learnt(tmp_path, together, together, late=True)
    assert (found.alone, found.failed) == ({"own"}, {})
    found = _learnt(tmp_path, together, alone, alone)
    assert found.failed.keys() == {"own"}
    assert found.failed["own"].keys() == {"00000.png"}


def test_a_set_is_blamed_as_a_whole(tmp_path):
    """There is no telling its members apart."""
    step = Step("measure", "own", ("00000.png", "00001.jpg"), is_set=True)
    found = _learnt(tmp_path, step, step)
    assert found.failed["own"].keys() == {"00000.png", "00001.jpg"}
    assert found.alone == set()


def test_a_request_is_given_up_with_its_place(tmp_path):
    """Where no step is at fault, and after too many ends, the request says where it was listed."""
    assert _learnt(tmp_path, REST, REST).fatal.startswith(
        "requests.jsonl:7: no worker gets through"
    )
    steps = [Step("image", candidates=(one,)) for one in ("00000.png", "00001.jpg")] * MOST_ENDED
    assert not _learnt(tmp_path, *steps[: MOST_ENDED - 1]).fatal
    assert f"{MOST_ENDED} processes" in _learnt(tmp_path, *steps[:MOST_ENDED]).fatal
