"""A canary is begun, grows, is recorded anew, and is measured again: folder and measures together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from selector.canary import folder as kept
from selector.canary.compare import Compared, compare, instance_of
from selector.canary.environment import environment
from selector.canary.instances import Instances, Wanted, made
from selector.canary.measuring import Progress, Scene, lacking, measured
from selector.canary.recording import Canary, Of, Picture, Recording
from selector.errors import PolicyError, RequestError
from selector.measures.base import Measure
from selector.planning import planned
from selector.policy.policy import Policy
from selector.runner import Runner
from selector.types import Failure, Measured


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be recorded.

    Attributes:
        policy: A path or a name; its measures are used.
        files: Pictures.
        prompt: What they were made for; of edits the instruction.
        source: The picture before the edits.
        device: Where models run.
    """

    policy: str
    files: Sequence[Path] = ()
    prompt: str = ""
    source: Path | None = None
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Added:
    """What was recorded.

    Attributes:
        recordings: New ones, and those that were recorded anew.
        copies: How many pictures were given more than once.
        known: How many were there already.
        failures: In words, what could not be measured of single pictures.
    """

    recordings: tuple[Recording, ...]
    copies: int = 0
    known: int = 0
    failures: tuple[str, ...] = ()


def add(folder: Path, asked: Asked, progress: Progress) -> Added:
    """Record what the measures of a policy find in some pictures, and keep both in *folder*.

    Raises:
        PolicyError: The policy can't be planned.
        RequestError: The folder holds what is no canary or can't be written; a picture can't be
            read; a measure can't be asked about these, or fails on all of them.
    """
    canary = kept.read(folder) if kept.is_there(folder) else Canary()
    of, instances = _of_policy(asked.policy)
    if said := lacking(instances.measures, asked.prompt, is_edit=asked.source is not None):
        raise RequestError(said)
    source = next(iter(kept.take_in(folder, [asked.source])), None) if asked.source else None
    names = kept.take_in(folder, asked.files)
    blank = _blank(of, asked, source, names)
    new = _without(blank, canary)
    copies = len(asked.files) - len(names)
    if not new.pictures:
        return Added((), copies, len(names))
    recording = _measured(folder, new, instances, progress)
    failures = _failures(recording)
    kept.write(folder, replace(canary, recordings=(*canary.recordings, recording)))
    return Added((recording,), copies, len(names) - len(new.pictures), failures)


def record_anew(folder: Path, asked: Asked, progress: Progress) -> Added:
    """Record again what *folder* holds of a policy, by its measures as they are now.

    Raises:
        PolicyError: The policy can't be planned.
        RequestError: There is nothing of this policy, or as for `add`.
    """
    canary = kept.read(folder)
    of, instances = _of_policy(asked.policy)
    mine = [one for one in canary.recordings if one.policy.name == of.name]
    if not mine:
        known = ", ".join(sorted({one.policy.name for one in canary.recordings})) or "nothing"
        raise RequestError(
            f"{folder}: it holds no pictures of the policy {of.name} (got {known}). Name FILES."
        )
    for one in mine:
        if said := lacking(instances.measures, one.prompt, is_edit=one.source is not None):
            raise RequestError(said)
    environment_ = environment(asked.device)
    blank = [replace(one, created=_now(), policy=of, environment=environment_) for one in mine]
    anew = [_measured(folder, one, instances, progress) for one in blank]
    failures = tuple(said for one in anew for said in _failures(one))
    others = tuple(one for one in canary.recordings if one.policy.name != of.name)
    kept.write(folder, replace(canary, recordings=(*others, *anew)))
    return Added(tuple(anew), failures=failures)


def again(folder: Path, device: str | None, progress: Progress) -> list[Compared]:
    """Measure everything in *folder* again, by the measures as they were named, and compare.

    Args:
        folder: Where the canary lies.
        device: Where models run; None for where they ran when it was recorded.
        progress: Is told of every instance.

    Raises:
        RequestError: There is no canary, or it is not as it was.
    """
    compared = []
    canary = kept.read(folder)
    if not any(one.outcomes for each in canary.recordings for one in each.pictures):
        raise RequestError(
            f"{folder}: its canary tells of no picture (got nothing to compare). Restore it."
        )
    for recorded in canary.recordings:
        where = device or recorded.environment.device
        instances = made(_wanted(recorded))
        blank = replace(recorded, created=_now(), environment=environment(where))
        found = compare(
            recorded, _measured(folder, blank, instances, progress), instances.tolerances
        )
        compared.append(replace(found, notes=(*_of_change(recorded.policy), *found.notes)))
    return compared


def measures(folder: Path) -> list[Measure]:
    """Return all that will measure again what *folder* holds, as far as it can be made.

    Raises:
        RequestError: There is no canary, or it is not as it was.
    """
    recordings = kept.read(folder).recordings
    return [one for each in recordings for one in made(_wanted(each)).measures.values()]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _of_policy(given: str) -> tuple[Of, Instances]:
    """Return which policy is meant, and its measures."""
    found = planned(given)
    wanted = {name: (one.use, one.parameters) for name, one in found.plan.instances.items()}
    instances = made(wanted)
    if instances.gone:
        raise RequestError("\n".join(instances.gone.values()))
    policy = found.policy
    return Of(given, policy.name, policy.version, policy.hash), instances


def _wanted(recorded: Recording) -> Wanted:
    return {name: (one.use, one.parameters) for name, one in recorded.instances.items()}


def _blank(of: Of, asked: Asked, source: str | None, names: Mapping[str, str]) -> Recording:
    """Return a recording of pictures that nobody has measured yet."""
    pictures = tuple(Picture(file, name) for file, name in names.items())
    where = environment(asked.device)
    return Recording(_now(), of, asked.prompt, source, where, {}, pictures)


def _without(blank: Recording, canary: Canary) -> Recording:
    """Return a recording without the pictures that a canary has already of just this."""
    same = (blank.policy.name, blank.prompt, blank.source)
    there = {
        picture.file
        for one in canary.recordings
        if (one.policy.name, one.prompt, one.source) == same
        for picture in one.pictures
    }
    return replace(blank, pictures=tuple(one for one in blank.pictures if one.file not in there))


def _measured(
    folder: Path, recording: Recording, instances: Instances, progress: Progress
) -> Recording:
    """Return a recording with what the same pictures measure now."""
    scene = Scene(
        {one.file: kept.path_of(folder, one.file) for one in recording.pictures},
        recording.prompt,
        kept.path_of(folder, recording.source) if recording.source else None,
    )
    runner = Runner(instances.measures, device=recording.environment.device)
    try:
        found = measured(scene, instances.measures, runner, progress)
    finally:
        runner.close()
    gone = _gone(recording, instances)
    pictures = tuple(
        replace(one, outcomes=found[one.file] | gone.get(one.file, {}))
        for one in recording.pictures
    )
    return replace(recording, instances=instances.used, pictures=pictures)


def _gone(recording: Recording, instances: Instances) -> dict[str, dict[str, Measured]]:
    """Return why what was recorded of instances that can't be made any more is not measured."""
    return {
        picture.file: {
            key: Failure(why)
            for key in picture.outcomes
            if (why := instances.gone.get(instance_of(key, recording.instances)))
        }
        for picture in recording.pictures
    }


def _failures(recording: Recording) -> tuple[str, ...]:
    """Return in words what could not be measured of single pictures.

    Raises:
        RequestError: Some fail on all of them, of which nothing could ever be compared.
    """
    told, problems = [], []
    for name in recording.instances:
        whys = [(one.name, _failure(one, name, recording)) for one in recording.pictures]
        failed = [(picture, why) for picture, why in whys if why]
        if failed and len(failed) == len(whys):
            problems.append(f"{name}: it fails on every picture ({failed[0][1]})")
        elif failed:
            first, why = failed[0]
            told.append(f"{name} fails on {len(failed)} of them, first on {first}: {why}")
    if problems:
        said = "Nothing was recorded. Mend it, or record another policy's measures."
        raise RequestError("\n".join([*problems, said]))
    return tuple(told)


def _failure(picture: Picture, instance: str, recording: Recording) -> str:
    failed = (
        outcome.reason
        for key, outcome in picture.outcomes.items()
        if isinstance(outcome, Failure) and instance_of(key, recording.instances) == instance
    )
    return next(failed, "")


def _of_change(of: Of) -> tuple[str, ...]:
    """Return in words how the policy is another than the one that said which measures."""
    kept_ = "Its measures were taken as they were recorded."
    try:
        policy = Policy.load(of.given)
    except PolicyError as error:
        return (f"the policy {of.given} can't be read any more ({error.problems[0]}). {kept_}",)
    if policy.hash == of.hash:
        return ()
    versions = f"version {of.version}, now {policy.version}"
    return (f"the policy {of.name} changed since it was recorded ({versions}). {kept_}",)
