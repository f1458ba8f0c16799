"""What `selector calibrate` prints: what is promised, what it rests on, what it changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import typer

from selector.cli.prose import entry, printing, shown

if TYPE_CHECKING:
    from selector.calibration.calibrate import Made
    from selector.calibration.effect import Effect
    from selector.policy.calibration import Calibration, CutOf

COLUMN = 12
LISTED = 5  # deliveries that nobody judged; --wanted and --json have all of them


@dataclass(frozen=True)
class Found:
    """What came of a calibration.

    Attributes:
        made: What labels support.
        new: What is in the file now, or would be; None if labels support nothing.
        old: What was in it.
        path: Where it is written; None if it is not.
        notes: What to know of the labels as they were read.
        before: What became of the recorded requests by the old file; *after* by the new one.
    """

    made: Made
    new: Calibration | None
    old: Calibration | None
    path: str | None
    notes: tuple[str, ...]
    before: Effect
    after: Effect


def show(found: Found, *, as_json: bool) -> None:
    """Print it."""
    with printing():
        if as_json:
            typer.echo(json.dumps(data(found), indent=2))
            return
        for line in lines(found):
            typer.echo(line)


def put_wanted(made: Made, path: str) -> None:
    """Write the table of what should be judged next."""
    from selector.calibration import wanted

    wanted.write(wanted.wanted_of(_places(made), made.gathered.known), path)
    typer.echo(shown(f"What should be judged next lies in {path}"), err=True)


def data(found: Found) -> dict[str, Any]:
    """Return it as JSON data."""
    from selector.calibration.wanted import wanted_of

    made = found.made
    return {
        "certified": made.whole,
        "written": found.path,
        "calibration": None
        if found.new is None
        else found.new.model_dump(mode="json", by_alias=True),
        "cuts": [one.model_dump(mode="json") for one in made.cuts],
        "notes": [*found.notes, *made.gathered.told],
        "segments": {
            name: {"labels": labels, "bad": bad} for name, (labels, bad) in _segments(made).items()
        },
        "before": asdict(found.before),
        "after": asdict(found.after),
        "wanted": [asdict(one) for one in wanted_of(_places(made), made.gathered.known)],
    }


def lines(found: Found) -> Iterator[str]:
    """Give it line by line."""
    made = found.made
    yield shown(found.new.claim) if found.new else "These labels support nothing that is asked for."
    yield ""
    yield entry("rests on", _basis(found), column=COLUMN)
    yield from _numbers(found.new)
    for cut in made.cuts:
        yield entry(_label(cut), _line(cut), column=COLUMN)
    yield from _by_segment(made)
    for note in (*found.notes, *made.gathered.told):
        yield entry("note", note, column=COLUMN)
    yield from _unjudged(made)
    yield from _changes(found)
    yield ""
    yield shown(_end(found))


def _basis(found: Found) -> str:
    judged, known = found.made.gathered.judged, found.made.gathered.known
    bad = sum(not good for good in judged.good.values())
    asked = len({request for request, _ in judged.keys})
    return (
        f"{judged.labels} labels by {judged.raters} raters of {len(judged.keys)} candidates "
        f"({bad} bad) of {asked} requests; {len(known)} requests are measured in full"
    )


def _numbers(new: Calibration | None) -> Iterator[str]:
    if new is None:
        return
    if new.scales:
        ends = ", ".join(
            f"{one.of} from {one.knots[0][0]:.4g} to {one.knots[-1][0]:.4g}" for one in new.scales
        )
        yield entry("scales", ends, column=COLUMN)
    if new.weights:
        yield entry(
            "weights", "\n".join([*map(_weight, new.weights), new.weights_by]), column=COLUMN
        )
    for factor in new.probability:
        among = ", ".join(one.of for one in factor.terms)
        said = f"of {factor.of}, by {factor.method} over {among}"
        yield entry("probability", said, column=COLUMN)


def _weight(one: Any) -> str:
    interval = "" if one.interval is None else f" ({one.interval[0]:.3g} to {one.interval[1]:.3g})"
    return f"{one.of} {one.weight:.4g}{interval}"


def _label(cut: CutOf) -> str:
    return "accepts" if cut.line != "reject_below" else "rejects"


def _line(cut: CutOf) -> str:
    whose = f" of segment {cut.segment}" if cut.segment else ""
    name = f"{cut.on}: {cut.line}{whose}"
    if cut.value is None:
        return f"{name}: not supported by these labels. {_sentence(cut.why)}"
    said = f"{name} {cut.value:.6g}"
    if cut.risk_at_most is None:
        return f"{said}. {_sentence(cut.why)}"
    said += (
        f": {cut.labels} labelled deliveries, {cut.bad} bad: at most {_percent(cut.risk_at_most)}"
    )
    if cut.interval:
        said += f"; the labels can't tell it from any up to {_other(cut):.6g}"
    return f"{said}. {_sentence(cut.why)}"


def _sentence(why: str) -> str:
    return f"{why[:1].upper()}{why[1:]}."


def _other(cut: CutOf) -> float:
    assert cut.interval is not None  # noqa: S101 - whoever asks has looked
    return cut.interval[0] if cut.value == cut.interval[1] else cut.interval[1]


def _by_segment(made: Made) -> Iterator[str]:
    """Give what is known of each segment: a promise for all need not suit each."""
    from selector.statistics import binomial

    target = made.policy.target
    for name, (labels, bad) in _segments(made).items():
        if target:
            limit = float(binomial.upper_limit(bad, labels, target.confidence))
            said = f"{name}: {labels} labelled deliveries, {bad} bad: at most {_percent(limit)}"
            yield entry("segment", said, column=COLUMN)


def _unjudged(made: Made) -> Iterator[str]:
    places = _places(made)
    if not places:
        return
    first = ", ".join(f"{name} of {request}" for request, name in list(places)[:LISTED])
    more = f" and {len(places) - LISTED} more" if len(places) > LISTED else ""
    said = f"{len(places)} deliveries that nobody judged would tell most: {first}{more}"
    yield entry("label next", f"{said}. --wanted FILE.csv writes them down.", column=COLUMN)


def _changes(found: Found) -> Iterator[str]:
    from selector.calibration.written import changes

    if found.new is None:
        return
    told = list(changes(found.old, found.new)) or ["nothing"]
    yield entry("changes", "\n".join(told), column=COLUMN)
    before, after = found.before, found.after
    yield entry(
        "effect",
        f"of these requests {_share(after.delivered, after)} get a delivery (before "
        f"{_share(before.delivered, before)}), {_share(after.asked, after)} need a person (before "
        f"{_share(before.asked, before)})",
        column=COLUMN,
    )


def _end(found: Found) -> str:
    if found.new is None:
        return "Nothing is written."
    if found.path is None:
        return "Nothing is written: this was a dry run."
    if found.new == found.old:
        return f"{found.path} says so already."
    return f"Written: {found.path}. Programs that run keep what they have until they start again."


def _places(made: Made) -> dict[tuple[str, str], int]:
    return made.accepting.wanted if made.accepting else {}


def _segments(made: Made) -> dict[str, tuple[int, int]]:
    return dict(made.accepting.segments) if made.accepting else {}


def _share(count: int, of: Effect) -> str:
    return _percent(count / of.requests) if of.requests else "none"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
