"""How much of a picture keeps to the colours of a brand."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator, Field, field_validator

from selector.backbones.needed import need
from selector.images import Image
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, Output, Score

HEX = re.compile(r"#[0-9A-Fa-f]{6}")


def _valid(text: str) -> str:
    if not HEX.fullmatch(text):
        raise ValueError(f"{text!r} is no colour; write #RRGGBB in quotes, such as '#0A84FF'")
    return text


Colour = Annotated[str, AfterValidator(_valid), Field(json_schema_extra={"pattern": HEX.pattern})]
Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

CELLS = 112  # along the long side; one place in each is looked at: 12,544 of a square
SOFT = 512  # px; edges of pictures of that size are softened over 1 px, of twice the size over 2
OVER = 16  # levels by which sharpening and resizing overshoot beside an edge
PAIRS = ((1, 2), (3, 4))  # of the pixels around: above and below, left and right
BITS = 6  # a channel; colours that agree in these are one, which moves few by more than ΔE2000 1
FARTHEST = 95  # percentile; less may be the mixed colours along edges
OCCURS = 0.005  # of the picture; a palette's colour on less than that is not to be seen
FOREIGN = 8  # colours off the palette that evidence tells, if they occur
NEIGHBOUR = 10.0  # ΔE76 within which colours off the palette are told as one


class Palette(Measure):
    """How much of the picture lies in a given palette, the colours of a brand for instance.

    Unit: `share`, share of pixels within `tolerance` (ΔE2000) of one of `colours`, in [0, 1],
        higher is better; `mean` and `far`, the mean and the 95th percentile of the ΔE2000 to the
        nearest one; `missing`, how many of them are nearest, within the tolerance, to less than
        0.5 % of the picture. A pixel of a soft edge, between the colours on two opposite sides and
        neither of them, counts as the one nearer to the palette; sides are a 512th of the picture
        away. Shares are of a sample, true to about 0.005.
    Needs: sRGB, one place in each of 112 cells along the long side; no prompt.
    Evidence: the share of each colour, and up to eight colours off the palette with theirs.
    Blind to: where colours are and what they are on; gradients and shades of a palette's colour,
        which count as off it where they leave the tolerance; fine grain, which may count as a soft
        edge (0.34 in place of 0.28 for a rough sea in blue and white), and softened lines of a
        pixel or two, which may count as what they are on; skin, sky and products, which no
        brand's palette holds: for photographs give a wide one.
    Model: none.
    Source: G. Sharma, W. Wu, E. N. Dalal, "The CIEDE2000 color-difference formula", Color Research
        & Application, 2005; computed by scikit-image. 27 photographs in the four colours of a
        brand: AUC of `share` 1.00 for a spot of 2 to 12 % in another colour, 0.93 for one of the
        four off by 40 to 90 levels, some of which the tolerance lets pass.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 2
    extra: ClassVar[str] = "detectors"
    example: ClassVar[Mapping[str, Any]] = {"colours": ("#0A84FF", "#FFFFFF", "#1C1C1E")}

    colours: tuple[Colour, ...] = Field(min_length=1, max_length=64)
    tolerance: float = Field(10.0, gt=0, le=100)

    @field_validator("colours")
    @classmethod
    def _once_each(cls, colours: tuple[str, ...]) -> tuple[str, ...]:
        twice = [each for each, times in Counter(map(str.upper, colours)).items() if times > 1]
        if twice:
            raise ValueError(f"{', '.join(twice)} there more than once; give each colour once")
        return colours

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The share in the palette, the distance from it, and how many of its colours lack."""
        return {
            "share": Output("share of pixels", 0, 1, True, words="area in the palette's colours"),
            "mean": Output("ΔE2000", 0, None, False, words="mean distance from the palette"),
            "far": Output("ΔE2000", 0, None, False, words="distance of the most foreign colours"),
            "missing": Output(
                "colours", 0, len(self.colours), False, words="palette colours that are missing",
                whole=True,
            ),
        }  # fmt: skip

    @property
    def cost(self) -> Cost:
        """Measured at 1024² on photographs, with three colours; each more adds about 0.001 s."""
        return Cost(seconds=0.015)

    def build(self, device: str) -> None:  # noqa: ARG002 - arithmetic
        """Have the colour maths at hand; a package that is missing is said now."""
        need("detectors.palette", {"skimage.color": "scikit-image"})

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return how every picture keeps to the palette."""
        palette = _lab(np.array([_rgb(colour) for colour in self.colours], float))
        return [self._measured(_Spread.over(subject.image, palette)) for subject in subjects]

    def _measured(self, spread: "_Spread") -> dict[str, Measured]:
        inside = spread.distance <= self.tolerance
        shares = np.bincount(
            spread.nearest[inside], spread.share[inside], minlength=len(self.colours)
        )
        told = [
            f"{colour.upper()} {share:.1%}"
            for colour, share in zip(self.colours, shares.tolist(), strict=True)
        ]
        evidence: dict[str, Any] = {"texts": told + spread.told(~inside)}
        return {
            "share": Score(min(float(spread.share[inside].sum()), 1.0), evidence=evidence),
            "mean": Score(float(spread.share @ spread.distance)),
            "far": Score(spread.far),
            "missing": Score(int(np.count_nonzero(shares < OCCURS))),
        }


@dataclass(frozen=True)
class _Spread:
    """The distinct colours of a picture and how far each is from a palette.

    Attributes:
        rgb: Shape (N, 3), 0 to 255.
        share: Of the picture, shape (N,).
        distance: ΔE2000 to the nearest colour of the palette, shape (N,).
        nearest: Which one that is, shape (N,).
    """

    rgb: Floats
    share: Floats
    distance: Floats
    nearest: Whole

    @classmethod
    def over(cls, image: Image, palette: Floats) -> "_Spread":
        """Return the colours of *image* beside those of *palette*, CIELAB, shape (P, 3)."""
        from skimage.color import deltaE_ciede2000

        pixels = image.view(_sample)
        rgb, seen = _distinct(pixels)
        each = deltaE_ciede2000(_lab(rgb)[:, None], palette[None])  # type: ignore[no-untyped-call]
        distance = each.min(axis=1)
        counts = np.bincount(_least(pixels, seen, distance), minlength=len(rgb))
        return cls(rgb, counts / seen.shape[1], distance, each.argmin(axis=1))

    @property
    def far(self) -> float:
        """The weighted 95th percentile of the distances."""
        order = np.argsort(self.distance)
        reached = np.cumsum(self.share[order])
        at = min(int(np.searchsorted(reached, FARTHEST / 100)), len(order) - 1)
        return float(self.distance[order[at]])

    @cached_property
    def lab(self) -> Floats:
        """The colours in CIELAB, shape (N, 3)."""
        return _lab(self.rgb)

    def told(self, outside: npt.NDArray[np.bool_]) -> list[str]:
        """Return the most frequent of the colours *outside* the palette, alike ones as one."""
        groups: list[tuple[float, str]] = []
        left = np.flatnonzero(outside)
        while len(left) and len(groups) < FOREIGN:
            first = left[self.share[left].argmax()]
            alike = np.linalg.norm(self.lab[left] - self.lab[first], axis=1) <= NEIGHBOUR
            groups.append((float(self.share[left[alike]].sum()), _hex(self.rgb[first])))
            left = left[~alike]
        return [
            f"off the palette: {colour} {share:.1%}"
            for share, colour in sorted(groups)[::-1]
            if share >= OCCURS
        ]


def _sample(image: Image) -> npt.NDArray[np.uint8]:
    """Return one pixel of each cell of a grid, and four around it, shape (5, N, 3)."""
    height, width, _ = image.rgb.shape
    # Drawn anew in each cell, but alike for all pictures of one size: a fixed step could fall in
    # with a pattern and see one of its colours only, and means would mix what lies side by side.
    draw = np.random.default_rng(0)
    cell = max(1.0, max(height, width) / CELLS)
    down, across = (max(1, round(side / cell)) for side in (height, width))
    shift = draw.random((2, down, across))
    y = ((np.arange(down)[:, None] + shift[0]) * height / down).astype(int).ravel()
    x = ((np.arange(across) + shift[1]) * width / across).astype(int).ravel()
    # Between two whole numbers of pixels some places look by one farther, so that no size jumps.
    away = (max(height, width) / SOFT + draw.random(y.size)).astype(int)
    down, across = (away * way for way in np.array([(0, -1, 1, 0, 0), (0, 0, 0, -1, 1)])[..., None])
    near = (y + down).clip(0, height - 1), (x + across).clip(0, width - 1)
    picked: npt.NDArray[np.uint8] = image.rgb[near]
    return picked


def _distinct(pixels: npt.NDArray[np.uint8]) -> tuple[Floats, Whole]:
    """Return the colours among *pixels*, those that are almost one as their mean, and which is where.

    Args:
        pixels: Shape (5, N, 3).

    Returns:
        The colours, shape (M, 3), and the number of each pixel's colour, shape (5, N).
    """
    red, green, blue = (pixels >> (8 - BITS)).astype(np.int64).reshape(-1, 3).T
    keys, place = np.unique((red << 2 * BITS) | (green << BITS) | blue, return_inverse=True)
    counts = np.bincount(place, minlength=len(keys))
    sums = [np.bincount(place, each, minlength=len(keys)) for each in pixels.reshape(-1, 3).T]
    return np.stack(sums, axis=1) / counts[:, None], place.reshape(pixels.shape[:2])


def _least(pixels: npt.NDArray[np.uint8], seen: Whole, distance: Floats) -> Whole:
    """Return the number of the colour that counts at each place, shape (N,).

    It is the place's own; but that of a soft edge, which lies between the colours on two opposite
    sides and is neither, counts as the one of them that is nearer to the palette.
    """
    around = pixels.astype(np.int16)
    least: Whole = seen[0].copy()
    for one, other in PAIRS:
        middle = (around[one] + around[other]) / 2
        reach = np.abs(around[one] - around[other]) / 2 + OVER
        mixed = (np.abs(around[0] - middle) <= reach).all(axis=1)
        mixed &= (seen[0] != seen[one]) & (seen[0] != seen[other])
        for side in (one, other):
            nearer = mixed & (distance[seen[side]] < distance[least])
            least[nearer] = seen[side][nearer]
    return least


def _lab(rgb: Floats) -> Floats:
    """Return sRGB colours, 0 to 255, in CIELAB; shape (N, 3) both."""
    from skimage.color import rgb2lab

    lab: Floats = rgb2lab(rgb / 255)
    return lab


def _rgb(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _hex(rgb: Floats) -> str:
    red, green, blue = np.rint(rgb).astype(int).tolist()
    return f"#{red:02X}{green:02X}{blue:02X}"
