"""How good a selector is, in sentences: what a product manager reads first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from selector.calibration.assessment import Assessment, Lead, Row
from selector.foreign import apart, shortened, visible
from selector.report.words import counted, listed, number

NAME = 60  # characters of an output's name
OF = "of what a perfect pick would gain over a random one"


def percent(share: float, digits: int = 0) -> str:
    """Return a share in percent; what rounds to nothing has no sign."""
    return f"{round(100 * share, digits) + 0.0:.{digits}f} %".replace("-", "−")


def between(interval: tuple[float, float] | None) -> str:
    """Return "50 to 66 %"; "" where it is not known."""
    if interval is None:
        return ""
    low, high = (percent(end) for end in interval)
    return f"{low.removesuffix(' %')} to {high}"


def named(name: str) -> str:
    """Return an output's or a policy's name, harmless."""
    return apart(shortened(visible(name), NAME))


def said(row: Row) -> str:
    """Return an efficiency with its interval."""
    around = between(row.interval)
    return percent(row.efficiency) + (f" ({around})" if around else "")


def headline(found: Assessment) -> str:
    """Return the one sentence that matters, without its full stop."""
    return f"{_who(found.subject)} captures {percent(found.subject.efficiency)} {OF}"


def sentences(found: Assessment) -> Iterator[str]:
    """Give everything that was found, the most important first."""
    yield from first(found)
    if said := warning(found):
        yield said
    yield from many(found)
    yield from delivered(found)


def first(found: Assessment) -> Iterator[str]:
    """Give how certain the headline is, and what it compares with."""
    if found.suspects:
        made = "are they" if found.suspects[1:] else "is it"
        yield (
            f"Look at {listed([named(one) for one in found.suspects])} first: {made} made of these "
            "labels? Then nothing here holds: name the others with --measures."
        )
    yield from _certain(found)
    yield from _person(found.rows)
    yield from _others(found)


def warning(found: Assessment) -> str:
    """Return that the score is exploited; "" if it is not."""
    if found.curve is None or not found.curve.turns_down:
        return ""
    return (
        f"Over-optimised: more than {counted(found.curve.turns_down, 'candidate')} make the choice "
        "worse, beyond what chance explains. Generate no more until the score is mended."
    )


def _who(row: Row) -> str:
    if row.kind == "policy":
        return f"The policy {named(row.name)}"
    return (
        "Choosing by learned weights" if row.kind == "blend" else f"Choosing by {named(row.name)}"
    )


def _certain(found: Assessment) -> Iterator[str]:
    subject = found.subject
    if subject.interval is not None:
        yield (
            f"With 95 % confidence it is {between(subject.interval)} by the mean judgement of "
            f"{counted(found.requests, 'request')}."
        )
    if subject.upper is not None:
        likely = subject.without_noise
        best = f"; where judgements are spread like a bell, {percent(likely)}" if likely else ""
        yield (
            f"People's judgements are noisy, so that this is a lower bound: the truth is at most "
            f"about {percent(min(subject.upper, 1.0))}{best}."
        )


def _person(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        if row.kind == "person":
            yield f"One person captures {said(row)} in the eyes of the others."


def _others(found: Assessment) -> Iterator[str]:
    if found.lead is not None and found.subject.kind == "blend":
        yield _lead(found.lead)
    single = [row for row in found.rows if row.kind == "measure" and not row.fair]
    if single:
        yield (
            f"The best measure by itself, {named(single[0].name)}, captures {said(single[0])}; it "
            "was picked by these very labels, so that it will do worse on others."
        )


def _lead(lead: Lead) -> str:
    low, high = lead.interval or (0.0, 0.0)
    if not lead.by:
        return f"Learned weights choose as well as {lead.over}: that is what was learned."
    sure = "" if low > 0 or high < 0 else ", which may be chance"
    return (
        f"That is {_points(abs(lead.by))} points {'more' if lead.by > 0 else 'less'} than "
        f"{lead.over} ({_points(low)} to {_points(high)}{sure})."
    )


def _points(share: float) -> str:
    return number(round(100 * share, 1))


def many(found: Assessment) -> Iterator[str]:
    """Give how many candidates to generate."""
    if found.curve is None:
        return
    most, last = found.curve.most, found.curve.points[-1]
    yield (
        f"Of {most} candidates the last adds {number(round(last.marginal, 3))} "
        f"± {number(round(2 * last.marginal_error, 3))} to what is delivered, in units of the label."
    )
    if found.advice is None:
        return
    one = found.advice
    beyond = f", an extrapolation from the {most} that were measured" if one.extrapolated else ""
    yield (
        f"At {number(one.price)} a candidate and {number(one.value)} a unit of the label, "
        f"{counted(one.n, 'candidate')} a request {'pays' if one.n == 1 else 'pay'} best{beyond}: net {number(round(one.net, 3))}."
    )
    if one.stop_at is not None and one.sequential_n is not None and one.sequential_net is not None:
        yield (
            "Generated one after the other, and stopped where one is good enough, it takes "
            f"{number(round(one.sequential_n, 1))} on average for a net of "
            f"{number(round(one.sequential_net, 3))}, if scores are spread like a bell."
        )


def delivered(found: Assessment) -> Iterator[str]:
    """Give how much of what is delivered is bad."""
    if found.coverage is None or found.shares_good is None:
        return
    good, any_good = found.shares_good
    yield (
        f"{percent(good)} of the candidates are good ({number(found.coverage.good_from)} or more), "
        f"and {percent(any_good)} of the requests have a good one."
    )
    everything = found.coverage.points[-1].bad
    if everything.share is not None:
        yield (
            f"If every pick is delivered, {percent(everything.share)} of them are bad "
            f"({between((everything.low, everything.high))})."
        )
    zones = found.coverage.zones
    if zones is not None:
        yield (
            f"What costs least is to accept {percent(zones.accepted.share or 0)} of the picks "
            f"unseen, to look at {percent(zones.reviewed.share or 0)}, and to reject "
            f"{percent(zones.rejected.share or 0)}."
        )
