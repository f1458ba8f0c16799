"""Pictures as they are sent to a server: encoded when they are needed, once, and then let go of."""

from __future__ import annotations

import base64
import io
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import PIL.Image

from selector.backbones.fast_png import png
from selector.backbones.posting import Trouble

if TYPE_CHECKING:
    from selector.images.srgb import Pixels

Form = Literal["png", "jpeg"]

LONGEST = 200  # times its short side; beyond, the processors of Qwen's models refuse a picture
WIDEST = 65_500  # px; JPEG has no more
QUALITY = 95
CROP = "Crop it."


@dataclass
class _Encoded:
    lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""


class SentPictures:
    """The pictures of several questions, each encoded once, whoever asks for it first.

    One that no question needs any more is forgotten. Safe to use from several threads.
    """

    def __init__(self, pictures: Iterable[Pixels], form: Form) -> None:
        """Count how often each is needed.

        Args:
            pictures: Those of every question; one that two questions share, twice.
            form: "png" loses nothing; "jpeg" is of quality 95.
        """
        self._form = form
        self._needed = Counter(map(id, pictures))  # whoever asks holds them, so ids stay theirs
        self._made = {each: _Encoded() for each in self._needed}
        self._lock = threading.Lock()

    def url(self, picture: Pixels) -> str:
        """Return the data: URL of one of them, shape (H, W, 3), uint8, sRGB.

        Raises:
            Trouble: It is of a shape that no judge takes.
        """
        fitting(picture, self._form)
        made = self._made[id(picture)]
        with made.lock:
            made.url = made.url or encoded(picture, self._form)
            return made.url

    def done(self, picture: Pixels) -> None:
        """Count one need of it less."""
        with self._lock:
            self._needed[id(picture)] -= 1
            if not self._needed[id(picture)]:
                del self._made[id(picture)], self._needed[id(picture)]


def fitting(picture: Pixels, form: Form) -> None:
    """Look at the shape of a picture before anything is sent.

    Raises:
        Trouble: It is empty, over 200 times as long as wide, or too wide for JPEG.
    """
    height, width = picture.shape[:2]
    size = f"{width} × {height} px"
    if not width or not height or max(width, height) > LONGEST * min(width, height):
        raise Trouble(
            f"a picture is over {LONGEST} times as long as wide, which judges refuse (got {size})",
            CROP,
        )
    if form == "jpeg" and max(width, height) > WIDEST:
        raise Trouble(f"a picture is too large for JPEG (got {size})", "Send it as PNG.")


def encoded(picture: Pixels, form: Form) -> str:
    """Return a picture as data: URL, without metadata."""
    file = png(picture) if form == "png" else _jpeg(picture)
    return f"data:image/{form};base64,{base64.b64encode(file).decode('ascii')}"


def _jpeg(picture: Pixels) -> bytes:
    file = io.BytesIO()
    whole = PIL.Image.fromarray(np.ascontiguousarray(picture))
    whole.save(file, "JPEG", quality=QUALITY, subsampling=0)
    return file.getvalue()
