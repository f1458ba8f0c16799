"""Goes through what is new in a journal, and sees to it that every alarm is told once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from selector.monitoring.alarm import Alarm
from selector.monitoring.state import NAME, Due, State, due_of_list, due_to_list, turn_of

if TYPE_CHECKING:
    from selector.journal import Event, Journal

PAGE = 5000  # rows at once
UNSAVED = 200_000  # rows after which the state is written, in case that it is stopped
KIND = "alarm"
WRITER = "monitor"
KNOWN = 100_000  # alarms of the past that a state that is made anew looks through
OLDEST = 1000  # alarms that nobody could be told of; older ones are in the journal only
CLAIM_S = 120.0  # so long nobody else sends an alarm that somebody is sending


def catch_up(journal: Journal) -> State:
    """Go through what is new; return where monitoring stands then.

    Whoever runs at the same time does no harm: what was overtaken is done again from there.

    Raises:
        JournalError: The journal can't be read or written.
    """
    state, unsaved = load(journal), 0
    fresh = not state.turn
    while True:
        today = datetime.now(UTC).date().isoformat()
        rows = journal.summaries(after=state.seen, limit=PAGE)
        labels = journal.labels(after=state.labels_seen, limit=PAGE, aspect="verdict")
        state.feed(rows, today)
        state.feed_labels(labels, today)
        unsaved += len(rows) + len(labels)
        ended = not rows and not labels
        if fresh and ended:
            state.due = _unknown(journal, state.due)
        if unsaved >= UNSAVED or (ended and unsaved):
            state, unsaved = _saved(journal, state), 0
        elif ended:
            return state


def load(journal: Journal) -> State:
    """Return where monitoring stands, without going on.

    Raises:
        JournalError: The journal can't be read.
    """
    return State.from_dict(_dict(journal.state(NAME)))


def record(journal: Journal, state: State) -> tuple[Alarm, ...]:
    """Write down the alarms that were not told yet, each once; return them, the oldest first.

    Raises:
        JournalError: The journal can't be written.
    """
    new = sorted((one.alarm for one in state.due if not one.told), key=lambda one: one.created)
    for alarm in new:
        _record(journal, alarm)
    return tuple(new)


def alarms(journal: Journal) -> tuple[Alarm, ...]:
    """Return the alarms that the journal knows, the oldest first.

    Raises:
        JournalError: The journal can't be read.
    """
    bodies = [
        _dict(event.body) or {}
        for event in journal.events_of(KIND, limit=KNOWN)
        if event.writer == WRITER
    ]
    plain = [{k: v for k, v in body.items() if k != "id"} for body in bodies if "number" in body]
    return tuple(Alarm.from_dict(body) for body in reversed(plain))


def told(journal: Journal, alarms: Collection[Alarm]) -> None:
    """Note that people were told: only a webhook may still be due.

    Raises:
        JournalError: The journal can't be written.
    """
    ids = {alarm.id for alarm in alarms}

    def settle(due: Sequence[Due]) -> list[Due]:
        done = [replace(one, told=True) if one.alarm.id in ids else one for one in due]
        return [one for one in done if one.claimed or not one.told]

    if ids:
        _change(journal, settle)


def claim(journal: Journal, now: float, policy: str | None = None) -> tuple[Alarm, ...]:
    """Take upon oneself to send what is due; return it, the oldest first.

    Args:
        journal: Where it is due.
        now: Seconds since 1970.
        policy: Only this one's.

    Raises:
        JournalError: The journal can't be written.
    """
    mine: list[Alarm] = []

    def take(due: Sequence[Due]) -> list[Due]:
        free = [one.alarm for one in due if one.claimed + CLAIM_S <= now]
        mine[:] = [alarm for alarm in free if policy in {None, alarm.policy}]
        return [replace(one, claimed=now) if one.alarm in mine else one for one in due]

    if load(journal).due:
        _change(journal, take)
    return tuple(sorted(mine, key=lambda one: one.created))


def sent(journal: Journal, alarms: Collection[Alarm], *, failed: Collection[Alarm]) -> None:
    """Note that *alarms* were sent, and that others can be tried again.

    Raises:
        JournalError: The journal can't be written.
    """
    done, again = ({one.id for one in each} for each in (alarms, failed))

    def settle(due: Sequence[Due]) -> list[Due]:
        left = [one for one in due if one.alarm.id not in done or not one.told]
        return [_after(one, done, again) for one in left]

    if done or again:
        _change(journal, settle)


def freeze(journal: Journal, policy: str | None = None) -> dict[str, int]:
    """Make the last weeks the frozen reference, of one policy or of all.

    Returns:
        By policy, of how many streams; the others have too little, and stay as they are.

    Raises:
        JournalError: The journal can't be read or written.
    """
    from selector.journal import Event

    found: dict[str, int] = {}

    def step(data: Any) -> Any:
        state = State.from_dict(_dict(data))
        found.clear()
        for watches in (state.watches, state.judged):
            for name, watch in watches.items():
                if policy in {None, name}:
                    found[name] = found.get(name, 0) + watch.freeze()
        state.turn += 1
        return state.to_dict()

    catch_up(journal)
    journal.advance(NAME, step)
    for name, streams in found.items():
        journal.record(Event(kind="freeze", subject=name, writer=WRITER, value=float(streams)))
    return found


def _saved(journal: Journal, state: State) -> State:
    """Write the state; return it, or that of whoever was faster."""

    def step(data: Any) -> Any:
        if turn_of(_dict(data)) != state.turn:
            return data
        state.due = state.due[-OLDEST:]
        return state.to_dict() | {"turn": state.turn + 1}

    kept = _dict(journal.advance(NAME, step))
    if kept is not None and (kept["turn"], kept["seen"]) == (state.turn + 1, state.seen):
        state.turn += 1
        return state
    return State.from_dict(kept)


def _change(journal: Journal, settle: Callable[[Sequence[Due]], list[Due]]) -> None:
    """Change what is due, whatever else has happened to the state meanwhile."""

    def step(data: Any) -> Any:
        due = settle(due_of_list(data["due"]))
        return data | {"due": due_to_list(due), "turn": data["turn"] + 1}

    journal.advance(NAME, step)


def _after(one: Due, done: Collection[str], again: Collection[str]) -> Due:
    if one.alarm.id in done:
        return replace(one, claimed=0.0)
    return replace(one, claimed=1.0) if one.alarm.id in again else one


def _unknown(journal: Journal, due: Sequence[Due]) -> list[Due]:
    """Return what the journal does not know yet: a state that is made anew finds old alarms again."""
    known = {alarm.id for alarm in alarms(journal)}
    return [one for one in due if one.alarm.id not in known]


class _ThereAlreadyError(Exception):
    """The journal has this alarm."""


def _record(journal: Journal, alarm: Alarm) -> None:
    """Write an alarm down, unless it is there."""
    from selector.journal import Event

    def step(last: Event | None) -> Event:
        body = _dict(last.body) if last else None
        if body and body.get("number", 0) >= alarm.number:
            raise _ThereAlreadyError
        said: Any = {"id": alarm.id, **alarm.to_dict()}
        return Event(kind=KIND, subject=alarm.subject, writer=WRITER, value=alarm.moved, body=said)

    try:
        journal.follow(KIND, alarm.subject, WRITER, step)
    except _ThereAlreadyError:
        return


def _dict(data: Any) -> dict[str, Any] | None:
    return data if isinstance(data, dict) else None
