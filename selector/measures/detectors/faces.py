"""Faces: how many and how large, and by which signs the worst of them looks malformed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar

from pydantic import JsonValue, PrivateAttr

from selector.backbones.landmarker import Box, Found, Landmarker
from selector.backbones.litert import LandmarkNetwork
from selector.backbones.looks import look_again
from selector.backbones.needed import need
from selector.backbones.second_look import find_also_small, shrunk
from selector.errors import MeasureError
from selector.images import Image
from selector.measures.base import Measure, Subject
from selector.signs.face_chip import chip_of
from selector.signs.faces import SHARPEST, signs
from selector.signs.skin import has_colour
from selector.types import Cost, Kind, Measured, NotApplicable, Output, Score

MODEL = "face_landmarker"
MOST = 32  # counted; a picture of more is a crowd, and the evidence must stay small
JUDGED = 8  # the largest; each costs eleven more looks
SMALLEST = 32.0  # px of the longer side, in the shrunk picture; below it real ones jitter like any
# Less sure in the least sure look is none: clear faces have 0.47 and more, a profile 0.06, a drawn
# pig 0.008, places on clothes and walls that were taken for faces up to 0.0014.
HARDLY = 0.003
NONE = NotApplicable("no faces found")
HARDLY_ANY = NotApplicable("what was taken for a face is hardly one")
NOT_JUDGED = "every face is too small to judge, or too little of it is in the picture"
NO_COLOUR = NotApplicable("the picture is grey or toned")


@dataclass(frozen=True, slots=True)
class Face:
    """One face found.

    Attributes:
        name: "face 1", the largest being the first.
        box: (x0, y0, x1, y1) in pixels of the upright original.
        signs: What is told of it, by output; empty if it is not judged.
    """

    name: str
    box: Box
    signs: Mapping[str, float]

    @property
    def counts(self) -> bool:
        """Whether it is counted; what hardly is a face is judged nevertheless: it may be a broken one."""
        return self.signs.get("presence", 1) >= HARDLY

    @property
    def side(self) -> float:
        """The box's longer side."""
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1])

    def evidence(self) -> JsonValue:
        """Return the box with all that is told of it, rounded."""
        numbers = {name: round(value, 4) for name, value in self.signs.items()}
        return {"box": [round(end) for end in self.box], "label": self.name, **numbers}


class Faces(Measure):
    """How many faces there are, and by which signs the worst of them looks malformed.

    Unit: `count` faces, 32 at most; `largest`, `smallest` shares of the picture's short side. Of
        the worst face: `presence`, how sure the network is in the least sure of eleven looks,
        probability; `jitter`, how far landmarks move between these looks, in sides of the face;
        `asymmetry`, how much higher features lie on one side of it, likewise; `defect`, the
        larger of both; `sharpness`, fineness of detail at 128 px whatever its contrast; `eyes`
        seen, open or shut, 0 to 2; `openness`, lid gap over eye width; `occlusion`, share of its
        skin in another colour; `skin`, how far its colour is from any human skin under white
        light, CIELAB at L* 50 or less, 0 inside. None is calibrated.
    Needs: the picture; no prompt. `skin` needs more colours than one.
    Evidence: one box a face with all its numbers; with a sign the face that is worst by it.
    Blind to: a malformed face whose eyes, nose and mouth are in their places, and what is added to
        one, as a third eye or teeth too many. There are no labelled malformed faces to try it on:
        5 pictures of generated people, their faces hardly off, and 4 real ones were not told
        apart (AUC of jitter 0.50, presence 0.40, defect 0.60; every interval holds 0.5). A head
        turned far has an asymmetry of up to 0.014, one seen from the front 0.001 to 0.006, and a
        crooked smile counts. `occlusion` counts hair, beards, deep shadow and coloured light,
        and not a hand of like skin. Coloured light counts as unnatural skin; grey skin hardly
        does, and on dark, warm skin only a strong cast. Not found: faces under 5 % of the long
        side, profiles, backs of heads, heads bent far, most drawn faces and animals. An upright
        picture's face may lie on its side; one turned further has a presence near 0. What has less
        than 0.003 is judged but not counted: clothes or a ceiling taken for a face, or a face
        beyond recognition. Only the eight largest are judged, and none under 32 px (of 1024 on
        the long side).
    Model: face_landmarker.task, Google, Apache-2.0, 3.8 MB.
    Source: Y. Kartynnik et al., "Real-time Facial Surface Geometry from Monocular Video on Mobile
        GPUs", CV4ARVR workshop 2019; skin: K. Xiao et al., Skin Research and Technology 23, 2017;
        openness: T. Soukupová, J. Čech, CVWW 2016; the other signs are ours. Tried on faults made
        in 10 faces of 9 pictures, AUC: features wound around the nose, defect 0.94, jitter 0.66,
        presence 0.54; an eye pulled down, defect 0.97, asymmetry 0.93; an eye painted over, eyes
        0.95; eyes shut, openness 0.87; mouth covered, occlusion 0.83; blur, sharpness 1.00; a
        green, blue, orange cast, skin 0.88, 0.93, 1.00; with 10 faces
        the intervals of defect and skin begin at 0.51.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 4
    extra: ClassVar[str] = "detectors"

    _finder: Landmarker | None = PrivateAttr(None)
    _network: LandmarkNetwork | None = PrivateAttr(None)

    @property
    def weights(self) -> tuple[str, ...]:
        """What it looks with."""
        return (MODEL,)

    @property
    def outputs(self) -> Mapping[str, Output]:
        """Count, sizes, and the signs of the worst face."""
        return OUTPUTS

    @property
    def cost(self) -> Cost:
        """What a picture without faces costs; each face adds about 0.1 s."""
        return Cost(seconds=0.02)

    def build(self, device: str) -> None:  # noqa: ARG002 - it runs on the CPU only
        """Load the models; they run on the CPU, whatever the *device*."""
        need("detectors.faces", {"skimage.color": "scikit-image"})
        self._finder = self._finder or Landmarker(MODEL)
        self._network = self._network or LandmarkNetwork(MODEL)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Look for faces in the whole picture and in tiles, and again at each that was found."""
        return [self._measure(subject.image) for subject in subjects]

    def close(self) -> None:
        """Let go of the models."""
        for model in (self._finder, self._network):
            if model:
                model.close()
        self._finder = self._network = None

    def _measure(self, image: Image) -> dict[str, Measured]:
        if not self._finder or not self._network:
            raise MeasureError("detectors.faces: it is not built (got no model). Call `build`.")
        found = find_also_small(self._finder, shrunk(image))
        found.sort(key=lambda one: (-one.side, one.box))
        faces = [_face(self._network, image, one, rank) for rank, one in enumerate(found[:MOST])]
        return _outcomes(faces, min(image.size))


def _face(network: LandmarkNetwork, image: Image, found: Found, rank: int) -> Face:
    pixels = shrunk(image)
    across, down = image.size[0] / pixels.shape[1], image.size[1] / pixels.shape[0]
    x0, y0, x1, y1 = found.box
    told: Mapping[str, float] = {}
    if rank < JUDGED and found.side >= SMALLEST:
        told = _told(network, image, found)
    return Face(f"face {rank + 1}", (x0 * across, y0 * down, x1 * across, y1 * down), told)


def _told(network: LandmarkNetwork, image: Image, found: Found) -> Mapping[str, float]:
    """Return every sign of one face, in the order of the outputs; none of one hardly there."""
    pixels = shrunk(image)
    looks = look_again(network, pixels, found.points)
    ratio = image.size[0] / pixels.shape[1], image.size[1] / pixels.shape[0]
    chip = chip_of(image.rgb, looks.points * ratio)
    if not chip:
        return {}
    told = signs(chip, coloured=has_colour(image.thumbnail))
    # Both are distances from where landmarks should be, in sides of the face: from where other
    # looks put them, and from where the other side of the face has them.
    defect = max(looks.jitter, told["asymmetry"])
    return {"defect": defect, "presence": looks.presence, "jitter": looks.jitter, **told}


def _outcomes(faces: Sequence[Face], short_side: int) -> dict[str, Measured]:
    counted = [face for face in faces if face.counts]
    count = Score(len(counted), _boxes(counted))
    if not faces:
        return {**dict.fromkeys(OUTPUTS, NONE), "count": count}
    sides = [face.side / short_side for face in counted]
    judged = [face for face in faces if face.signs]
    return {
        "count": count,
        "largest": Score(max(sides)) if sides else HARDLY_ANY,
        "smallest": Score(min(sides)) if sides else HARDLY_ANY,
        **{name: _worst(judged, name) for name in SIGNS},
    }


def _worst(judged: Sequence[Face], name: str) -> Measured:
    """Return one sign of the face where it is worst, and show that face."""
    telling = [face for face in judged if name in face.signs]
    if not telling:
        return NO_COLOUR if judged else NotApplicable(NOT_JUDGED)
    pick = min if SIGNS[name].higher_is_better else max
    worst = pick(telling, key=lambda face: face.signs[name])
    return Score(worst.signs[name], _boxes([worst]))


def _boxes(faces: Sequence[Face]) -> JsonValue:
    return {"boxes": [face.evidence() for face in faces]}


_SIZE = Output("share of the picture's short side", 0, None, None, optional=True, usual=(0.1, 0.55))
_GOOD = Output("share", 0, 1, higher_is_better=True, optional=True)
_BAD = replace(_GOOD, higher_is_better=False)
_OFF = replace(_BAD, unit="sides of the face")
# Usual is what nine of ten of 31 faces of 16 pictures have, one of them generated.
SIGNS: Mapping[str, Output] = MappingProxyType(
    {
        "defect": replace(_OFF, words="doubt about the faces", usual=(0.0048, 0.011)),
        "presence": replace(
            _GOOD, unit="probability", words="sureness that it is a face", usual=(0.69, 1)
        ),
        "jitter": replace(_OFF, words="unsteadiness of a face", usual=(0.0047, 0.0095)),
        "asymmetry": replace(_OFF, words="crookedness of a face", usual=(0.0014, 0.01)),
        "sharpness": replace(
            _GOOD,
            unit="variance of the Laplacian over that of luma",
            high=SHARPEST,
            words="sharpness of the softest face",
            usual=(0.028, 0.59),
        ),
        "eyes": replace(
            _GOOD, unit="eyes", high=2, whole=True, words="visible eyes of a face", usual=(1, 2)
        ),
        "openness": replace(
            _GOOD,
            unit="lid gap over eye width",
            words="opening of the least open eye",
            usual=(0.095, 0.36),
        ),
        "occlusion": replace(
            _BAD,
            unit="share of the face's skin",
            words="part of a face that has not its skin's colour",
            usual=(0.005, 0.36),
        ),
        "skin": replace(
            _BAD,
            unit="CIELAB distance",
            high=None,
            words="unnatural colour of skin",
            usual=(0, 10),
        ),
    }
)
OUTPUTS: Mapping[str, Output] = MappingProxyType(
    {
        "count": Output("faces", 0, MOST, None, words="number of faces", whole=True),
        "largest": replace(_SIZE, words="size of the largest face"),
        "smallest": replace(_SIZE, words="size of the smallest face"),
        **SIGNS,
    }
)
