"""What is an alarm, what is not, and what may be why; nothing is measured here."""

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.canary.compare import Tolerance, compare, instance_of, tolerance
from selector.canary.recording import Environment, Of, Picture, Recording, Used
from selector.types import Failure, NotApplicable, Output, Score

HERE = Environment("cpu", "a processor", "", "Python 3.11.7", {"numpy": "2.4.6"})
FILES = ("a" * 64 + ".png", "b" * 64 + ".png", "c" * 64 + ".png")


def recording(*outcomes, key="hands.defect", environment=HERE, **used) -> Recording:
    """Return a recording of one output, a picture each."""
    whole = {"use": "detectors.hands", "version": 2, "fingerprint": "f"} | used
    pictures = [
        Picture(file, file[0], {key: one}) for file, one in zip(FILES, outcomes, strict=False)
    ]
    instances = {key.partition(".")[0]: Used(**whole)}
    of = Of("portrait", "portrait", 3, "0" * 64)
    return Recording("2026-01-01", of, "", None, environment, instances, tuple(pictures))


def alarms(before: Recording, after: Recording, allowed=0.01) -> tuple:
    return compare(before, after, {"hands.defect": Tolerance(allowed, 1.0)}).alarms


def scores(*values: float) -> list[Score]:
    return [Score(one) for one in values]


def test_a_change_beyond_the_tolerance_names_measure_picture_before_and_after():
    """The most changed picture stands first, and those that stayed are not among them."""
    before, after = recording(*scores(0.1, 0.2, 0.3)), recording(*scores(0.105, 0.25, 0.9))
    (alarm,) = alarms(before, after)
    assert (alarm.use, alarm.instance, alarm.output) == ("detectors.hands", "hands", "defect")
    assert [(one.picture.name, one.before, one.after) for one in alarm.changes] == [
        ("c", Score(0.3), Score(0.9)), ("b", Score(0.2), Score(0.25))
    ]  # fmt: skip
    assert (alarm.pictures, alarm.tolerance) == (3, 0.01)


def test_within_the_tolerance_is_no_alarm_and_is_counted():
    """What is the same to the last digit is told apart from what is merely near enough."""
    found = compare(
        recording(*scores(0.1, 0.2, 0.3)),
        recording(*scores(0.1, 0.209, 0.2901)),
        {"hands.defect": Tolerance(0.01, 1.0)},
    )
    assert (found.alarms, found.numbers, found.equal) == ((), 3, 1)


KINDS = (Score(0.5), Failure("no memory"), NotApplicable("no hands"))


@pytest.mark.parametrize("before", KINDS)
@pytest.mark.parametrize("after", KINDS)
def test_an_outcome_of_another_kind_is_an_alarm(before, after):
    """A score where there was none is as much of a change as none where there was one."""
    found = alarms(recording(before), recording(after), allowed=math.inf)
    assert bool(found) == (before.kind != after.kind)


def test_the_words_of_a_failure_may_change():
    """A reason is written for people."""
    before = recording(Failure("a"), NotApplicable("b"))
    assert not alarms(before, recording(Failure("c"), NotApplicable("d")))


def test_what_is_not_measured_any_more_is_an_alarm():
    """An output that a measure no longer gives, and a picture that is not measured."""
    before = recording(*scores(0.1, 0.2))
    other = compare(before, recording(*scores(0.1, 0.2), key="hands.count"), {})
    assert [len(one.changes) for one in other.alarms] == [2]
    assert other.notes == ("hands.count is new: there is nothing to compare it with.",)
    assert [len(one.changes) for one in alarms(before, recording(Score(0.1)))] == [1]


CHANGES = {
    "the measure's version: 2 → 3": {"version": 3},
    "the weights or words hand_landmarker: none → fbc2a30080c3": {
        "models": {"hand_landmarker": "fbc2a30080c3c557093b"}
    },
    "the parameter precision: None → 'bf16'": {"parameters": {"precision": "bf16"}},
    "numpy 2.4.6 → 2.5.0": {"environment": dataclasses.replace(HERE, packages={"numpy": "2.5.0"})},
    "torch (not there) → 2.13.0": {
        "environment": dataclasses.replace(HERE, packages={"numpy": "2.4.6", "torch": "2.13.0"})
    },
    "device: cpu → cuda:0": {"environment": dataclasses.replace(HERE, device="cuda:0")},
    "driver: none → 570.1": {"environment": dataclasses.replace(HERE, driver="570.1")},
    "hardware: a processor → another": {
        "environment": dataclasses.replace(HERE, hardware="another")
    },
}


@pytest.mark.parametrize("cause", CHANGES)
def test_what_else_changed_is_named_as_the_likely_cause(cause):
    """Versions, weights, parameters, packages, the machine: whatever is written down."""
    (alarm,) = alarms(recording(Score(0.1)), recording(Score(0.9), **CHANGES[cause]))
    assert alarm.causes == (cause,)


def test_what_is_the_measures_own_is_likelier_than_what_is_around_it():
    """Its version stands before packages; what is around it is told once for all too."""
    there = dataclasses.replace(HERE, packages={"numpy": "2.5.0"})
    after = recording(Score(0.9), version=3, environment=there)
    found = compare(recording(Score(0.1)), after, {})
    assert found.alarms[0].causes == ("the measure's version: 2 → 3", "numpy 2.4.6 → 2.5.0")
    assert found.around == ("numpy 2.4.6 → 2.5.0",)


def test_where_nothing_changed_no_cause_is_made_up():
    """A service behind an address leaves no trace."""
    (alarm,) = alarms(recording(Score(0.1)), recording(Score(0.9)))
    assert alarm.causes == ()


def test_a_new_fingerprint_is_told_and_is_no_alarm():
    """After an upgrade it is to be expected; the numbers decide."""
    after = recording(Score(0.1), version=3, fingerprint="g")
    found = compare(recording(Score(0.1)), after, {})
    assert found.alarms == ()
    assert found.notes == (
        (
            "hands has a new fingerprint (the measure's version: 2 → 3), as after an upgrade. Its "
            "numbers were compared all the same."
        ),
    )


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3),
    st.lists(st.floats(-1e-3, 1e-3), min_size=3, max_size=3),
    st.floats(0, 1e-3),
)
def test_more_tolerance_never_makes_more_alarms(values, moved, share):
    """And what did not move at all is never one."""
    before = recording(*scores(*values))
    after = recording(*scores(*(one + by for one, by in zip(values, moved, strict=True))))
    strict, mild = (
        {change.picture.file for one in alarms(before, after, at) for change in one.changes}
        for at in (share, 2 * share)
    )
    assert mild <= strict
    assert alarms(before, before, 0.0) == ()


@pytest.mark.parametrize(
    ("output", "allowed"),
    [
        (Output("px", 0, None, None, whole=True), 0.0),
        (Output("share", 0, 1, higher_is_better=True), 0.001),
        (Output("nats", None, None, higher_is_better=True, usual=(17, 25)), 0.008),
        (Output("nats", None, None, higher_is_better=True), 0.0005),
    ],
    ids=["whole", "a range", "usual values", "nothing known: its own size"],
)
def test_the_tolerance_is_a_share_of_what_is_usual(output, allowed):
    """Of whole numbers there is none; of what has no ends, it goes by the number itself."""
    assert tolerance(0.001, output).of(0.5) == pytest.approx(allowed)


def test_beside_a_large_value_the_tolerance_is_as_large():
    """Rounding grows with the number, so what is far outside the usual is no false alarm."""
    assert Tolerance(1e-6, 0.01).of(-5e6) == pytest.approx(5)


def test_names_with_dots_are_taken_apart_by_who_is_there():
    """The longest instance that fits has it."""
    named = dict.fromkeys(("filters.blank", "filters", "injury"))
    assert instance_of("filters.blank.structure", named) == "filters.blank"
    assert instance_of("injury.score", named) == "injury"
    assert instance_of("detectors.gone.x", named) == "detectors.gone"
