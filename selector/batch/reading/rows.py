"""Rows become requests: those of one request are put together, and every candidate gets its id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from selector.batch.listed import Listed, ListedCandidate, Picture
from selector.batch.reading import checks
from selector.engine import given
from selector.errors import RequestError
from selector.foreign import named
from selector.types import Candidate

Tell = Callable[[str], None]

OWN = frozenset(("request_id", "candidate_id", "prompt", "instruction", "expect"))


@dataclass(frozen=True, slots=True)
class Pictured:
    """An image as a row lists it.

    Attributes:
        picture: Where it lies.
        name: What the input calls it, which its id is made of; "" for nothing.
        id: The id that the input gives it; None if it gives none.
        columns: What is said of this image alone.
    """

    picture: Picture
    name: str = ""
    id: object = None
    columns: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """What an input says in one place of one request.

    Attributes:
        where: The place, for messages.
        cells: What is said beside the images, by the name of the column.
        images: The candidates, or one of them.
        source: The picture before an edit.
        whole: Whether this is all there is of the request; else the rows next to it may go on.
        part: The part of the input that it is from; no request goes on in another.
    """

    where: str
    cells: Mapping[str, Any]
    images: Sequence[Pictured]
    source: Picture | None = None
    whole: bool = True
    part: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """A row that was checked; *said* is what all rows of a request have to agree in."""

    where: str
    id: str
    said: Mapping[str, Any]
    images: Sequence[Pictured]
    columns: Mapping[str, JsonValue]
    whole: bool
    part: str


def requests(rows: Iterable[Row], tell: Tell) -> Iterator[Listed]:
    """Give the requests that *rows* list, in their order; what is wrong is told and left out."""
    group: list[_Part] = []
    for row in rows:
        part = _checked(row, tell)
        if part is None:
            continue
        if group and not _goes_on(group[-1], part):
            yield from _listed(group, tell)
            group = []
        group.append(part)
    if group:
        yield from _listed(group, tell)


def _goes_on(before: _Part, part: _Part) -> bool:
    same = before.id == part.id and before.part == part.part
    return same and not (before.whole or part.whole)


def _checked(row: Row, tell: Tell) -> _Part | None:
    """Return a row that is as it must be, or None."""
    problems: list[str] = []
    wrong = problems.append
    name = checks.identifier(row.cells.get("request_id"), "request_id", wrong)
    said = _said(row, wrong)
    columns = _columns(row.cells, wrong)
    images = _images(row, wrong)
    for problem in problems:
        tell(f"{row.where}: {problem}")
    if problems:
        return None
    return _Part(row.where, name, said, images, columns, row.whole, row.part)


def _said(row: Row, wrong: checks.Wrong) -> dict[str, Any]:
    cells = row.cells
    prompt = checks.text(cells.get("prompt"), "prompt", wrong)
    instruction = checks.text(cells.get("instruction"), "instruction", wrong)
    only = "instruction" in cells and "prompt" not in cells
    is_edit = bool(instruction) or row.source is not None or only
    if prompt and instruction:
        wrong("prompt and instruction: one of them is needed (got both). Leave one empty.")
    elif prompt and is_edit:
        wrong(
            "prompt: a picture before an edit has an instruction (got a prompt). "
            "Call the column 'instruction'."
        )
    return {
        "prompt": instruction if is_edit else prompt,
        "is_edit": is_edit,
        "source": row.source,
        "expect": checks.expected(cells, wrong),
    }


def _columns(cells: Mapping[str, Any], wrong: checks.Wrong) -> dict[str, JsonValue]:
    kept: dict[str, JsonValue] = {}
    for name, value in cells.items():
        if name in OWN or name.startswith("expect."):
            continue
        try:
            kept[checks.named(name)] = checks.plain(value)
        except ValueError as error:
            wrong(f"{named(name)}: it can't be kept as JSON (got {error}). Correct it.")
    return kept


def _images(row: Row, wrong: checks.Wrong) -> Sequence[Pictured]:
    """Return the images, with the id that stands in a column of its own."""
    own = row.cells.get("candidate_id")
    if own is None:
        return row.images
    if len(row.images) != 1:
        wrong(
            f"candidate_id: it names one image (got {len(row.images)} images). Take it out, or "
            "give a row to each image."
        )
        return row.images
    (one,) = row.images
    return (Pictured(one.picture, one.name, own, one.columns),)


def _listed(group: Sequence[_Part], tell: Tell) -> Iterator[Listed]:
    first = group[0]
    for part in group[1:]:
        for name, value in part.said.items():
            if value != first.said[name]:
                tell(
                    f"{part.where}: {_DIFFERS[name]} than in {first.where}, in the same request "
                    f"{named(first.id)} (got {_shown(value)}, there "
                    f"{_shown(first.said[name])}). Make them equal, or give another request_id."
                )
    candidates = tuple(_candidates(group, lambda said: tell(f"{first.where}: {said}")))
    if candidates:
        yield Listed(first.id, candidates=candidates, where=first.where, **first.said)


_DIFFERS = {
    "prompt": "another prompt",
    "is_edit": "another sort of request",
    "source": "another picture before the edit",
    "expect": "other expectations",
}


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "an edit" if value else "a prompt"
    return checks.got(value if isinstance(value, str) else str(value))


def _candidates(group: Sequence[_Part], wrong: checks.Wrong) -> Iterator[ListedCandidate]:
    images = [(one, part.columns) for part in group for one in part.images]
    ids = _ids([one for one, _ in images], wrong)
    for name, (one, shared) in zip(ids, images, strict=False):
        if not one.columns:
            yield ListedCandidate(name, one.picture, shared)
            continue
        columns = dict(shared)
        for column, value in one.columns.items():
            try:
                columns[checks.named(column)] = checks.plain(value)
            except ValueError as error:
                wrong(f"{named(column)}: it can't be kept as JSON (got {error}). Correct it.")
        yield ListedCandidate(name, one.picture, columns)


def _ids(images: Sequence[Pictured], wrong: checks.Wrong) -> list[str]:
    """Return the ids, those that are missing made as the engine makes them; none if some are bad."""
    problems: list[str] = []
    own = [
        "" if one.id is None else checks.identifier(one.id, "candidate_id", problems.append)
        for one in images
    ]
    for problem in problems:
        wrong(problem)
    if problems:
        return []
    short = [one.name.rpartition("/")[2] for one in images]
    if not any(own) and len(set(short)) == len(short) and not {"", ".", ".."} & set(short):
        own = short
    else:
        try:
            own = [one.id or "" for one in given.candidates(map(_given, images, own))]
        except RequestError as error:
            wrong(str(error))
            return []
    return _short_enough(own, wrong)


def _given(one: Pictured, own: str) -> Candidate:
    return Candidate(one.name or b"", own)


def _short_enough(ids: list[str], wrong: checks.Wrong) -> list[str]:
    long = [name for name in ids if len(name) > checks.LONGEST]
    for name in long:
        wrong(
            f"{named(name)}: too long for an id (got {len(name):,} characters, the most is "
            f"{checks.LONGEST}). Give a candidate_id."
        )
    return [] if long else ids
