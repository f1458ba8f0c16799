"""The images of one row of a manifest: under `image` or `images`, as paths or as objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from selector.batch.listed import Picture
from selector.batch.reading import checks
from selector.batch.reading.rows import Pictured, Row, Tell
from selector.foreign import visible

IMAGES = ("image", "images", "source_image")

Locate = Callable[[str], str]  # where a path leads that stands in the manifest


def row(where: str, cells: Mapping[str, Any], locate: Locate, tell: Tell) -> Row | None:
    """Return what one row lists; None if its images are wrong, which is told.

    Args:
        where: Its place, for messages.
        cells: By the name of the column; an image inside the manifest itself is a `Pictured`.
        locate: Returns where a path leads that stands there.
        tell: Is told what is wrong.
    """
    problems: list[str] = []
    image, images, source = (cells.get(name) for name in IMAGES)
    found: list[Pictured] = []
    if "request_id" not in cells:
        problems.append(f"no 'request_id' (got {_names(cells)}). Give each request an id.")
    if image is not None and images is not None:
        problems.append("image and images: one of them is needed (got both). Take one out.")
    elif images is not None:
        found = list(_each(images, locate, problems.append))
    elif "image" in cells or "images" in cells:
        found = list(_one(image, "image", locate, problems.append))
    else:
        problems.append(
            f"no 'image' and no 'images' (got {_names(cells)}). Name the files in one of them."
        )
    before = list(_one(source, IMAGES[2], locate, problems.append)) if _is_given(source) else []
    for problem in problems:
        tell(f"{where}: {problem}")
    if problems:
        return None
    rest = {name: value for name, value in cells.items() if name not in IMAGES}
    return Row(where, rest, found, before[0].picture if before else None, images is not None)


def _each(given: Any, locate: Locate, wrong: checks.Wrong) -> Iterator[Pictured]:
    if not isinstance(given, list):
        wrong(f"images: expected a list (got {checks.got(given)}). Put it into a list.")
        return
    if not given:
        wrong("images: there are none (got an empty list). Name at least one.")
    for at, one in enumerate(given):
        yield from _one(one, f"images[{at}]", locate, wrong)


def _one(given: Any, what: str, locate: Locate, wrong: checks.Wrong) -> Iterable[Pictured]:
    if isinstance(given, Pictured):
        return (given,)
    if isinstance(given, Mapping):
        return _of_object(given, what, locate, wrong)
    if given is None or given == "" or (isinstance(given, str) and not given.strip()):
        wrong(f"{what}: it is empty (got nothing). Name a file.")
        return ()
    path = checks.text(given, what, wrong)
    if "\0" in path:
        wrong(f"{what}: no file is called so (got a null character). Correct it.")
        return ()
    return (Pictured(Picture(locate(path)), _name(path)),) if path else ()


def _of_object(
    given: Mapping[str, Any], what: str, locate: Locate, wrong: checks.Wrong
) -> Iterable[Pictured]:
    if isinstance(given.get("image"), Mapping):
        wrong(f"{what}.image: expected a path (got an object). Name a file.")
        return ()
    named = next((one for one in ("id", "candidate_id") if given.get(one) is not None), "id")
    rest = {name: value for name, value in given.items() if name not in {"image", named}}
    return [
        Pictured(one.picture, one.name, given.get(named), rest)
        for one in _one(given.get("image"), f"{what}.image", locate, wrong)
    ]


def _name(path: str) -> str:
    """Return what a path calls its file; in an address of the web a query is no part of it."""
    return path.partition("?")[0] if path.startswith(("http://", "https://")) else path


def _is_given(source: Any) -> bool:
    return source is not None and source != ""


def _names(cells: Mapping[str, Any]) -> str:
    return ", ".join(map(visible, cells)) or "nothing"
