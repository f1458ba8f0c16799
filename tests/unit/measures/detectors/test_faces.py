"""What the face detector says of real pictures, and of faults made in them."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import numpy as np
import PIL.Image
import pytest

from pictures import measure, value
from selector.errors import MeasureError
from selector.measures.detectors.faces import JUDGED, SIGNS, Faces
from selector.types import Measured, NotApplicable, Score

BOX = (181, 72, 270, 177)  # of the astronaut's face, by eye
EYE, LEFT_EYE = (205, 101), (247, 101)
PEOPLE = {  # counted by eye: faces that a person would call clear
    "mpsamples_gesture_recognizer_hand_thumb_up.jpg": 0,
    "mpsamples_hand_landmarker_thumbs-up.png": 0,
    "mpsamples_face_detector_testImg.jpeg": 2,
    "hamer_test5.jpg": 1,
    "mpsamples_pose_landmarker_test_image.jpg": 1,
}
SKINS = (  # from dark to light; the first and the third are generated
    "hands_malformed/handrefiner_1.jpg",
    "people_real/hamer_test1.jpg",
    "hands_malformed/handrefiner_2.jpg",
    "people_real/mpsamples_pose_landmarker_test_image.jpg",
)
CASTS = {"green": (0.25, 1.3, 0.25), "blue": (0.25, 0.6, 1.7), "orange": (1.6, 0.85, 0.12)}


def said(faces: Faces, source: Any) -> dict[str, Measured]:
    """Return what the detector says of one picture."""
    return measure(faces, source)[0]


def boxes(outcome: Measured) -> list[dict[str, Any]]:
    """Return the boxes of an outcome's evidence."""
    assert isinstance(outcome.evidence, dict)
    return outcome.evidence["boxes"]


def wound(picture: PIL.Image.Image, radians: float) -> PIL.Image.Image:
    """Return the astronaut with her features wound around her nose."""
    x, y = np.meshgrid(np.arange(512) - 226.0, np.arange(512) - 125.0)
    angle = radians * np.maximum(0, 1 - np.hypot(x, y) / 52) ** 2
    cos, sin = np.cos(angle), np.sin(angle)
    across = (cos * x - sin * y + 226).astype(np.float32)
    down = (sin * x + cos * y + 125).astype(np.float32)
    return PIL.Image.fromarray(cv2.remap(np.asarray(picture), across, down, cv2.INTER_LINEAR))


def eyeless(picture: PIL.Image.Image, *eyes: tuple[int, int]) -> PIL.Image.Image:
    """Return the astronaut with eyes painted over in the colours around them, else the right one."""
    hole = np.zeros((512, 512), np.uint8)
    for eye in eyes or (EYE,):
        cv2.ellipse(hole, eye, (14, 7), 0, 0, 360, 255, -1)
    return PIL.Image.fromarray(cv2.inpaint(np.asarray(picture), hole, 5, cv2.INPAINT_TELEA))


def softer(picture: PIL.Image.Image, sigma: float) -> PIL.Image.Image:
    """Return a picture blurred by *sigma* pixels."""
    return PIL.Image.fromarray(cv2.GaussianBlur(np.asarray(picture), (0, 0), sigma))


def lit(picture: PIL.Image.Image, *light: float) -> PIL.Image.Image:
    """Return a picture in other light: shares of its own, linear, one or one a channel."""
    linear = (np.asarray(picture.convert("RGB")) / 255.0) ** 2.2 * np.array(light)
    return PIL.Image.fromarray((255 * linear.clip(0, 1) ** (1 / 2.2)).round().astype(np.uint8))


def beside(*pictures: PIL.Image.Image) -> PIL.Image.Image:
    """Return pictures in one row."""
    return PIL.Image.fromarray(np.hstack([np.asarray(each) for each in pictures]))


def test_the_astronaut_has_one_face_and_nothing_is_wrong_with_it(faces, astronaut):
    """One face of a fifth of the picture, its box where it is, two open eyes, natural skin."""
    found = said(faces, astronaut)
    values = {name: each.value for name, each in found.items() if isinstance(each, Score)}

    assert values["count"] == 1
    assert values["largest"] == values["smallest"] == pytest.approx(105 / 512, abs=0.02)
    assert values["presence"] > 0.99
    assert values["defect"] == max(values["jitter"], values["asymmetry"]) < 0.011
    assert values["eyes"] == 2
    assert 0.25 < values["openness"] < 0.4
    assert values["sharpness"] > 0.1
    assert values["occlusion"] < 0.1
    assert values["skin"] == 0
    for outcome in (found["count"], *(found[name] for name in SIGNS)):
        (box,) = boxes(outcome)
        np.testing.assert_allclose(box["box"], BOX, atol=10)
        assert box["label"] == "face 1"
        assert box.keys() == {"box", "label", *SIGNS}


@pytest.mark.parametrize("name", PEOPLE)
def test_clear_faces_are_counted(faces, shared, name):
    """Of photographs with clear faces the counts are those of a person."""
    assert value(faces, "count", shared / "images/people_real" / name) == PEOPLE[name]


@pytest.mark.parametrize("folder", ["dogs", "cats", "ocean"])
def test_there_are_no_faces_in_pictures_without_people(faces, shared, folder):
    """Animals, waves and clouds have no faces, and then nothing is wrong with any."""
    for picture in sorted((shared / "images" / folder).iterdir()):
        found = said(faces, picture)
        count = found.pop("count")
        assert count == Score(0, {"boxes": []})
        assert set(found.values()) == {NotApplicable("no faces found")}


def test_the_more_features_are_wound_the_larger_the_defect(faces, astronaut):
    """A face whose features turn around its nose is doubted, and more the further they turn."""
    defects = [value(faces, "defect", wound(astronaut, angle)) for angle in (0, 0.6, 1.2)]
    assert defects[0] < defects[1] < defects[2]
    assert defects[2] > 0.02


def test_an_eye_that_is_painted_over_is_missed(faces, astronaut):
    """One eye is seen where one is gone, and the box says in which face."""
    found = said(faces, eyeless(astronaut))
    assert found["eyes"] == Score(1, found["eyes"].evidence)
    np.testing.assert_allclose(boxes(found["eyes"])[0]["box"], BOX, atol=10)


def test_a_face_without_eyes_has_none(faces, astronaut):
    """Where both are painted over neither counts for being like the other."""
    assert value(faces, "eyes", eyeless(astronaut, EYE, LEFT_EYE)) == 0


def test_the_softer_a_face_the_less_sharp(faces, astronaut):
    """Each step of blur is less sharp by much."""
    sharp = [value(faces, "sharpness", softer(astronaut, sigma)) for sigma in (0.3, 1, 2)]
    assert sharp[0] > 2 * sharp[1] > 4 * sharp[2] > 0


def test_sharpness_and_eyes_do_not_depend_on_size(faces, shared):
    """A large face is about as sharp at half its size, with as many eyes."""
    whole = PIL.Image.open(
        shared / "images/people_real/mpsamples_face_landmarker_business-person.png"
    )
    whole = whole.convert("RGB")
    sizes = [(whole.width // part, whole.height // part) for part in (1, 2)]
    found = [said(faces, whole.resize(size, PIL.Image.Resampling.LANCZOS)) for size in sizes]
    assert {each["eyes"].value for each in found} == {2}
    sharp = [each["sharpness"].value for each in found]
    assert max(sharp) < 1.2 * min(sharp)


@pytest.mark.parametrize("light", [0.25, 0.5, 0.8])
def test_light_is_not_a_fault(faces, astronaut, light):
    """A darker exposure leaves skin natural, eyes seen and the face about as sharp."""
    bright, dim = said(faces, astronaut), said(faces, lit(astronaut, light))
    assert dim["skin"].value == 0
    assert dim["eyes"].value == 2
    assert dim["sharpness"].value == pytest.approx(bright["sharpness"].value, rel=0.25)
    assert dim["occlusion"].value < 0.15


@pytest.mark.parametrize("name", SKINS)
def test_dark_and_light_skin_is_natural_until_its_colour_is_not(faces, shared, name):
    """Skin of any tone is natural, in half the light too; under a strong cast it is not."""
    with PIL.Image.open(shared / "images" / name) as picture:
        whole = picture.convert("RGB")
    whole.thumbnail((512, 512))
    natural = value(faces, "skin", whole)
    assert natural < 3
    assert value(faces, "skin", lit(whole, 0.5)) < 3
    for cast in CASTS.values():
        assert value(faces, "skin", lit(whole, *cast)) > natural + 4, cast


def test_the_more_is_covered_the_more_is_hidden(faces, astronaut):
    """A grey patch that grows on a cheek hides a growing part of the face."""
    shares = []
    for reach in (0, 9, 16):
        pixels = np.array(astronaut)
        cv2.circle(pixels, (200, 133), reach, (120, 140, 160), -1)
        shares.append(value(faces, "occlusion", pixels))
    assert shares[0] + 0.01 < shares[1] < shares[2] - 0.03


def test_a_grey_picture_says_nothing_of_skin(faces, astronaut):
    """Black-and-white skin has no colour to judge; all else is judged."""
    found = said(faces, astronaut.convert("L"))
    assert found["skin"] == NotApplicable("the picture is grey or toned")
    assert found["eyes"].value == 2
    assert found["defect"].value < 0.011


@pytest.mark.parametrize("angle", [45, 90])
def test_a_face_that_leans_or_lies_is_judged_alike(faces, astronaut, angle):
    """Turned with the whole picture, up to lying on its side, a face is as sound as upright."""
    found = said(faces, astronaut.rotate(angle, expand=True))
    assert found["presence"].value > 0.99
    assert found["defect"].value < 0.011
    assert found["eyes"].value == 2


def test_the_worst_face_speaks_and_is_shown(faces, astronaut):
    """Of a sound, a soft and a one-eyed face each sign is the worst one's, with its box."""
    row = beside(softer(astronaut, 1.5), astronaut, eyeless(astronaut))
    found = said(faces, row)

    assert found["count"].value == 3
    assert boxes(found["sharpness"])[0]["box"][2] < 512
    assert boxes(found["eyes"])[0]["box"][0] > 1024
    for name, output in SIGNS.items():
        told = [box[name] for box in boxes(found["count"])]
        worst = min(told) if output.higher_is_better else max(told)
        assert found[name].value == pytest.approx(worst, abs=1e-4)


def test_boxes_are_in_pixels_of_the_original(faces, astronaut):
    """A picture larger than the models look at has its boxes in its own pixels."""
    found = said(faces, astronaut.resize((2048, 2048), PIL.Image.Resampling.BICUBIC))
    np.testing.assert_allclose(boxes(found["count"])[0]["box"], np.array(BOX) * 4, atol=40)
    assert found["largest"].value == pytest.approx(105 / 512, abs=0.02)


def test_what_is_too_small_is_counted_and_not_judged(faces, astronaut):
    """A face of a few pixels is a face; whether it is malformed can't be said."""
    found = said(faces, astronaut.resize((130, 130)))
    assert found["count"].value == 1
    assert found["largest"].value > 0.15
    for name in SIGNS:
        assert isinstance(found[name], NotApplicable)
        assert "too small to judge" in found[name].reason


def test_a_face_that_the_border_cuts_is_still_judged(faces, astronaut):
    """Half a face at the border gives sound numbers inside the declared ranges."""
    found = said(faces, astronaut.crop((0, 0, 232, 400)))
    for name, outcome in found.items():
        assert isinstance(outcome, Score | NotApplicable)
        assert not isinstance(outcome, Score) or faces.outputs[name].holds(outcome.value)


def test_of_a_crowd_the_largest_are_judged_and_the_evidence_stays_small(faces, astronaut):
    """All faces of a crowd are counted and shown, eight with numbers, in 16 KB."""
    face = astronaut.crop((146, 36, 306, 212))
    crowd = PIL.Image.fromarray(np.tile(np.asarray(face), (3, 4, 1)))
    found = said(faces, crowd)

    assert found["count"].value == 12
    assert sum("defect" in box for box in boxes(found["count"])) == JUDGED
    assert len(json.dumps(found["count"].evidence)) * 32 / 12 < 16 * 1024


def test_threads_share_a_detector(faces, astronaut):
    """Several threads at once get the numbers that one alone gets."""
    pictures = [astronaut, softer(astronaut, 1), eyeless(astronaut)] * 2
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda picture: said(faces, picture), pictures))
    assert together == [said(faces, picture) for picture in pictures]


def test_a_detector_that_is_not_built_says_so(astronaut):
    """Running before building is the caller's mistake, not an empty picture."""
    with pytest.raises(MeasureError, match="not built"):
        said(Faces(), astronaut)


def test_a_detector_can_be_closed_and_built_again(astronaut):
    """Closing lets go, twice is once, and building again brings it back."""
    detector = Faces()
    for step in (detector.build, detector.build):
        step("cpu")
    detector.close()
    detector.close()
    detector.build("cpu")
    assert value(detector, "count", astronaut) == 1
    detector.close()


def test_what_hardly_is_a_face_is_told_but_not_counted(faces, astronaut):
    """A badge on a suit that is taken for a face leaves the count right, and shows in a sign."""
    glaring = np.clip(np.asarray(astronaut) * 1.8, 0, 255).astype(np.uint8)
    found = said(faces, PIL.Image.fromarray(glaring))
    assert found["count"].value == 1
    assert found["presence"].value < 0.003
    (counted,), (doubted,) = (boxes(found[name]) for name in ("count", "presence"))
    assert counted["presence"] > 0.9
    assert counted["box"][3] < 190  # the astronaut's own face
    assert doubted["box"][1] > 150  # her suit, below it
    assert found["largest"].value == found["smallest"].value
