"""Which image formats can be read."""

from __future__ import annotations

import io
from collections.abc import Iterator

import PIL
import PIL.Image

from selector.doctor.finding import Finding
from selector.doctor.packages import reinstall
from selector.errors import ImageError
from selector.images import open_image
from selector.images.sources import FORMATS


def formats() -> Iterator[Finding]:
    """Find which image formats can be read, by reading a picture in each."""
    wrong = {name: said for name in FORMATS if (said := _unreadable(name))}
    for name, said in wrong.items():
        yield Finding("images", name, "broken", said, reinstall("pillow"))
    if read := [name for name in FORMATS if name not in wrong]:
        said = f"Pillow {PIL.__version__} reads {', '.join(read)}"
        yield Finding("images", "formats", "ok", said)


def _unreadable(name: str) -> str:
    file = io.BytesIO()
    try:
        PIL.Image.new("RGB", (16, 16), "teal").save(file, name)
        _ = open_image(file.getvalue()).rgb
    except (KeyError, OSError, ImageError) as error:
        return f"Pillow {PIL.__version__} was built without it ({error})"
    return ""
