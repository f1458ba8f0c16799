"""Runs the landmark network inside a MediaPipe bundle, which tells more than MediaPipe does."""

from __future__ import annotations

import math
import threading
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from selector.backbones.crops import CROP_OF, Crop, Points, cut
from selector.backbones.mediapipe_task import why_not
from selector.backbones.quiet import quiet
from selector.backbones.shared import Shared
from selector.errors import MeasureError, WeightsError
from selector.images.srgb import Pixels
from selector.weights.fetch import fetch

HAND_POINTS = 21


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What the network says of one crop.

    Attributes:
        points: The landmarks, shape (K, 2), in pixels of the picture; they are placed somewhere
            even where there is no such thing.
        presence: How sure it is that the crop shows such a thing, in [0, 1].
        right: For a hand, how sure it is that it is the right one of its person, in [0, 1].
    """

    points: Points
    presence: float
    right: float | None = None


class LandmarkNetwork:
    """A user's hold on a landmark network, which is loaded once a process and runs on the CPU.

    Safe to use from several threads, which take turns, and after a fork: the child process loads
    its own.
    """

    def __init__(self, name: str) -> None:
        """Load the network of *name*, "hand_landmarker" or "face_landmarker", unless it is loaded.

        Raises:
            WeightsError: The model file or LiteRT is missing, or it does not take the file.
        """
        self.name = name
        self._closed = False
        _networks.join(name)

    def look(self, pixels: Pixels, crop: Crop) -> Seen:
        """Return what the network sees in one crop of a picture.

        Args:
            pixels: The picture, shape (H, W, 3), sRGB.
            crop: The square to look at; `CROP_OF[name]` gives it from earlier landmarks.

        Raises:
            MeasureError: This was closed.
        """
        if self._closed:
            raise MeasureError(f"{self.name}: it was closed (got no model). Build it again.")
        return _networks.get(self.name).look(pixels, crop)

    def crop_of(self, points: Points) -> Crop:
        """Return the square that the network is made for, around landmarks, shape (K, 2)."""
        return CROP_OF[self.name](points)

    def close(self) -> None:
        """Let go of the network; the last one to do so unloads it."""
        leaving, self._closed = not self._closed, True
        if leaving:
            _networks.leave(self.name)


class _Network:
    """One interpreter; it holds one crop at a time, so its users take turns."""

    def __init__(self, interpreter: Any) -> None:
        self._interpreter = interpreter
        self._input = interpreter.get_input_details()[0]
        # Landmarks, presence and, for a hand, the side; what follows is not for us.
        self._outputs = [each["index"] for each in interpreter.get_output_details()[:3]]
        self._lock = threading.Lock()

    def look(self, pixels: Pixels, crop: Crop) -> Seen:
        size = int(self._input["shape"][1])
        shown = cut(pixels, crop, size).astype(np.float32)[np.newaxis] / 255
        with self._lock:
            self._interpreter.set_tensor(self._input["index"], shown)
            self._interpreter.invoke()
            landmarks, *others = (self._interpreter.get_tensor(each) for each in self._outputs)
        places = landmarks.reshape(-1, 3)[:, :2].astype(np.float64) / size
        first, second = (float(each.item()) for each in others)
        if len(places) == HAND_POINTS:
            return Seen(crop.to_picture(places), presence=first, right=second)
        return Seen(crop.to_picture(places), presence=_logistic(first))


def _load(name: str) -> _Network:
    path = fetch(name)
    try:
        with quiet():
            return _Network(_interpreter(path, f"{name.removesuffix('er')}s_detector.tflite"))
    except (ImportError, OSError, RuntimeError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise WeightsError(f"{name}: {why_not(error, 'LiteRT', 'ai-edge-litert')}") from None


def _interpreter(path: Path, member: str) -> Any:
    import cv2  # noqa: F401 - needed at the first look; if it is missing, that is said now
    from ai_edge_litert.interpreter import Interpreter

    with zipfile.ZipFile(path) as bundle:
        content = bundle.read(member)
    # One thread: two halve a look where a core is idle, but wait for each other, at the cost of a
    # sixth more work and up to twice the time, where other processes are busy too.
    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    interpreter.invoke()  # what is left for it to say, it says now
    return interpreter


def _logistic(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-700.0, logit)))


def _unload(_: _Network) -> None:
    """Leave the rest to the garbage collector: an interpreter has nothing to close."""


_networks = Shared(_load, _unload)
