"""What replay found, in sentences that a terminal and a page both show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from selector.replay.replayed import Range, Replayed
from selector.replay.tally import Winner

NAMED = 5  # measures that are named one by one


def headline(found: Replayed) -> str:
    """Return the most important thing in a sentence."""
    tally = found.tally
    if not tally.requests:
        return "No recorded request was decided again."
    if found.plan is None:
        return _again(found)
    if not found.decided:
        return (
            f"None of {counted(tally.requests, 'request')} can be decided from what was recorded."
        )
    other, of = found.other_winner, counted(found.decided, "request")
    flips = sum(count for (old, new), count in tally.flips.items() if old != new)
    if not flips and not other:
        return f"Nothing changes: all {of} get the same verdicts."
    return (
        f"{percent(other / found.decided)} of {of} would {_becomes(found)} "
        f"({counted(other, 'request')}), and {counted(flips, 'verdict')} would change."
    )


def _becomes(found: Replayed) -> str:
    """Return what the requests whose best candidate changes have in common."""
    winners, other = found.tally.winners, found.other_winner
    if winners["lost"] == other > 0:
        return "lose their only good candidate"
    if winners["gained"] == other > 0:
        return "get a good candidate where nothing was accepted"
    more = "" if winners["changed"] == other else ", get a first one or lose their only one"
    return f"get another best candidate{more}"


def _again(found: Replayed) -> str:
    tally = found.tally
    if tally.differing:
        return (
            f"{counted(tally.differing, 'request')} of {tally.requests:,} would not be decided as "
            "recorded."
        )
    return f"{counted(tally.requests, 'request')} decided again, each exactly as it was recorded."


def sentences(found: Replayed) -> Iterator[str]:
    """Give what else is to be said: winners, cost, what could not be decided, what can't be read."""
    tally = found.tally
    if found.plan is not None and found.decided:
        yield _winners(tally.winners)
        yield review_cost(found)
    if tally.undecided and found.plan is not None:
        yield from undecided(found)
    if tally.left_out:
        yield (
            f"{counted(tally.left_out, 'request')} left out: what was recorded does not tell what "
            f"{found.told.against or 'the older policy'} would decide."
        )
    if tally.damaged:
        verb = "request is" if tally.damaged == 1 else "requests are"
        yield f"{tally.damaged:,} {verb} damaged and counted nowhere."


def _winners(winners: Mapping[Winner, int]) -> str:
    said: dict[Winner, str] = {
        "changed": "get another best candidate",
        "gained": "get one where nothing was accepted",
        "lost": "lose the only good one",
    }
    parts = [f"{winners[kind]:,} {words}" for kind, words in said.items() if winners.get(kind)]
    keep = f"{winners.get('same', 0):,} keep theirs"
    return f"Of the decided requests {', '.join([*parts, keep])}."


def review_cost(found: Replayed) -> str:
    """Return what reviewing comes to per 1,000 requests, before and after."""
    rate = found.reviews
    unit = (
        "a person's looks at candidates"
        if found.told.price is None
        else "the cost of a person's looks"
    )
    said = f"Per 1,000 requests, {unit}: {amount(rate.before)} before, {between(rate.after)} after."
    if found.told.price is None:
        return f"{said} The policy states no costs."
    return f"{said} What wrong verdicts cost is not in it: for that people must have judged."


def undecided(found: Replayed) -> Iterator[str]:
    """Give what can't be decided from what was recorded, and what that would take."""
    tally = found.tally
    share = percent(tally.undecided / tally.requests)
    yield (
        f"{counted(tally.undecided, 'request')} ({share}) can't be decided: something that the "
        "policy needs was never measured. Rates count them both ways."
    )
    yield f"To decide them would need {calls(tally.least, tally.up_to)}."
    if names := found.unmeasured:
        yield f"Never recorded here: {', '.join(names)}."


def calls(least: Mapping[str, int], most: Mapping[str, int]) -> str:
    """Return how many calls are needed: at least, at most, by measure."""
    few, many = sum(least.values()), sum(most.values())
    by = sorted(most, key=lambda name: (-most[name], name))
    listed = ", ".join(f"{name} {span(least.get(name, 0), most[name])}" for name in by[:NAMED])
    more = f" and {len(by) - NAMED} more measures" if len(by) > NAMED else ""
    upper = f", at most {many:,}" if many > few else ""
    return f"at least {few:,} more {'call' if few == 1 else 'calls'}{upper} ({listed}{more})"


def span(low: int, high: int) -> str:
    """Return "3 to 7", or one number where both are equal."""
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural if need be."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def percent(share: float) -> str:
    """Return a share in percent, with as many digits as tell it from none and from all."""
    value = 100 * share
    if value in {0.0, 100.0}:
        return f"{value:.0f} %"
    if value < 0.1:  # noqa: PLR2004 - of a percent
        return f"{value:.2g} %"
    return f"{min(value, 99.9):.1f} %"


def percents(after: Range) -> str:
    """Return an interval of shares in percent."""
    low, high = percent(after.low), percent(after.high)
    return low if low == high else f"{low.removesuffix(' %')} to {high}"


def amount(value: float) -> str:
    """Return a number of people's looks, or of money."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"  # noqa: PLR2004 - digits


def between(after: Range) -> str:
    """Return an interval of amounts."""
    low, high = amount(after.low), amount(after.high)
    return low if low == high else f"{low} to {high}"
