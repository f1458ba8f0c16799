"""The detectors, built once."""

from collections.abc import Iterator

import pytest

from selector.measures.detectors.faces import Faces
from selector.measures.detectors.hands import Hands
from services import running, service  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def hands() -> Iterator[Hands]:
    """The hand detector, ready to run."""
    measure = Hands()
    measure.build("cpu")
    yield measure
    measure.close()


@pytest.fixture(scope="session")
def faces() -> Iterator[Faces]:
    """The face detector, ready to run."""
    measure = Faces()
    measure.build("cpu")
    yield measure
    measure.close()
