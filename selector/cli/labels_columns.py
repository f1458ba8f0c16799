"""`--column WHAT=NAME`: what the columns of a table of labels are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated

import typer

from selector.errors import CalibrationError

if TYPE_CHECKING:
    from selector.labels import Columns

SEVERAL = frozenset({"ratings", "flags"})
NUMBERS = frozenset({"low", "high"})

Given = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        help="What a column is called, or how it is read: request=prompt_id, ratings=rater_1, "
        "split=|, high=7, of=fidelity, kind=flag; again for more.",
        metavar="WHAT=NAME",
    ),
]


def columns(given: Sequence[str] | None) -> Columns:
    """Return what the columns are called.

    Raises:
        CalibrationError: Something is no WHAT=NAME.
    """
    from selector.labels import Columns

    known = [one.name for one in fields(Columns)]
    made: dict[str, object] = {}
    for pair in given or ():
        what, equals, name = pair.partition("=")
        if not equals or what not in known:
            raise CalibrationError(
                f"--column: expected WHAT=NAME (got {pair!r}). WHAT is one of {', '.join(known)}."
            )
        if what in SEVERAL:
            made[what] = (*made.get(what, ()), name)  # type: ignore[misc] # only tuples are put there
        else:
            made[what] = _number(pair, name) if what in NUMBERS else name
    if made.get("kind") not in {None, "verdict", "rating", "flag"}:
        raise CalibrationError(
            f"--column: kind is verdict, rating or flag (got {made['kind']!r}). Say which."
        )
    return Columns(**made)  # type: ignore[arg-type] # each was made for its field


def _number(pair: str, text: str) -> float:
    import math

    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise CalibrationError(f"--column: expected a number (got {pair!r}). Give one.")
    return found
