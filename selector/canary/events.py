"""What a journal keeps of a canary: that it was measured, and each alarm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from selector.canary.compare import Alarm, Change, Compared
from selector.canary.recording import Told
from selector.journal import Event
from selector.types import Measured, to_data

WRITER = "canary"
LISTED = 20  # pictures of one alarm; the canary itself has them all


def events(found: Sequence[Compared], folder: str) -> Iterator[Event]:
    """Give what is to be recorded of one time that a canary was measured.

    Its value is the number of alarms, that of an alarm the number of pictures that changed.
    """
    yield Event("canary", f"canary:{folder}", WRITER, float(_alarms(found)), _whole(found, folder))
    for one in found:
        for alarm in one.alarms:
            subject = f"canary:{alarm.key}"
            yield Event("alarm", subject, WRITER, float(len(alarm.changes)), _alarm(alarm, one))


def _alarms(found: Sequence[Compared]) -> int:
    return sum(len(one.alarms) for one in found)


def _whole(found: Sequence[Compared], folder: str) -> JsonValue:
    return {
        "folder": folder,
        "policies": [*sorted({one.recorded.policy.name for one in found})],
        "pictures": sum(len(one.recorded.pictures) for one in found),
        "numbers": sum(one.numbers for one in found),
        "equal": sum(one.equal for one in found),
        "alarms": _alarms(found),
        "notes": [note for one in found for note in one.notes],
    }


def _alarm(alarm: Alarm, one: Compared) -> JsonValue:
    return {
        "instance": alarm.instance,
        "output": alarm.output,
        "measure": alarm.use,
        "policy": f"{one.recorded.policy.name}@{one.recorded.policy.version}",
        "recorded": one.recorded.created,
        "changed": len(alarm.changes),
        "pictures": alarm.pictures,
        "tolerance": alarm.tolerance,
        "causes": list(alarm.causes),
        "changes": [_change(change) for change in alarm.changes[:LISTED]],
    }


def _change(change: Change) -> JsonValue:
    return {
        "picture": change.picture.name,
        "file": change.picture.file,
        "before": _outcome(change.before),
        "after": _outcome(change.after),
    }


def _outcome(outcome: Measured) -> JsonValue:
    data: JsonValue = to_data(Told, outcome)
    return data
