"""One request while it is being decided: who could be read, what was spent, who is ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from selector.decision.known import firsts_and_copies
from selector.images import Image
from selector.measures.base import Subject
from selector.policy.plan import Instance, Plan
from selector.runner import DEADLINE
from selector.types import (
    Ask,
    Candidate,
    Edit,
    Failure,
    Measured,
    Outcome,
    Table,
    evidence_needed,
    is_needed,
    tokens_of,
)

NO_INSTRUCTION = Failure("the edit's instruction: it is empty. Say what was to be changed.")


@dataclass
class Request:
    """One request while it is being decided.

    Attributes:
        id: Names it: in the selection, in the journal, in the operator's log.
        plan: What decides it.
        prompt: The prompt or the edit.
        expect: What the request expects, by name.
        started: When it began, on the clock of `time.monotonic`.
        deadline: When it ends, on the same clock.
        candidates: As far as they could be read.
        images: Those that were read in time, by candidate id.
        source: The edit's source, or why there is none.
        calls: How many candidates each instance measured.
        tokens: What each judge read and wrote.
        seconds: Wall-clock time by phase.
        late: How many candidates were not ready in time, by phase: "images", each instance.
        thumbnails: By content hash, for the store; empty unless such are wanted.
    """

    id: str
    plan: Plan
    prompt: str | Edit
    expect: Mapping[str, float]
    started: float
    deadline: float | None
    candidates: list[Candidate] = field(default_factory=list)
    images: dict[str, Image] = field(default_factory=dict)
    source: Image | Failure | None = None
    calls: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    late: dict[str, int] = field(default_factory=dict)
    thumbnails: Mapping[str, bytes] = field(default_factory=dict)

    def add(self, candidate: Candidate, image: Image | None) -> None:
        """Take in one candidate, with its picture if it could be read."""
        self.candidates.append(candidate)
        if image is not None:
            self.images[candidate.id] = image

    def spend(self, instance: str, found: Sequence[Mapping[str, Measured]], seconds: float) -> None:
        """Count what one ask took: who was measured, how long, and what judges read and wrote."""
        self.calls[instance] = self.calls.get(instance, 0) + len(found)
        self.seconds[instance] = self.seconds.get(instance, 0.0) + seconds
        if tokens := sum(tokens_of(outcome) for row in found for outcome in row.values()):
            self.tokens[instance] = self.tokens.get(instance, 0) + tokens

    def subjects(self, ask: Ask, table: Table) -> dict[str, Subject]:
        """Return, by candidate, whom an ask can be put to, as the measure sees them."""
        instance = self.plan.instances[ask.instance]
        ready = self._ready(instance, ask.candidates)
        return {one: self._subject(instance, one, table[one]) for one in ready}

    def answers(
        self, ask: Ask, found: Mapping[str, Mapping[str, Measured]], seconds: float
    ) -> list[Mapping[str, Measured]]:
        """Return the answer to an ask, in its order, and count what it took.

        Args:
            ask: What was asked.
            found: What was measured, by candidate; the others fail, with the reason.
            seconds: How long that took.
        """
        instance = self.plan.instances[ask.instance]
        self.spend(ask.instance, tuple(found.values()), seconds)
        failed: Mapping[str, Measured] = dict.fromkeys(instance.outputs, self._failure(instance))
        return [found.get(one, failed) for one in ask.candidates]

    def _failure(self, instance: Instance) -> Failure:
        """Return why an instance can't be asked on a candidate that is not ready."""
        return self._lacking(instance) or DEADLINE

    def _ready(self, instance: Instance, candidates: Sequence[str]) -> list[str]:
        """Return on whom an instance can be asked; of a set, all of it or nobody."""
        if self._lacking(instance):
            return []
        there = [one for one in candidates if one in self.images]
        whole = instance.scope == "candidate" or len(there) == len(candidates)
        return there if whole else []

    def _lacking(self, instance: Instance) -> Failure | None:
        """Return what the edit lacks of that which an instance needs."""
        if "source" in instance.needs and isinstance(self.source, Failure):
            return self.source
        edit = self.prompt if isinstance(self.prompt, Edit) else None
        if edit and not edit.instruction.strip() and is_needed("instruction", instance.needs):
            return NO_INSTRUCTION
        return None

    def _subject(self, instance: Instance, name: str, row: Mapping[str, Outcome]) -> Subject:
        """Return a candidate as a measure sees it: exactly what its `needs` names."""
        edit = self.prompt if isinstance(self.prompt, Edit) else None
        prompt = self.prompt if isinstance(self.prompt, str) else None
        source = self.source if isinstance(self.source, Image) else None
        return Subject(
            image=self.images[name],
            prompt=prompt if is_needed("prompt", instance.needs) else None,
            instruction=edit.instruction
            if edit and is_needed("instruction", instance.needs)
            else None,
            source=source if "source" in instance.needs else None,
            evidence={one: _outputs_of(one, row) for one in evidence_needed(instance.needs)},
        )


def _outputs_of(instance: str, row: Mapping[str, Outcome]) -> dict[str, Outcome]:
    start = f"{instance}."
    return {key.removeprefix(start): row[key] for key in row if key.startswith(start)}


def saved(plan: Plan, candidates: Sequence[Candidate], table: Table) -> dict[str, int]:
    """Return, by instance, how many candidates it would also have measured had all been measured.

    What instances with one fingerprint share counts once, for the first of them. A set that nobody
    measured counts with all who can be read; gates may leave it fewer.
    """
    firsts, _ = firsts_and_copies(candidates)
    readable = [one for one, candidate in firsts.items() if candidate.error is None]
    shared = {name: one.fingerprint for name, one in plan.instances.items()}
    shared |= {name: name for name, one in plan.instances.items() if one.scope == "set"}
    keys: dict[str, list[str]] = {}
    for name, instance in plan.instances.items():
        own = keys.setdefault(shared[name], [])
        own.extend(f"{name}.{output}" for output in instance.outputs)
    found: dict[str, int] = {}
    for name, instance in plan.instances.items():
        mine = keys.pop(shared[name], None)
        lacking = [one for one in readable if mine and not any(key in table[one] for key in mine)]
        part = instance.scope == "set" and len(lacking) < len(readable)
        found[name] = 0 if part else len(lacking)
    return found
