"""Small requests: a policy that needs no model, pictures of noise, nested metadata."""

import io

import numpy as np
from PIL import Image

SIZES = {
    "name": "sizes",
    "version": 1,
    "gates": [{"on": "filters.resolution.short_side", "reject_below": 32}],
    "method": {
        "weighted_sum": [{"of": "filters.resolution.short_side", "scale": {"ends": [0, 100]}}]
    },
    "deliver": 1,
}


def picture(side: int = 64, seed: int = 0) -> Image.Image:
    noise = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    return Image.fromarray(noise)


def png(side: int = 64, seed: int = 0) -> bytes:
    file = io.BytesIO()
    picture(side, seed).save(file, "PNG")
    return file.getvalue()


def nested(levels: int) -> dict:
    """Return metadata of so many levels."""
    inner: dict = {}
    for _ in range(levels):
        inner = {"x": inner}
    return inner
