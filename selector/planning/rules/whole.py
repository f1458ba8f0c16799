"""Rules about the policy as a whole: its costs, and the measures that it names."""

from __future__ import annotations

from collections.abc import Iterator

from selector.planning.planner import Planned
from selector.planning.rules.placed import (
    Broken,
    percent,
)

MOST_REVIEW = 0.98  # of all probabilities of being good; a person would see nearly every image


def costs(planned: Planned) -> Iterator[Broken]:
    """Costs under which a person's look is never worth it, or nearly always.

    Review is the cheapest for a probability of being good from review / false_reject up to
    1 - review / false_accept. Source: C. K. Chow, "On optimum recognition error and reject
    tradeoff", IEEE Transactions on Information Theory, 1970.
    """
    given = planned.policy.costs
    if given is None:
        return
    band = 1 - given.review / given.false_reject - given.review / given.false_accept
    if band <= 0:
        yield Broken(
            ("costs", "review"),
            f"review: at {given.review:.12g} it is never the cheapest; accepting or rejecting "
            "always costs less. Lower it, or say that mistakes cost more.",
        )
    elif band >= MOST_REVIEW:
        yield Broken(
            ("costs", "review"),
            f"review: at {given.review:.12g} it is the cheapest unless an image is good or bad "
            f"with near certainty (a band of {percent(band)}). Raise it, or say that mistakes "
            "cost less.",
        )


def missing_file(planned: Planned) -> Iterator[Broken]:
    """A file of one's own that is not on this machine, where the policy could not run."""
    for name, measure in planned.measures.items():
        if said := measure.missing():
            yield Broken(("measures", name), f"{name}: {said}")


def caution(planned: Planned) -> Iterator[Broken]:
    """What a measure says of itself that its user should know before trusting its numbers."""
    for name, measure in planned.measures.items():
        if said := measure.caution():
            yield Broken(("measures", name), f"{name}: {said}")


def twin(planned: Planned) -> Iterator[Broken]:
    """Two names for the very same numbers."""
    first: dict[str, str] = {}
    for name, one in planned.plan.instances.items():
        other = first.setdefault(one.fingerprint, name)
        if other != name:
            named, twin_of = (name, other) if name in planned.policy.measures else (other, name)
            yield Broken(
                ("measures", named),
                f"{named}: measures the very same as {twin_of}. Refer to one of them only.",
            )


def unused(planned: Planned) -> Iterator[Broken]:
    """A measure that is named, and nothing refers to it."""
    dropped = {ref.instance for ref in planned.dropped.values()}
    for name in planned.policy.measures:
        if name not in planned.plan.instances and name not in dropped:
            yield Broken(
                ("measures", name),
                f"{name}: nothing refers to it, so it is never measured. Use it, or drop it.",
            )
