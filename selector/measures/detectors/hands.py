"""Hands: how many, how large, and by how many signs the worst of them looks malformed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import ClassVar

from pydantic import JsonValue, PrivateAttr

from selector.backbones.mediapipe_task import AT_ONCE
from selector.errors import MeasureError
from selector.images import Image
from selector.measures.base import Measure, Subject
from selector.signs.bodies import HANDS
from selector.signs.hands import Hand, HandModels
from selector.types import Cost, Kind, Measured, NotApplicable, Output, Score

# Which end is the bad one, of what is measured of each hand.
WORST: Mapping[str, Callable[[Iterable[float]], float]] = MappingProxyType(
    {
        "defect": max,
        "presence": min,
        "jitter": max,
        "gap": min,
        "stray": max,
        "bare": max,
        "side": min,
        "proportion": max,
    }
)


class Hands(Measure):
    """How many hands there are, and by how many signs the worst of them looks malformed.

    Unit: `count` hands, 8 at most; `largest`, `smallest` shares of the picture's short side. Of
        the worst hand: `presence`, how sure the network is of a hand in the least sure of eleven
        shifted looks, in [0, 1]; `jitter`, how far its landmarks wander over them, in hand sides;
        `defect` in [0, 1], 1 - presence × (1 - jitter / 0.2), 0.2 being the jitter where no hand
        is; no fitted model, not calibrated. `gap` between the two closest fingers, in knuckle
        distances; `stray`, skin that no finger explains, as share of the hand's; `bare`, the share
        of the fingers where no skin is; `side`, how surely it is a left hand on a left arm;
        `proportion`, palm length over what fits its body; `surplus`, hands beyond two a person.
    Needs: the picture; no prompt.
    Evidence: one box a hand with left or right and with its numbers; it holds the whole hand and a
        margin, so that one can be asked what it shows. A sign has the box of the hand it is about.
    Blind to: a sharp hand with a wrong finger count, which is most malformed hands. On 78
        malformed and 87 real hands, pictures that are not here, jitter had AUC 0.86, presence 0.85;
        on 7 generated pictures with such sharp hands and 9 real ones defect had 0.51 (95 % interval
        0.23 to 0.78), jitter 0.52, presence 0.32, and on 6 against 6 gap 0.69 (0.31 to 0.92), stray
        0.28, bare 0.33: none tells them apart. Nor do side (0.10), proportion and surplus (0.50):
        they and the three before are for people to look at. Hands of 6 photographs, swirled: defect
        0.93 (0.71 to 0.99); with a finger twice 0.63, with one painted over 0.56. Real hands that
        hold something, or hide behind another, have defects to 0.35; one of 11 pictures had 0.47
        to 0.86 mirrored, resized or as a JPEG of quality 50, and grey or toned ones had up to 1:
        it is no ground to refuse. Not found, so not counted: a
        hand beyond recognition, gloves, hands around an instrument (a trumpeter's in no crop of any
        size), many hands in grey pictures, hands under 8 % of the long side (half that where the
        body is seen), most of several hands without bodies (42 of 108 in collages of 4 to 9).
        Drawn hands are found at times. Under 32 px (of 1024 on the long
        side) hands are counted, not judged.
    Model: hand_landmarker.task, 7.8 MB; pose_landmarker_full.task, 9.4 MB; face_landmarker.task,
        3.8 MB; all Google, Apache-2.0.
    Source: F. Zhang et al., "MediaPipe Hands", CV4ARVR workshop 2020; the signs are ours.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 2
    extra: ClassVar[str] = "detectors"

    _models: HandModels | None = PrivateAttr(None)

    @property
    def weights(self) -> tuple[str, ...]:
        """What it looks with."""
        return ("hand_landmarker", "pose_landmarker", "face_landmarker")

    @property
    def outputs(self) -> Mapping[str, Output]:
        """Count, sizes, the signs and defect."""
        return OUTPUTS

    @property
    def cost(self) -> Cost:
        """What a picture without people costs; a body adds about 0.04 s, each hand 0.11 s."""
        return Cost(seconds=0.022)

    def build(self, device: str) -> None:  # noqa: ARG002 - it runs on the CPU only
        """Load the models; they run on the CPU, whatever the *device*."""
        self._models = self._models or HandModels.load()

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Look for hands in the picture and at the ends of arms, and eleven times at each found."""
        return [self._measure(subject.image) for subject in subjects]

    def close(self) -> None:
        """Let go of the models."""
        if self._models:
            self._models.close()
        self._models = None

    def _measure(self, image: Image) -> dict[str, Measured]:
        if not self._models:
            raise MeasureError("detectors.hands: it is not built (got no model). Call `build`.")
        seen = self._models.see(image)
        if seen.hands:
            return _outcomes(seen.hands, seen.people)
        none: Measured = NotApplicable("no hands found")
        return dict.fromkeys(OUTPUTS, none) | {"count": Score(0, {"boxes": []})}


def _outcomes(hands: Sequence[Hand], people: int) -> dict[str, Measured]:
    sizes = [hand.size for hand in hands]
    nobody = NotApplicable("nobody is seen whose hands they could be")
    return {
        "count": Score(len(hands), _boxes(hands)),
        "largest": Score(max(sizes)),
        "smallest": Score(min(sizes)),
        **{name: _sign(hands, name) for name in WORST},
        "surplus": Score(max(0, len(hands) - HANDS * people)) if people else nobody,
    }


def _sign(hands: Sequence[Hand], name: str) -> Measured:
    judged = [hand for hand in hands if hand.signs]
    if not judged:
        return NotApplicable("every hand is too small to judge", _boxes(hands))
    known = [hand for hand in judged if name in hand.signs]
    if not known:
        return NotApplicable("no hand is at the end of an arm that is seen")
    value = WORST[name](hand.signs[name] for hand in known)
    return Score(value, _boxes([hand for hand in known if hand.signs[name] == value]))


def _boxes(hands: Sequence[Hand]) -> JsonValue:
    return {"boxes": [hand.evidence() for hand in hands]}


_SIZE = Output(
    "longest hand side as share of the picture's short side",
    0, None, None, optional=True, usual=(0.1, 0.55),
)  # fmt: skip
_LESS = Output("", 0, None, False, optional=True)
_MORE = replace(_LESS, higher_is_better=True)
OUTPUTS: Mapping[str, Output] = MappingProxyType(
    {
        "count": Output("hands", 0, AT_ONCE, None, words="number of hands", whole=True),
        "largest": replace(_SIZE, words="size of the largest hand"),
        "smallest": replace(_SIZE, words="size of the smallest hand"),
        "defect": replace(
            _LESS, unit="1 - presence × steadiness", high=1, words="doubt about the hands"
        ),
        "presence": replace(
            _MORE, unit="sureness in the least sure look", high=1,
            usual=(0.79, 0.99), words="how surely the hands are hands",
        ),
        "jitter": replace(
            _LESS, unit="hand sides", high=1, usual=(0.007, 0.027), words="unsteadiness of the hands"
        ),
        "gap": replace(
            _MORE, unit="distances of the knuckles", usual=(0.54, 1.5), words="gap between the fingers"
        ),
        "stray": replace(
            _LESS, unit="share of the hand's own skin", usual=(0, 0.38), words="skin beside the fingers"
        ),
        "bare": replace(
            _LESS, unit="share of the fingers' length", high=1, words="fingers without skin"
        ),
        "side": replace(_MORE, unit="sureness", high=1, words="left hands on left arms"),
        "proportion": replace(
            _LESS, unit="palm lengths that fit the body", higher_is_better=None,
            words="size of the hands for the body",
        ),
        "surplus": replace(
            _LESS, unit="hands", high=AT_ONCE, whole=True, words="hands beyond two a person"
        ),
    }
)  # fmt: skip
