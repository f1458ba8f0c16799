"""A canary begins, is measured again after an upgrade, and is recorded anew when that was meant."""

import importlib
import json
import sys

import pytest

import outside
from asking import png
from selector import canary
from selector.canary import folder as kept
from selector.errors import RequestError
from selector.policy.policy import Policy
from selector.types import Failure, Score

SIZE = 'return [{"value": Score(one.image.size[0] / 100)} for one in subjects]'


def quietly(_what: str, _count: int) -> None:
    """Tell nobody what is being done."""


class World:
    """A policy with a measure of its own, which can be upgraded, and pictures for it."""

    def __init__(self, tmp_path) -> None:
        self.tmp_path = tmp_path
        self.folder = tmp_path / "canary"
        self.name = f"acme_{tmp_path.name.replace('-', '_')}"
        self.path = outside.write(tmp_path, self.name, SIZE)
        self.pictures = [tmp_path / f"{side}.png" for side in (40, 50, 60)]
        for at, picture in enumerate(self.pictures):
            picture.write_bytes(png(int(picture.stem), at))
        self.write()

    def write(self, **rest) -> None:
        policy = outside.policy(self.path, **rest)
        (self.tmp_path / "own.yaml").write_text(json.dumps(policy))

    def upgrade(self, before: str, after: str) -> None:
        """Change the code of the measure, as installing another version of it would."""
        file = self.tmp_path / self.name / "own.py"
        assert before in file.read_text()
        file.write_text(file.read_text().replace(before, after))
        for name in (self.name, self.path):
            sys.modules.pop(name, None)
        importlib.invalidate_caches()

    def asked(self, *files, **rest) -> canary.Asked:
        return canary.Asked(str(self.tmp_path / "own.yaml"), files, **rest)

    def add(self, *files, **rest) -> canary.Added:
        return canary.add(self.folder, self.asked(*files, **rest), quietly)

    def again(self) -> canary.Compared:
        (found,) = canary.again(self.folder, None, quietly)
        return found


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return World(tmp_path)


def test_what_is_recorded_is_what_was_measured_and_by_what(world):
    """Each picture's scores; and of the measure all that tells its numbers apart."""
    (recording,) = world.add(*world.pictures).recordings
    key = f"{world.path}.value"
    assert [one.outcomes for one in recording.pictures] == [
        {key: Score(0.4)}, {key: Score(0.5)}, {key: Score(0.6)}
    ]  # fmt: skip
    used = recording.instances[world.path]
    assert (used.use, used.version, used.parameters) == (world.path, 1, {"level": 0.5})
    assert recording.policy.hash == Policy.load(world.tmp_path / "own.yaml").hash
    assert recording.environment.device == "cpu"
    assert {"numpy", "pillow", "selector-engine"} <= recording.environment.packages.keys()
    assert kept.read(world.folder).recordings == (recording,)


def test_measured_again_nothing_changes(world):
    """The same code on the same pictures: equal to the last digit, wherever the originals went."""
    world.add(*world.pictures)
    for picture in world.pictures:
        picture.unlink()
    found = world.again()
    assert (found.alarms, found.notes, found.numbers, found.equal) == ((), (), 3, 3)


@pytest.mark.parametrize("emptied", ["recordings", "pictures"])
def test_a_canary_that_compares_nothing_is_a_mistake(world, emptied):
    """Somebody emptied its file: a green answer would be none."""
    world.add(*world.pictures)
    file = world.folder / "canary.json"
    data = json.loads(file.read_text())
    for one in [data] if emptied == "recordings" else data["recordings"]:
        one[emptied] = []
    file.write_text(json.dumps(data))
    with pytest.raises(RequestError):
        canary.again(world.folder, None, quietly)


def test_an_upgrade_that_moves_scores_is_an_alarm(world):
    """It names the measure, each picture, before and after, and the new version as the cause."""
    world.add(*world.pictures)
    world.upgrade("/ 100", "/ 99")
    world.upgrade("version = 1", "version = 2")
    found = world.again()
    (alarm,) = found.alarms
    assert (alarm.use, alarm.output, alarm.causes) == (
        world.path, "value", ("the measure's version: 1 → 2",)
    )  # fmt: skip
    (most, *_) = alarm.changes
    assert (most.picture.name, most.before, most.after) == ("60.png", Score(0.6), Score(60 / 99))
    assert len(alarm.changes) == 3
    assert [note.partition(" (")[0] for note in found.notes] == [
        f"{world.path} has a new fingerprint"
    ]


def test_a_change_that_was_meant_is_recorded_anew(world):
    """What is measured now takes the place of what was, for the same pictures."""
    world.add(*world.pictures)
    world.upgrade("/ 100", "/ 99")
    assert world.again().alarms
    added = canary.record_anew(world.folder, world.asked(), quietly)
    assert [len(one.pictures) for one in added.recordings] == [3]
    assert not world.again().alarms


def test_a_measure_that_begins_to_fail_is_an_alarm(world):
    """A score that became a failure, with the reason."""
    world.add(*world.pictures)
    world.upgrade("return [", "1 / 0; return [")
    (alarm,) = world.again().alarms
    assert {one.after for one in alarm.changes} == {Failure("ZeroDivisionError: division by zero")}


def test_a_measure_that_is_gone_is_an_alarm_and_the_others_are_compared(world):
    """It says that there is no such measure; nobody else's numbers are hidden by it."""
    gates = [{"on": "filters.resolution.short_side", "reject_below": 8}]
    world.write(gates=gates)
    world.add(*world.pictures)
    (world.tmp_path / world.name / "own.py").unlink()
    sys.modules.pop(world.path, None)
    importlib.invalidate_caches()
    found = world.again()
    (alarm,) = found.alarms
    assert alarm.instance == world.path
    assert f"{world.path}: no such measure" in alarm.changes[0].after.reason
    assert found.equal == found.numbers - 3


def test_a_policy_that_changed_since_is_told(world):
    """The measures are those that were recorded; which policy they were of is no secret."""
    world.add(*world.pictures)
    world.write(version=2, deliver=2)
    found = world.again()
    assert not found.alarms
    assert found.notes == (
        (
            "the policy own changed since it was recorded (version 1, now 2). Its measures were "
            "taken as they were recorded."
        ),
    )
    (world.tmp_path / "own.yaml").unlink()
    assert "can't be read any more" in world.again().notes[0]


def test_pictures_are_added_and_none_twice(world):
    """What is there already stays as it was recorded; copies are counted."""
    world.add(world.pictures[0])
    added = world.add(*world.pictures, world.pictures[1])
    assert [[one.name for one in each.pictures] for each in added.recordings] == [
        ["50.png", "60.png"]
    ]
    assert (added.copies, added.known) == (1, 1)
    assert world.add(*world.pictures).recordings == ()
    assert len(kept.read(world.folder).recordings) == 2


def test_a_measure_that_fails_on_everything_is_not_recorded(world):
    """Of it nothing could ever be compared: it says why, and nothing is kept."""
    world.upgrade("return [", "1 / 0; return [")
    with pytest.raises(RequestError) as caught:
        world.add(*world.pictures)
    first, last = str(caught.value).splitlines()
    assert first == f"{world.path}: it fails on every picture (ZeroDivisionError: division by zero)"
    assert last.startswith("Nothing was recorded.")
    assert not kept.is_there(world.folder)


def test_a_failure_of_one_picture_is_recorded_and_told(world):
    """It may be the picture's nature; what it is, one knows when it is not any more."""
    body = "return [{'value': Score(1.0) if one.image.size[0] > 45 else Failure('small')} for one in subjects]"
    world.upgrade(SIZE, body)
    added = world.add(*world.pictures)
    assert added.failures == (f"{world.path} fails on 1 of them, first on 40.png: small",)
    world.upgrade("> 45", "> 35")
    (alarm,) = world.again().alarms
    assert [(one.before, one.after) for one in alarm.changes] == [(Failure("small"), Score(1.0))]


@pytest.mark.parametrize(
    ("needs", "prompt", "source", "said"),
    [
        ("prompt", "", False, "--prompt: {} reads it (got none)"),
        ("prompt", "p", True, "--source: {} reads a prompt, and an edit has none"),
        ("source", "p", False, "--source: {} reads the picture before an edit"),
        ("instruction", "", True, "--prompt: {} reads it (got none)"),
    ],
)
def test_what_a_measure_reads_must_be_given(world, needs, prompt, source, said):
    """Before anything is copied or measured."""
    world.upgrade("frozenset(())", f"frozenset({{{needs!r}}})")
    given = world.pictures[2] if source else None
    with pytest.raises(RequestError) as caught:
        world.add(*world.pictures[:2], prompt=prompt, source=given)
    assert said.format(world.path) in str(caught.value)
    assert not world.folder.exists()


def test_edits_are_measured_beside_the_picture_before_them(world):
    """The instruction and the source are kept, and given to the measure again."""
    world.upgrade("frozenset(())", "frozenset({'instruction', 'source'})")
    world.upgrade(
        SIZE,
        "return [{'value': Score((one.image.size[0] / one.source.size[0]) * len(one.instruction) / 9)}"
        " for one in subjects]",
    )
    world.add(*world.pictures[:2], prompt="redder", source=world.pictures[2])
    found = world.again()
    assert not found.alarms
    values = [one.value for each in found.measured.pictures for one in each.outcomes.values()]
    assert values == [pytest.approx(40 / 60 * 6 / 9), pytest.approx(50 / 60 * 6 / 9)]


def test_evidence_is_given_to_who_needs_it(world):
    """As in a request; and its change changes the fingerprint of who was given it."""
    other = outside.write(
        world.tmp_path,
        f"{world.name}_b",
        f"return [{{'value': Score(one.evidence[{world.path!r}]['value'].value / 2)}} for one in subjects]",
        (f"evidence of {world.path}",),
    )
    world.path, first = other, world.path
    world.write()
    (recording,) = world.add(*world.pictures).recordings
    assert recording.pictures[0].outcomes == {
        f"{first}.value": Score(0.4), f"{other}.value": Score(0.2)
    }  # fmt: skip
    assert not world.again().alarms


def test_recording_anew_needs_something_of_this_policy(world):
    """A policy that nothing was recorded for is told what there is."""
    world.add(*world.pictures)
    world.write(name="other")
    with pytest.raises(RequestError, match=r"no pictures of the policy other \(got own\)"):
        canary.record_anew(world.folder, world.asked(), quietly)


def test_events_tell_the_run_and_each_alarm(world):
    """For a journal: plain JSON, the alarm's subject names the output."""
    world.add(*world.pictures)
    world.upgrade("/ 100", "/ 99")
    whole, alarm = canary.events([world.again()], "canary")
    assert (whole.kind, whole.subject, whole.value) == ("canary", "canary:canary", 1.0)
    assert whole.body["pictures"] == 3
    assert (alarm.kind, alarm.subject) == ("alarm", f"canary:{world.path}.value")
    assert (alarm.value, alarm.body["changed"]) == (3.0, 3)
    assert alarm.body["changes"][0] == {
        "picture": "60.png", "file": alarm.body["changes"][0]["file"],
        "before": 0.6, "after": 60 / 99,
    }  # fmt: skip
    json.dumps([whole.body, alarm.body], allow_nan=False)
