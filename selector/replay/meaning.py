"""What two plans mean, held against each other line by line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from selector.policy.plan import (
    Certified,
    Criterion,
    Gate,
    Instance,
    Knots,
    Lexicographic,
    Pareto,
    Plan,
    Probability,
    Term,
)

LONGEST = 60  # characters of a parameter


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two plans say differently.

    Attributes:
        what: What it is about: "gate faces.defect: reject_above".
        old: What the old one says; None where it says nothing.
        new: What the new one says; likewise.
        decides: Whether a decision can depend on it; else it only arranges measuring.
    """

    what: str
    old: str | None
    new: str | None
    decides: bool = True

    def __str__(self) -> str:
        if self.old is None:
            return f"{self.what}: {self.new} (new)"
        if self.new is None:
            return f"{self.what}: {self.old} (gone)"
        return f"{self.what}: {self.old} → {self.new}"


def means_the_same(one: Plan, other: Plan) -> bool:
    """Return whether two plans decide alike: all else equal but names and how measuring is arranged.

    What was chosen from a journal to save more belongs to the arrangement.
    """
    return one.hash == other.hash or _bare(one) == _bare(other)


def _bare(plan: Plan) -> Plan:
    return replace(
        plan,
        policy="",
        version=0,
        policy_hash="",
        journal="where_set",
        timeout_s=None,
        mode="exact",
        parallelism=1,
        audit=0.0,
        prediction=None,
        schema=1,
    )


def differences(old: Plan, new: Plan) -> tuple[Difference, ...]:
    """Return what two plans say differently, in the order of a policy file."""
    deciding = tuple(_between(dict(_decides(old)), dict(_decides(new)), decides=True))
    if not deciding and not means_the_same(old, new):
        deciding = (Difference("what decides", "other digits than are told here", "others"),)
    return (*deciding, *_between(dict(_arranges(old)), dict(_arranges(new)), decides=False))


def _between(
    old: Mapping[str, str], new: Mapping[str, str], *, decides: bool
) -> Iterator[Difference]:
    for what in dict.fromkeys((*old, *new)):
        whole = what.partition(": ")[0]  # what is new or gone as a whole is told once
        if (whole in old) != (whole in new) and whole != what:
            continue
        if old.get(what) != new.get(what):
            yield Difference(what, old.get(what), new.get(what), decides)


Lines = Iterator[tuple[str, str]]


def _decides(plan: Plan) -> Lines:
    for one in plan.instances.values():
        yield from _instance(one)
    yield from _bounds("gate", plan.gates)
    yield "method", plan.method.kind.replace("_", " ")
    if isinstance(plan.method, Lexicographic):
        yield from _steps("criterion", plan.method.criteria)
    if isinstance(plan.method, Pareto):
        yield from _steps("objective", plan.method.objectives)
    yield from _terms(plan)
    yield from _bounds("constraint", plan.constraints)
    yield from _cut(plan)
    yield "deliver", "all" if plan.deliver is None else f"{plan.deliver}"
    yield from _said("", {"review_at_most": plan.review_at_most})
    if plan.distinct:
        yield f"distinct by {plan.distinct.by.key}: within", _shown(plan.distinct.within)
    yield "on_empty", plan.on_empty
    yield from _labelled(plan)
    if plan.regret:
        yield "regret", f"{_shown(plan.regret.share)} at {_shown(plan.regret.confidence)}"
    if plan.worth:
        yield from _said("value_of_quality", {"quality": plan.worth.quality, "call": plan.worth.call,
                                              "candidate": plan.worth.candidate})  # fmt: skip


def _arranges(plan: Plan) -> Lines:
    yield "cascade: mode", plan.mode
    yield "cascade: parallelism", f"{plan.parallelism}"
    yield "cascade: audit", _shown(plan.audit)
    yield "journal", plan.journal
    yield from _said("", {"timeout_s": plan.timeout_s})


def _instance(one: Instance) -> Lines:
    head = f"measure {one.name}"
    yield head, one.use
    yield f"{head}: version", f"{one.version}"
    yield from _said(head, one.parameters)
    for name, content in one.models.items():
        yield f"{head}: {name}", _shown(content[:12])
    yield f"{head}: fingerprint", one.fingerprint[:12]


def _bounds(noun: str, gates: Iterable[Gate]) -> Lines:
    seen: dict[str, int] = {}
    for gate in gates:
        key = gate.on.key
        seen[key] = seen.get(key, 0) + 1
        again = f" ({seen[key]})" if seen[key] > 1 else ""
        lines = (
            "reject_below",
            "reject_above",
            "accept_below",
            "accept_above",
            "equals",
            "at_least",
        )
        said: dict[str, Any] = {line: getattr(gate, line) for line in lines}
        said["on_failure"] = gate.on_failure if gate.on_failure != "review" else None
        said["if_absent"] = gate.if_absent if gate.if_absent != "pass" else None
        yield from _said(f"{noun} {key}{again}", said)


def _steps(noun: str, parts: Iterable[Criterion]) -> Lines:
    for at, part in enumerate(parts, start=1):
        yield f"{noun} {at}", part.of.key
        yield from _part(f"{noun} {at}", part)
        yield from _said(f"{noun} {at}", {"eps": part.eps or None})


def _terms(plan: Plan) -> Lines:
    noun = {"constrained": "objective", "pareto": "pick"}.get(plan.method.kind, "term")
    seen: dict[str, int] = {}
    for term in plan.terms:
        key = term.of.key
        seen[key] = seen.get(key, 0) + 1
        head = f"{noun} {key}" + (f" ({seen[key]})" if seen[key] > 1 else "")
        yield f"{head}: weight", f"{100 * term.weight:.6g} %"
        yield from _part(head, term)


def _cut(plan: Plan) -> Lines:
    if plan.cut:
        head = "cut" if plan.cut.of == "quality" else "cut of the probability"
        lines = {"reject_below": plan.cut.reject_below, "accept_above": plan.cut.accept_above}
        yield from _said(head, lines)
    if plan.probability:
        yield from _factors(plan.probability)


def _labelled(plan: Plan) -> Lines:
    if plan.certified:
        yield from _certified(plan.certified)
    if plan.uncertified:
        yield "not calibrated yet", ", ".join(plan.uncertified)
    if plan.uncertified or plan.certified:
        yield "uncertified", plan.if_uncertified


def _factors(probability: Probability) -> Lines:
    for at, factor in enumerate(probability.factors, start=1):
        head = f"probability, factor {at}"
        yield f"{head}: curve", _points(factor.curve)
        for term in factor.terms:
            yield f"{head}: {term.of.key}", f"{100 * term.weight:.6g} %"
            yield from _part(f"{head}: {term.of.key}", term)


def _certified(certified: Certified) -> Lines:
    yield "certified: candidates", f"{certified.fewest} to {certified.most}"
    if certified.generators:
        yield "certified: generators", ", ".join(certified.generators)
    for segment, lines in certified.segments.items():
        yield from ((f"segment {segment}: {one.words}", _shown(one.value)) for one in lines)
    if certified.open:
        yield "certified: not for the segments", ", ".join(certified.open)


def _points(knots: Knots) -> str:
    """Return a curve in a few words: where it begins and ends, by how many points, and which."""
    text = " ".join(f"{at:.12g}:{height:.12g}" for at, height in knots)
    if len(text) <= LONGEST:
        return text
    (first, low), (last, high) = knots[0], knots[-1]
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{first:g}:{low:g} to {last:g}:{high:g} by {len(knots)} points ({digest})"


def _part(head: str, part: Term | Criterion) -> Lines:
    scale = part.scale
    yield f"{head}: scale", f"{_shown(scale.worst)} (worst) to {_shown(scale.best)} (best)"
    if scale.knots:
        yield f"{head}: curve of the scale", _points(scale.knots)
    on_failure = part.on_failure if part.on_failure != "review" else None
    yield from _said(head, {"if_absent": part.if_absent, "on_failure": on_failure})


def _said(head: str, entries: Mapping[str, Any]) -> Lines:
    """Give the entries that say anything."""
    for name, value in entries.items():
        if value is not None:
            yield f"{head}: {name}" if head else name, _shown(value)


def _shown(value: Any) -> str:
    text = f"{value:.12g}" if isinstance(value, float) else str(value)
    if len(text) <= LONGEST:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
    return f"{text[: LONGEST - 1]}… ({digest[:8]})"  # two that begin alike are told apart
