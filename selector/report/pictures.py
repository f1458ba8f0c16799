"""Previews of the very pictures that were judged, small enough for a page; or why there is none."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import PIL.Image

from selector.errors import ImageError
from selector.images import Limits, open_image
from selector.types import Candidate, Edit

QUALITIES = (80, 55, 30)  # of WebP, the best first
EFFORT = 2  # of WebP: half the time of its default for a twentieth more bytes
SMALL = 300  # px of the longer side; sprites and tiles have fewer, and every pixel of them counts
COLOURS = 1024  # in art made pixel by pixel, at most; a photograph of 64 px has more

AS_USUAL = Limits()

CHANGED = "The picture changed after it was judged, so it is not shown."
NOT_GIVEN = "The picture itself is not at hand: this selection was read from a file."
NOT_READ = "The picture was not read before time ran out."


@dataclass(frozen=True, slots=True)
class Picture:
    """A preview.

    Attributes:
        uri: The preview itself, as a data URI.
        size: Width and height of the original in pixels, upright.
        shown: Width and height of the preview.
        exact: Whether it holds every pixel of the original, unchanged.
    """

    uri: str
    size: tuple[int, int]
    shown: tuple[int, int]
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is no preview, in words."""

    why: str


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a page one preview may take.

    Attributes:
        side: The most pixels of its longer side.
        bytes: How many bytes it should not exceed.
    """

    side: int
    bytes: int


def room_for(count: int, *, pixels: int, total: int, longest: int) -> Room:
    """Return the room of each of *count* previews that share a page.

    Args:
        count: How many there are.
        pixels: All of them together should have no more pixels.
        total: Nor more bytes.
        longest: The longer side of one that has the page for itself, in pixels.
    """
    shared = max(count, 1)
    side = min(longest, max(96, math.isqrt(pixels // shared)))
    return Room(side, total // shared)


def pictures(
    candidates: Iterable[Candidate], room: Room, limits: Limits = AS_USUAL
) -> dict[str, Picture | Missing]:
    """Return the preview of each candidate by its id; one picture is open at a time.

    Those of the same bytes share one.

    Args:
        candidates: What was judged.
        room: How large previews may be.
        limits: What pictures were read with when they were judged: so they look the same.
    """
    made: dict[str, Picture | Missing] = {}
    by_hash: dict[str | None, Picture] = {}
    for one in candidates:
        known = by_hash.get(one.content_hash)
        made[one.id] = found = known or picture(one, room, limits)
        if one.content_hash and isinstance(found, Picture):
            by_hash[one.content_hash] = found
    return made


def picture(one: Candidate, room: Room, limits: Limits = AS_USUAL) -> Picture | Missing:
    """Return the preview of what was judged; never of anything else."""
    if one.error is not None:
        return Missing("The picture could not be read.")
    return _preview(one.image, one.content_hash, room, limits)


def source_of(edit: Edit, room: Room, limits: Limits = AS_USUAL) -> Picture | Missing:
    """Return the preview of the picture before the edit."""
    return _preview(edit.source, edit.content_hash, room, limits)


def _preview(given: Any, content_hash: str | None, room: Room, limits: Limits) -> Picture | Missing:
    if given is None:
        return Missing(NOT_GIVEN)
    if content_hash is None:
        return Missing(NOT_READ)
    try:
        image = open_image(given, limits=limits)
    except ImageError as error:
        return Missing(f"The picture can't be read any more. {error}")
    try:
        if image.content_hash != content_hash:
            return Missing(CHANGED)
        return _made(PIL.Image.fromarray(image.rgb), room)
    except ImageError as error:
        return Missing(f"The picture can't be shown. {error}")
    finally:
        image.close()


def _made(picture: PIL.Image.Image, room: Room) -> Picture:
    if max(picture.size) <= min(SMALL, room.side) and picture.getcolors(COLOURS):
        exact = _written(picture, "PNG")
        if len(exact) <= room.bytes:
            return Picture(_uri(exact, "png"), picture.size, picture.size, exact=True)
    small = _shrunk(picture, room.side)
    return Picture(_uri(_squeezed(small, room.bytes), "webp"), picture.size, small.size)


def _shrunk(picture: PIL.Image.Image, side: int) -> PIL.Image.Image:
    longest = max(picture.size)
    if longest <= side:
        return picture
    width, height = (max(1, round(side * each / longest)) for each in picture.size)
    return picture.resize((width, height), PIL.Image.Resampling.BICUBIC, reducing_gap=2.0)


def _squeezed(picture: PIL.Image.Image, most: int) -> bytes:
    """Return the picture as WebP, worse if it would be too large: noise compresses badly."""
    data = b""
    for quality in QUALITIES:
        data = _written(picture, "WEBP", quality=quality, method=EFFORT)
        if len(data) <= most:
            break
    return data


def _written(picture: PIL.Image.Image, codec: str, **options: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, codec, **options)
    return file.getvalue()


def _uri(data: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
