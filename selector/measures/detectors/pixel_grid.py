"""Whether a picture is pixel art: whole pixels of one size on one grid, in colours that recur."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import PIL.Image
from pydantic import JsonValue

from selector.images import Image
from selector.measures.base import Measure, Subject
from selector.signs.pixel_grid import (
    CLEAR,
    LARGEST,
    Bytes,
    Changes,
    Grid,
    Mask,
    Whole,
    changes_along,
    coarse_grids,
    crisp,
    isolated,
)
from selector.types import Cost, Kind, Measured, NotApplicable, Output, Score

ISOLATED = 0.5  # of the changes; art in its own pixels changes in neighbouring columns, too
COLOURS = 4096  # counted at most
ROWS = 256  # of the art at a time are counted, so that a large picture takes little memory
SPOILT = 7  # levels by which JPEG may have moved what is one colour in enlarged art
PART = 18  # art px; two and three go into it
PARTS = 64  # rows of them that are looked at; more say the same
BUSY = 4  # of its rows, and of its columns, that changes lie before; fewer are even by chance
LARGER = (2, 3)
WHOLLY = 0.97  # of a part's changes; of 1000 parts of art drawn by hand none was so by chance
CLEAN = 0.5  # consistency; below, there is no grid that pixels could be too large for
MOST = 16  # boxes
TILES = 8  # along each side, for evidence; so many of the worst are told
TELLING = 8  # changes in a tile; fewer say nothing of it


class PixelGrid(Measure):
    """Whether the picture is pixel art: one grid, hard edges, few colours.

    Unit: `consistency` in [0, 1], the share of colour changes that lie on the grid, beyond what
        chance puts there, times the share of the art's own changes that are clear (8 levels of
        255) and lead from one colour to another that both recur within two pixels; higher is
        better; `scale`, px an art pixel, 1 where no coarser grid is found; `side`, art pixels on
        the short side; `colours` of the art, 4096 at most; `mixed`, the share of its detailed
        parts, 18 art pixels wide, that are drawn in pixels of twice or thrice that size where
        others are not.
    Needs: sRGB; up to 256 rows and columns at full size; no prompt.
    Evidence: up to eight boxes, an eighth of the picture wide, where most changes are off; up
        to 16 more of the parts in larger pixels.
    Blind to: larger pixels in a small part or in four times the size; pixels of over 64 px, of
        which a half or a third is told; enlarging by less than twice; a grey photograph enlarged
        pixel by pixel (up to 0.8: `colours` tells); whether it is well drawn. Art of soft shades
        (under 8 levels a step), of stray single pixels or in JPEG (0.35 to 0.7 at quality 90)
        counts as less consistent, and a sparse pattern's own period may be taken for the grid.
    Model: none.
    Source: pitch by the Fourier transform of where colours change, as periods are found by
        A. Schuster, "On the investigation of hidden periodicities", 1898. 27 photographs brought
        down to pixels of ten colours: AUC 1.00 against small and large photographs, soft
        enlargements and such by a broken number, 0.99 against pixels of two sizes; `mixed`, 22 of
        them: 0.93 for a part in doubled pixels. Art drawn by hand, with which the constants were
        chosen, has a consistency of 0.94 to 1.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 2

    @property
    def outputs(self) -> Mapping[str, Output]:
        """Consistency, the size of the grid, and the number of colours."""
        scale = Output("px", 1, LARGEST, None, optional=True, words="size of an art pixel")
        return {
            "consistency": Output(
                "share of changes", 0, 1, True, optional=True, words="pixels on one clean grid",
                usual=(0, 0.055),
            ),
            "scale": scale,
            "side": replace(scale, unit="art px", low=0, high=None, words="short side in art px"),
            "colours": Output("colours", 1, COLOURS, None, words="colours", whole=True),
            "mixed": Output(
                "share of parts", 0, 1, False, optional=True, words="parts in larger pixels"
            ),
        }  # fmt: skip

    @property
    def cost(self) -> Cost:
        """Measured at 1024² on photographs."""
        return Cost(seconds=0.013)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return grid and colours of every picture."""
        return [_measured(subject.image) for subject in subjects]


@dataclass(frozen=True, slots=True)
class _Seen:
    """The picture as art on a grid.

    Attributes:
        grid: Which one.
        art: In its own pixels, shape (h, w, 3).
        right: Which of the picture's changes are as they should be.
        consistency: In [0, 1].
    """

    grid: Grid
    art: Bytes
    right: Mask
    consistency: float


def _measured(image: Image) -> dict[str, Measured]:
    changes = [changes_along(image.rgb, axis) for axis in (0, 1)]
    if not any(each.step.size for each in changes):
        absent = NotApplicable("one colour: there is nothing on a grid")
        names = ("consistency", "scale", "side", "mixed")
        return {**dict.fromkeys(names, absent), "colours": Score(1)}
    profiles = [each.profile for each in changes]
    coarse = coarse_grids(profiles, min(image.size))
    found = [_seen(image.rgb, grid, changes) for grid in coarse]
    if not coarse or isolated(profiles) < ISOLATED:
        found.append(_seen(image.rgb, Grid(), changes))
    best = max(found, key=lambda seen: seen.consistency)
    boxes = _boxes(np.hstack([each.place for each in changes]), best.right, image.size)
    return {
        "consistency": Score(best.consistency, evidence={"boxes": boxes}),
        "scale": Score(best.grid.pitch),
        "side": Score(min(image.size) / best.grid.pitch),
        "colours": Score(_colours(best.art)),
        "mixed": _mixed(best, image.size),
    }


def _seen(pixels: Bytes, grid: Grid, changes: list[Changes]) -> _Seen:
    """Return the picture as art on *grid*."""
    top, left = ((offset + grid.scale // 2) % grid.scale for offset in grid.offset)
    art = pixels[top :: grid.scale, left :: grid.scale]  # squares' middles; no copy of them
    if grid.scale == 1:
        right = crisp(art, changes)
        return _Seen(grid, art, right, float(right.mean()))
    clear = crisp(art, [changes_along(art, axis) for axis in (0, 1)], spoilt=SPOILT)
    on = [each.place[each.axis] % grid.scale == grid.offset[each.axis] for each in changes]
    return _Seen(grid, art, np.concatenate(on), grid.fit * float(clear.mean() if clear.size else 0))


def _colours(art: Bytes) -> int:
    """Return how many colours there are, 4096 at most."""
    found: set[object] = set()
    for top in range(0, len(art), ROWS):
        counted = PIL.Image.fromarray(art[top : top + ROWS]).getcolors(COLOURS)
        found.update(colour for _, colour in counted or ())
        if counted is None or len(found) >= COLOURS:
            return COLOURS
    return len(found)


def _boxes(place: Whole, right: Mask, size: tuple[int, int]) -> list[JsonValue]:
    """Return where most changes are off, the worst first; nothing if most are off everywhere."""
    if 2 * np.count_nonzero(right) < right.size:
        return []
    tile = np.ravel_multi_index(
        (place[0] * TILES // size[1], place[1] * TILES // size[0]), (TILES, TILES)
    )
    every = np.bincount(tile, minlength=TILES**2)
    wrong = np.bincount(tile[~right], minlength=TILES**2)
    told = np.where((every >= TELLING) & (2 * wrong > every), wrong, 0)
    worst = [int(one) for one in np.argsort(-told, kind="stable")[:TILES] if told[one]]
    return [
        {
            "box": _tile(one, size),
            "label": "off the grid",
            "share": round(int(wrong[one]) / int(every[one]), 2),
        }
        for one in worst
    ]


def _tile(number: int, size: tuple[int, int]) -> list[JsonValue]:
    """Return the box of a tile, numbered from the top left."""
    down, across = divmod(number, TILES)
    x, y = size[0] / TILES, size[1] / TILES
    return [round(edge, 1) for edge in (across * x, down * y, (across + 1) * x, (down + 1) * y)]


def _mixed(seen: _Seen, size: tuple[int, int]) -> Measured:
    """Return the share of the detailed parts whose changes all lie on a coarser grid."""
    if seen.consistency < CLEAN:
        return NotApplicable("no clean grid that pixels could be too large for")
    tops = _tops(len(seen.art))
    steps = [_by_line(seen.art, tops, axis) for axis in (0, 1)]
    busy = np.logical_and(*((each > 0).sum(axis=2) >= BUSY for each in steps))
    if not busy.any():
        return NotApplicable(f"no part of {PART} art pixels with enough detail")
    larger = np.zeros_like(busy)
    for times in LARGER:
        fits = _on_every(steps, times) & busy
        if (fits != busy).any():  # where all are so, that is the art's own size
            larger |= fits
    places = [(int(tops[down]), int(across) * PART) for down, across in np.argwhere(larger)[:MOST]]
    boxes: list[JsonValue] = [
        {"box": _part(place, seen.grid, size), "label": "larger pixels"} for place in places
    ]
    share = np.count_nonzero(larger) / np.count_nonzero(busy)
    return Score(float(share), evidence={"boxes": boxes})


def _tops(height: int) -> Whole:
    """Return where the rows of parts begin that are looked at, art px."""
    count = height // PART
    return np.arange(0, count, max(1, -(-count // PARTS))) * PART


def _by_line(art: Bytes, tops: Whole, axis: int) -> Whole:
    """Count the clear changes before each line of each part, shape (down, across, 18)."""
    across = art.shape[1] // PART
    counts = np.zeros((len(tops), across, PART), np.int64)
    for down, top in enumerate(tops.tolist()):
        rows = art[max(0, top - (axis == 0)) : top + PART, : across * PART]
        clear = np.zeros((PART, across * PART), bool)
        if axis == 0:
            clear[PART + 1 - len(rows) :] = _step(rows[1:], rows[:-1]) >= CLEAR
        else:
            clear[:, 1:] = _step(rows[:, 1:], rows[:, :-1]) >= CLEAR
        parts = clear.reshape(PART, across, PART)
        counts[down] = parts.sum(axis=2).T if axis == 0 else parts.sum(axis=0)
    return counts


def _step(after: Bytes, before: Bytes) -> Bytes:
    """Return by how many levels the channel that changes most does, shape (h, w)."""
    red, green, blue = np.moveaxis(np.maximum(after, before) - np.minimum(after, before), -1, 0)
    step: Bytes = np.maximum(np.maximum(red, green), blue)
    return step


def _on_every(steps: Sequence[Whole], times: int) -> Mask:
    """Return which parts change on every second or third line only, down as well as across."""
    fits = []
    for each in steps:
        lines = each.reshape(*each.shape[:2], -1, times).sum(axis=2)
        fits.append(lines.max(axis=2) >= WHOLLY * lines.sum(axis=2))
    both: Mask = np.logical_and(*fits)
    return both


def _part(place: Sequence[int], grid: Grid, size: tuple[int, int]) -> list[JsonValue]:
    """Return the box on the picture of a part that begins at *place*, art px down and across."""
    width = PART * grid.scale
    top, left = (at * grid.scale + offset for at, offset in zip(place, grid.offset, strict=True))
    return [left, top, min(left + width, size[0]), min(top + width, size[1])]
