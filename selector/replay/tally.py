"""What deciding again changed, counted request by request; counts of parts add up to the whole."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypeVar

from selector.journal.light import Damaged, Recorded
from selector.replay.again import Lacking
from selector.replay.examples import KEPT, Example, Turned, drawn, side
from selector.types import Answer, Decision, VerdictName

VERDICTS: tuple[VerdictName, ...] = ("accept", "review", "reject")
TOLD = 20  # requests that are damaged, or differ from what was recorded

Flip = tuple[VerdictName, VerdictName]
Winner: TypeAlias = Literal["same", "changed", "gained", "lost", "none"]


@dataclass(frozen=True, slots=True)
class Differs:
    """A request that was decided otherwise by the very plan that decided it.

    Attributes:
        number: Its place in the journal.
        request: Its id.
        what: What differs, in words.
    """

    number: int
    request: str
    what: str


@dataclass
class Tally:
    """What is counted. Which request comes first, and in which part it is counted, never matters.

    Attributes:
        requests: All that were decided again or could not be; the damaged are not among them.
        candidates: Theirs.
        own: The requests among them that their own plan decided again, or one that means the same.
        undecided: Those among them that could not be decided.
        open: Candidates of these that may get any verdict.
        flips: Candidates of decided requests by their verdicts before and after.
        before: Candidates of all requests by their verdict before.
        fewest: Candidates by verdict after, as far as it is certain; *most*, as far as possible.
        answers: Requests by answer before; *answered* after, of decided ones.
        person: Requests that needed a person before; *persons* after, of decided ones.
        winners: Decided requests by what became of the best that was accepted.
        least: By instance, the calls that undecided ones need whatever they bring; *up_to*, can
            need.
        seen: The fingerprints of which anything was recorded.
        policies: Requests by the policy that decided them, "portrait@3".
        first: When the first was decided; *last*, the last.
        examples: A few of each flip.
        wins: A few whose winner changed.
        differing: How many requests their own plan decided otherwise; *differs* has the first.
        damaged: How many can't be read; *broken* has the first.
        left_out: How many the older policy that they are held against could not decide.
    """

    requests: int = 0
    candidates: int = 0
    own: int = 0
    undecided: int = 0
    open: int = 0
    flips: Counter[Flip] = field(default_factory=Counter)
    before: Counter[VerdictName] = field(default_factory=Counter)
    fewest: Counter[VerdictName] = field(default_factory=Counter)
    most: Counter[VerdictName] = field(default_factory=Counter)
    answers: Counter[Answer] = field(default_factory=Counter)
    answered: Counter[Answer] = field(default_factory=Counter)
    person: int = 0
    persons: int = 0
    winners: Counter[Winner] = field(default_factory=Counter)
    least: Counter[str] = field(default_factory=Counter)
    up_to: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)
    policies: Counter[str] = field(default_factory=Counter)
    first: str = ""
    last: str = ""
    examples: dict[Flip, list[Example]] = field(default_factory=dict)
    wins: list[Example] = field(default_factory=list)
    differing: int = 0
    differs: list[Differs] = field(default_factory=list)
    damaged: int = 0
    broken: list[Damaged] = field(default_factory=list)
    left_out: int = 0

    def take(self, one: Recorded, found: Decision | Lacking, *, own: bool) -> None:
        """Count a request.

        Args:
            one: As it was recorded.
            found: What it got now.
            own: Whether the plan that decided it then decided again, or one that means the same.
        """
        self.requests += 1
        self.candidates += len(one.candidates)
        self.own += own
        self.policies[one.policy] += 1
        self.first = min(self.first or one.created, one.created)
        self.last = max(self.last, one.created)
        self.before.update(one.decision.verdicts.values())
        self.answers[one.decision.answer] += 1
        self.person += one.decision.needs_person
        self.seen.update(each.fingerprint for each in one.found)
        if isinstance(found, Lacking):
            self._take_lacking(found)
        else:
            self._take_decided(one, found)
        if own and (what := otherwise(one, found)):
            self.differing += 1
            self.differs = _first([*self.differs, Differs(one.number, one.id, what)])

    def take_damaged(self, one: Damaged) -> None:
        """Count a request that can't be read."""
        self.damaged += 1
        self.broken = _first([*self.broken, one])

    def add(self, other: Tally) -> None:
        """Add what was counted in another part."""
        for name in ("requests", "candidates", "own", "undecided", "open", "person", "persons",
                     "differing", "damaged", "left_out"):  # fmt: skip
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("flips", "before", "fewest", "most", "answers", "answered", "winners", "least",
                     "up_to", "policies"):  # fmt: skip
            getattr(self, name).update(getattr(other, name))
        self.seen |= other.seen
        self.first = min(filter(None, (self.first, other.first)), default="")
        self.last = max(self.last, other.last)
        for flip, some in other.examples.items():
            self.examples[flip] = drawn([*self.examples.get(flip, ()), *some])
        self.wins = drawn([*self.wins, *other.wins])
        self.differs = _first([*self.differs, *other.differs])
        self.broken = _first([*self.broken, *other.broken])

    def _take_lacking(self, found: Lacking) -> None:
        self.undecided += 1
        self.open += len(found.open)
        self.least.update(found.least)
        self.up_to.update(found.most)
        gone, waiting = len(found.gone), len(found.open)
        self.fewest.update({"reject": gone})
        self.most.update({"accept": found.accepted, "review": waiting, "reject": gone + waiting})

    def _take_decided(self, one: Recorded, found: Decision) -> None:
        self.fewest.update(found.verdicts.values())
        self.most.update(found.verdicts.values())
        self.answered[found.answer] += 1
        self.persons += found.needs_person
        old, new = winner(one.decision), winner(found)
        self.winners[_became(old, new)] += 1
        for name, verdict in one.decision.verdicts.items():
            flip = (verdict, found.verdicts[name])
            self.flips[flip] += 1
            if flip[0] != flip[1]:
                self._show(self.examples.setdefault(flip, []), one, found, (name,))
        if old and new and old != new:
            self._show(self.wins, one, found, (old, new))

    def _show(
        self, shown: list[Example], one: Recorded, found: Decision, names: tuple[str, ...]
    ) -> None:
        """Put a request among the examples, if it is drawn."""
        draw = hashlib.sha256("\0".join((one.id, *names)).encode()).hexdigest()
        if len(shown) < KEPT or draw < shown[-1].draw:
            known = {each.id: each for each in one.candidates}
            turned = tuple(
                Turned(known[name], side(one.decision, name), side(found, name)) for name in names
            )
            made = Example(draw, one.id, one.created, one.prompt, one.plan_hash, turned)
            shown[:] = drawn([*shown, made])


def winner(of: Decision) -> str | None:
    """Return the best that was accepted."""
    return next((one for one in of.ranking if of.verdicts[one] == "accept"), None)


def otherwise(one: Recorded, found: Decision | Lacking) -> str:
    """Return in words what is not as it was recorded; "" if nothing.

    Of an audited request of which nobody wrote down what only the audit measured, verdicts and
    answer are compared: with all known, why a candidate is rejected may be told otherwise.
    """
    if isinstance(found, Lacking):
        return f"undecided: {next(iter(found.least))} was not measured"
    old = one.decision
    if found == old:
        return ""
    whole = one.audited and not any(each.after for each in one.found) and one.disagreed is None
    return "; ".join(_unlike(old, found, told=not whole))


def _unlike(old: Decision, new: Decision, *, told: bool) -> Iterator[str]:
    for name, verdict in old.verdicts.items():
        if new.verdicts[name] != verdict:
            yield f"{name!r}: {verdict} → {new.verdicts[name]}"
    if old.answer != new.answer:
        yield f"answer: {old.answer} → {new.answer}"
    if old.needs_person != new.needs_person:
        yield f"needs a person: {old.needs_person} → {new.needs_person}"
    kept = [[one for one in of.ranking if of.verdicts[one] != "reject"] for of in (old, new)]
    if kept[0] != kept[1]:
        yield f"order: {kept[0]} → {kept[1]}"
    if told:
        names = ("ranking", "reasons", "quality", "at_most", "advice")
        yield from (name for name in names if getattr(old, name) != getattr(new, name))


def _became(old: str | None, new: str | None) -> Winner:
    if old == new:
        return "same" if old else "none"
    if old is None:
        return "gained"
    return "lost" if new is None else "changed"


Told = TypeVar("Told", Differs, Damaged)


def _first(told: Iterable[Told]) -> list[Told]:
    return sorted(told, key=lambda one: one.number)[:TOLD]
