"""What the hand detector says of real pictures, and of hands made wrong."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest
import skimage.data

from selector.backbones.second_look import overlap
from selector.errors import MeasureError
from selector.images import open_image
from selector.measures.base import Subject
from selector.measures.detectors.hands import Hands
from selector.signs.hands import Hand
from selector.types import Measured, NotApplicable, Score

THUMB = "mpsamples_gesture_recognizer_hand_thumb_up.jpg"
PEOPLE = {  # hands that a person would call clear, counted by eye
    THUMB: 1,
    "mpsamples_hand_landmarker_thumbs-up.png": 1,
    "mpsamples_face_detector_testImg.jpeg": 1,
    "hamer_test5.jpg": 2,
    "mpsamples_pose_landmarker_test_image.jpg": 2,
}
SIGNS = ("defect", "presence", "jitter", "gap", "stray", "bare")


def measured(hands: Hands, source: Any) -> dict[str, Measured]:
    """Return what is said of one picture."""
    return hands.run([Subject(open_image(source))])[0]


def value(outcome: Measured) -> float:
    """Return the number, which must be there."""
    assert isinstance(outcome, Score)
    return outcome.value


def boxes(outcome: Measured) -> list[dict[str, Any]]:
    """Return the boxes of an outcome's evidence."""
    assert isinstance(outcome.evidence, dict)
    return outcome.evidence["boxes"]


@pytest.fixture(scope="module")
def thumb(shared: Path) -> np.ndarray:
    """One raised thumb, shape (521, 640, 3)."""
    return np.array(open_image(shared / "images/people_real" / THUMB).rgb)


@pytest.fixture(scope="module")
def said(hands: Hands, thumb: np.ndarray) -> dict[str, Measured]:
    """What is said of it."""
    return measured(hands, thumb)


def swirled(pixels: np.ndarray, strength: float) -> np.ndarray:
    """Return the picture with the thumb's hand turned about its middle by *strength* rad."""
    y, x = np.mgrid[: pixels.shape[0], : pixels.shape[1]].astype(np.float32)
    across, down = x - 285, y - 215
    turn = strength * np.clip(1 - np.hypot(across, down) / 190, 0, 1) ** 2
    source_x = 285 + np.cos(turn) * across - np.sin(turn) * down
    source_y = 215 + np.sin(turn) * across + np.cos(turn) * down
    maps = source_x.astype(np.float32), source_y.astype(np.float32)
    return cv2.remap(pixels, *maps, cv2.INTER_LINEAR)


@pytest.mark.parametrize("name", PEOPLE)
def test_clear_hands_are_counted(hands: Hands, shared: Path, *, name: str) -> None:
    """Of photographs with clear hands the count is a person's, and none is beyond two a person."""
    outcomes = measured(hands, shared / "images/people_real" / name)

    assert value(outcomes["count"]) == PEOPLE[name]
    surplus = outcomes["surplus"]
    assert isinstance(surplus, NotApplicable) or value(surplus) == 0


@pytest.mark.parametrize("folder", ["dogs", "cats", "ocean"])
def test_there_are_no_hands_in_pictures_without(hands: Hands, shared: Path, *, folder: str) -> None:
    """Animals, waves and clouds have no hands: a count of 0, and everything else has no answer."""
    for picture in sorted((shared / "images" / folder).iterdir()):
        outcomes = measured(hands, picture)
        assert value(outcomes.pop("count")) == 0
        assert set(outcomes.values()) == {NotApplicable("no hands found")}


def test_a_real_hand_is_surely_one(said: dict[str, Measured]) -> None:
    """A clear hand is present in every look, steady, with five fingers of skin."""
    assert value(said["presence"]) > 0.98
    assert value(said["jitter"]) < 0.015
    assert value(said["defect"]) < 0.1
    assert 0.7 < value(said["gap"]) < 1.2
    assert value(said["stray"]) < 0.02
    assert value(said["bare"]) < 0.02


def test_without_a_person_nothing_is_said_of_one(said: dict[str, Measured]) -> None:
    """Of a hand alone neither the side nor the size for a body nor a surplus is made up."""
    for name in ("side", "proportion"):
        assert said[name] == NotApplicable("no hand is at the end of an arm that is seen")
    assert said["surplus"] == NotApplicable("nobody is seen whose hands they could be")


def test_a_bent_hand_is_doubtful_and_more_bent_more_so(
    hands: Hands, thumb: np.ndarray, said: dict[str, Measured]
) -> None:
    """The more the hand is swirled, the higher the defect."""
    defects = [value(measured(hands, swirled(thumb, turn))["defect"]) for turn in (2.4, 3)]

    assert value(said["defect"]) + 0.02 < defects[0] < defects[1]


def test_every_hand_is_shown_with_what_is_known_of_it(hands: Hands, shared: Path) -> None:
    """Of two hands before a face each has its box, side and numbers; signs show the worst one."""
    outcomes = measured(hands, shared / "images/people_real/hamer_test5.jpg")

    entries = boxes(outcomes["count"])
    assert [each["label"] for each in entries] == ["hand 1: left", "hand 2: right"]
    for each in entries:
        assert set(each) == {"box", "label", "size", "side", "proportion", *SIGNS}
    assert value(outcomes["side"]) > 0.9
    (worst,) = boxes(outcomes["jitter"])
    assert worst["jitter"] == max(each["jitter"] for each in entries)
    (worst,) = boxes(outcomes["presence"])
    assert worst["presence"] == min(each["presence"] for each in entries)
    assert value(outcomes["largest"]) == pytest.approx(entries[0]["size"], abs=0.001)
    assert value(outcomes["smallest"]) == pytest.approx(entries[1]["size"], abs=0.001)


def test_the_box_holds_the_whole_hand(said: dict[str, Measured]) -> None:
    """From the tip of the thumb to the finger's ends; read off the picture."""
    ((x0, y0, x1, y1),) = [each["box"] for each in boxes(said["count"])]

    assert y0 < 62  # the thumb's nail
    assert x1 > 391  # the knuckles of the bent fingers
    assert y1 > 375  # the little finger
    assert x0 < 150  # the ball of the thumb
    assert (x1 - x0) * (y1 - y0) < 0.6 * 640 * 521


def test_boxes_are_in_pixels_of_the_original(
    hands: Hands, thumb: np.ndarray, said: dict[str, Measured]
) -> None:
    """A picture three times as large has its box there, and the same hand."""
    large = PIL.Image.fromarray(thumb).resize((1920, 1563), PIL.Image.Resampling.BICUBIC)
    outcomes = measured(hands, large)

    (box,), (small,) = boxes(outcomes["count"]), boxes(said["count"])
    np.testing.assert_allclose(box["box"], np.array(small["box"]) * 3, atol=30)
    assert value(outcomes["largest"]) == pytest.approx(value(said["largest"]), abs=0.03)
    assert value(outcomes["defect"]) == pytest.approx(value(said["defect"]), abs=0.05)


@pytest.mark.parametrize("border", ["top", "right", "bottom"])
def test_a_hand_cut_by_the_border_is_judged(hands: Hands, thumb: np.ndarray, border: str) -> None:
    """What is left of it is still a hand, and the picture's border is no defect of it."""
    cuts = {"top": thumb[130:], "right": thumb[:, :330], "bottom": thumb[:280, 150:]}
    outcomes = measured(hands, cuts[border])

    assert value(outcomes["count"]) == 1
    assert value(outcomes["defect"]) < 0.25


def test_an_alpha_channel_changes_nothing(
    hands: Hands, thumb: np.ndarray, said: dict[str, Measured]
) -> None:
    """An opaque picture with alpha measures as the picture without."""
    assert measured(hands, PIL.Image.fromarray(thumb).convert("RGBA")) == said


def test_many_hands_are_each_judged(hands: Hands, thumb: np.ndarray) -> None:
    """Of six hands beside each other most are found, and every one has its own box and signs."""
    one = PIL.Image.fromarray(thumb).resize((337, 274))
    wall = PIL.Image.new("RGB", (1011, 548))
    for number in range(6):
        wall.paste(one, (number % 3 * 337, number // 3 * 274))
    entries = boxes(measured(hands, wall)["count"])

    assert 4 <= len(entries) <= 6
    assert all(set(SIGNS) < set(each) for each in entries)
    for number, each in enumerate(entries):
        others = [other["box"] for other in entries[number + 1 :]]
        assert all(overlap(tuple(each["box"]), tuple(other)) < 0.5 for other in others)


def test_the_evidence_of_eight_hands_is_small() -> None:
    """The most that is found, with all that can be said of it, in a huge picture."""
    signs = dict.fromkeys((*SIGNS, "side", "proportion"), 0.123456)
    corner = (19_000.0, 19_000.0, 19_999.0, 19_999.0)
    entries = [Hand(corner, f"hand {n}: right", 0.123456, signs).evidence() for n in range(1, 9)]

    assert len(json.dumps(entries)) < 4096


def test_a_hand_of_a_few_pixels_is_counted_and_not_judged(hands: Hands, shared: Path) -> None:
    """It is a hand; whether it is malformed can't be said, and it is shown which one that is."""
    name = "mpsamples_object_detection_coupleanddog.jpeg"
    outcomes = measured(hands, shared / "images/people_real" / name)

    assert value(outcomes["count"]) == 1
    for sign in (*SIGNS, "side", "proportion"):
        assert isinstance(outcomes[sign], NotApplicable)
        assert "too small" in outcomes[sign].reason
    assert boxes(outcomes["defect"]) == boxes(outcomes["count"])


def test_a_drawn_hand_gives_numbers_or_none(hands: Hands) -> None:
    """A drawing is found or not; what is found is judged, never failed."""
    picture = PIL.Image.new("RGB", (512, 512), (200, 215, 225))
    draw = PIL.ImageDraw.Draw(picture)
    skin = (70, 45, 35)
    for end in ((110, 250), (170, 110), (235, 80), (300, 105), (360, 160)):
        draw.line([(240, 290), end], fill=skin, width=36)
    draw.ellipse([185, 250, 330, 420], fill=skin)
    draw.rectangle([215, 380, 300, 512], fill=skin)
    outcomes = measured(hands, picture)

    count = value(outcomes["count"])
    assert isinstance(outcomes["defect"], Score if count else NotApplicable)


def test_odd_pictures_stay_in_the_declared_ranges(hands: Hands, shared: Path) -> None:
    """Whatever the picture: every output is there, and a number lies in its range."""
    noise = np.random.default_rng(0).integers(0, 256, (200, 120, 3), np.uint8)
    odd = [noise, noise[:1, :1], noise[:3].repeat(17, axis=1), np.zeros((64, 64, 3), np.uint8)]
    real = sorted((shared / "images/hands_malformed").glob("*.jpg"))
    for outcomes in hands.run([Subject(open_image(each)) for each in (*odd, *real)]):
        assert outcomes.keys() == hands.outputs.keys()
        for name, outcome in outcomes.items():
            if isinstance(outcome, Score):
                assert hands.outputs[name].holds(outcome.value)


def test_hands_do_not_depend_on_the_batch(hands: Hands, thumb: np.ndarray) -> None:
    """Measured alone, together, in reverse and in threads: the very same numbers and boxes."""
    subjects = [Subject(open_image(each)) for each in (thumb, thumb[:, ::-1].copy(), thumb[60:])]
    batch = hands.run(subjects)

    assert hands.run(subjects[::-1])[::-1] == batch
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda each: hands.run([each])[0], subjects)) == batch


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are not forked by default")
def test_a_forked_child_measures_the_same(shared: Path) -> None:
    """A worker can go on with the detector that its parent has built."""
    code = """
import os, signal, sys, warnings
from selector.images import open_image
from selector.measures.base import Subject
from selector.measures.detectors.hands import Hands
hands = Hands()
hands.build("cpu")
subject = Subject(open_image(sys.argv[1]))
here = hands.run([subject])
warnings.simplefilter("ignore")  # newer Pythons warn of fork in a process with threads
child = os.fork()
if child == 0:
    signal.alarm(60)
    os._exit(0 if hands.run([subject]) == here else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    picture = str(shared / "images/people_real" / THUMB)
    subprocess.run([sys.executable, "-c", code, picture], check=True, capture_output=True)


def test_a_detector_that_is_not_built_says_so() -> None:
    """Running before building is the caller's mistake, not an empty picture."""
    with pytest.raises(MeasureError, match="not built"):
        measured(Hands(), skimage.data.astronaut())


def test_it_can_be_closed_and_built_again() -> None:
    """Closing lets go, twice is once, and building again brings it back."""
    hands = Hands()
    hands.build("cpu")
    hands.build("cpu")
    hands.close()
    hands.close()
    hands.build("cpu")

    assert value(measured(hands, skimage.data.astronaut())["count"]) == 0
    hands.close()


def test_a_missing_model_names_where_it_comes_from_and_goes(tmp_path: Path) -> None:
    """Offline and without its files, building says which, from where, and which folder."""
    code = "from selector.measures.detectors.hands import Hands; Hands().build('cpu')"
    environment = os.environ | {"SELECTOR_OFFLINE": "1", "SELECTOR_CACHE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )

    assert "WeightsError: hand_landmarker: " in done.stderr
    assert "hand_landmarker.task" in done.stderr
    assert str(tmp_path) in done.stderr
