"""What is said of hands and faces alike once they are found: how many, how large, how sure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pydantic import JsonValue

from selector.backbones.landmarker import Box, Found, Landmarker
from selector.backbones.second_look import landmark_jitter, shrunk
from selector.images import Image
from selector.images.srgb import Pixels
from selector.types import Measured, NotApplicable, Output, Score

Look = Callable[[Landmarker, Pixels], list[Found]]

MOST = 32  # counted; a picture of more is a crowd, and the evidence must stay small
JUDGED = 8  # the largest; each costs six more looks
SMALLEST = 32.0  # px of the longer side, in the shrunk picture; below it real ones jitter like any


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing found, in pixels of the upright original.

    Attributes:
        box: (x0, y0, x1, y1).
        name: "hand 1: right", the largest being the first.
        score: How sure the model is of left or right, in [0, 1]; None where there is none.
        jitter: How much its landmarks depend on the look, in [0, 1]; None if not judged.
    """

    box: Box
    name: str
    score: float | None
    jitter: float | None

    @property
    def side(self) -> float:
        """The box's longer side."""
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1])

    def evidence(self) -> dict[str, JsonValue]:
        """Return the box with all that is known of it, rounded."""
        known = {"score": self.score, "jitter": self.jitter}
        numbers = {name: round(number, 3) for name, number in known.items() if number is not None}
        return {"box": [round(end) for end in self.box], "label": self.name, **numbers}


def outputs(thing: str, most: int = MOST) -> Mapping[str, Output]:
    """Return what is measured of every *thing*, "hand" or "face", of which *most* are found."""
    share = f"longest {thing} side as share of the picture's short side"
    size = Output(share, 0, None, None, optional=True, usual=(0.1, 0.55))
    jitter = f"landmark jitter of the worst {thing}"
    return {
        "count": Output(f"{thing}s", 0, most, None, words=f"number of {thing}s", whole=True),
        "largest": replace(size, words=f"size of the largest {thing}"),
        "smallest": replace(size, words=f"size of the smallest {thing}"),
        "defect": Output(jitter, 0, 1, False, optional=True, words=f"doubt about the {thing}s"),
    }


def sight(model: Landmarker, image: Image, *, thing: str, look: Look) -> list[Sighting]:
    """Return every *thing* that *look* finds in a picture, the largest first."""
    pixels = shrunk(image)
    height, width = pixels.shape[:2]
    across, down = image.size[0] / width, image.size[1] / height
    found = sorted(look(model, pixels), key=lambda each: (-each.side, each.box))[:MOST]
    sightings = []
    for number, each in enumerate(found, 1):
        x0, y0, x1, y1 = each.box
        name = f"{thing} {number}: {each.label}" if each.label else f"{thing} {number}"
        judged = number <= JUDGED and each.side >= SMALLEST
        jitter = landmark_jitter(model, pixels, each) if judged else None
        box = (x0 * across, y0 * down, x1 * across, y1 * down)
        sightings.append(Sighting(box, name, each.score, jitter))
    return sightings


def outcomes(sightings: list[Sighting], image: Image, *, thing: str) -> dict[str, Measured]:
    """Return what `outputs` announces, for one picture."""
    count = Score(len(sightings), _boxes(sightings))
    if not sightings:
        none = NotApplicable(f"no {thing}s found")
        return {"count": count, "largest": none, "smallest": none, "defect": none}
    sides = [each.side / min(image.size) for each in sightings]
    return {
        "count": count,
        "largest": Score(max(sides)),
        "smallest": Score(min(sides)),
        "defect": _defect(sightings, thing),
    }


def _defect(sightings: list[Sighting], thing: str) -> Measured:
    judged = [each for each in sightings if each.jitter is not None]
    evidence = _boxes(judged)
    if not judged:
        return NotApplicable(f"every {thing} is too small to judge", evidence)
    return Score(max(each.jitter for each in judged if each.jitter is not None), evidence)


def _boxes(sightings: list[Sighting]) -> JsonValue:
    return {"boxes": [each.evidence() for each in sightings]}
