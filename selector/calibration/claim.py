"""What a calibrated file promises, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator

from selector.calibration.accepting import Accepting
from selector.policy.calibration import Calibration
from selector.policy.policy import Policy


def claim_of(policy: Policy, made: Calibration, found: Accepting | None) -> str:
    """Return what is promised, or what alone was fitted."""
    whose = f"{policy.name}@{policy.version}"
    what = ", ".join(_fitted(made)) or "nothing"
    if found is None:
        return (
            f"Nothing is promised: {what} of {whose} fitted on {_count(made.data.requests)}, "
            f"for {_requests(made)}."
        )
    held = [one for one in found.groups if one.certain.place is not None]
    if not held or policy.target is None:
        return (
            f"Nothing is promised of {whose}: its labels support no accept line yet. "
            f"Fitted: {what}, for {_requests(made)}."
        )
    target = policy.target
    labels, bad = (sum(getattr(one.certain, name) for one in held) for name in ("labels", "bad"))
    named = [one.segment for one in held if one.segment is not None]
    only = f" in {_listed(named)}" if named and len(named) == len(held) else ""
    return (
        f"With {_percent(target.confidence)} confidence at most {_percent(target.bad_delivered)} "
        f"of what {whose} delivers is bad{only}, for {_requests(made)}: {labels} labelled "
        f"deliveries, {bad} bad."
    )


def _fitted(made: Calibration) -> Iterator[str]:
    for name, noun in (("scales", "scale"), ("weights", "weight")):
        if count := len(getattr(made, name)):
            yield f"{count} {noun}{'s' * (count > 1)}"
    if made.probability:
        yield "the probability of being good"
    if any(one.line == "reject_below" and one.value is not None for one in made.cuts):
        yield "the reject line"


def _requests(made: Calibration) -> str:
    fewest, most = made.holds_for.candidates
    span = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    noun = "candidate" if span == "1" else "candidates"
    of = f" of {_listed(made.holds_for.generators)}" if made.holds_for.generators else ""
    return f"requests of {span} {noun}{of}"


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(names)


def _count(requests: int) -> str:
    return "1 request" if requests == 1 else f"{requests} requests"


def _percent(share: float) -> str:
    return f"{100 * share:.6g} %"
