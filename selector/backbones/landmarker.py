"""Finds hands or faces and their landmarks: one MediaPipe model a process, shared by all."""

from __future__ import annotations

import atexit
import os
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from selector.backbones import mediapipe_task
from selector.errors import MeasureError
from selector.images.srgb import Pixels
from selector.weights.fetch import fetch

Points: TypeAlias = npt.NDArray[np.float64]
Box: TypeAlias = tuple[float, float, float, float]
Region: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """One hand or face.

    Attributes:
        points: Its landmarks, shape (K, 2): x, y in pixels; some may lie outside the picture.
        box: The landmarks' bounds, (x0, y0, x1, y1) in pixels, clipped to the picture.
        label: "left" or "right" for a hand, of the person's own; else "".
        score: How sure the model is of the label, in [0, 1]; None where there is none.
    """

    points: Points
    box: Box
    label: str = ""
    score: float | None = None

    @property
    def side(self) -> float:
        """The box's longer side in pixels."""
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1])


class Landmarker:
    """A user's hold on a landmark model, which is loaded once a process and runs on the CPU.

    Safe to use from several threads, and after a fork: the child process loads its own.
    """

    def __init__(self, name: str) -> None:
        """Load the model *name*, "hand_landmarker" or "face_landmarker", unless it is loaded.

        Raises:
            WeightsError: The model file, MediaPipe or a library of the system is missing.
        """
        self.name = name
        self._closed = False
        with _lock:
            _running(name)
            _users[name] += 1

    def find(self, pixels: Pixels, region: Region | None = None) -> list[Found]:
        """Return what is found in a picture, at most eight things, in the model's order.

        Args:
            pixels: Shape (H, W, 3), sRGB.
            region: The only part to look at, (x0, y0, x1, y1) in pixels; it must not be empty.

        Returns:
            What was found, in pixels of the whole picture.

        Raises:
            MeasureError: This was closed.
        """
        height, width = pixels.shape[:2]
        region = region or (0, 0, width, height)
        x0, y0, x1, y1 = region
        with _lock:
            self._check_open()
            task = _running(self.name)
        result = mediapipe_task.detect(task, pixels[y0:y1, x0:x1])
        self._check_open()  # a task that was closed meanwhile finds nothing and says nothing
        return _placed(result, region, width, height)

    def close(self) -> None:
        """Let go of the model; the last one to do so unloads it.

        That takes seconds where a firewall drops what is sent: MediaPipe waits for an answer.
        """
        with _lock:
            leaving, self._closed = not self._closed, True
            _users[self.name] -= leaving
            last = leaving and not _users[self.name]
            task = _tasks.pop((self.name, os.getpid()), None) if last else None
        if task:
            task.close()

    def _check_open(self) -> None:
        if self._closed:
            raise MeasureError(f"{self.name}: it was closed (got no model). Build it again.")


def bounds(points: Points, width: int, height: int) -> Box:
    """Return the box around *points*, shape (K, 2), clipped to a picture of this size."""
    limits = (width, height)
    x0, y0 = np.clip(points.min(axis=0), 0, limits).tolist()
    x1, y1 = np.clip(points.max(axis=0), 0, limits).tolist()
    return x0, y0, x1, y1


def _running(name: str) -> Any:
    # A child's process id is another: what the parent loaded hangs there, its threads are gone.
    key = (name, os.getpid())
    if key not in _tasks:
        _tasks[key] = mediapipe_task.start(name, fetch(name))
    return _tasks[key]


def _placed(result: Any, region: Region, width: int, height: int) -> list[Found]:
    x0, y0, x1, y1 = region
    found = []
    for shares, label, score in _read(result):
        points = shares * (x1 - x0, y1 - y0) + (x0, y0)
        box = bounds(points, width, height)
        if box[0] < box[2] and box[1] < box[3]:  # else all of it lies outside the picture
            found.append(Found(points, box, label, score))
    return found


def _read(result: Any) -> Iterator[tuple[Points, str, float | None]]:
    if hasattr(result, "face_landmarks"):
        for landmarks in result.face_landmarks:
            yield _shares(landmarks), "", None
    else:
        for landmarks, sides in zip(result.hand_landmarks, result.handedness, strict=True):
            yield _shares(landmarks), sides[0].category_name.lower(), sides[0].score


def _shares(landmarks: Any) -> Points:
    return np.array([(point.x, point.y) for point in landmarks], np.float64)


_tasks: dict[tuple[str, int], Any] = {}
_users: Counter[str] = Counter()
_lock = threading.RLock()


@atexit.register
def _abandon() -> None:
    """Leave what is still loaded to the end of the process.

    Closing it could wait for seconds, and MediaPipe's own way of closing fails by then, loudly.
    """
    for task in _tasks.values():
        task._handle = None  # noqa: SLF001 - it has no public way to be left alone


if hasattr(os, "register_at_fork"):  # a child must not inherit the lock from a thread it lacks
    os.register_at_fork(
        before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
    )
