"""What the hand and face detectors say of real pictures."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import skimage.data

from selector.backbones.sightings import JUDGED, MOST, Sighting, outcomes
from selector.errors import MeasureError
from selector.images import open_image
from selector.measures.base import Measure, Subject
from selector.measures.detectors.faces import Faces
from selector.measures.detectors.hands import Hands
from selector.types import Measured, NotApplicable, Score

PEOPLE = {  # counted by eye: hands and faces that a person would call clear
    "mpsamples_gesture_recognizer_hand_thumb_up.jpg": (1, 0),
    "mpsamples_hand_landmarker_thumbs-up.png": (1, 0),
    "mpsamples_face_detector_testImg.jpeg": (1, 2),
    "hamer_test5.jpg": (2, 1),
    "mpsamples_pose_landmarker_test_image.jpg": (2, 1),
}


def measured(measure: Measure, source: Any) -> dict[str, Measured]:
    """Return what *measure* says of one picture."""
    return measure.run([Subject(open_image(source))])[0]


def value(outcome: Measured) -> float:
    """Return the number, which must be there."""
    assert isinstance(outcome, Score)
    return outcome.value


def boxes(outcome: Measured) -> list[dict[str, Any]]:
    """Return the boxes of an outcome's evidence."""
    assert isinstance(outcome.evidence, dict)
    return outcome.evidence["boxes"]


def odd_pictures() -> list[np.ndarray]:
    """Tiny, thin, flat and noisy pictures, and one with a face among them."""
    noise = np.random.default_rng(0).integers(0, 256, (200, 120, 3), np.uint8)
    flat = [np.full((64, 64, 3), shade, np.uint8) for shade in (0, 127, 255)]
    thin = [
        np.zeros((1, 1, 3), np.uint8),
        noise[:3].repeat(17, 1),
        np.rot90(noise[:3].repeat(17, 1)),
    ]
    return [*flat, *thin, skimage.data.astronaut(), noise]


def test_the_astronaut_has_one_face(faces: Faces) -> None:
    """One face of a fifth of the picture, sure landmarks, and its box where the face is."""
    said = measured(faces, skimage.data.astronaut())

    assert value(said["count"]) == 1
    assert value(said["largest"]) == value(said["smallest"]) == pytest.approx(105 / 512, abs=0.02)
    assert value(said["defect"]) < 0.02
    (box,) = boxes(said["count"])
    np.testing.assert_allclose(box["box"], (181, 72, 270, 177), atol=10)
    assert box["label"] == "face 1"


@pytest.mark.parametrize("name", PEOPLE)
def test_clear_hands_and_faces_are_counted(
    hands: Hands, faces: Faces, shared: Path, *, name: str
) -> None:
    """Of photographs with clear hands and faces the counts are those of a person."""
    picture = shared / "images/people_real" / name
    found = measured(hands, picture)["count"], measured(faces, picture)["count"]

    assert tuple(map(value, found)) == PEOPLE[name]


@pytest.mark.parametrize("folder", ["dogs", "cats", "ocean"])
def test_there_are_no_people_in_pictures_without(
    hands: Hands, faces: Faces, shared: Path, *, folder: str
) -> None:
    """Animals, waves and clouds have neither hands nor faces, and no defects of them."""
    for picture in sorted((shared / "images" / folder).iterdir()):
        for measure, thing in ((hands, "hands"), (faces, "faces")):
            said = measured(measure, picture)
            assert value(said["count"]) == 0
            others = [said[name] for name in ("largest", "smallest", "defect")]
            assert others == [NotApplicable(f"no {thing} found")] * 3


def test_every_hand_is_shown(hands: Hands, shared: Path) -> None:
    """Of two hands the evidence has each with its own box, side and jitter."""
    said = measured(hands, shared / "images/people_real/hamer_test5.jpg")

    assert all(0 < box["jitter"] < 0.1 for box in boxes(said["defect"]))
    assert len(boxes(said["defect"])) == 2
    assert [box["label"] for box in boxes(said["count"])] == ["hand 1: left", "hand 2: right"]
    assert all(0 <= box["score"] <= 1 for box in boxes(said["count"]))


def test_the_defect_is_the_largest_jitter() -> None:
    """One bad hand among good ones, wherever it stands, makes the picture's defect."""
    jitters = (0.1, 0.4, 0.2)
    seen = [Sighting((0, 0, 4, 4), f"hand {n}", None, jitter) for n, jitter in enumerate(jitters)]

    said = outcomes(seen, open_image(np.zeros((8, 8, 3), np.uint8)), thing="hand")

    assert value(said["defect"]) == 0.4


def test_boxes_are_in_pixels_of_the_original(faces: Faces) -> None:
    """A picture larger than the models look at has its boxes in its own pixels."""
    size = (2048, 2048)
    large = PIL.Image.fromarray(skimage.data.astronaut()).resize(size, PIL.Image.Resampling.BICUBIC)
    said = measured(faces, large)

    (box,) = boxes(said["count"])
    np.testing.assert_allclose(box["box"], np.array([181, 72, 270, 177]) * 4, atol=40)
    assert value(said["largest"]) == pytest.approx(105 / 512, abs=0.02)


def test_alone_in_a_batch_and_reversed_are_the_same(hands: Hands, faces: Faces) -> None:
    """A picture's numbers do not depend on what was measured before or beside it."""
    subjects = [Subject(open_image(pixels)) for pixels in odd_pictures()]
    for measure in (hands, faces):
        batch = measure.run(subjects)
        assert measure.run(subjects[::-1])[::-1] == batch
        assert [measure.run([subject])[0] for subject in subjects] == batch


def test_hands_do_not_depend_on_the_batch(hands: Hands, shared: Path) -> None:
    """Real hands, measured alone, together and in reverse, get the very same numbers and boxes."""
    names = ("mpsamples_gesture_recognizer_hand_thumb_up.jpg", "hamer_test1.jpg")
    subjects = [Subject(open_image(shared / "images/people_real" / name)) for name in names]
    batch = hands.run(subjects)

    assert hands.run(subjects[::-1])[::-1] == batch
    assert [hands.run([subject])[0] for subject in subjects] == batch


def test_odd_pictures_stay_in_the_declared_ranges(hands: Hands, faces: Faces) -> None:
    """Whatever the picture: every output is there, and a number lies in its range."""
    for measure in (hands, faces):
        for said in measure.run([Subject(open_image(pixels)) for pixels in odd_pictures()]):
            assert said.keys() == measure.outputs.keys()
            for name, outcome in said.items():
                low, high = measure.outputs[name].low, measure.outputs[name].high
                if isinstance(outcome, Score):
                    assert low is not None
                    assert low <= outcome.value
                    assert high is None or outcome.value <= high


def test_what_is_too_small_is_counted_and_not_judged(faces: Faces) -> None:
    """A face of a few pixels is a face; whether it is malformed can't be said."""
    tiny = PIL.Image.fromarray(skimage.data.astronaut()).resize((130, 130))
    said = measured(faces, tiny)

    assert value(said["count"]) == 1
    assert isinstance(said["defect"], NotApplicable)
    assert "too small" in said["defect"].reason


@pytest.mark.parametrize("measure", [Hands(), Faces()])
def test_a_detector_that_is_not_built_says_so(measure: Measure) -> None:
    """Running before building is the caller's mistake, not an empty picture."""
    with pytest.raises(MeasureError, match="not built"):
        measured(measure, skimage.data.astronaut())


def test_a_detector_can_be_closed_and_built_again() -> None:
    """Closing lets go, twice is once, and building again brings it back."""
    measure = Faces()
    measure.build("cpu")
    measure.build("cpu")
    measure.close()
    measure.close()
    measure.build("cpu")

    assert value(measured(measure, skimage.data.astronaut())["count"]) == 1
    measure.close()


def test_a_crowd_s_evidence_stays_small() -> None:
    """The most that is counted, in a huge picture, fits into 16 KB of JSON."""
    corner = (19_000.0, 19_000.0, 19_999.0, 19_999.0)
    crowd = [
        Sighting(corner, f"hand {number}: right", 0.123456, 0.123456 if number <= JUDGED else None)
        for number in range(1, MOST + 1)
    ]
    said = outcomes(crowd, open_image(np.zeros((8, 8, 3), np.uint8)), thing="hand")

    assert len(json.dumps(said["count"].evidence)) < 16_000
    assert len(boxes(said["count"])) == MOST
    assert len(boxes(said["defect"])) == JUDGED
