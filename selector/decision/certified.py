"""Which certified lines hold for a request, and why none does where that is so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from selector.policy.lines import with_lines
from selector.policy.plan import Certified, Plan
from selector.types import Candidate, agreed


def for_request(plan: Plan, candidates: Sequence[Candidate]) -> tuple[Plan, str]:
    """Return the plan with the lines of the request's segment, and why it is uncertified, if it is.

    Args:
        plan: What decides.
        candidates: All that the request came with, copies and what can't be read among them.
    """
    certified = plan.certified
    if certified is None:
        return plan, _waiting(plan.uncertified)
    segment = agreed(candidates, "segment")
    lines = certified.segments.get(segment, ()) if segment is not None else ()
    named = {line.words for line in lines}
    waits = _waiting([words for words in plan.uncertified if words not in named])
    why = [waits, *_outside(certified, candidates)]
    if segment in certified.open:
        why.append(f"too few labels for the segment {segment}")
    return with_lines(plan, lines), "; ".join(filter(None, why))


def _waiting(words: Sequence[str]) -> str:
    return f"not calibrated yet: {', '.join(words)}" if words else ""


def _outside(certified: Certified, candidates: Sequence[Candidate]) -> Iterator[str]:
    """Tell how a request is another than those that the lines were certified on."""
    fewest, most = certified.fewest, certified.most
    if not fewest <= len(candidates) <= most:
        span = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        noun = "candidate" if span == "1" else "candidates"
        yield f"calibrated for {span} {noun} (got {len(candidates)})"
    generator = agreed(candidates, "generator")
    if certified.generators and generator not in certified.generators:
        got = generator or "none that all name"
        yield f"calibrated for images of {', '.join(certified.generators)} (got {got})"
