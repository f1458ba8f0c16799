"""One real photograph and seven real faults made from it: something to choose from."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image, ImageFilter

from selector.errors import RequestError
from selector.installed import CURE, install_extra

PROMPT = "a portrait of a smiling astronaut in an orange suit"

Picture = Image.Image


def make(folder: Path) -> list[Path]:
    """Write the photograph and its seven faulty versions into *folder*; return their paths.

    Raises:
        RequestError: scikit-image, which brings the photograph, is not installed, or the folder
            can't be written.
    """
    photograph = _photograph()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for name, fault in FAULTS.items():
            path = folder / f"{name}.png"
            fault(photograph).save(path)
            paths.append(path)
    except OSError as error:
        raise RequestError(f"{folder}: can't be written ({error.strerror}). Give --out.") from None
    return paths


def _photograph() -> Picture:
    """Return Eileen Collins, NASA, public domain: 512 × 512, comes inside scikit-image."""
    try:
        from skimage import data
    except ImportError:
        raise RequestError(
            "demo: its photograph comes with scikit-image, which is not installed."
            f"{CURE}{install_extra('detectors')}"
        ) from None
    pixels: Any = data.astronaut()  # type: ignore[no-untyped-call]
    return Image.fromarray(pixels)


def _overexposed(picture: Picture) -> Picture:
    return picture.point(lambda value: min(255, int(value * 2.2 + 60)))


def _tiled(picture: Picture) -> Picture:
    """Return the picture shifted round its edge: a seam where its borders meet, a cut face."""
    width, height = picture.size
    shifted = Image.new("RGB", picture.size)
    cut = 225  # through the face
    shifted.paste(picture.crop((cut, 0, width, height)), (0, 0))
    shifted.paste(picture.crop((0, 0, cut, height)), (width - cut, 0))
    return shifted


FAULTS: dict[str, Callable[[Picture], Picture]] = {
    "original": lambda picture: picture,
    "blurred": lambda picture: picture.filter(ImageFilter.GaussianBlur(5)),
    "overexposed": _overexposed,
    "black": lambda picture: Image.new("RGB", picture.size),
    "odd-aspect": lambda picture: picture.crop((0, 200, picture.width, 280)),
    "tiled": _tiled,
    "tiny": lambda picture: picture.resize((96, 96)),
    "twin": lambda picture: picture,
}
