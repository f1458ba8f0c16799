"""What the hand detector says of real pictures, of a modelled hand, and of hands made wrong."""

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

import modelled
from selector.backbones.second_look import overlap
from selector.errors import MeasureError
from selector.images import open_image
from selector.measures.base import Subject
from selector.measures.detectors.hands import Hands
from selector.signs.hands import Hand
from selector.types import Measured, NotApplicable, Score

THUMB = "mpsamples_gesture_recognizer_hand_thumb_up.jpg"
PEOPLE = {  # hands that a person would call clear, counted by eye
    f"people_real/{THUMB}": 1,
    "people_real/mpsamples_hand_landmarker_thumbs-up.png": 1,
    "people_real/mpsamples_face_detector_testImg.jpeg": 1,
    "people_real/mpsamples_face_landmarker_business-person.png": 2,
    "people_real/hamer_test5.jpg": 2,
    "people_real/mpsamples_pose_landmarker_test_image.jpg": 2,
    "hands_malformed/handrefiner_1.jpg": 1,
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
def hand() -> np.ndarray:
    """A modelled hand, shape (512, 512, 3)."""
    return modelled.hand()


@pytest.fixture(scope="module")
def said(hands: Hands, hand: np.ndarray) -> dict[str, Measured]:
    """What is said of it."""
    return measured(hands, hand)


@pytest.fixture(scope="module")
def thumb(shared: Path) -> np.ndarray:
    """One raised thumb, shape (521, 640, 3)."""
    return np.array(open_image(shared / "images/people_real" / THUMB).rgb)


def swirled(pixels: np.ndarray, middle: tuple[int, int], strength: float) -> np.ndarray:
    """Return the picture with what is around *middle* turned about it by *strength* rad."""
    y, x = np.mgrid[: pixels.shape[0], : pixels.shape[1]].astype(np.float32)
    across, down = x - middle[0], y - middle[1]
    turn = strength * np.clip(1 - np.hypot(across, down) / 190, 0, 1) ** 2
    source_x = middle[0] + np.cos(turn) * across - np.sin(turn) * down
    source_y = middle[1] + np.sin(turn) * across + np.cos(turn) * down
    maps = source_x.astype(np.float32), source_y.astype(np.float32)
    return cv2.remap(pixels, *maps, cv2.INTER_LINEAR)


@pytest.mark.parametrize("name", PEOPLE)
def test_clear_hands_are_counted(hands: Hands, shared: Path, *, name: str) -> None:
    """Of photographs with clear hands the count is a person's, and none is beyond two a person."""
    outcomes = measured(hands, shared / "images" / name)

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


@pytest.mark.parametrize("skin", [modelled.SKIN, (190, 140, 110), (120, 80, 60)])
def test_a_modelled_hand_is_found_whatever_its_skin(
    hands: Hands, *, skin: tuple[int, int, int]
) -> None:
    """One hand of light, olive or brown skin, whole, steady, with five fingers apart."""
    said = measured(hands, modelled.hand(skin=skin))

    assert value(said["count"]) == 1
    assert value(said["presence"]) > 0.8
    assert value(said["jitter"]) < 0.015
    assert value(said["gap"]) > 1.2
    assert value(said["stray"]) < 0.05
    assert value(said["bare"]) < 0.02


def test_a_real_hand_is_surely_one(hands: Hands, thumb: np.ndarray) -> None:
    """A clear hand is present in every look, steady, with five fingers of skin."""
    said = measured(hands, thumb)

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


@pytest.mark.parametrize(
    ("picture", "middle", "turns"),
    [("hand", (250, 250), (0, 0.6, 1)), ("thumb", (285, 215), (0, 2.4, 3))],
)
def test_a_bent_hand_is_doubtful_and_more_bent_more_so(
    hands: Hands,
    request: pytest.FixtureRequest,
    *,
    picture: str,
    middle: tuple[int, int],
    turns: tuple[float, ...],
) -> None:
    """The more the hand is swirled, modelled or real, the higher the defect."""
    pixels = request.getfixturevalue(picture)
    turned = [swirled(pixels, middle, turn) for turn in turns]
    defects = [value(measured(hands, each)["defect"]) for each in turned]

    assert defects[0] + 0.02 < defects[1] < defects[2]


def test_hands_beyond_two_a_person_are_surplus(
    hands: Hands, hand: np.ndarray, astronaut: PIL.Image.Image
) -> None:
    """One person and three hands: one too many; with two there is none."""
    wall = np.full_like(hand, modelled.WALL)
    for third, surplus in ((hand, 1), (wall, 0)):
        four = np.vstack([modelled.row(astronaut, hand), modelled.row(third, hand)])
        outcomes = measured(hands, four)

        assert value(outcomes["count"]) == 2 + surplus
        assert value(outcomes["surplus"]) == surplus


def test_the_worst_hand_speaks_and_is_shown(hands: Hands, hand: np.ndarray) -> None:
    """Of a sound hand and a bent one each sign is that of the worse, with its box alone."""
    outcomes = measured(hands, modelled.row(hand, swirled(hand, (250, 250), 0.6)))
    entries = boxes(outcomes["count"])

    assert len(entries) == 2
    for name in SIGNS:
        worst = min if hands.outputs[name].higher_is_better else max
        told = [each[name] for each in entries]
        assert value(outcomes[name]) == pytest.approx(worst(told), abs=0.001)
        assert len({*told}) == 1 or len(boxes(outcomes[name])) == 1


def test_sizes_are_shares_of_the_short_side(
    hands: Hands, hand: np.ndarray, said: dict[str, Measured]
) -> None:
    """The same hand in a picture that is as wide and taller, or as high and wider, is as large."""
    more = np.full((256, 512, 3), modelled.WALL, np.uint8)
    for longer in (np.vstack([hand, more]), np.hstack([hand, more.transpose(1, 0, 2)])):
        outcomes = measured(hands, longer)
        assert value(outcomes["largest"]) == pytest.approx(value(said["largest"]), abs=0.03)


def test_every_hand_is_shown_with_what_is_known_of_it(hands: Hands, shared: Path) -> None:
    """Of two hands before a face each has its box, side and numbers; signs show the worst one."""
    outcomes = measured(hands, shared / "images/people_real/hamer_test5.jpg")

    entries = boxes(outcomes["count"])
    assert [each["label"] for each in entries] == ["hand 1: left", "hand 2: right"]
    for each in entries:
        assert set(each) == {"box", "label", "size", "side", "proportion", *SIGNS}
    assert value(outcomes["side"]) > 0.9
    assert value(outcomes["largest"]) == pytest.approx(entries[0]["size"], abs=0.001)
    assert value(outcomes["smallest"]) == pytest.approx(entries[1]["size"], abs=0.001)


def test_the_box_holds_the_whole_hand(said: dict[str, Measured]) -> None:
    """From the tip of the middle finger to the ball of the thumb, and a margin."""
    ((x0, y0, x1, y1),) = [each["box"] for each in boxes(said["count"])]

    # Where the modelled hand's fingers end, and its wrist lies.
    assert x0 < 157
    assert y0 < 115
    assert x1 > 337
    assert y1 > 369
    assert (x1 - x0) * (y1 - y0) < 2 * (337 - 157) * (369 - 115)


def test_the_box_holds_a_whole_real_hand(hands: Hands, thumb: np.ndarray) -> None:
    """From the tip of the thumb to the fingers' ends; read off the picture."""
    ((x0, y0, x1, y1),) = [each["box"] for each in boxes(measured(hands, thumb)["count"])]

    assert y0 < 62  # the thumb's nail
    assert x1 > 391  # the knuckles of the bent fingers
    assert y1 > 375  # the little finger
    assert x0 < 150  # the ball of the thumb
    assert (x1 - x0) * (y1 - y0) < 0.6 * 640 * 521


def test_boxes_are_in_pixels_of_the_original(
    hands: Hands, hand: np.ndarray, said: dict[str, Measured]
) -> None:
    """A picture three times as large has its box there, and the same hand."""
    large = PIL.Image.fromarray(hand).resize((1536, 1536), PIL.Image.Resampling.BICUBIC)
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
    hands: Hands, hand: np.ndarray, said: dict[str, Measured]
) -> None:
    """An opaque picture with alpha measures as the picture without."""
    assert measured(hands, PIL.Image.fromarray(hand).convert("RGBA")) == said


def test_many_hands_are_each_judged(hands: Hands, hand: np.ndarray) -> None:
    """Of six hands beside each other most are found, and every one has its own box and signs."""
    one = hand[60:460, 96:416]
    wall = np.tile(one, (2, 3, 1))
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


def test_a_hand_of_a_few_pixels_is_counted_and_not_judged(hands: Hands, hand: np.ndarray) -> None:
    """It is a hand; whether it is malformed can't be said, and it is shown which one that is."""
    outcomes = measured(hands, PIL.Image.fromarray(hand).resize((48, 48)))

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


def all_in_range(hands: Hands, *pictures: Any) -> bool:
    """Return whether every output of every picture is there, and each number in its range."""
    every = hands.run([Subject(open_image(each)) for each in pictures])
    return all(outcomes.keys() == hands.outputs.keys() for outcomes in every) and all(
        hands.outputs[name].holds(outcome.value)
        for outcomes in every
        for name, outcome in outcomes.items()
        if isinstance(outcome, Score)
    )


def test_odd_pictures_stay_in_the_declared_ranges(hands: Hands, hand: np.ndarray) -> None:
    """Noise, a pixel, a line, black, a hand cut by each border: every number lies in its range."""
    noise = np.random.default_rng(0).integers(0, 256, (200, 120, 3), np.uint8)
    odd = [noise, noise[:1, :1], noise[:3].repeat(17, axis=1), np.zeros((64, 64, 3), np.uint8)]
    cuts = hand[170:], hand[:350], hand[:, :290], hand[:, 200:]

    assert all_in_range(hands, *odd, *cuts)


def test_malformed_hands_stay_in_the_declared_ranges(hands: Hands, shared: Path) -> None:
    """Of generated hands, many of them malformed, every number lies in its range."""
    assert all_in_range(hands, *sorted((shared / "images/hands_malformed").glob("*.jpg")))


def test_hands_do_not_depend_on_the_batch(hands: Hands, hand: np.ndarray) -> None:
    """Measured alone, together, in reverse and in threads: the very same numbers and boxes."""
    subjects = [Subject(open_image(each)) for each in (hand, hand[:, ::-1].copy(), hand[60:])]
    batch = hands.run(subjects)

    assert hands.run(subjects[::-1])[::-1] == batch
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda each: hands.run([each])[0], subjects)) == batch


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are not forked by default")
def test_a_forked_child_measures_the_same(hand: np.ndarray, tmp_path: Path) -> None:
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
    path = tmp_path / "hand.png"
    PIL.Image.fromarray(hand).save(path)
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True)


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
