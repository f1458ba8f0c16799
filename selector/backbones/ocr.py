"""Reads the lettering in a picture: one pair of OCR models a process, shared by all users."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import dist
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from selector.backbones.inherited import never_freed
from selector.backbones.onnx import runtime
from selector.backbones.shared import Shared
from selector.errors import MeasureError, WeightsError
from selector.images.srgb import Pixels
from selector.installed import CURE, DISTRIBUTION, install, mend, reinstall

Polygon: TypeAlias = tuple[tuple[int, int], ...]

RELEASE = "rapidocr==3.10.0"
MODELS = {  # PP-OCRv6 small, inside that wheel, and their sha256: others would give other numbers
    "PP-OCRv6_det_small.onnx": "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
    "PP-OCRv6_rec_small.onnx": "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
}
THREADS = 4  # of one picture; more hardly shorten it, and candidates are many
MOST = 64  # lines of a picture; each takes some 15 ms
SMALLEST = 8  # px of the shorter side; no letter can be read in less
SHARPER = 4  # times the size at which it is looked for; read any larger, it is read no better


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of lettering: a line, a word, or a column.

    Attributes:
        polygon: Its four corners, (x, y) in pixels, clockwise from the upper left.
        text: What was read, which may be anything; "" where nothing could be.
        score: The recogniser's mean certainty over the characters, in [0, 1].
    """

    polygon: Polygon
    text: str
    score: float

    @property
    def sides(self) -> tuple[float, float]:
        """Its long and its short side in pixels, at least 1 each."""
        a, b, c, d = self.polygon
        sides = (dist(a, b) + dist(c, d)) / 2, (dist(b, c) + dist(d, a)) / 2
        return max(1.0, *sides), max(1.0, min(sides))

    @property
    def area(self) -> float:
        """What it covers, in square pixels."""
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = self.polygon
        return abs((cx - ax) * (dy - by) - (cy - ay) * (dx - bx)) / 2


@dataclass(frozen=True, slots=True)
class _Engine:
    model: Any
    turn: threading.Lock = field(default_factory=threading.Lock)


class Reader:
    """A user's hold on the OCR models, which are loaded once a process and run on the CPU.

    Safe to use from several threads, which take turns, and after a fork: the child process loads
    its own.
    """

    def __init__(self, side: int) -> None:
        """Load the models, unless they are loaded.

        Args:
            side: Lettering is looked for in the picture with its long side reduced to this, px;
                what is found is read at up to four times that size.

        Raises:
            WeightsError: RapidOCR, one of its models or a library of the system is missing.
        """
        self.side = side
        self._closed = False
        _engines.join(str(side))

    def read(self, pixels: Pixels) -> list[Line]:
        """Return the lettering of a picture, shape (H, W, 3), sRGB, from the top to the bottom.

        What looks like lettering and can't be read has the text "" and the score 0. Of more than
        64 lines, the largest.

        Raises:
            MeasureError: This was closed.
        """
        if self._closed:
            raise MeasureError("lettering: it was closed (got no models). Build it again.")
        if min(pixels.shape[:2]) < SMALLEST:
            return []
        factor = max(1, max(pixels.shape[:2]) // (SHARPER * self.side))
        page = np.asarray(PIL.Image.fromarray(pixels).reduce(factor))
        engine = _engines.get(str(self.side))
        with engine.turn:
            return list(_lines(engine.model, page, factor))

    def close(self) -> None:
        """Let go of the models; the last user to do so unloads them."""
        if not self._closed:
            self._closed = True
            _engines.leave(str(self.side))


def _start(side: str) -> _Engine:
    with _naming_the_cure():
        runtime()
        import rapidocr

        folder = Path(rapidocr.__file__).parent / "models"
        detection, recognition = (_checked(folder / name) for name in MODELS)
        settings = {
            "Global.log_level": "critical",
            "Det.model_path": str(detection),
            "Det.limit_type": "max",
            "Det.limit_side_len": int(side),
            "Rec.model_path": str(recognition),
            "Rec.rec_batch_num": 1,  # else a line's reading depends on how long the others are
            "EngineConfig.onnxruntime.intra_op_num_threads": min(THREADS, os.cpu_count() or 1),
        }
        model = rapidocr.RapidOCR(params=settings)
        list(_lines(model, _sample(), 1))  # it loads each part when it first needs it
    return _Engine(model)


def _sample() -> Pixels:
    sample = PIL.Image.new("RGB", (160, 64), "white")
    font = PIL.ImageFont.load_default(40)
    PIL.ImageDraw.Draw(sample).text((20, 6), "Read", fill="black", font=font)
    return np.asarray(sample)


def _checked(path: Path) -> Path:
    """Return *path* if it is the model that we know; RapidOCR would download what is missing."""
    if not path.is_file():
        missing = f"rapidocr: a model is missing in its package (got no {path.name})."
        raise WeightsError(f"{missing}{CURE}{reinstall('rapidocr')}")
    if hashlib.sha256(path.read_bytes()).hexdigest() != MODELS[path.name]:
        other = f"rapidocr: a model is not the one that was measured (got another {path.name})."
        raise WeightsError(f"{other}{CURE}{install(RELEASE)}")
    return path


@contextlib.contextmanager
def _naming_the_cure() -> Iterator[None]:
    try:
        yield
    except (ImportError, OSError, RuntimeError) as error:
        cure = mend(error, f"{DISTRIBUTION}[detectors]") or reinstall("rapidocr")
        raise WeightsError(f"rapidocr: it does not start (got {error}).{CURE}{cure}") from None


def _lines(model: Any, page: Pixels, factor: int) -> Iterator[Line]:
    """Give what *model* reads; called as a whole it would hide what it can't read."""
    from rapidocr.main import RapidOCRError
    from rapidocr.utils.process_img import map_boxes_to_original

    done = {"preprocess": {"ratio_h": 1.0, "ratio_w": 1.0}}
    try:
        crops, found = model.detect_and_crop(np.ascontiguousarray(page[..., ::-1]), done)
    except RapidOCRError:  # so it says that there is nothing
        return
    boxes = map_boxes_to_original(found.boxes, done, *page.shape[:2])
    largest = sorted(range(len(crops)), key=lambda place: -crops[place].size)[:MOST]
    places = sorted(largest)
    read = model.recognize_txt([crops[place] for place in places])
    for place, text, score in zip(places, read.txts, read.scores, strict=True):
        polygon = tuple(
            (round(float(x)) * factor, round(float(y)) * factor) for x, y in boxes[place]
        )
        yield Line(polygon, text, min(1.0, max(0.0, float(score))))


_engines = Shared(_start, lambda _: None)

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: never_freed(_engines.loaded()))
