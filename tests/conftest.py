"""What every test may use."""

from pathlib import Path

import pytest
from PIL import Image
from skimage import data

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real images and labels that may lie beside the repository."""
    folder = ROOT.parent / "shared"
    if not (folder / "images").is_dir():
        pytest.skip("real images are absent: no folder shared/ beside the repository")
    return folder


@pytest.fixture(scope="session")
def astronaut() -> Image.Image:
    """A real photograph that comes inside a package: 512 × 512, one face."""
    return Image.fromarray(data.astronaut())
