"""What replay found, as text for a terminal and as data for scripts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from selector.cli.prose import entry, shown
from selector.cli.table import LONGEST
from selector.replay.examples import Example, Side
from selector.replay.replayed import Replayed
from selector.replay.tally import VERDICTS
from selector.replay.words import counted, headline, percent, percents, sentences
from selector.report.words import moment
from selector.types import to_data
from selector.types.decided import Reason

COLUMN = 14
POLICIES = 5  # that are named
EXAMPLES = 2  # of each flip
REASONS = 3  # of one verdict


def lines(found: Replayed) -> Iterator[str]:
    """Give what replay found: the headline, what was counted, examples, what went wrong."""
    tally = found.tally
    yield headline(found)
    if not tally.requests:
        yield from _broken(found)
        return
    yield ""
    yield from _about(found)
    if found.plan is not None:
        yield from _matrix(found)
        yield from _rates(found)
        yield ""
        yield from (entry("", said, column=0, indent=0) for said in sentences(found))
        yield from _examples(found)
    yield from _differs(found)
    yield from _broken(found)


def _about(found: Replayed) -> Iterator[str]:
    tally = found.tally
    several = [
        f"{shown(name, LONGEST)} ({count:,})"
        for name, count in tally.policies.most_common(POLICIES)
    ]
    more = len(tally.policies) - POLICIES
    by = ", ".join(several) + (f" and {more} more" if more > 0 else "")
    said = f"{tally.requests:,} with {counted(tally.candidates, 'candidate')}, "
    when = f"{moment(tally.first)} to {moment(tally.last)}"
    yield entry("Requests", f"{said}{when}", column=COLUMN, indent=0)
    yield entry("Decided by", by, column=COLUMN, indent=0)
    if found.told.meant:
        yield entry("Only", ", ".join(map(shown, found.told.meant)), column=COLUMN, indent=0)
    if found.plan is not None:
        name = f"{shown(found.plan.policy)}@{found.plan.version}"
        same = f"; {tally.own:,} were decided by it, or by one that means the same"
        yield entry("Now by", f"{name}{same if tally.own else ''}", column=COLUMN, indent=0)


def _matrix(found: Replayed) -> Iterator[str]:
    """Give how many candidates went from which verdict to which."""
    if not found.decided:
        return
    yield ""
    yield "Candidates, from the verdict then (down) to the verdict now (across)"
    yield f"  {'':8}" + "".join(f"{verdict:>12}" for verdict in VERDICTS)
    for old in VERDICTS:
        counts = (found.tally.flips[old, new] for new in VERDICTS)
        yield f"  {old:8}" + "".join(f"{count:>12,}" for count in counts)


def _rates(found: Replayed) -> Iterator[str]:
    yield ""
    yield f"{'Rates':<44}{'then':>10}{'now':>18}"
    for rate in found.rates:
        head = f"  {rate.name}, of {rate.of}"
        yield f"{head:<44}{percent(rate.before):>10}{percents(rate.after):>18}"


def _examples(found: Replayed) -> Iterator[str]:
    some = [
        (flip, one) for flip, listed in found.tally.examples.items() for one in listed[:EXAMPLES]
    ]
    if some:
        yield ""
        yield "Examples"
    for (old, new), one in sorted(some, key=lambda pair: (pair[0], pair[1].draw)):
        turned = one.turned[0]
        who = f"{shown(turned.candidate.id, LONGEST)} of request {shown(one.request, LONGEST)}"
        yield entry("", f"{old} → {new}: {who}, “{shown(one.prompt, LONGEST)}”", column=0)
        yield entry("then", _grounds(turned.old), column=6, indent=4)
        yield entry("now", _grounds(turned.new), column=6, indent=4)


def _grounds(side: Side) -> str:
    said = [f"{one.kind}: {one}" for one in side.reasons[:REASONS]]
    quality = "" if side.quality is None else f"quality {side.quality:.3f}"
    return "; ".join(filter(None, (*said, quality))) or "met every bound"


def _differs(found: Replayed) -> Iterator[str]:
    if not found.tally.differing:
        return
    yield ""
    own = "Decided otherwise by the very plan that decided them"
    yield f"{own}: {counted(found.tally.differing, 'request')}"
    for one in found.tally.differs:
        yield entry(shown(one.request, LONGEST), one.what, column=COLUMN)


def _broken(found: Replayed) -> Iterator[str]:
    if not found.tally.damaged:
        return
    yield ""
    yield f"Damaged: {counted(found.tally.damaged, 'request')}"
    for one in found.tally.broken:
        yield entry(shown(one.id, LONGEST), one.why, column=COLUMN)


def data(found: Replayed) -> dict[str, Any]:
    """Return what replay found as JSON data."""
    tally, reviews = found.tally, found.reviews
    return {
        "headline": headline(found),
        "policy": None if found.plan is None else f"{found.plan.policy}@{found.plan.version}",
        "plan": None if found.plan is None else found.plan.hash,
        "requests": tally.requests,
        "candidates": tally.candidates,
        "decided": found.decided,
        "undecided": tally.undecided,
        "same_meaning": tally.own,
        "first": tally.first or None,
        "last": tally.last or None,
        "policies": dict(tally.policies),
        "flips": {old: {new: tally.flips[old, new] for new in VERDICTS} for old in VERDICTS},
        "rates": [
            {
                "name": one.name,
                "of": one.of,
                "before": one.before,
                "after": [one.after.low, one.after.high],
            }
            for one in found.rates
        ],
        "winners": dict(tally.winners),
        "review_per_1000_requests": {
            "price": found.told.price,
            "before": reviews.before,
            "after": [reviews.after.low, reviews.after.high],
        },
        "calls_needed": {
            "at_least": dict(tally.least),
            "at_most": dict(tally.up_to),
            "never_recorded": list(found.unmeasured),
        },
        "differences": [to_data(type(one), one) for one in found.told.differences],
        "examples": list(_listed(found)),
        "differing": tally.differing,
        "differs": [{"request": one.request, "what": one.what} for one in tally.differs],
        "damaged": tally.damaged,
        "damaged_requests": [{"request": one.id, "why": one.why} for one in tally.broken],
    }


def _listed(found: Replayed) -> Iterator[dict[str, Any]]:
    groups: Iterable[list[Example]] = [*found.tally.examples.values(), found.tally.wins]
    for one in (each for group in groups for each in group):
        yield {
            "request": one.request,
            "prompt": one.prompt,
            "candidates": [
                {
                    "id": turned.candidate.id,
                    "path": turned.candidate.path,
                    "then": _side(turned.old),
                    "now": _side(turned.new),
                }
                for turned in one.turned
            ],
        }


def _side(side: Side) -> dict[str, Any]:
    return {
        "verdict": side.verdict,
        "quality": side.quality,
        "reasons": to_data(tuple[Reason, ...], side.reasons),
    }


def changes(found: Replayed) -> Iterator[str]:
    """Give what a policy says otherwise than the older one, what only arranges measuring last."""
    told = found.told.differences
    if not told:
        yield "Both mean the same."
    for one in told:
        yield entry("", str(one) + ("" if one.decides else " (decides nothing)"), column=0)
