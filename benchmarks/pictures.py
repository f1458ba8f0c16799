"""Pictures to measure with: photographs in the public domain, as large and as many as asked for."""

import io
from functools import cache

import numpy as np
import PIL.Image

LANCZOS = PIL.Image.Resampling.LANCZOS
PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "hubble_deep_field", "retina", "rocket")


@cache
def photographs() -> tuple[PIL.Image.Image, ...]:
    """Return six photographs that come inside scikit-image, 427 to 1411 px on the short side."""
    from skimage import data

    return tuple(PIL.Image.fromarray(getattr(data, name)()).convert("RGB") for name in PHOTOGRAPHS)


def mosaic(width: int, height: int, seed: int = 0) -> PIL.Image.Image:
    """Return photographs side by side at the size at which they were taken: detail everywhere."""
    rng = np.random.default_rng(seed)
    whole = PIL.Image.new("RGB", (width, height))
    tile = 256
    for left in range(0, width, tile):
        for top in range(0, height, tile):
            source = photographs()[rng.integers(len(PHOTOGRAPHS))]
            x = int(rng.integers(source.width - tile))
            y = int(rng.integers(source.height - tile))
            whole.paste(source.crop((x, y, x + tile, y + tile)), (left, top))
    return whole


def enlarged(width: int, height: int, which: int = 0) -> PIL.Image.Image:
    """Return the middle of one photograph, brought to a size: soft, as much of what is made is."""
    source = photographs()[which]
    scale = min(source.width / width, source.height / height)
    wide, high = width * scale, height * scale
    left, top = (source.width - wide) / 2, (source.height - high) / 2
    return source.resize((width, height), LANCZOS, box=(left, top, left + wide, top + high))


def squared(picture: PIL.Image.Image, side: int) -> PIL.Image.Image:
    """Return the middle square of a picture, brought to a size."""
    least = min(picture.size)
    left, top = (picture.width - least) / 2, (picture.height - least) / 2
    box = (left, top, left + least, top + least)
    return picture.convert("RGB").resize((side, side), LANCZOS, box=box)


def noise(side: int) -> PIL.Image.Image:
    """Return a picture of pure noise: the worst that an encoder can get."""
    values = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    return PIL.Image.fromarray(values)


def encoded(picture: PIL.Image.Image, kind: str = "PNG", **options: int) -> bytes:
    """Return a picture as the bytes of a file."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()
