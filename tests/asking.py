"""Small requests: a policy that needs no model, pictures of noise, nested metadata."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from selector import Selection, select
from selector.journal import Journal

SIZES = {
    "name": "sizes",
    "version": 1,
    "gates": [{"on": "filters.resolution.short_side", "reject_below": 32}],
    "method": {
        "weighted_sum": [{"of": "filters.resolution.short_side", "scale": {"ends": [0, 100]}}]
    },
    "deliver": 1,
    "cascade": {"audit": 0},  # else one request in a hundred, by chance, measures everything
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


def remember(where: Path | str, folder: Path, *names: str, **changes) -> list[Selection]:
    """Write requests of these ids into a journal, each of the pictures a.png and b.png of *folder*.

    Args:
        where: The journal.
        folder: Made if need be, with the pictures.
        names: The ids.
        changes: What differs, the same in all of them.
    """
    folder.mkdir(exist_ok=True)
    for seed, name in enumerate(("a.png", "b.png")):
        (folder / name).write_bytes(png(64 - 48 * seed, seed))
    plain = select("two chairs", [folder / "a.png", folder / "b.png"], SIZES, journal=False)
    made = [replace(plain, request_id=name, **changes) for name in names]
    with Journal(where) as journal:
        for one in made:
            journal.append(one.plan, one)
    return made
