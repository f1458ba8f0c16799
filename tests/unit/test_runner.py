"""The runner: whatever a measure does, every subject gets an outcome and no other is harmed."""

import math
import threading
import time
from typing import Any

import numpy as np
import pytest
from pydantic import Field

from selector.errors import WeightsError
from selector.images import open_image
from selector.measures.base import Measure, Subject
from selector.runner import Runner
from selector.types import (
    Cost,
    Failure,
    Measured,
    NotApplicable,
    Output,
    Score,
    from_data,
    to_data,
)

CALLS: list[int] = []  # how many subjects each call of `run` had
BUILT: list[str] = []  # what was loaded where, and let go


class Brightness(Measure):
    """A measure that says how bright a picture is, and misbehaves as it is told."""

    kind = "filter"
    version = 1
    batch = 4
    trouble: str = ""
    evidence: list[Any] = Field(default_factory=list)

    @property
    def outputs(self):
        return {"value": Output("share", 0.0, 1.0, higher_is_better=None)}

    @property
    def cost(self):
        return Cost(0.001)

    def build(self, device):
        BUILT.append(device)
        if self.trouble == "no library":
            raise OSError("libEGL.so.1: cannot open shared object file")
        if self.trouble == "no weights":
            raise WeightsError("hand: no file. Put it there.")

    def close(self):
        if self.trouble == "close fails":
            raise OSError("gone")
        BUILT.append("closed")

    def run(self, subjects):
        CALLS.append(len(subjects))
        if self.trouble == "slow":
            time.sleep(0.3)
        if self.trouble == "memory" and len(subjects) > 1:
            raise MemoryError
        if self.trouble == "short":
            return []
        if self.trouble == "empties its subjects":
            subjects.clear()
        if self.trouble == "exits":
            raise SystemExit(3)
        if self.trouble == "unspeakable":
            raise Unspeakable
        if self.trouble == "generator":
            return ({"value": self._one(subject)} for subject in subjects)
        return [{"value": self._one(subject)} for subject in subjects]

    def _one(self, subject):
        value = float(subject.image.rgb.mean()) / 255
        if self.trouble == "crash on black" and value == 0:
            raise ZeroDivisionError("division by zero")
        strange = {
            "nan": Score(math.nan),
            "infinite": Score(math.inf),
            "outside": Score(1.5),
            "bare number": value,
            "absent": NotApplicable("no picture"),
            "huge evidence": Score(value, "x" * 20_000),
            "bad evidence": Score(value, {"nan": math.nan}),
            "numpy": Score(np.float32(0.5)),
            "long reason": Failure("x" * 10_000_000 + ". Do this."),
        }
        evidence = self.evidence[0] if self.evidence else None
        return strange.get(self.trouble, Score(value, evidence))


class Unspeakable(Exception):  # noqa: N818 - it is only raised
    """An error that can't say what it is."""

    def __str__(self):
        raise ValueError("no")


def subjects(*levels: int) -> list[Subject]:
    return [Subject(open_image(np.full((8, 8, 3), level, np.uint8))) for level in levels]


@pytest.fixture(autouse=True)
def fresh():
    """Forget what earlier tests counted."""
    CALLS.clear()
    BUILT.clear()


def run(trouble: str, *levels: int, **rest):
    runner = Runner({"b": Brightness(trouble=trouble)})
    return [one["value"] for one in runner.run("b", subjects(*levels), **rest)]


def test_outcomes_come_in_the_order_of_the_subjects_over_batches():
    """Ten subjects in batches of four give ten outcomes, each at its place."""
    levels = list(range(0, 200, 20))
    found = run("", *levels)
    assert [round(one.value * 255) for one in found] == levels
    assert CALLS == [4, 4, 2]


def test_one_bad_subject_harms_no_other():
    """A picture that crashes the measure fails alone; the rest of its batch is measured."""
    found = run("crash on black", 10, 0, 20, 30)
    assert [one.kind for one in found] == ["score", "failure", "score", "score"]
    assert found[1].reason == "ZeroDivisionError: division by zero"


def test_out_of_memory_halves_the_batch():
    """A batch that memory can't hold is halved until it fits."""
    assert [one.kind for one in run("memory", 1, 2, 3, 4)] == ["score"] * 4
    assert max(CALLS) == 4
    assert CALLS.count(1) == 4


def test_wrong_length_is_a_failure_of_all():
    """A measure that returns too few outcomes gets none of them believed."""
    found = run("short", 1, 2)
    assert all(isinstance(one, Failure) for one in found)
    assert "returned 0 outcomes for 1 subjects" in found[0].reason


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ("nan", "it returned nan"),
        ("infinite", "it returned inf"),
        ("outside", "1.5 is outside its range 0.0 to 1.0"),
        ("bare number", "it returned float, not an outcome"),
        ("absent", "never absent"),
        ("huge evidence", "over 16384"),
        ("bad evidence", "Out of range float values"),
    ],
)
def test_what_breaks_the_contract_is_a_failure_that_says_how(trouble, said):
    """No number is believed that the measure's own declaration excludes."""
    (found,) = run(trouble, 10)
    assert isinstance(found, Failure)
    assert said in found.reason


def test_numbers_become_plain_floats():
    """A NumPy scalar becomes a float, so that it can be written as JSON."""
    (found,) = run("numpy", 10)
    assert type(found.value) is float


@pytest.mark.parametrize("trouble", ["no library", "no weights"])
def test_what_does_not_load_fails_for_all_and_is_not_tried_at_once_again(trouble):
    """A model that can't be loaded gives failures with the reason, without trying every time."""
    runner = Runner({"b": Brightness(trouble=trouble)})
    for _ in range(3):
        (found,) = [one["value"] for one in runner.run("b", subjects(1))]
        assert isinstance(found, Failure)
        assert ("libEGL" in found.reason) == (trouble == "no library")
    assert BUILT == ["cpu"]
    assert CALLS == []


def test_loads_once_on_the_device_and_lets_go():
    """`build` is called once with the device; after `close` it loads again."""
    runner = Runner({"b": Brightness()}, device="cuda:1")
    runner.run("b", subjects(1))
    runner.run("b", subjects(2))
    runner.close()
    runner.run("b", subjects(3))
    assert BUILT == ["cuda:1", "closed", "cuda:1"]


def test_loading_ahead_is_loading_once():
    """Who loads ahead of the first use loads that once; what fails then is told at the first use."""
    runner = Runner({"light": Brightness()})
    assert runner.batch("light") == 4
    runner.load("light")
    assert BUILT == ["cpu"]
    (found,) = runner.run("light", subjects(1))
    assert isinstance(found["value"], Score)
    assert BUILT == ["cpu"]
    broken = Runner({"light": Brightness(trouble="no library")})
    broken.load("light")
    (found,) = broken.run("light", subjects(1))
    assert "libEGL" in found["value"].reason


def test_what_is_late_fails_and_what_was_in_time_stays():
    """After the deadline the rest is Failure("deadline"); batches before it keep their scores."""
    started = time.monotonic()
    found = run("slow", *range(12), deadline=started + 0.45)
    assert time.monotonic() - started < 0.6
    assert [one.kind for one in found[:4]] == ["score"] * 4
    assert found[-1] == Failure("deadline")
    assert found[4:8] == [Failure("deadline")] * 4


def test_a_deadline_that_has_passed_calls_nothing():
    """No time left, no call."""
    assert run("", 1, 2, deadline=time.monotonic() - 1) == [Failure("deadline")] * 2
    assert CALLS == []


def test_no_subjects_no_call():
    """Nobody to measure is no work."""
    assert run("") == []
    assert CALLS == []


def test_one_instance_runs_on_one_thread_at_a_time():
    """Many threads get their own right answers, and the measure is built once."""
    runner = Runner({"b": Brightness()})
    found: dict[int, list[float]] = {}

    def work(level: int) -> None:
        found[level] = [one["value"].value for one in runner.run("b", subjects(level, level))]

    threads = [threading.Thread(target=work, args=(level,)) for level in range(0, 160, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {level: [pytest.approx(level / 255)] * 2 for level in range(0, 160, 10)}
    assert BUILT == ["cpu"]


@pytest.mark.parametrize("trouble", ["empties its subjects", "exits", "unspeakable", "generator"])
def test_whatever_a_measure_does_the_request_goes_on(trouble):
    """A measure that tampers with what it is given, or ends the process, harms only itself."""
    found = run(trouble, 10, 20)
    kind = "score" if trouble == "generator" else "failure"
    assert [one.kind for one in found] == [kind, kind]


def test_a_close_that_fails_is_no_error_of_the_request():
    """Letting go of a model may fail; nobody waits for it any more."""
    runner = Runner({"b": Brightness(trouble="close fails")})
    runner.run("b", subjects(1))
    runner.close()
    assert BUILT == ["cpu"]


def test_late_requests_do_not_hold_up_those_after_them():
    """A batch whose deadline passed while it waited for its turn is not run at all."""
    runner = Runner({"b": Brightness(trouble="slow")})
    for _ in range(5):
        late = runner.run("b", subjects(1), deadline=time.monotonic() + 0.05)
        assert late[0]["value"] == Failure("deadline")
    started = time.monotonic()
    assert runner.run("b", subjects(1))[0]["value"].kind == "score"
    assert time.monotonic() - started < 1
    assert len(CALLS) < 5  # two, or a few more where the machine is busy; all would be six


@pytest.mark.parametrize(
    ("evidence", "kept"),
    [
        ((1, 2), [1, 2]),
        ({1: 2}, {"1": 2}),
        ({"a": {1, 2}}, None),
        ({"a": "\ud800"}, None),
        (b"bytes", None),
    ],
)
def test_evidence_is_kept_as_it_is_read_back(evidence, kept):
    """Evidence becomes plain JSON of its own, or the outcome is a failure that says why."""
    (found,) = [
        one["value"] for one in Runner({"b": Brightness(evidence=[evidence])}).run("b", subjects(1))
    ]
    assert isinstance(found, Failure) if kept is None else found.evidence == kept
    assert from_data(Measured, to_data(Measured, found)) == found


def test_reasons_are_kept_short():
    """A reason of ten megabytes is kept by its beginning and its end, where it says what to do."""
    (found,) = run("long reason", 1)
    assert len(found.reason) < 1600
    assert found.reason.startswith("xxx")
    assert found.reason.endswith(". Do this.")


def test_the_operators_log_tells_no_prompt(caplog):
    """What a measure was given is not written into the log when it fails."""
    measured = [Subject(open_image(np.zeros((8, 8, 3), np.uint8)), prompt="a secret")]
    Runner({"b": Brightness(trouble="crash on black")}).run("b", measured)
    assert "division by zero" in caplog.text
    assert "secret" not in caplog.text
