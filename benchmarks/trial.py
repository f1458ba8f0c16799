"""What a detector is tried on: pictures that have a fault, and pictures that have not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import PIL.Image
import PIL.ImageOps

Half = Literal["tuning", "reported"]

REAL = Path(__file__).resolve().parents[2] / "shared" / "images"  # beside the project, or absent
WHOLE = ("people_real", "hands_malformed", "cats", "dogs", "ocean", "lettering")
# Photographs that come inside scikit-image.
PACKAGED = (
    "astronaut", "brick", "camera", "chelsea", "clock", "coffee", "coins", "grass", "gravel",
    "hubble_deep_field", "moon", "retina", "rocket",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """One picture of a trial.

    Attributes:
        picture: What is measured.
        origin: The photograph that it was made from; resampling keeps those of one together.
        prompt: For measures that need one.
        source: The picture before an edit, likewise.
    """

    picture: PIL.Image.Image
    origin: str
    prompt: str | None = None
    source: PIL.Image.Image | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """One fault, and how an output tells pictures with it from pictures without.

    Attributes:
        detector: "detectors.seams".
        output: Which of its outputs.
        fault: What the bad ones have, in a few words.
        good: Pictures without it.
        bad: Pictures with it.
        worse: Which end of the output is the bad one.
        parameters: Of the detector, where it needs any.
        data: What the pictures are, in a few words.
    """

    detector: str
    output: str
    fault: str
    good: tuple[Example, ...]
    bad: tuple[Example, ...]
    worse: Literal["high", "low"] = "high"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    data: str = "made from real photographs"


def photographs(half: Half) -> dict[str, PIL.Image.Image]:
    """Return real and generated pictures by name, RGB: one half to tune on, another to report.

    Which half a picture is in follows from its name alone, so it never changes sides. Pictures
    that come inside scikit-image, and those of `../shared/images` where that folder is there.
    """
    return {name: picture for name, picture in _every() if half_of(name) == half}


def half_of(name: str) -> Half:
    """Return the half that the picture *name* belongs to."""
    return "tuning" if hashlib.sha256(name.encode()).digest()[0] % 2 else "reported"


@cache
def _every() -> tuple[tuple[str, PIL.Image.Image], ...]:
    return (*_packaged(), *_real())


def _packaged() -> Iterator[tuple[str, PIL.Image.Image]]:
    from skimage import data

    for name in PACKAGED:
        yield name, PIL.Image.fromarray(np.asarray(getattr(data, name)())).convert("RGB")


def _real() -> Iterator[tuple[str, PIL.Image.Image]]:
    for folder in WHOLE:
        for path in sorted((REAL / folder).glob("*")):
            if path.suffix != ".json":
                with PIL.Image.open(path) as picture:
                    upright = PIL.ImageOps.exif_transpose(picture).convert("RGB")
                yield f"{folder}/{path.name}", upright
