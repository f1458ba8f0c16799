"""What `selector labels` prints: how far people agree, who fails which check."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from selector.cli.prose import entry, printing, shown

if TYPE_CHECKING:
    from selector.labels import Read
    from selector.labels.raters import Judged
    from selector.labels.summary import Overview, Summary

COLUMN = 12
NAME = 40  # characters of a rater
FIGURES = ("labels", "gold", "agrees", "means it", "left", "fast", "run", "ties")
HEAD = ("rater", *FIGURES, "advice")
KAPPAS = 5  # pairs of raters; --json has more


def put(data: Any) -> None:
    """Print JSON; what has no meaning is null."""
    with printing():
        typer.echo(json.dumps(_plain(data), indent=2))


def data(made: Overview) -> dict[str, Any]:
    """Return all that can be told of labels, for JSON."""
    found = asdict(made) | {"aspects": agreement(made.aspects), "cleaned": agreement(made.cleaned)}
    for one, row in zip(made.raters, found["raters"], strict=True):
        row["dropped"] = one.dropped
    return found


def agreement(aspects: Sequence[Summary]) -> list[dict[str, Any]]:
    """Return how far people agree, for JSON."""
    return [asdict(one) | {"reading": one.alpha.reading} for one in aspects]


def imported(
    found: Read, *, out: str | None, journal: str | None, already: int | None, as_json: bool
) -> None:
    """Print what was read and where it is now."""
    if as_json:
        told = {"labels": len(found.labels), "left_out": found.left_out, "notes": found.notes}
        put({**told, "out": out, "journal": journal, "already": already})
        return
    with printing():
        typer.echo(_counts(found))
        _aside(found)
        if out is not None:
            typer.echo(f"They lie in {shown(out)}")
        if already is not None:
            there = f"; {already:,} were there already" if already else ""
            typer.echo(f"They are in the journal{there}.")


def agreed(found: Read, aspects: Sequence[Summary]) -> None:
    """Print how far raters agree."""
    from selector.labels.summary import warnings

    with printing():
        for one in aspects:
            for line in _agreement(one):
                typer.echo(line)
        for said in warnings(aspects):
            typer.echo(f"Warning: {shown(said)}")
        _aside(found)


def rated(found: Read, raters: Sequence[Judged], kept: str | None) -> None:
    """Print who fails which check."""
    from rich.table import Table
    from rich.text import Text

    from selector.cli.table import Terminal

    rows = [_row(one) for one in raters]
    known = [at for at in range(len(HEAD)) if at == 0 or any(row[at] for row in rows)]
    table = Table()
    for at in known:
        table.add_column(HEAD[at], justify="right" if HEAD[at] in FIGURES else "left")
    for row in rows:
        table.add_row(*(Text(row[at]) for at in known))
    with printing():
        Terminal(highlight=False).print(table)
        for one in raters:
            if one.findings:
                said = "; ".join(each.said for each in one.findings)
                typer.echo(entry(shown(one.name, NAME), said, column=COLUMN))
        dropped = sum(one.dropped for one in raters)
        typer.echo(f"{dropped} of {len(raters)} raters should be dropped.")
        _aside(found)
        if kept is not None:
            typer.echo(f"The labels of the others lie in {shown(kept)}")


def _counts(found: Read) -> str:
    from selector.report.words import counted

    candidates = {(one.request, name) for one in found.labels for name in one.candidates}
    people = {one.rater for one in found.labels}
    requests = {one.request for one in found.labels}
    many = (
        counted(len(found.labels), "label"),
        counted(len(candidates), "candidate"),
        counted(len(requests), "request"),
        counted(len(people), "rater"),
    )
    return "{} of {}, {}, by {}.".format(*many)


def _aside(found: Read) -> None:
    for said in (*found.left_out, *found.notes):
        typer.echo(shown(said), err=True)


def _agreement(one: Summary) -> Iterator[str]:
    from selector.report.words import counted

    what = "pair" if one.form == "comparison" else "candidate"
    many = (counted(one.judgements, "judgement"), counted(one.items, what))
    who = counted(one.raters, "rater")
    yield shown(f"{one.aspect} ({one.form}): {many[0]} of {many[1]} by {who}")
    alpha = one.alpha
    if math.isnan(alpha.value):
        yield entry("alpha", alpha.reading, column=COLUMN)
        return
    yield entry(
        "alpha",
        f"{alpha.value:.2f} ({alpha.low:.2f} to {alpha.high:.2f}), {one.level}; {alpha.reading}",
        column=COLUMN,
    )
    others = [f"{name} {each.value:.2f}" for name, each in one.alphas.items() if name != one.level]
    if others:
        yield entry("", ", ".join(others), column=COLUMN)
    for at, kappa in enumerate(one.kappas[:KAPPAS]):
        near = "" if kappa.weighted is None else f", weighted {kappa.weighted:.2f}"
        said = f"{kappa.one} and {kappa.other}: {kappa.plain:.2f}{near} on {counted(kappa.items, what)}"
        yield entry("" if at else "Cohen", said, column=COLUMN)
    if one.fleiss is not None:
        yield entry("Fleiss", f"{one.fleiss:.2f}", column=COLUMN)


def _row(one: Judged) -> list[str]:
    gold = "" if one.gold is None else f"{one.gold.right}/{one.gold.asked}"
    return [
        shown(one.name, NAME),
        f"{one.labels:,}",
        gold,
        _number(one.agreement),
        _share(one.reliability),
        "" if one.side is None else f"{one.side:+.2f}",
        _share(one.fast),
        "" if one.run is None else str(one.run),
        _share(one.ties),
        "drop" if one.dropped else "look" if one.findings else "",
    ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def _plain(data: Any) -> Any:
    """Return data as JSON can hold it: not-a-number is null."""
    if isinstance(data, dict):
        return {str(name): _plain(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(one) for one in data]
    if isinstance(data, float) and not math.isfinite(data):
        return None
    return data
