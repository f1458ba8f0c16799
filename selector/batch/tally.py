"""What became of many requests, in counts that add up over requests, shards and runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from selector.batch.listed import Listed
from selector.batch.texts import valid
from selector.foreign import shortened
from selector.types import Candidate, Failure, Selection, from_data, to_data

MOST_ERRORS = 50  # different ones; paths and numbers in them may make each another
LONGEST = 300  # characters of one

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of requests; two of them add up.

    Attributes:
        requests: How many requests.
        candidates: How many candidates they have.
        verdicts: How many of these got which verdict; "" for those of requests that failed.
        answers: How many requests got which answer.
        needs_person: How many requests need a person.
        unreadable: How many candidates could not be read.
        failed: How many requests hold what failed: an image that can't be read, an output, all.
        audited: How many requests were measured in full.
        calls: How many candidates each instance measured, also for what was done again.
        saved: How many it would also have measured had all been measured.
        seconds: The time that each instance took, and "images" for reading them.
        reasons: How often which ground was given: "refused filters.blank.structure", "outranked".
        errors: How many candidates failed for which reason; the commonest.
    """

    requests: int = 0
    candidates: int = 0
    verdicts: Counts = field(default_factory=dict)
    answers: Counts = field(default_factory=dict)
    needs_person: int = 0
    unreadable: int = 0
    failed: int = 0
    audited: int = 0
    calls: Counts = field(default_factory=dict)
    saved: Counts = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    reasons: Counts = field(default_factory=dict)
    errors: Counts = field(default_factory=dict)

    def __add__(self, other: Tally) -> Tally:
        names = [one.name for one in fields(self)]
        sums = {name: _sum(getattr(self, name), getattr(other, name)) for name in names}
        return Tally(**sums | {"errors": _commonest(sums["errors"])})

    @property
    def spent(self) -> Tally:
        """What it took, without what came of it."""
        return Tally(calls=self.calls, saved=self.saved, seconds=self.seconds)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON data; `from_dict` reads it back, equal."""
        return dict(to_data(Tally, self))

    @classmethod
    def from_dict(cls, data: Any) -> Tally:
        """Return the tally that `to_dict` wrote.

        Raises:
            pydantic.ValidationError: *data* is not a tally.
        """
        tally: Tally = from_data(Tally, data)
        return tally


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one candidate, as far as it is counted.

    Attributes:
        verdict: Its verdict; None where its request failed.
        grounds: What its reasons are counted under.
        errors: Why it could not be read, what failed to measure it, why its request failed.
        unreadable: Whether it could not be read.
    """

    verdict: str | None
    grounds: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    unreadable: bool = False


def of(selection: Selection) -> Tally:
    """Return the tally of one request."""
    fates = [_fate(selection, one) for one in selection.candidates]
    counts = counted(
        fates, selection.answer, needs_person=selection.needs_person, audited=selection.audited
    )
    spent = selection.spent
    return counts + Tally(
        calls=dict(spent.calls),
        saved={name: count for name, count in spent.saved.items() if count},
        seconds={name: took for name, took in spent.seconds.items() if name != "total"},
    )


def of_failed(listed: Listed, why: str) -> Tally:
    """Return the tally of one request that failed as a whole."""
    fate = Fate(None, errors=(brief(without_place(listed, why)),))
    return counted([fate] * len(listed.candidates), None)


def counted(
    fates: Sequence[Fate], answer: str | None, *, needs_person: bool = False, audited: bool = False
) -> Tally:
    """Return the tally of one request, without what it took.

    Args:
        fates: What became of each candidate.
        answer: What the request got; None if it failed.
        needs_person: Whether it needs a person.
        audited: Whether it was measured in full.
    """
    errors = Counter(said for one in fates for said in one.errors)
    return Tally(
        requests=1,
        candidates=len(fates),
        verdicts=Counter(one.verdict or "" for one in fates),
        answers={answer: 1} if answer else {},
        needs_person=int(needs_person),
        unreadable=sum(one.unreadable for one in fates),
        failed=int(bool(errors)),
        audited=int(audited),
        reasons=Counter(said for one in fates for said in one.grounds),
        errors=_commonest(errors),
    )


def _fate(selection: Selection, one: Candidate) -> Fate:
    given = selection.reasons.get(one.id, ())
    grounds = tuple(ground(reason.kind, reason.instance, reason.output) for reason in given)
    if one.error is not None:
        said: tuple[str, ...] = (unread(one.error),)
    else:
        row = selection.outcomes.get(one.id, {})
        failed = {key: found for key, found in row.items() if isinstance(found, Failure)}
        said = tuple(dict.fromkeys(failure(key, found.reason) for key, found in failed.items()))
    return Fate(selection.verdict(one.id), grounds, said, one.error is not None)


def ground(kind: str, instance: str, output: str) -> str:
    """Return what a reason is counted under."""
    where = ".".join(part for part in (instance, output) if part)
    return f"{kind} {where}" if where else kind


def failure(key: str, reason: str) -> str:
    """Return what a failed output is counted under: its instance, whose outputs fail together."""
    return brief(f"{key.rpartition('.')[0]}: {reason}")


def unread(error: str) -> str:
    """Return what an unreadable image is counted under: all but its name."""
    return brief(error.partition(": ")[2] or error)


def brief(error: str) -> str:
    """Return an error as it is counted: as text of a bounded length."""
    return shortened(valid(error), LONGEST)


def without_place(listed: Listed, why: str) -> str:
    """Return why a request failed without the place in the input, which rows tell otherwise."""
    return why.removeprefix(f"{listed.where}: ") if listed.where else why


def _sum(one: Any, other: Any) -> Any:
    if not isinstance(one, Mapping):
        return one + other
    return {name: one.get(name, 0) + other.get(name, 0) for name in sorted({*one, *other})}


def _commonest(errors: Counts) -> Counts:
    order = sorted(errors, key=lambda said: (-errors[said], said))
    return {said: errors[said] for said in order[:MOST_ERRORS]}
