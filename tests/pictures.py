"""Small real pictures, and what tests do with them all the time."""

import io
from functools import cache

import numpy as np
import PIL.Image

from selector.images import ImageSource, Limits, PixelBudget, open_image
from selector.measures.base import Measure, Subject
from selector.types import Measured, Score


def encoded(picture: PIL.Image.Image, file_format: str, **options: object) -> bytes:
    """Return *picture* as the bytes of a file."""
    file = io.BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


def noise(width: int, height: int, *, seed: int = 0) -> PIL.Image.Image:
    """Return a picture that no two codecs or turns leave the same by chance."""
    values = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return PIL.Image.fromarray(values)


def smooth(width: int, height: int) -> PIL.Image.Image:
    """Return a picture of soft colours, which lossy codecs keep nearly as it is."""
    across, down = np.meshgrid(np.linspace(0, 200, width), np.linspace(0, 200, height))
    return PIL.Image.fromarray(np.dstack([across, down, 200 - across]).astype(np.uint8))


@cache
def photo() -> PIL.Image.Image:
    """Return a real photograph, 512 x 512, in the public domain."""
    from skimage.data import astronaut

    return PIL.Image.fromarray(astronaut())


def pixels(source: ImageSource, **limits: object) -> np.ndarray:
    """Return the sRGB pixels that *source* opens as."""
    return open_image(source, limits=Limits(**limits)).rgb


def measure(what: Measure, *sources: ImageSource) -> list[dict[str, Measured]]:
    """Return what a measure finds in each of *sources*, as one call or one set."""
    budget = PixelBudget()
    return what.run([Subject(open_image(source, budget=budget)) for source in sources])


def value(what: Measure, output: str, source: ImageSource) -> float:
    """Return one number that a measure finds in one picture."""
    (found,) = measure(what, source)
    score = found[output]
    assert isinstance(score, Score)
    return score.value
