"""What is known of the hands in a picture: where they lie, and the signs that one is malformed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass

import numpy as np
from pydantic import JsonValue

from selector.backbones.landmarker import Box, Found, Landmarker, Points, Region, bounds
from selector.backbones.litert import LandmarkNetwork
from selector.backbones.looks import Looks, look_again
from selector.backbones.mediapipe_task import AT_ONCE
from selector.backbones.second_look import SAME, overlap, shrunk
from selector.images import Image
from selector.images.srgb import Pixels
from selector.signs.bodies import HANDS, arm_of, ends_of_arms
from selector.signs.fingers import fingers_of, palm_length

SMALLEST = 32.0  # px of the longer side, of 1024 on the picture's; smaller ones jitter like any
NOTHING = 0.2  # the jitter of landmarks that were laid where no hand is; it was 0.16 to 0.34
MARGIN = 0.15  # of a hand's longer side: flesh goes on beyond the landmarks, as may a sixth finger


@dataclass(frozen=True, slots=True)
class Hand:
    """One hand.

    Attributes:
        box: (x0, y0, x1, y1) in pixels of the upright original; holds all of it, with a margin.
        label: "hand 1: right", the largest being the first; right is the person's own.
        size: The landmarks' longer side as share of the picture's short side.
        signs: What is measured of it, by the names of the outputs of detectors.hands; nothing of
            a hand that is too small, "side" and "proportion" only where its arm is seen.
    """

    box: Box
    label: str
    size: float
    signs: Mapping[str, float]

    def evidence(self) -> dict[str, JsonValue]:
        """Return the box with all that is known of it, rounded."""
        known = {**self.signs, "size": self.size}
        numbers: dict[str, JsonValue] = {name: round(one, 3) for name, one in known.items()}
        return {"box": [round(end) for end in self.box], "label": self.label, **numbers}


@dataclass(frozen=True, slots=True)
class Seen:
    """The hands of a picture, the largest first, and how many people are seen."""

    hands: tuple[Hand, ...]
    people: int


@dataclass(frozen=True, slots=True, eq=False)
class HandModels:
    """What is needed to judge hands; safe across threads and forks as each of them is."""

    hands: Landmarker
    network: LandmarkNetwork
    bodies: Landmarker
    faces: Landmarker

    @classmethod
    def load(cls) -> HandModels:
        """Load all of them, or none.

        Raises:
            WeightsError: A model file, MediaPipe, LiteRT or a library of the system is missing.
        """
        with ExitStack() as loaded:
            models = cls(
                hands=loaded.enter_context(closing(Landmarker("hand_landmarker"))),
                network=loaded.enter_context(closing(LandmarkNetwork("hand_landmarker"))),
                bodies=loaded.enter_context(closing(Landmarker("pose_landmarker"))),
                faces=loaded.enter_context(closing(Landmarker("face_landmarker"))),
            )
            loaded.pop_all()
        return models

    def see(self, image: Image) -> Seen:
        """Return the hands of a picture, those at the ends of a body's arms looked for nearer."""
        pixels = shrunk(image)
        bodies = self.bodies.find(pixels)
        found = find_hands(self.hands, pixels, bodies)
        people = len(bodies)
        if len(found) > HANDS * people:  # a body behind others may be missed, and its face not
            people = max(people, len(self.faces.find(pixels)))
        hands = [self._hand(image, number, each, bodies) for number, each in enumerate(found, 1)]
        return Seen(tuple(hands), people)

    def close(self) -> None:
        """Let go of all of them."""
        for each in (self.hands, self.network, self.bodies, self.faces):
            each.close()

    def _hand(self, image: Image, number: int, found: Found, bodies: list[Found]) -> Hand:
        pixels = shrunk(image)
        points, signs = found.points, {}
        if found.side >= SMALLEST:
            looks = look_again(self.network, pixels, found.points)
            points = np.concatenate([found.points, looks.points])
            signs = signs_of(pixels, looks, bodies)
        scale = np.array(image.size) / pixels.shape[1::-1]
        size = found.side * float(scale.max()) / min(image.size)
        return Hand(_box(points * scale, image), f"hand {number}: {found.label}", size, signs)


def find_hands(model: Landmarker, pixels: Pixels, bodies: list[Found]) -> list[Found]:
    """Return the largest hands, eight at most; near an arm's end they are found at half size.

    Args:
        model: Of hands.
        pixels: The picture, shape (H, W, 3), sRGB.
        bodies: As found in it.
    """
    height, width = pixels.shape[:2]
    found = model.find(pixels)
    ends = [end for body in bodies for end in ends_of_arms(body, width, height)]
    for end in ends:
        if not any(_holds(hand.box, end) for hand in found):
            found += _others(model.find(pixels, end), found)
    return sorted(found, key=lambda each: (-each.side, each.box))[:AT_ONCE]


def signs_of(pixels: Pixels, looks: Looks, bodies: list[Found]) -> dict[str, float]:
    """Return what is told of one hand, by name.

    Args:
        pixels: The picture, shape (H, W, 3), sRGB.
        looks: What eleven looks at it say together.
        bodies: As found in the same picture.
    """
    fingers = fingers_of(pixels, looks.points)
    steadiness = 1 - min(looks.jitter / NOTHING, 1)
    signs = {
        "defect": 1 - looks.presence * steadiness,
        "presence": looks.presence,
        "jitter": looks.jitter,
        "gap": fingers.gap,
        "stray": fingers.stray,
        "bare": fingers.bare,
    }
    arm = arm_of(looks.points, bodies)
    if arm and looks.right is not None:
        signs["side"] = looks.right if arm.side == "right" else 1 - looks.right
        signs["proportion"] = palm_length(looks.points) / arm.palm
    return signs


def _holds(box: Box, region: Region) -> bool:
    """Return whether the middle of *region* lies in *box*."""
    x, y = (region[0] + region[2]) / 2, (region[1] + region[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _others(new: list[Found], known: list[Found]) -> list[Found]:
    return [one for one in new if all(overlap(one.box, each.box) <= SAME for each in known)]


def _box(points: Points, image: Image) -> Box:
    margin = MARGIN * float(np.ptp(points, axis=0).max())
    return bounds(np.concatenate([points - margin, points + margin]), *image.size)
