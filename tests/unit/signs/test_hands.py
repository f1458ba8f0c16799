"""Hands that are found, judged and boxed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import modelled
from selector.backbones.landmarker import Found, Landmarker
from selector.backbones.looks import Looks
from selector.errors import MeasureError
from selector.images import open_image
from selector.signs.hands import HandModels, find_hands, signs_of
from selector.weights.fetch import fetch


def test_a_hand_too_small_for_the_whole_picture_is_found_at_the_end_of_its_arm(
    shared: Path,
) -> None:
    """Two people who fill a third of a large picture hold hands of 3 % of it; one is seen."""
    name = "mpsamples_object_detection_coupleanddog.jpeg"
    with PIL.Image.open(shared / "images/people_real" / name) as couple:
        people = couple.convert("RGB").resize((614, 554), PIL.Image.Resampling.LANCZOS)
    picture = PIL.Image.new("RGB", (1024, 1024), (150, 150, 140))
    picture.paste(people, (60, 90))
    models = HandModels.load()

    assert models.hands.find(np.asarray(picture)) == []
    seen = models.see(open_image(picture))
    models.close()

    assert len(seen.hands) == 1
    assert seen.people == 2
    x0, y0, x1, y1 = seen.hands[0].box
    held = (60 + 218 / 370 * 614, 90 + 129 / 334 * 554)  # read off the picture
    assert x0 < held[0] < x1
    assert y0 < held[1] < y1


def reaching(x: float, y: float, height: float) -> Found:
    """Return a body *height* px tall of which shoulders and the left hand are seen, that one here."""
    points, visible = np.zeros((33, 2)), np.zeros(33)
    points[11], points[12] = (0.2 * height, 0), (0, 0)
    points[[15, 17, 19]] = (x, y)
    visible[[11, 12, 15]] = 1
    return Found(points, (0, 0, 1, 1), visible=visible)


def test_a_small_hand_is_found_where_an_arm_ends(hands: Landmarker) -> None:
    """A hand of 7 % of the picture, which the whole picture hides, is found at its place."""
    picture = np.full((1024, 1024, 3), modelled.WALL, np.uint8)
    small = PIL.Image.fromarray(modelled.hand()).resize((128, 128), PIL.Image.Resampling.LANCZOS)
    picture[300:428, 300:428] = np.asarray(small)
    assert find_hands(hands, picture, []) == []

    (found,) = find_hands(hands, picture, [reaching(364, 364, height=600)])

    expected = 300 + np.array([157, 115, 337, 369]) / 4  # the fingers' ends and the wrist
    np.testing.assert_allclose(found.box, expected, atol=8)


def test_a_hand_that_is_seen_twice_is_one(hands: Landmarker) -> None:
    """A hand beside the end of an arm is found in the picture and around that end: it is one."""
    picture = modelled.hand(800)
    (whole,) = hands.find(picture)
    x, y, half = round(whole.box[2]) + 20, 460, 240
    assert hands.find(picture, (x - half, y - half, x + half, y + half))  # once more

    (found,) = find_hands(hands, picture, [reaching(x, y, height=half / 0.15)])

    assert found.box == whole.box


@pytest.mark.parametrize(("right", "fits"), [(0.1, 0.9), (0.8, 0.2)])
def test_a_left_hand_fits_a_left_arm(hands: Landmarker, right: float, fits: float) -> None:
    """At the end of a left arm it counts how surely it is a left hand, and its size for the body."""
    picture = modelled.hand()
    (hand,) = hands.find(picture)
    looks = Looks(hand.points, jitter=0, presence=1, right=right)
    body = reaching(*hand.points[0], height=1600)

    signs = signs_of(picture, looks, [body])

    assert signs["side"] == pytest.approx(fits)
    assert 1 < signs["proportion"] < 1.8  # its palm is about 120 px long; 91 would fit


def test_without_an_arm_there_is_neither_side_nor_proportion(hands: Landmarker) -> None:
    """Of a hand that no seen arm ends, nothing is said of the two; of the rest all is."""
    picture = modelled.hand()
    (hand,) = hands.find(picture)

    signs = signs_of(picture, Looks(hand.points, jitter=0.1, presence=0.8, right=0.5), [])

    assert signs.keys() == {"defect", "presence", "jitter", "gap", "stray", "bare"}
    assert signs["defect"] == pytest.approx(1 - 0.8 * 0.5)


def test_closed_models_say_so() -> None:
    """Using them after closing is the caller's mistake, not an empty picture."""
    models = HandModels.load()
    models.close()

    with pytest.raises(MeasureError, match="closed"):
        models.see(open_image(np.zeros((8, 8, 3), np.uint8)))


def test_all_are_loaded_or_none(tmp_path: Path) -> None:
    """If the last file is missing, the models before it are let go of."""
    code = """
from selector.backbones import landmarker, litert
from selector.signs.hands import HandModels
from selector.errors import WeightsError
try:
    HandModels.load()
except WeightsError as error:
    print(error)
print(len(landmarker._tasks.loaded()), len(litert._networks.loaded()))
"""
    for name in ("hand_landmarker", "pose_landmarker"):
        path = fetch(name)
        (tmp_path / path.name).symlink_to(path)
    environment = os.environ | {"SELECTOR_OFFLINE": "1", "SELECTOR_CACHE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout.startswith("face_landmarker: its model file can't be had")
    assert "https://storage.googleapis.com/mediapipe-models/" in done.stdout
    assert done.stdout.splitlines()[-1] == "0 0"
