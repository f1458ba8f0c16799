"""Hands: real ones against malformed ones of generated pictures, and real ones made wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import cv2
import numpy as np
import PIL.Image

from benchmarks.trial import Example, Trial, photographs
from selector.backbones.crops import Points
from selector.backbones.landmarker import Landmarker
from selector.images.srgb import Pixels
from selector.signs.fingers import FINGERS, THUMB, palm_length

DETECTOR = "detectors.hands"
LABELLED = "real and generated pictures, labelled by eye"
LOW = ("presence", "gap", "side")  # the outputs of which the low end is the bad one
# What was measured, or known, before any of these pictures was looked at: all may be reported.
UNTUNED = ("defect", "presence", "jitter", "side", "proportion", "surplus")
TUNED = ("gap", "stray", "bare")  # on the tuning half
TURN = 28.0  # degrees, of the added finger about its knuckle
FINGER = 0.28  # palm lengths thick, with its edge

Fault = Callable[[Pixels, Points], Pixels]


def trials() -> Iterator[Trial]:
    """Yield the labelled trials, then those of hands made wrong."""
    reported = photographs("reported")
    for output in UNTUNED:
        yield _labelled(output, photographs("tuning") | reported)
    for output in TUNED:
        yield _labelled(output, reported)
    made = {name: picture for name, picture in reported.items() if name.startswith("people_real/")}
    placed = {name: (picture, points) for name, picture, points in _hands(made)}
    for fault, change in FAULTS.items():
        for output in ("defect", "jitter", *TUNED):
            yield _made(output, fault, change, placed)


def extra(pixels: Pixels, points: Points) -> Pixels:
    """Return the picture with the longest finger a second time, beside itself."""
    finger = _longest(points)
    turn = cv2.getRotationMatrix2D(points[finger[0]].tolist(), TURN, 1.0)
    size = pixels.shape[1::-1]
    soft = cv2.GaussianBlur(_mask(pixels, points, finger), (0, 0), 1.5)
    share = cv2.warpAffine(soft, turn, size)[..., np.newaxis] / 255
    return (pixels * (1 - share) + cv2.warpAffine(pixels, turn, size) * share).astype(np.uint8)


def lost(pixels: Pixels, points: Points) -> Pixels:
    """Return the picture with the longest finger painted over by what is around it."""
    mask = _mask(pixels, points, _longest(points)[1:])
    return np.asarray(cv2.inpaint(pixels, mask, 5, cv2.INPAINT_TELEA), np.uint8)


def swirled(pixels: Pixels, points: Points, strength: float = 2.5) -> Pixels:
    """Return the picture with the hand turned about its middle, most there, by *strength* rad."""
    middle = points[[5, 6, 9, 10, 13, 14, 17, 18]].mean(axis=0)
    y, x = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    across, down = x - middle[0], y - middle[1]
    reach = 0.9 * palm_length(points)
    turn = strength * np.clip(1 - np.hypot(across, down) / reach, 0, 1) ** 2
    source_x = middle[0] + np.cos(turn) * across - np.sin(turn) * down
    source_y = middle[1] + np.sin(turn) * across + np.cos(turn) * down
    maps = source_x.astype(np.float32), source_y.astype(np.float32)
    return np.asarray(cv2.remap(pixels, *maps, cv2.INTER_LINEAR), np.uint8)


FAULTS: Mapping[str, Fault] = {
    "a finger twice": extra,
    "a finger painted over": lost,
    "the hand swirled": swirled,
}


def _labelled(output: str, pictures: Mapping[str, PIL.Image.Image]) -> Trial:
    return Trial(
        DETECTOR,
        output,
        "malformed hands",
        good=_of(pictures, "people_real/"),
        bad=_of(pictures, "hands_malformed/"),
        worse="low" if output in LOW else "high",
        data=LABELLED,
    )


def _of(pictures: Mapping[str, PIL.Image.Image], folder: str) -> tuple[Example, ...]:
    named = ((name, one) for name, one in pictures.items() if name.startswith(folder))
    return tuple(Example(picture, name) for name, picture in named)


def _made(
    output: str, fault: str, change: Fault, placed: Mapping[str, tuple[PIL.Image.Image, Points]]
) -> Trial:
    return Trial(
        DETECTOR,
        output,
        fault,
        good=tuple(Example(picture, name) for name, (picture, _) in placed.items()),
        bad=tuple(
            Example(PIL.Image.fromarray(change(np.asarray(picture), points)), name)
            for name, (picture, points) in placed.items()
        ),
        worse="low" if output in LOW else "high",
    )


def _hands(
    pictures: Mapping[str, PIL.Image.Image],
) -> Iterator[tuple[str, PIL.Image.Image, Points]]:
    """Yield every picture that has a hand, with the largest one's landmarks."""
    model = Landmarker("hand_landmarker")
    for name, picture in pictures.items():
        if found := model.find(np.asarray(picture)):
            yield name, picture, max(found, key=lambda each: each.side).points
    model.close()


def _longest(points: Points) -> tuple[int, ...]:
    """Return the landmarks of the finger that is stretched out most."""
    lengths = {
        finger: float(np.linalg.norm(points[finger[-1]] - points[finger[0]]))
        for finger in (THUMB, *FINGERS)
    }
    return max(lengths, key=lambda finger: lengths[finger])


def _mask(pixels: Pixels, points: Points, finger: tuple[int, ...]) -> Pixels:
    """Return where a finger is, 255, to a little beyond its tip."""
    along = points[list(finger)]
    along = np.vstack([along, along[-1] + (along[-1] - along[-2]) * 0.35])
    mask = np.zeros(pixels.shape[:2], np.uint8)
    pen = max(2, round(FINGER * palm_length(points)))
    return np.asarray(
        cv2.polylines(mask, [np.round(along).astype(np.int32)], False, 255, pen), np.uint8
    )
