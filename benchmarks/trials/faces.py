"""Faces that are bent, blurred, painted over or of an impossible colour, against the same ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import PIL.Image

from benchmarks.trial import Example, Trial, photographs
from selector.backbones.landmarker import Landmarker
from selector.backbones.second_look import find_also_small, shrunk
from selector.images import open_image

Pixels = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]
Fault = Callable[["Portrait"], Pixels]

AROUND = 2.2  # sides of the face; a portrait shows the head and some of what is around it
SMALLEST = 64  # px of a face that faults are made in
# From the outer corner along the lower lid to the inner one, and back along the upper lid.
EYES = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466),
)
NOSE, MOUTH = 4, (61, 291, 0, 17)


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """One face cut out of a photograph, with its landmarks, shape (478, 2), in its own pixels."""

    pixels: Pixels
    points: Points
    origin: str

    @property
    def side(self) -> float:
        """The face's longer side in pixels."""
        return float(np.ptp(self.points, axis=0).max())


def trials() -> Iterator[Trial]:
    """Yield every fault with the output that should tell it, and generated faces."""
    people = {
        name: picture
        for name, picture in photographs("reported").items()
        if name.startswith(("people_real", "hands_malformed"))
    }
    yield from made(tuple(portraits(people)))
    yield from _generated(people)


def made(whole: tuple[Portrait, ...]) -> Iterator[Trial]:
    """Yield the faults that can be made from *whole* portraits."""
    good = tuple(_example(each, each.pixels) for each in whole)
    for (output, fault), make in FAULTS.items():
        bad = tuple(_example(each, make(each)) for each in whole)
        worse = "low" if output in {"presence", "sharpness", "eyes", "openness"} else "high"
        yield Trial("detectors.faces", output, fault, good, bad, worse, data="made from portraits")


def portraits(pictures: Mapping[str, PIL.Image.Image]) -> Iterator[Portrait]:
    """Yield every face of *pictures* that is large enough, cut out with what is around it."""
    model = Landmarker("face_landmarker")
    for name, picture in pictures.items():
        image = open_image(picture)
        pixels = shrunk(image)
        scale = np.array(image.size) / pixels.shape[1::-1]
        for found in find_also_small(model, pixels):
            points = found.points * scale
            if np.ptp(points, axis=0).max() >= SMALLEST:
                yield _cut(image.rgb, points, name)
    model.close()


def _cut(pixels: Pixels, points: Points, origin: str) -> Portrait:
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    reach = np.ptp(points, axis=0).max() * AROUND / 2
    low = np.maximum(middle - reach, 0).astype(int)
    high = np.minimum(middle + reach, pixels.shape[1::-1]).astype(int)
    return Portrait(pixels[low[1] : high[1], low[0] : high[0]], points - low, origin)


def _example(portrait: Portrait, pixels: Pixels) -> Example:
    return Example(PIL.Image.fromarray(pixels), portrait.origin)


def _generated(people: Mapping[str, PIL.Image.Image]) -> Iterator[Trial]:
    good, bad = (
        tuple(Example(people[name], name) for name in people if name.startswith(folder))
        for folder in ("people_real", "hands_malformed")
    )
    fault, data = "generated; hands malformed, faces hardly", "real and generated pictures"
    for output, worse in (("jitter", "high"), ("presence", "low"), ("defect", "high")):
        yield Trial("detectors.faces", output, fault, good, bad, worse, data=data)


def swirled(portrait: Portrait) -> Pixels:
    """Return it with its features wound around the nose, by 0.9 radians at its tip."""
    offset, distance = _polar(portrait)
    angle = 0.9 * np.maximum(0, 1 - distance / (0.5 * portrait.side)) ** 2
    cos, sin = np.cos(angle), np.sin(angle)
    turned = np.dstack([cos * offset[..., 0] - sin * offset[..., 1],
                        sin * offset[..., 0] + cos * offset[..., 1]])  # fmt: skip
    return _warped(portrait, turned - offset)


def dropped(portrait: Portrait) -> Pixels:
    """Return it with one side of the face pulled down by an eighth of its height."""
    eye = portrait.points[list(EYES[0])].mean(axis=0)
    distance = np.linalg.norm(_grid(portrait) - eye, axis=2)
    pull = np.maximum(0, 1 - distance / (0.4 * portrait.side))
    return _warped(portrait, np.dstack([np.zeros_like(pull), -0.125 * portrait.side * pull]))


def shut(portrait: Portrait) -> Pixels:
    """Return it with both eyes closed: skin over what was open, lashes along the lower lid."""
    pixels = np.ascontiguousarray(portrait.pixels)
    for eye in EYES:
        pixels = _painted_over(pixels, _ellipse(portrait, eye))
        lid = portrait.points[list(eye[:9])].astype(np.int32)
        shade = tuple(int(each) for each in np.median(pixels, axis=(0, 1)) * 0.3)
        cv2.polylines(pixels, [lid], isClosed=False, color=shade, thickness=_thin(portrait))
    return pixels


def eyeless(portrait: Portrait) -> Pixels:
    """Return it with one eye painted over in the colours around it."""
    return _painted_over(np.ascontiguousarray(portrait.pixels), _ellipse(portrait, EYES[0]))


def covered(portrait: Portrait) -> Pixels:
    """Return it with a grey-blue patch over mouth and chin, as a mask has."""
    pixels = np.ascontiguousarray(portrait.pixels).copy()
    x, y = portrait.points[list(MOUTH)].mean(axis=0).astype(int).tolist()
    axes = (int(portrait.side * 0.3), int(portrait.side * 0.2))
    cv2.ellipse(pixels, (x, y), axes, 0, 0, 360, (150, 170, 185), -1)
    return pixels


def blurred(portrait: Portrait) -> Pixels:
    """Return it blurred by a fiftieth of the face."""
    return np.asarray(cv2.GaussianBlur(portrait.pixels, (0, 0), portrait.side / 50))


def cast(red: float, green: float, blue: float) -> Fault:
    """Return a fault that multiplies the channels, as a coloured light or a wrong balance does."""

    def make(portrait: Portrait) -> Pixels:
        lit = portrait.pixels * np.array([red, green, blue])
        return np.clip(lit, 0, 255).astype(np.uint8)

    return make


def _painted_over(pixels: Pixels, hole: Pixels) -> Pixels:
    return np.asarray(cv2.inpaint(pixels, hole, 5, cv2.INPAINT_TELEA))


def _ellipse(portrait: Portrait, eye: tuple[int, ...]) -> Pixels:
    """Return where an eye is with its lashes, but not the brow: 255 there, 0 elsewhere."""
    corner, inner = portrait.points[[eye[0], eye[8]]]
    (x, y), (across, down) = (corner + inner) / 2, inner - corner
    half = float(np.hypot(across, down)) / 2
    hole = np.zeros(portrait.pixels.shape[:2], np.uint8)
    axes, angle = (
        (int(1.35 * half) + 1, int(0.6 * half) + 1),
        float(np.degrees(np.arctan2(down, across))),
    )
    cv2.ellipse(hole, (int(x), int(y)), axes, angle, 0, 360, 255, -1)
    return hole


def _thin(portrait: Portrait) -> int:
    return max(1, int(portrait.side / 100))


def _grid(portrait: Portrait) -> Points:
    height, width = portrait.pixels.shape[:2]
    return np.dstack(np.meshgrid(np.arange(width), np.arange(height))).astype(np.float64)


def _polar(portrait: Portrait) -> tuple[Points, Points]:
    offset = _grid(portrait) - portrait.points[NOSE]
    return offset, np.linalg.norm(offset, axis=2)


def _warped(portrait: Portrait, offset: Points) -> Pixels:
    """Return it with each pixel taken from *offset* away, shape (H, W, 2)."""
    source = (_grid(portrait) + offset).astype(np.float32)
    x, y = source[..., 0], source[..., 1]
    return np.asarray(
        cv2.remap(portrait.pixels, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    )


FAULTS: Mapping[tuple[str, str], Fault] = {
    ("jitter", "features wound around the nose"): swirled,
    ("presence", "features wound around the nose"): swirled,
    ("defect", "features wound around the nose"): swirled,
    ("defect", "an eye pulled down"): dropped,
    ("asymmetry", "an eye pulled down"): dropped,
    ("eyes", "an eye painted over"): eyeless,
    ("openness", "eyes shut"): shut,
    ("occlusion", "mouth and chin covered"): covered,
    ("sharpness", "blurred by a fiftieth of the face"): blurred,
    ("skin", "green cast"): cast(0.75, 1.1, 0.75),
    ("skin", "blue cast"): cast(0.7, 0.9, 1.3),
    ("skin", "orange cast"): cast(1.25, 0.95, 0.45),
}
