"""Every photograph to report on, changed in one way: the pictures of most trials."""

import io
from collections.abc import Callable

import PIL.Image

from benchmarks.trial import Example, photographs

Picture = PIL.Image.Image
Change = Callable[[Picture], Picture]


def unchanged(picture: Picture) -> Picture:
    """Return the picture itself."""
    return picture


def altered(change: Change = unchanged) -> tuple[Example, ...]:
    """Return what *change* makes of each photograph of the reported half."""
    pictures = photographs("reported").items()
    return tuple(Example(change(picture), name) for name, picture in pictures)


def jpeg(quality: int, first: Change = unchanged) -> Change:
    """Return the change of being changed *first*, and then stored as a JPEG."""

    def store(picture: Picture) -> Picture:
        file = io.BytesIO()
        first(picture).save(file, "JPEG", quality=quality)
        return PIL.Image.open(file).convert("RGB")

    return store


def resized(factor: float) -> Change:
    """Return the change of being brought to so many times the size."""

    def change(picture: Picture) -> Picture:
        size = (round(picture.width * factor), round(picture.height * factor))
        return picture.resize(size, PIL.Image.Resampling.LANCZOS)

    return change
