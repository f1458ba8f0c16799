"""Whether a picture is pixel art: whole pixels of one size on one grid, in colours that recur."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import PIL.Image
from pydantic import JsonValue

from selector.images import Image
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, NotApplicable, Output, Score

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

CLEAR = 8  # levels of 255; gradients and what JPEG adds step less, pixel art seldom does
LARGEST = 64  # px an art pixel; and a grid has at least FEWEST of them on the short side
FEWEST = 8
STRONG = 0.6  # of 1; art of 8 px in JPEG had 0.86 and more, photographs and soft art under 0.55
SAME = 0.85  # of the strongest; 2, 4 and 8 px fit a grid of 8 px equally, the largest is meant
DIP = 0.5  # of a peak; without it, it is the slope of what few and near changes have in common
ISOLATED = 0.5  # of the changes; art in its own pixels changes in neighbouring columns, too
LINES = 256  # rows and columns that are looked at; more say the same
SAMPLE = 2048  # changes each way whose colours are looked for around them
AROUND = 2  # px; a colour recurs if it is there again so near, as in clusters and dithering
COLOURS = 4096  # counted at most
SPOILT = 7  # levels by which JPEG may have moved what is one colour in enlarged art
PART = 18  # art px; two and three go into it
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
        parts, 18 art pixels wide, that are drawn in pixels of twice or thrice that size.
    Needs: sRGB; up to 256 rows and columns at full size; no prompt.
    Evidence: up to eight boxes, an eighth of the picture wide, where most changes are off; up
        to 16 more of the parts in larger pixels.
    Blind to: larger pixels in a small part or in four times the size; enlarging by less than twice;
        a grey photograph enlarged pixel by pixel (up to 0.8: `colours` tells); whether it
        is well drawn. Art of soft shades (under 8 levels a step), of stray single pixels or in
        JPEG (0.35 to 0.7 at quality 90) counts as less consistent, and a sparse pattern's own
        period may be taken for the grid.
    Model: none.
    Source: pitch by the Fourier transform of where colours change, as periods are found by
        A. Schuster, "On the investigation of hidden periodicities", 1898. 27 photographs brought
        down to pixels of ten colours: AUC 1.00 against small and large photographs, soft
        enlargements and such by a broken number, 0.99 against pixels of two sizes; `mixed`, 22 of
        them: 0.93 for a part in doubled pixels. Art drawn by hand, with which the constants were
        chosen, has a consistency of 0.94 to 1.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 1

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
class _Changes:
    """Where colours change from one pixel to the next along one axis.

    Attributes:
        axis: 0 down, 1 across.
        profile: The sum of the clear steps before each row or column, shape (side,).
        place: Rows and columns of the pixels behind changes, 2048 of them at most, shape (2, N).
        step: How large each of those is, in levels of the channel that changes most, shape (N,).
    """

    axis: int
    profile: Floats
    place: Whole
    step: Bytes


@dataclass(frozen=True, slots=True)
class _Grid:
    """A grid of squares.

    Attributes:
        pitch: px a square, 3.7 where some were made three and some four px wide.
        scale: The whole number next to it.
        offset: Of its lines from the top and from the left, px.
        fit: The share of what changes on its lines, beyond chance, in [0, 1].
    """

    pitch: float = 1.0
    scale: int = 1
    offset: tuple[int, ...] = (0, 0)
    fit: float = 1.0


@dataclass(frozen=True, slots=True)
class _Seen:
    """The picture as art on a grid.

    Attributes:
        grid: Which one.
        art: In its own pixels, shape (h, w, 3).
        right: Which of the picture's changes are as they should be.
        consistency: In [0, 1].
    """

    grid: _Grid
    art: Bytes
    right: Mask
    consistency: float


def _measured(image: Image) -> dict[str, Measured]:
    changes = [_changes(image.rgb, axis) for axis in (0, 1)]
    if not any(each.step.size for each in changes):
        absent = NotApplicable("one colour: there is nothing on a grid")
        names = ("consistency", "scale", "side", "mixed")
        return {**dict.fromkeys(names, absent), "colours": Score(1)}
    profiles = [each.profile for each in changes]
    coarse = _coarse(profiles, min(image.size))
    found = [_seen(image.rgb, grid, changes) for grid in coarse]
    if not coarse or _isolated(profiles) < ISOLATED:
        found.append(_seen(image.rgb, _Grid(), changes))
    best = max(found, key=lambda seen: seen.consistency)
    boxes = _boxes(np.hstack([each.place for each in changes]), best.right, image.size)
    return {
        "consistency": Score(best.consistency, evidence={"boxes": boxes}),
        "scale": Score(best.grid.pitch),
        "side": Score(min(image.size) / best.grid.pitch),
        "colours": Score(_colours(best.art)),
        "mixed": _mixed(best, image.size),
    }


def _seen(pixels: Bytes, grid: _Grid, changes: list[_Changes]) -> _Seen:
    """Return the picture as art on *grid*."""
    top, left = ((offset + grid.scale // 2) % grid.scale for offset in grid.offset)
    art = np.ascontiguousarray(pixels[top :: grid.scale, left :: grid.scale])  # squares' middles
    if grid.scale == 1:
        right = _crisp(art, changes)
        return _Seen(grid, art, right, float(right.mean()))
    crisp = _crisp(art, [_changes(art, axis) for axis in (0, 1)], spoilt=SPOILT)
    on = [each.place[each.axis] % grid.scale == grid.offset[each.axis] for each in changes]
    return _Seen(grid, art, np.concatenate(on), grid.fit * float(crisp.mean() if crisp.size else 0))


def _changes(pixels: Bytes, axis: int) -> _Changes:
    """Find what changes along *axis* in up to 256 lines of the picture."""
    apart = -(-pixels.shape[1 - axis] // LINES)
    lines = pixels[:, ::apart] if axis == 0 else pixels[::apart]
    planes = np.ascontiguousarray(np.moveaxis(lines, -1, 0))  # every third byte is slow to compare
    after, before = (
        (planes[:, 1:], planes[:, :-1]) if axis == 0 else (planes[..., 1:], planes[..., :-1])
    )
    red, green, blue = np.maximum(after, before) - np.minimum(after, before)
    step = np.maximum(np.maximum(red, green), blue)
    profile = np.where(step >= CLEAR, step, 0).sum(axis=1 - axis, dtype=np.float64)
    found = np.flatnonzero(step)
    found = found[:: max(1, -(-len(found) // SAMPLE))]
    place = np.stack(np.unravel_index(found, step.shape))
    place[axis] += 1
    place[1 - axis] *= apart
    return _Changes(axis, np.append(0, profile), place, step.ravel()[found])


def _coarse(profiles: Sequence[Floats], short: int) -> list[_Grid]:
    """Return the coarsest grid of more than one pixel that the changes show, if they show one."""
    total = sum(float(profile.sum()) for profile in profiles)
    pitch = _pitch(profiles, short) if total else 1.0
    if pitch == 1:
        return []
    near = range(int(pitch), min(int(pitch) + 1, LARGEST) + 1)
    best = max((_fitted(profiles, scale) for scale in near), key=lambda grid: grid.fit)
    # As far as the transform can tell pitches of that size apart, it is the whole number.
    whole = abs(pitch - best.scale) <= pitch**2 / max(map(len, profiles))
    return [best if whole else replace(best, pitch=pitch)]


def _fitted(profiles: Sequence[Floats], scale: int) -> _Grid:
    """Return the grid of whole *scale*, 2 or more, on whose lines most of the changes lie."""
    sums = [np.bincount(np.arange(len(each)) % scale, each, minlength=scale) for each in profiles]
    on = sum(float(each.max()) for each in sums) / sum(float(each.sum()) for each in sums)
    fit = max(0.0, (on - 1 / scale) / (1 - 1 / scale))
    return _Grid(float(scale), scale, tuple(int(each.argmax()) for each in sums), fit)


def _isolated(profiles: Sequence[Floats]) -> float:
    """Return the share of changes on lines that have none right before and behind them."""
    alone = total = 0.0
    for profile in profiles:
        padded = np.pad(profile, 1)
        alone += float(profile[(padded[:-2] == 0) & (padded[2:] == 0)].sum())
        total += float(profile.sum())
    return alone / total if total else 0.0


def _pitch(profiles: Sequence[Floats], short: int) -> float:
    """Return the longest of the strong periods of the changes, px; 1 if there is none."""
    length = 4 * max(map(len, profiles))
    strength = np.sum([np.abs(np.fft.rfft(each, length)) for each in profiles], axis=0)
    strength /= strength[0]
    first = max(-(-length // LARGEST), -(-FEWEST * length // short))
    peaks = np.arange(first, len(strength))
    deepest = np.minimum.accumulate(strength)[peaks]
    strong = (strength[peaks] >= STRONG) & (deepest <= DIP * strength[peaks])
    peaks = peaks[strong]
    if not len(peaks):
        return 1.0
    at = int(peaks[(strength[peaks] >= SAME * strength[peaks].max()).argmax()])
    while at + 1 < len(strength) and strength[at + 1] > strength[at]:
        at += 1
    return length / at


def _crisp(art: Bytes, changes: Sequence[_Changes], *, spoilt: int = 0) -> Mask:
    """Return which changes are clear and lead from one colour that recurs to another.

    Args:
        art: What the changes are of.
        changes: Down and across.
        spoilt: Steps of so many levels are no change.
    """
    coarse = PIL.Image.fromarray(art & np.uint8(255 - spoilt)).convert("RGBA")
    colours = np.pad(np.asarray(coarse).view(np.uint32)[..., 0], AROUND)  # 0 is no opaque colour
    crisp = []
    for each in changes:
        counted = each.step > spoilt
        after = each.place[:, counted]
        before = after - np.eye(2, dtype=int)[:, each.axis, None]
        clear = each.step[counted] >= CLEAR
        crisp.append(clear & _recurs(colours, after) & _recurs(colours, before))
    return np.concatenate(crisp)


def _recurs(padded: npt.NDArray[np.uint32], place: Whole) -> Mask:
    """Return whether the colour at each *place* is there again nearby."""
    down, across = np.indices((2 * AROUND + 1, 2 * AROUND + 1)).reshape(2, -1)
    around = padded[place[0][:, None] + down, place[1][:, None] + across]
    own = around[:, around.shape[1] // 2, None]
    recurs: Mask = np.count_nonzero(around == own, axis=1) > 1  # one of them is itself
    return recurs


def _colours(art: Bytes) -> int:
    counted = PIL.Image.fromarray(art).getcolors(COLOURS)
    return len(counted) if counted else COLOURS


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
    steps = [_by_line(seen.art, axis) for axis in (0, 1)]
    busy = np.logical_and(*((each > 0).sum(axis=2) >= BUSY for each in steps))
    if not busy.any():
        return NotApplicable(f"no part of {PART} art pixels with enough detail")
    larger = np.any([_on_every(steps, times) for times in LARGER], axis=0) & busy
    parts = [_part(down, across, seen.grid, size) for down, across in np.argwhere(larger)[:MOST]]
    boxes: list[JsonValue] = [{"box": box, "label": "larger pixels"} for box in parts]
    share = np.count_nonzero(larger) / np.count_nonzero(busy)
    return Score(float(share), evidence={"boxes": boxes})


def _by_line(art: Bytes, axis: int) -> Whole:
    """Count the clear changes before each line of each part, shape (down, across, 18)."""
    down, across = (side // PART for side in art.shape[:2])
    steps = np.abs(np.diff(art.astype(np.int16), axis=axis, prepend=art.take([0], axis))).max(
        axis=2
    )
    clear = steps[: down * PART, : across * PART] >= CLEAR
    counts: Whole = clear.reshape(down, PART, across, PART).sum(axis=3 if axis == 0 else 1)
    return counts.transpose(0, 2, 1) if axis == 0 else counts


def _on_every(steps: Sequence[Whole], times: int) -> Mask:
    """Return which parts change on every second or third line only, down as well as across."""
    fits = []
    for each in steps:
        lines = each.reshape(*each.shape[:2], -1, times).sum(axis=2)
        fits.append(lines.max(axis=2) >= WHOLLY * lines.sum(axis=2))
    both: Mask = np.logical_and(*fits)
    return both


def _part(down: int, across: int, grid: _Grid, size: tuple[int, int]) -> list[JsonValue]:
    """Return the box of a part on the picture."""
    width = PART * grid.scale
    top, left = (at * width + off for at, off in zip((down, across), grid.offset, strict=True))
    corners = (left, top, min(left + width, size[0]), min(top + width, size[1]))
    return [int(corner) for corner in corners]
