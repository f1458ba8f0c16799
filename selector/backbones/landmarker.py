"""Finds hands, faces or bodies and their landmarks: one MediaPipe model a process, shared."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from selector.backbones import mediapipe_task
from selector.backbones.shared import Shared
from selector.errors import MeasureError
from selector.images.srgb import Pixels
from selector.weights.fetch import fetch

Points: TypeAlias = npt.NDArray[np.float64]
Box: TypeAlias = tuple[float, float, float, float]
Region: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """One hand, face or body.

    Attributes:
        points: Its landmarks, shape (K, 2): x, y in pixels; some may lie outside the picture.
        box: The landmarks' bounds, (x0, y0, x1, y1) in pixels, clipped to the picture.
        label: "left" or "right" for a hand, of the person's own; else "".
        score: How sure the model is of the label, in [0, 1]; None where there is none.
        visible: For a body, how sure the model is that each landmark is seen, shape (K,), in
            [0, 1]; else None.
    """

    points: Points
    box: Box
    label: str = ""
    score: float | None = None
    visible: npt.NDArray[np.float64] | None = None

    @property
    def side(self) -> float:
        """The box's longer side in pixels."""
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1])


class Landmarker:
    """A user's hold on a landmark model, which is loaded once a process and runs on the CPU.

    Safe to use from several threads, and after a fork: the child process loads its own.
    """

    def __init__(self, name: str) -> None:
        """Load the model *name*, unless it is loaded.

        Args:
            name: "hand_landmarker", "face_landmarker" or "pose_landmarker".

        Raises:
            WeightsError: The model file, MediaPipe or a library of the system is missing.
        """
        self.name = name
        self._closed = False
        _tasks.join(name)

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
        self._check_open()
        result = mediapipe_task.detect(_tasks.get(self.name), pixels[y0:y1, x0:x1])
        self._check_open()  # a task that was closed meanwhile finds nothing and says nothing
        return _placed(result, region, width, height)

    def close(self) -> None:
        """Let go of the model; the last one to do so unloads it.

        That takes seconds where a firewall drops what is sent: MediaPipe waits for an answer.
        """
        leaving, self._closed = not self._closed, True
        if leaving:
            _tasks.leave(self.name)

    def _check_open(self) -> None:
        if self._closed:
            raise MeasureError(f"{self.name}: it was closed (got no model). Build it again.")


def bounds(points: Points, width: int, height: int) -> Box:
    """Return the box around *points*, shape (K, 2), clipped to a picture of this size."""
    limits = (width, height)
    x0, y0 = np.clip(points.min(axis=0), 0, limits).tolist()
    x1, y1 = np.clip(points.max(axis=0), 0, limits).tolist()
    return x0, y0, x1, y1


def _start(name: str) -> Any:
    return mediapipe_task.start(name, fetch(name))


def _close(task: Any) -> None:
    task.close()


def _placed(result: Any, region: Region, width: int, height: int) -> list[Found]:
    x0, y0, x1, y1 = region
    found = []
    for each in _read(result):
        points = each.points * (x1 - x0, y1 - y0) + (x0, y0)
        box = bounds(points, width, height)
        if box[0] < box[2] and box[1] < box[3]:  # else all of it lies outside the picture
            found.append(replace(each, points=points, box=box))
    return found


def _read(result: Any) -> Iterator[Found]:
    """Yield what MediaPipe found, in shares of the part that it looked at, no box yet."""
    nowhere = (0.0, 0.0, 0.0, 0.0)
    if hasattr(result, "face_landmarks"):
        for landmarks in result.face_landmarks:
            yield Found(_shares(landmarks), nowhere)
    elif hasattr(result, "pose_landmarks"):
        for landmarks in result.pose_landmarks:
            visible = np.array([point.visibility for point in landmarks], np.float64)
            yield Found(_shares(landmarks), nowhere, visible=visible)
    else:
        for landmarks, sides in zip(result.hand_landmarks, result.handedness, strict=True):
            side = sides[0]
            yield Found(_shares(landmarks), nowhere, side.category_name.lower(), side.score)


def _shares(landmarks: Any) -> Points:
    return np.array([(point.x, point.y) for point in landmarks], np.float64)


_tasks: Shared[str, Any] = Shared(_start, _close)


@atexit.register
def _abandon() -> None:
    """Leave what is still loaded to the end of the process.

    Closing it could wait for seconds, and MediaPipe's own way of closing fails by then, loudly.
    """
    for task in _tasks.loaded():
        task._handle = None  # noqa: SLF001 - it has no public way to be left alone
