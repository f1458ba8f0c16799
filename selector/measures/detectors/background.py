"""What a subject stands on: how plain, neutral and even its ground is, and how many stand there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import JsonValue

from selector.backbones.needed import need
from selector.images import Image
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, NotApplicable, Output, Score

Lab = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
_Thing = tuple[float, tuple[slice, slice]]  # share of the picture, place on the thumbnail

STEP = 2.5  # ΔE76 from pixel to pixel of the smoothed thumbnail; soft shadows stay below it
REACH = 25.0  # ΔE76 from the ground's own colour; farther off, it is something else
PLAIN = 0.25  # of the border, one side of a square; on less than that nothing stands
SMALLEST = 0.002  # of the picture; less is dust, or a crumb of the subject
BESIDE = 0.05  # of the largest subject; less belongs to it, as a crumb or a hair does
FAR = 95  # percentile; a twentieth of the ground may lie in the subject's own shadow
ENOUGH = 0.02  # of the picture; with less ground than that beside the subject, all of it counts
SAMPLE = 4096  # pixels of the ground; ΔE2000 of all of them would take longer than the rest
MOST = 16  # boxes


class Background(Measure):
    """How plain, neutral and even the ground is that the subject stands on.

    Unit: `share` of the picture and `border`, share of its border, that are ground, in [0, 1];
        `lightness` (L*, 0 to 100) and `chroma` (of CIELAB, 0 is grey) of its median colour;
        `unevenness`, ΔE2000 from there to the farthest twentieth beside the subject's box;
        `subjects`, things that stand on it; `fill`, the share of the frame's width or height that
        they take, the larger one.
    Needs: the thumbnail; no prompt.
    Evidence: one box a subject, the 16 largest, with its share of the picture.
    Blind to: where a subject has the colour of its ground and no edge (white on white may be
        eaten away, and fall into parts); things nearer to each other than 2 % of the long side,
        which count as one; what is seen through a handle, which counts as subject; what stands
        there. A sky, a wall or a lawn may pass for a ground, and one scene in twenty left 0.95
        and more of the border free.
    Model: none.
    Source: a flood fill of what changes softly, from the border; ΔE2000 is scikit-image's. Shapes
        cut from 27 photographs, on made grounds: AUC 1.00 for a tint of 6 to 24 levels, for two
        things in place of one and for things cut by the frame, 0.98 for light that falls off by
        12 to 60 levels; 25 scenes told from them by `border`: 0.98.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 1
    extra: ClassVar[str] = "detectors"

    @property
    def outputs(self) -> Mapping[str, Output]:
        """How much ground there is, its colour and evenness, and what stands on it."""
        share = Output("share of pixels", 0, 1, None, words="plain ground", usual=(0.016, 0.81))
        delta = Output(
            "ΔE2000", 0, None, False, optional=True, words="unevenness of the ground", usual=(0, 17)
        )
        things = Output("things", 0, None, None, optional=True, words="things on the ground")
        return {
            "share": share,
            "border": replace(
                share, unit="share of the border", higher_is_better=True,
                words="border that is free of the subject", usual=(0.14, 0.99),
            ),
            "lightness": Output(
                "L*", 0, 100, None, optional=True, words="how light the ground is", usual=(1.8, 97)
            ),
            "chroma": replace(delta, unit="C*ab", words="tint of the ground", usual=(0, 47)),
            "unevenness": delta,
            "subjects": replace(things, usual=(1, 20), whole=True),
            "fill": replace(
                things, unit="share of the frame", high=1, higher_is_better=True, usual=(0.8, 1),
                words="how much of the frame the subject takes",
            ),
        }  # fmt: skip

    @property
    def cost(self) -> Cost:
        """Measured at 1024², the thumbnail included."""
        return Cost(seconds=0.018)

    def build(self, device: str) -> None:  # noqa: ARG002 - arithmetic
        """Have the colour maths at hand; a package that is missing is said now."""
        need("detectors.background", {"skimage.color": "scikit-image"})

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return what is known of every picture's ground."""
        return [_measured(subject.image) for subject in subjects]


@dataclass(frozen=True)
class _Ground:
    """The smoothed thumbnail in CIELAB, shape (h, w, 3), and where of it the ground is."""

    lab: Lab
    mask: Mask

    @cached_property
    def colour(self) -> Lab:
        """Its median colour, shape (1, 3)."""
        return np.median(self.lab[self.mask], axis=0, keepdims=True).astype(np.float32)

    @property
    def border(self) -> float:
        """The share of the picture's border that is ground."""
        return float(self.mask[_border(self.mask)].mean())

    def unevenness(self, subjects: "list[_Thing]") -> float:
        """How far the farthest twentieth is from the median, ΔE2000; beside the *subjects*."""
        from skimage.color import deltaE_ciede2000

        beside = self.mask.copy()
        for _, place in subjects:
            beside[place] = False
        enough = beside.mean() >= ENOUGH
        pixels = self.lab[beside if enough else self.mask]
        some = pixels[:: -(-len(pixels) // SAMPLE)]
        far = deltaE_ciede2000(some, self.colour)  # type: ignore[no-untyped-call]
        return float(np.percentile(far, FAR))


def _measured(image: Image) -> dict[str, Measured]:
    ground = _ground(image)
    found: dict[str, Measured] = {
        "share": Score(float(ground.mask.mean())),
        "border": Score(ground.border),
    }
    if ground.border < PLAIN:
        absent = NotApplicable(f"no plain ground: it has {ground.border:.0%} of the border")
        return found | dict.fromkeys(_OF_GROUND, absent)
    subjects = _subjects(ground.mask)
    lightness, *tint = ground.colour[0].tolist()
    found |= {
        "lightness": Score(min(max(lightness, 0.0), 100.0)),
        "chroma": Score(float(np.hypot(*tint))),
        "unevenness": Score(ground.unevenness(subjects)),
    }
    return found | _standing(subjects, ground.mask.shape, image.size)


_OF_GROUND = ("lightness", "chroma", "unevenness", "subjects", "fill")


def _ground(image: Image) -> _Ground:
    """Find what is joined to the border by soft changes and has the colour of most of it."""
    from scipy import ndimage
    from skimage.color import rgb2lab

    # A 3 x 3 mean takes grain and what JPEG adds, which would fence the flood in.
    pixels = image.thumbnail.astype(np.float32) / 255
    lab = ndimage.uniform_filter(rgb2lab(pixels), (3, 3, 1))
    areas, count = ndimage.label(_change(lab) < STEP)
    reached = np.bincount(areas[_border(areas)], minlength=count + 1)
    reached[0] = 0
    if not reached.any():
        return _Ground(lab, np.zeros(areas.shape, bool))
    colour = np.median(lab[areas == reached.argmax()], axis=0)
    near = np.linalg.norm(lab - colour, axis=2) < REACH
    return _Ground(lab, (reached > 0)[areas] & near)


def _change(lab: Lab) -> Lab:
    """Return how far each pixel is from the farthest of its four neighbours, ΔE76, shape (h, w)."""
    most = np.zeros(lab.shape[:2], np.float32)
    for axis in (0, 1):
        step = np.linalg.norm(np.diff(lab, axis=axis), axis=2)
        before, after = np.moveaxis(most, axis, 0)[:-1], np.moveaxis(most, axis, 0)[1:]
        step = np.moveaxis(step, axis, 0)
        np.maximum(before, step, out=before)
        np.maximum(after, step, out=after)
    return most


def _border(plane: npt.NDArray[Any]) -> Mask:
    mask = np.ones(plane.shape, bool)
    mask[1:-1, 1:-1] = False
    return mask


def _subjects(ground: Mask) -> list[_Thing]:
    """Return share of the picture and place of all that stands there, the largest first."""
    from scipy import ndimage

    things, count = ndimage.label(~ground, np.ones((3, 3), int))
    shares = np.bincount(things.ravel(), minlength=count + 1)[1:] / ground.size
    least = max(SMALLEST, BESIDE * float(shares.max(initial=0)))
    places = ndimage.find_objects(things)
    found = [
        (share, place)
        for share, place in zip(shares.tolist(), places, strict=True)
        if share >= least
    ]
    return sorted(found, key=lambda each: -each[0])


def _standing(
    subjects: list[_Thing], shape: tuple[int, ...], size: tuple[int, int]
) -> dict[str, Measured]:
    """Return how many *subjects* there are and how much of the frame they take."""
    if not subjects:
        nothing = NotApplicable("nothing stands on the ground")
        return {"subjects": Score(0), "fill": nothing}
    places = [place for _, place in subjects]
    taken = [
        max(place[axis].stop for place in places) - min(place[axis].start for place in places)
        for axis in (0, 1)
    ]
    fill = max(length / side for length, side in zip(taken, shape, strict=True))
    boxes: list[JsonValue] = [
        {"box": _box(place, shape, size), "label": "subject", "share": round(share, 4)}
        for share, place in subjects[:MOST]
    ]
    return {"subjects": Score(len(subjects), evidence={"boxes": boxes}), "fill": Score(fill)}


def _box(
    place: tuple[slice, slice], shape: tuple[int, ...], size: tuple[int, int]
) -> list[JsonValue]:
    """Return a place on the thumbnail as a box on the picture."""
    down, across = place
    x, y = size[0] / shape[1], size[1] / shape[0]
    corners = (across.start * x, down.start * y, across.stop * x, down.stop * y)
    return [round(corner, 1) for corner in corners]
