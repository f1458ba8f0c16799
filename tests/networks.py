"""Real pictures of people, and the real models, loaded once."""

from collections.abc import Iterator

import numpy as np
import pytest
import skimage.data

from selector.backbones.landmarker import Landmarker
from selector.backbones.litert import LandmarkNetwork
from selector.images.srgb import Pixels


@pytest.fixture(scope="session")
def astronaut() -> Pixels:
    """One smiling person, shape (512, 512, 3); NASA, public domain."""
    return skimage.data.astronaut()


@pytest.fixture(scope="session")
def grey() -> Pixels:
    """A picture with nothing in it, shape (300, 400, 3)."""
    return np.full((300, 400, 3), 127, np.uint8)


@pytest.fixture(scope="session")
def faces() -> Iterator[Landmarker]:
    """The face landmarker."""
    model = Landmarker("face_landmarker")
    yield model
    model.close()


@pytest.fixture(scope="session")
def hands() -> Iterator[Landmarker]:
    """The hand landmarker."""
    model = Landmarker("hand_landmarker")
    yield model
    model.close()


@pytest.fixture(scope="session")
def face_network() -> Iterator[LandmarkNetwork]:
    """The landmark network of faces."""
    network = LandmarkNetwork("face_landmarker")
    yield network
    network.close()


@pytest.fixture(scope="session")
def hand_network() -> Iterator[LandmarkNetwork]:
    """The landmark network of hands."""
    network = LandmarkNetwork("hand_landmarker")
    yield network
    network.close()


@pytest.fixture(scope="session")
def bodies() -> Iterator[Landmarker]:
    """The landmarker of whole bodies."""
    model = Landmarker("pose_landmarker")
    yield model
    model.close()
