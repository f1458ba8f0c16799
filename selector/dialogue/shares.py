"""Reads how UnifiedReward 2.0 shares three points between two images."""

from __future__ import annotations

import re
from typing import Literal

from selector.dialogue import lines
from selector.dialogue.unreadable import UnreadableError

Axis = Literal["alignment", "coherence", "style"]

AXES: tuple[Axis, ...] = ("alignment", "coherence", "style")
LABEL = r"((?:alignment|coherence|style)(?= score)|image [12]\b)(?: score)?(?: ?\(0 ?- ?1\))?"
HEADS = re.compile(r"score(?: ?\([^()]*\))? ?[:=]\Z", re.IGNORECASE)
ROUNDING = 0.01  # how far from 1 two shares may sum, as they are written with two decimals


def shares(text: str) -> dict[Axis, tuple[float, float]]:
    """Return for each of three axes the shares of the first and of the second image.

    Each is from 0 to 1, and the two are 1 together. `Alignment Score:` heads the two numbers,
    `Image 1: 0.43` and `Image 2: 0.57`, on lines of their own or all on one.

    Raises:
        UnreadableError: A share is missing, given twice and differently, or out of range; two are
            not 1 together; anything but a number stands behind an image; it was still thinking.
    """
    told = lines.numbers(_headed(text))
    return {axis: _pair(told, axis) for axis in AXES}


def _headed(text: str) -> list[tuple[str, str]]:
    """Return each number with the name of its axis and image."""
    axis, found = "", []
    for line in filter(None, lines.lines(text)):
        if HEADS.search(line):  # also of what was not asked for, as "Overall Score:"
            axis = ""
        for label, behind in lines.labelled(line, LABEL):
            if label.startswith("image"):
                found.append((f"{axis} of {label}", behind))
            elif behind.strip():
                raise UnreadableError(f"{label} is not shared between two images")
            else:
                axis = label
    return found


def _pair(told: dict[str, float], axis: Axis) -> tuple[float, float]:
    first, second = (lines.between(told, f"{axis} of image {n}", 0, 1) for n in (1, 2))
    if abs(first + second - 1) > ROUNDING + 1e-9:
        raise UnreadableError(f"the two shares of {axis} are not 1 together")
    return first, second
