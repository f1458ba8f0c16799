"""Boxes that another measure left as evidence, and the part of a picture in and around each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, TypeGuard

import numpy as np
import PIL.Image
from pydantic import JsonValue

from selector.errors import MeasureError
from selector.images import Image
from selector.images.srgb import Pixels
from selector.types import Failure, Outcome

MOST = 8  # boxes of one picture, the largest; somebody is asked about each
ENDS = 4  # of a box: x0, y0, x1, y1
FAR = 1e9  # px; whatever lies beyond is no place in a picture

Box: TypeAlias = tuple[int, int, int, int]


def marked(instance: str, outcomes: Mapping[str, Outcome], image: Image) -> list[Box]:
    """Return the largest boxes that *instance* left, in whole pixels inside the picture.

    What is no box, or lies outside, is left out; the same one is given once.

    Args:
        instance: Whose evidence it is, for messages: "detectors.hands".
        outcomes: By its outputs.
        image: The picture in which they are.

    Raises:
        MeasureError: An output failed, so that nobody knows what there is.
    """
    found: dict[Box, None] = {}  # outputs of one instance show the same thing
    for output, outcome in outcomes.items():
        if isinstance(outcome, Failure):
            raise MeasureError(
                f"{instance}.{output}: it failed, so nobody knows what to ask about "
                f"(got {outcome.reason}). Mend it."
            )
        entries = _entries(getattr(outcome, "evidence", None))
        found |= dict.fromkeys(filter(None, (_clipped(each, image) for each in entries)))
    return sorted(found, key=lambda box: (-_area(box), box))[:MOST]


def around(box: Box, image: Image, margin: float) -> Box:
    """Return *box* with *margin* of its longer side on each side, as far as the picture goes."""
    x0, y0, x1, y1 = box
    more = round(margin * max(x1 - x0, y1 - y0))
    width, height = image.size
    return max(0, x0 - more), max(0, y0 - more), min(width, x1 + more), min(height, y1 + more)


def part(image: Image, box: Box, long_side: int) -> Pixels:
    """Return what is in *box*, at most *long_side* px long: shape (H, W, 3), uint8, sRGB."""
    x0, y0, x1, y1 = box
    cut = PIL.Image.fromarray(image.rgb[y0:y1, x0:x1])
    cut.thumbnail((long_side, long_side), PIL.Image.Resampling.LANCZOS)
    return np.asarray(cut)


def _entries(evidence: JsonValue) -> list[JsonValue]:
    listed = evidence.get("boxes") if isinstance(evidence, dict) else None
    return listed if isinstance(listed, list) else []


def _clipped(entry: JsonValue, image: Image) -> Box | None:
    """Return an entry's box inside the picture; None if it has none, or all of it is outside."""
    ends = entry.get("box") if isinstance(entry, dict) else None
    numbers = [end for end in ends if _is_number(end)] if isinstance(ends, list) else []
    if len(numbers) != ENDS or numbers != ends:
        return None
    width, height = image.size
    across = [min(max(end, 0), width) for end in numbers[::2]]
    down = [min(max(end, 0), height) for end in numbers[1::2]]
    (x0, x1), (y0, y1) = map(round, across), map(round, down)
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def _is_number(end: JsonValue) -> TypeGuard[float]:
    return isinstance(end, int | float) and abs(end) < FAR  # no NaN is


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
