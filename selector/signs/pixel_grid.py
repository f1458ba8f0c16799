"""Where colours change in a picture, and on what grid of equal squares: the maths of pixel art."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

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
LINES = 256  # rows and columns that are looked at; more say the same
SAMPLE = 2048  # changes each way whose colours are looked for around them
AROUND = 2  # px; a colour recurs if it is there again so near, as in clusters and dithering


@dataclass(frozen=True, slots=True)
class Changes:
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
class Grid:
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


def changes_along(pixels: Bytes, axis: int) -> Changes:
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
    return Changes(axis, np.append(0, profile), place, step.ravel()[found])


def isolated(profiles: Sequence[Floats]) -> float:
    """Return the share of changes on lines that have none right before and behind them."""
    alone = total = 0.0
    for profile in profiles:
        padded = np.pad(profile, 1)
        alone += float(profile[(padded[:-2] == 0) & (padded[2:] == 0)].sum())
        total += float(profile.sum())
    return alone / total if total else 0.0


def coarse_grids(profiles: Sequence[Floats], short: int) -> list[Grid]:
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


def _fitted(profiles: Sequence[Floats], scale: int) -> Grid:
    """Return the grid of whole *scale*, 2 or more, on whose lines most of the changes lie."""
    sums = [np.bincount(np.arange(len(each)) % scale, each, minlength=scale) for each in profiles]
    on = sum(float(each.max()) for each in sums) / sum(float(each.sum()) for each in sums)
    fit = max(0.0, (on - 1 / scale) / (1 - 1 / scale))
    return Grid(float(scale), scale, tuple(int(each.argmax()) for each in sums), fit)


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


def crisp(art: Bytes, changes: Sequence[Changes], *, spoilt: int = 0) -> Mask:
    """Return which changes are clear and lead from one colour that recurs to another.

    Args:
        art: What the changes are of.
        changes: Down and across.
        spoilt: Steps of so many levels are no change; one less than a power of two.
    """
    found = []
    for each in changes:
        counted = each.step > spoilt
        after = each.place[:, counted]
        before = after - np.eye(2, dtype=int)[:, each.axis, None]
        clear = each.step[counted] >= CLEAR
        recur = [_recurs(art, place, np.uint8(255 - spoilt)) for place in (after, before)]
        found.append(clear & np.logical_and(*recur))
    return np.concatenate(found)


def _recurs(art: Bytes, place: Whole, kept: np.uint8) -> Mask:
    """Return whether the colour at each *place*, in the bits that are *kept*, is there nearby."""
    sides = np.array(art.shape[:2])[:, None]
    wide = np.minimum(2 * AROUND + 1, sides)
    first = (place - AROUND).clip(0, sides - wide)
    # Only what is around each place is read, of pictures however large.
    around = sliding_window_view(art, wide.ravel().tolist(), axis=(0, 1))[*first] & kept
    own = art[*place] & kept
    red, green, blue = (around[:, one] == own[:, one, None, None] for one in range(3))
    down, across = (
        np.abs(start[:, None] + np.arange(count) - at[:, None]) <= AROUND
        for start, count, at in zip(first, wide.ravel(), place, strict=True)
    )
    alike = red & green & blue & down[:, :, None] & across[:, None, :]
    recurs: Mask = np.count_nonzero(alike, axis=(1, 2)) > 1  # one of them is itself
    return recurs
