"""What was recorded, and what the same pictures measure now: what changed, and what may be why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from selector.canary.causes import around, own
from selector.canary.recording import Picture, Recording, Used
from selector.types import Failure, Measured, NotApplicable, Output, Score

GONE = Failure("it is not measured any more")


@dataclass(frozen=True, slots=True)
class Tolerance:
    """By how much an output may change and be the same: a share of a span; of whole numbers none.

    Attributes:
        share: As the measure states it; 0 for whole numbers.
        span: How far apart usual values lie, in the output's unit; 0 where nobody knows.
    """

    share: float = 0.0
    span: float = 0.0

    def of(self, value: float) -> float:
        """Return the tolerance in the output's unit; beside a larger *value* it is larger."""
        return self.share * max(self.span, abs(value))


@dataclass(frozen=True, slots=True)
class Change:
    """One picture that measures otherwise than it did.

    Attributes:
        picture: Which one, without outcomes.
        before: What was recorded.
        after: What it measures now.
    """

    picture: Picture
    before: Measured
    after: Measured

    @property
    def size(self) -> float:
        """How far the numbers are apart; infinite where one of them is none."""
        if isinstance(self.before, Score) and isinstance(self.after, Score):
            return abs(self.after.value - self.before.value)
        return float("inf")


@dataclass(frozen=True, slots=True)
class Alarm:
    """An output that changed beyond its tolerance.

    Attributes:
        instance: Whose.
        output: Which.
        use: The measure.
        changes: Every picture that changed, the most changed one first.
        pictures: How many were compared.
        tolerance: What was allowed beside the value that is recorded of the first.
        causes: What else changed, the likeliest first; empty if nothing that is known did.
    """

    instance: str
    output: str
    use: str
    changes: tuple[Change, ...]
    pictures: int
    tolerance: float
    causes: tuple[str, ...]

    @property
    def key(self) -> str:
        """Its name in tables of outcomes: "instance.output"."""
        return f"{self.instance}.{self.output}"


@dataclass(frozen=True, slots=True)
class Compared:
    """What comparing one recording found.

    Attributes:
        recorded: What was compared with.
        measured: What is measured now.
        alarms: What changed beyond its tolerance, in the order of the instances.
        around: What else changed that all numbers may follow from: packages, the machine.
        notes: What else to know, in sentences: new fingerprints, new outputs.
        numbers: How many outcomes were compared.
        equal: How many of them are the same to the last digit.
    """

    recorded: Recording
    measured: Recording
    alarms: tuple[Alarm, ...]
    around: tuple[str, ...]
    notes: tuple[str, ...]
    numbers: int
    equal: int


def tolerance(share: float, output: Output) -> Tolerance:
    """Return what an output may change by.

    Args:
        share: As its measure states it.
        output: What it is.
    """
    low, high = output.usual or (output.low, output.high)
    span = 0.0 if low is None or high is None else high - low
    return Tolerance(0.0 if output.whole else share, span)


def compare(
    recorded: Recording, measured: Recording, tolerances: Mapping[str, Tolerance]
) -> Compared:
    """Return what changed between two recordings of the same pictures.

    Args:
        recorded: The earlier one.
        measured: The later one; an instance that can't be made any more is not in it.
        tolerances: By "instance.output"; what has none must be equal.
    """
    now = {one.file: one.outcomes for one in measured.pictures}
    pairs = [
        (key, Change(_bare(one), before, now.get(one.file, {}).get(key, GONE)))
        for one in recorded.pictures
        for key, before in one.outcomes.items()
    ]
    by_key: dict[str, list[Change]] = {}
    for key, change in pairs:
        by_key.setdefault(key, []).append(change)
    alarms = (
        _alarm(key, changes, tolerances.get(key, Tolerance()), recorded, measured)
        for key, changes in by_key.items()
    )
    return Compared(
        recorded,
        measured,
        tuple(alarm for alarm in alarms if alarm),
        around(recorded.environment, measured.environment),
        (*_fingerprints(recorded, measured), *_new_outputs(recorded, measured)),
        len(pairs),
        sum(_is_equal(change, 0.0) for _, change in pairs),
    )


def instance_of(key: str, instances: Mapping[str, Used]) -> str:
    """Return which instance an "instance.output" is of; both may have dots in them."""
    fits = [name for name in instances if key.startswith(f"{name}.")]
    return max(fits, key=len, default=key.rpartition(".")[0])


def _bare(picture: Picture) -> Picture:
    return Picture(picture.file, picture.name)


def _alarm(
    key: str,
    changes: list[Change],
    allowed: Tolerance,
    recorded: Recording,
    measured: Recording,
) -> Alarm | None:
    beyond = [one for one in changes if not _is_equal(one, _allowed(allowed, one))]
    if not beyond:
        return None
    beyond.sort(key=lambda one: -one.size)
    instance = instance_of(key, recorded.instances)
    return Alarm(
        instance=instance,
        output=key.removeprefix(f"{instance}."),
        use=recorded.instances[instance].use if instance in recorded.instances else instance,
        changes=tuple(beyond),
        pictures=len(changes),
        tolerance=_allowed(allowed, beyond[0]),
        causes=(
            *own(recorded.instances.get(instance), measured.instances.get(instance)),
            *around(recorded.environment, measured.environment),
        ),
    )


def _allowed(allowed: Tolerance, change: Change) -> float:
    return allowed.of(change.before.value) if isinstance(change.before, Score) else 0.0


def _is_equal(change: Change, allowed: float) -> bool:
    """Return whether it is the same: a number within what is allowed, or again none of its kind."""
    if isinstance(change.before, Score) and isinstance(change.after, Score):
        return change.size <= allowed
    return change.before.kind == change.after.kind


def _fingerprints(recorded: Recording, measured: Recording) -> Iterator[str]:
    for name, before in recorded.instances.items():
        after = measured.instances.get(name)
        if after and after.fingerprint != before.fingerprint:
            why = ", ".join(own(before, after)) or "what it is given as evidence"
            yield (
                f"{name} has a new fingerprint ({why}), as after an upgrade. "
                "Its numbers were compared all the same."
            )


def _new_outputs(recorded: Recording, measured: Recording) -> Iterator[str]:
    known = {key for one in recorded.pictures for key in one.outcomes}
    new = {key: None for one in measured.pictures for key in one.outcomes if key not in known}
    for key in new:
        yield f"{key} is new: there is nothing to compare it with."


def told(outcome: Measured) -> str:
    """Return an outcome in words: the number with all its digits, or why there is none."""
    match outcome:
        case Score():
            return f"{outcome.value:.9g}"
        case NotApplicable():
            return f"not applicable ({outcome.reason})"
    return f"failed ({outcome.reason})"
