"""Accept lines as the calibrated file has them: the number, what it rests on, or what is lacking."""

from __future__ import annotations

from collections.abc import Iterator

from selector.calibration.accepting import Accepting, Group
from selector.calibration.certify import Target, needed_to_begin
from selector.calibration.lines import Open
from selector.policy.calibration import CutOf


def cuts_of(found: Accepting, target: Target, how: str) -> Iterator[CutOf]:
    """Give the accept lines as they are written.

    Args:
        found: The lines.
        target: What is promised.
        how: On what they were found, in words.
    """
    for group in found.groups:
        for at, line in enumerate(found.lines):
            yield _cut(found, group, at, line=line, why=_why(group, target, how))


def _cut(found: Accepting, group: Group, at: int, *, line: Open, why: str) -> CutOf:
    its, places = group.certain, found.places
    value, interval = None, None
    if its.place is not None and its.open_to is not None:
        value = places[its.place][at]
        other = places[its.open_to][at]
        interval = None if other == value else (min(value, other), max(value, other))
    return CutOf(
        on=line.on,
        line=line.line,
        value=value,
        segment=group.segment,
        interval=interval,
        labels=its.labels,
        bad=its.bad,
        risk_at_most=None if its.risk_at_most is None else float(f"{its.risk_at_most:.6g}"),
        why=why,
    )


def _why(group: Group, target: Target, how: str) -> str:
    its, lacks = group.certain, group.certain.lacking
    if its.place is not None:
        found = f"laxest line of a fixed sequence of exact binomial tests, {how}"
        return "; ".join([found, *_unjudged(group)])
    goal = f"at most {_percent(target.risk)} bad with {_percent(target.confidence)} confidence"
    if its.assumed:
        more = "these labels can't tell"
    elif lacks.realistic is None and lacks.have < needed_to_begin(target):
        more = "so few labels don't tell how many it takes; get more of what scores highest first"
    elif lacks.realistic is None:
        more = "no number of labels would do while so many are bad: refuse more of these first"
    else:
        more = f"{max(lacks.realistic - lacks.have, 1)} more labelled deliveries would do"
        more += " if no larger a share of them is bad"
    found = (
        f"{goal} takes {lacks.flawless} labelled deliveries with none bad; at the line that is "
        f"tried first there are {lacks.have} with {lacks.bad} bad: {more} ({how})"
    )
    return "; ".join([found, *_unjudged(group)])


def _unjudged(group: Group) -> Iterator[str]:
    """Tell where labels are lacking rather than good ones."""
    if assumed := group.certain.assumed:
        yield (
            f"{assumed} of the bad ones count so since nobody judged them, but others of their "
            "requests: judge what would be delivered"
        )
    if group.count.reach < len(group.count.delivered):
        yield "nothing laxer was tried: of what that adds too little is judged"


def _percent(share: float) -> str:
    return f"{100 * share:.6g} %"
