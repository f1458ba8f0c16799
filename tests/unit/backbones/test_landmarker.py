"""Finding hands and faces, by any number of users in any thread or process."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import modelled
from selector.backbones import landmarker, mediapipe_task
from selector.backbones.landmarker import Landmarker, bounds
from selector.errors import MeasureError
from selector.images import open_image
from selector.images.srgb import Pixels

FACE = (181, 72, 270, 177)  # of the astronaut; read off the picture


def test_a_face_is_found_where_it_is(faces: Landmarker, astronaut: Pixels) -> None:
    """The astronaut has one face, here, and its landmarks lie in its box."""
    (face,) = faces.find(astronaut)

    np.testing.assert_allclose(face.box, FACE, atol=10)
    assert face.points.shape == (478, 2)
    assert face.side == pytest.approx(105, abs=10)
    assert face.score is None


def test_a_hand_is_found_where_it_is(hands: Landmarker) -> None:
    """A modelled hand is one, here, from its wrist to its fingers' ends."""
    (hand,) = hands.find(modelled.hand())

    np.testing.assert_allclose(hand.box, (157, 115, 337, 369), atol=25)
    assert hand.points.shape == (21, 2)
    assert hand.label in {"left", "right"}


def test_a_hand_is_found_with_its_side(hands: Landmarker, shared: Path) -> None:
    """A raised thumb is one hand, a left one, and the model is sure of it."""
    picture = shared / "images/people_real/mpsamples_gesture_recognizer_hand_thumb_up.jpg"
    (hand,) = hands.find(open_image(picture).rgb)

    assert hand.points.shape == (21, 2)
    assert hand.label == "left"
    assert hand.score is not None
    assert 0.8 < hand.score <= 1


def test_part_of_a_picture_is_told_in_the_whole_s_pixels(
    faces: Landmarker, astronaut: Pixels
) -> None:
    """Looking at a part finds the face at the same place as looking at the whole."""
    (face,) = faces.find(astronaut, (100, 20, 400, 300))

    np.testing.assert_allclose(face.box, FACE, atol=10)


def test_nothing_is_found_where_nothing_is(
    faces: Landmarker, hands: Landmarker, grey: Pixels
) -> None:
    """A grey picture has neither faces nor hands."""
    assert faces.find(grey) == []
    assert hands.find(grey) == []


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 2048, 3), (2048, 3, 3), (2, 2, 3)])
def test_odd_sizes_are_looked_at(
    faces: Landmarker, hands: Landmarker, shape: tuple[int, int, int]
) -> None:
    """The smallest and the longest pictures are looked at like any other."""
    noise = np.random.default_rng(0).integers(0, 256, shape, np.uint8)

    assert faces.find(noise) == []
    assert hands.find(noise) == []


@given(
    points=arrays(np.float64, (5, 2), elements=st.floats(-500, 500)),
    width=st.integers(1, 300),
    height=st.integers(1, 300),
)
def test_a_box_never_leaves_the_picture(points: landmarker.Points, width: int, height: int) -> None:
    """Landmarks may lie outside the picture; the box around them does not."""
    x0, y0, x1, y1 = bounds(points, width, height)

    assert 0 <= x0 <= x1 <= width
    assert 0 <= y0 <= y1 <= height


def test_users_share_one_model(faces: Landmarker, astronaut: Pixels) -> None:
    """A second user loads nothing, and its leaving takes nothing from the first."""
    loaded = landmarker._tasks.loaded()
    other = Landmarker("face_landmarker")
    assert landmarker._tasks.loaded() == loaded

    other.close()

    assert len(faces.find(astronaut)) == 1
    with pytest.raises(MeasureError, match="closed"):
        other.find(astronaut)


def test_who_lets_go_while_it_looks_is_told(
    faces: Landmarker, astronaut: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a model finds after its user let go may be nothing: an error, not an empty picture."""
    assert len(faces.find(astronaut)) == 1  # which keeps the model loaded
    leaving = Landmarker("face_landmarker")
    detect = mediapipe_task.detect

    def detect_and_leave(*args: object) -> object:
        leaving.close()
        return detect(*args)

    monkeypatch.setattr(mediapipe_task, "detect", detect_and_leave)

    with pytest.raises(MeasureError, match="closed"):
        leaving.find(astronaut)


def test_the_last_user_unloads_the_model() -> None:
    """When the last has left, not when one leaves twice, it is gone; it comes again if wanted."""
    code = """
import numpy as np
from selector.backbones import landmarker
for _ in range(2):
    model = landmarker.Landmarker("face_landmarker")
    other = landmarker.Landmarker("face_landmarker")
    other.close()
    other.close()
    assert len(landmarker._tasks.loaded()) == 1
    assert model.find(np.zeros((64, 64, 3), np.uint8)) == []
    model.close()
    assert len(landmarker._tasks.loaded()) == 0
"""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_threads_find_the_same(faces: Landmarker, astronaut: Pixels, grey: Pixels) -> None:
    """Threads that look at different pictures at once each get their own picture's faces."""
    with ThreadPoolExecutor(4) as pool:
        counts = [len(found) for found in pool.map(faces.find, [astronaut, grey] * 6)]

    assert counts == [1, 0] * 6


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are not forked by default")
def test_a_forked_child_finds_the_same() -> None:
    """A child process can go on with what its parent has built, and does not hang."""
    code = """
import os, signal, sys, warnings
import skimage.data
from selector.backbones.landmarker import Landmarker
model = Landmarker("face_landmarker")
here = model.find(skimage.data.astronaut())[0].box
warnings.simplefilter("ignore")  # newer Pythons warn of fork in a process with threads
child = os.fork()
if child == 0:
    signal.alarm(60)
    same = model.find(skimage.data.astronaut())[0].box == here
    model.close()
    os._exit(0 if same else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
