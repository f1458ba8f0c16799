"""Recorded requests as light objects: what deciding again needs, and nothing that takes time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Row

from selector.journal.plain import number
from selector.types import Candidate, Decision, Failure, NotApplicable, Outcome, Reason, Score


class Found(NamedTuple):
    """One recorded outcome.

    Attributes:
        candidate: Whose it is.
        instance: The instance that found it, as its plan calls it.
        output: Of which output.
        fingerprint: Of the instance: what its numbers follow from.
        outcome: What was found; evidence only of sets.
        after: Whether only an audit measured it, after the decision.
    """

    candidate: str
    instance: str
    output: str
    fingerprint: str
    outcome: Outcome
    after: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request as the journal has it, as far as deciding it again and comparing need it.

    Attributes:
        number: Its place in the journal.
        id: Its name.
        created: When it was decided, UTC, ISO 8601.
        prompt: The prompt, or the edit's instruction.
        policy: Name and version of the policy: "portrait@3".
        plan_hash: Under which name the journal keeps the plan that decided it.
        expect: What the caller expected of it.
        candidates: With id, hash, path and error, and of their metadata the generator and the
            segment that all agree on; in the order in which they were given.
        found: Every outcome.
        decision: What was decided then.
        audited: Whether the rest was measured too, after the decision.
        disagreed: Whether all of it would have decided otherwise; None where that is not known.
    """

    number: int
    id: str
    created: str
    prompt: str
    policy: str
    plan_hash: str
    expect: Mapping[str, float]
    candidates: tuple[Candidate, ...]
    found: tuple[Found, ...]
    decision: Decision
    audited: bool
    disagreed: bool | None


@dataclass(frozen=True, slots=True)
class Damaged:
    """A request that can't be read, and why."""

    number: int
    id: str
    why: str


def request(
    head: Row[Any], listed: Sequence[Row[Any]], known: Sequence[Row[Any]]
) -> Recorded | Damaged:
    """Return a request, or that it is damaged.

    Args:
        head: Its own row.
        listed: Those of its candidates, in their order.
        known: Those of its outcomes that were evaluated: request, candidate, instance, output,
            fingerprint, kind, value, reason, evidence, members, after.
    """
    try:
        return Recorded(
            number=head.number,
            id=_text(head.id),
            created=_text(head.created),
            prompt=_text(head.prompt),
            policy=f"{head.policy}@{head.version}",
            plan_hash=_text(head.plan_hash),
            expect={name: number(value) for name, value in json.loads(head.expect).items()},
            candidates=tuple(_candidate(row, head) for row in listed),
            found=tuple(map(_found, known)),
            decision=_decision(head, listed),
            audited=bool(head.audited),
            disagreed=head.disagreed,
        )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        return Damaged(head.number, str(head.id), f"{type(error).__name__}: {error}")


def _candidate(row: Row[Any], head: Row[Any]) -> Candidate:
    agreed = {"generator": head.generator, "segment": head.segment}
    return Candidate(
        id=row.candidate_id,
        metadata={name: value for name, value in agreed.items() if value is not None},
        path=row.path,
        content_hash=row.content_hash,
        error=row.error,
    )


Make = Callable[[Any, Any, Any, Any], Outcome]
_KINDS: Mapping[str, Make] = {
    "score": lambda value, _, evidence, members: Score(number(value), evidence, members),
    "failure": lambda _, said, evidence, members: Failure(_text(said), evidence, members),
    "not_applicable": lambda _, said, evidence, members: NotApplicable(
        _text(said), evidence, members
    ),
}


def _found(row: Sequence[Any]) -> Found:
    _, candidate, instance, output, fingerprint, kind, value, said, evidence, members, after = row
    left = None if evidence is None else json.loads(evidence)
    outcome = _KINDS[kind](value, said, left, members)
    return Found(candidate, instance, output, fingerprint, outcome, bool(after))


def _decision(head: Row[Any], rows: Sequence[Row[Any]]) -> Decision:
    ranked = sorted((row.rank, row.candidate_id) for row in rows if row.rank is not None)
    return Decision(
        ranking=tuple(name for _, name in ranked),
        verdicts={row.candidate_id: _text(row.verdict) for row in rows},
        reasons={row.candidate_id: _reasons(row.reasons) for row in rows},
        quality={row.candidate_id: row.quality for row in rows if row.quality is not None},
        answer=head.answer,
        needs_person=bool(head.needs_person),
        advice=head.advice,
        at_most={row.candidate_id: row.at_most for row in rows if row.at_most is not None},
    )


def _reasons(text: str | None) -> tuple[Reason, ...]:
    if text is None or text == "[]":
        return ()
    return tuple(Reason(**one) for one in json.loads(text))


def _text(said: object) -> Any:
    if not isinstance(said, str):
        raise TypeError(f"{said!r} is no text")
    return said
