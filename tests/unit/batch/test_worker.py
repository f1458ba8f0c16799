"""A worker says what it is at before each step, and measures in the steps that the runner takes."""

import pytest

import batches
import crews
import outside
from selector.batch.begun import Order, Told
from selector.batch.listed import ListedCandidate
from selector.batch.pool import hosted
from selector.batch.trouble import Trouble
from selector.batch.worker import Worker, measures_of
from selector.errors import MeasureError
from selector.planning import measure_of, plan_of
from selector.types import Failure


@pytest.fixture
def begin():
    """Give a way to begin a request in this process: returns what came of it, and the steps."""
    workers = []

    def run(listed, trouble=None, **rest):
        steps = []
        setup = crews.setup(batches.FILTERS | rest)
        workers.append(Worker(Told(setup, hosted(setup.plan), 0), steps.append))
        return workers[-1].begun(Order(listed, trouble or Trouble())), steps

    yield run
    for one in workers:
        one.close()


def test_every_step_is_told_before_it_is_begun(tmp_path, begin):
    """Each image by itself, each model once, each call of a measure with its candidates."""
    listed = crews.listed(tmp_path, count=20)
    _, steps = begin(listed, cascade={"mode": "exhaustive"})
    ids = [one.id for one in listed.candidates]
    assert [one.candidates for one in steps if one.what == "image"] == [(one,) for one in ids]
    blank = [one.candidates for one in steps if one.instance == "filters.blank" and one.candidates]
    assert blank == [tuple(ids[:16]), tuple(ids[16:])]
    loads = [one.instance for one in steps if one.what == "load"]
    assert sorted(loads) == sorted(set(loads))
    (whole,) = [one for one in steps if one.is_set]
    assert whole.instance == "filters.near_duplicates"
    assert len(whole.candidates) == 20


def test_what_is_known_to_end_the_process_is_left_out(tmp_path, begin):
    """It fails with the reason, and is neither read nor measured; who is suspected goes alone."""
    listed = crews.listed(tmp_path, count=4)
    ids = [one.id for one in listed.candidates]
    trouble = Trouble(
        images={ids[0]: "why"},
        failed={"filters.blank": {ids[1]: "because"}},
        alone={"filters.blank"},
    )
    begun, steps = begin(listed, trouble, cascade={"mode": "exhaustive"})
    assert [one.error for one in begun.candidates] == ["why", None, None, None]
    assert begun.begun.table[ids[1]]["filters.blank.structure"] == Failure("because")
    assert (ids[0],) not in [one.candidates for one in steps]
    blank = [one.candidates for one in steps if one.instance == "filters.blank" and one.candidates]
    assert blank == [(ids[2],), (ids[3],)]


def test_what_the_input_says_of_a_candidate_is_its_metadata(tmp_path, begin):
    """Columns come through as they are; the picture itself stays behind."""
    begun, _ = begin(crews.listed(tmp_path))
    assert [one.metadata for one in begun.candidates] == [{"seed": 1}] * 3
    assert [one.image for one in begun.candidates] == [None] * 3


def test_metadata_that_is_no_json_fails_the_request(tmp_path, begin):
    """What can't be written down is refused by the engine's own check."""
    listed = crews.listed(tmp_path, count=1)
    bad = ListedCandidate("a", listed.candidates[0].picture, {"at": float("nan")})
    begun, _ = begin(type(listed)("r", "prompt", (bad,)))
    assert begun.begun is None
    assert "metadata must be JSON" in begun.error


def test_a_measure_is_what_the_plan_says(tmp_path, monkeypatch):
    """Only instances that are asked for are made; another version is refused."""
    monkeypatch.syspath_prepend(tmp_path)
    own = crews.evil(tmp_path, "pass")
    plan = plan_of(crews.gated(own))
    assert measures_of(plan, {own}).keys() == {own}
    instance = plan.instances[own]
    object.__setattr__(instance, "fingerprint", "0" * 32)
    with pytest.raises(MeasureError, match="another measure on this machine than in the plan"):
        measures_of(plan, {own})


def test_a_measure_of_evidence_is_what_the_plan_says(tmp_path, monkeypatch):
    """Whose evidence a measure is given is part of what it is: its plan's name for it holds here."""
    monkeypatch.syspath_prepend(tmp_path)
    value = 'return [{"value": Score(0.5)} for _ in subjects]'
    own = outside.write(tmp_path, "reads_evidence", value, needs=("evidence of filters.blank",))
    plan = plan_of(crews.gated(own))
    instance = plan.instances[own]
    assert instance.fingerprint != measure_of(instance).fingerprint()
    assert measures_of(plan, plan.instances).keys() == plan.instances.keys()
