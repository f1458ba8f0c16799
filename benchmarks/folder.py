"""A folder of pictures for comparing checkers: varied, and some with a fault that is known."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import PIL.Image
from PIL.ImageFilter import GaussianBlur

from benchmarks import pictures

Picture = PIL.Image.Image

SIZES = ((1024, 1024), (1024, 1024), (1152, 896), (896, 1152), (1216, 832), (832, 1216))
# Of twenty in a row eight have a fault, one of each.
FAULTS: dict[str, Callable[[Picture], Picture]] = {
    "dark": lambda picture: picture.point(lambda value: value // 10),
    "light": lambda picture: picture.point(lambda value: min(255, 235 + value // 6)),
    "blurry": lambda picture: picture.filter(GaussianBlur(24)),
    "low-information": lambda picture: picture.resize((1, 1)).resize(picture.size),
    "odd-size": lambda picture: picture.resize((96, 96)),
    "odd-aspect": lambda picture: picture.resize((picture.width, picture.width // 5)),
    "exact-copy": lambda picture: picture,
    "near-copy": lambda picture: picture.crop((2, 2, picture.width - 2, picture.height - 2)),
}
CYCLE = 20


def make(folder: Path, count: int, *, larger: float = 1.0) -> list[Path]:
    """Write so many PNG and JPEG files by turns, unless they are there; return their paths.

    Args:
        folder: Where; it is made, or empty, or holds just these.
        count: How many.
        larger: How many times larger than about 1024² they are.

    Returns:
        Their paths. A file's name tells its fault, "clean" for none; a copy is one of the clean
        picture before it.

    Raises:
        SystemExit: The folder holds something else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = sorted(folder.glob("*.*"))
    if paths and len(paths) != count:
        raise SystemExit(
            f"{folder}: it holds other files (got {len(paths)}). Give an empty folder."
        )
    if not paths:
        with ProcessPoolExecutor() as pool:
            paths = list(pool.map(partial(_write, folder, larger), range(count)))
    return paths


def fault_of(path: Path) -> str:
    """Return the fault that a file of the folder has."""
    return path.stem.partition("-")[2]


def _write(folder: Path, larger: float, number: int) -> Path:
    place = number % CYCLE
    odd = place % 2 == 1 and place // 2 < len(FAULTS)
    fault = list(FAULTS)[place // 2] if odd else "clean"
    copied = fault.endswith("copy")
    picture = _clean(number - copied, larger)
    if odd:
        picture = FAULTS[fault](picture)
    # A copy is of the format of what it is a copy of, so that its pixels are the same.
    kind = "PNG" if (number - copied) // 2 % 2 else "JPEG"
    path = folder / f"{number:04d}-{fault}.{kind.lower()}"
    picture.save(path, kind, **({"quality": 92} if kind == "JPEG" else {}))
    return path


def _clean(number: int, larger: float) -> Picture:
    """Return a part of a photograph, brought to one of the usual sizes."""
    rng = np.random.default_rng(number)
    source = pictures.photographs()[rng.integers(len(pictures.PHOTOGRAPHS))]
    width, height = (round(larger * side) for side in SIZES[rng.integers(len(SIZES))])
    scale = rng.uniform(0.5, 1) * min(source.width / width, source.height / height)
    wide, high = width * scale, height * scale
    left = rng.uniform(0, source.width - wide)
    top = rng.uniform(0, source.height - high)
    box = (left, top, left + wide, top + high)
    return source.resize((width, height), pictures.LANCZOS, box=box)
