"""Starts a MediaPipe task in this process: quietly, privately, with errors that say the cure."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from selector.backbones.quiet import quiet
from selector.errors import WeightsError
from selector.installed import APT, CURE, install, mend, reinstall

if TYPE_CHECKING:
    from selector.images.srgb import Pixels

AT_ONCE = 8  # things found in one picture, at most; each costs one more run of the landmark model
# How sure a palm must look before it is looked at as a hand, which must then be likelier than not.
# At MediaPipe's own 0.5 only 23 of 108 clear hands in collages of 4 to 9 were found, at 0.3 42, and
# no more of what is no hand.
PALM = 0.3
PART = "selector-engine[detectors]"
_ABSENT = re.compile(r"(?P<library>lib\S+\.so[.\d]*): cannot open shared object file")


def start(name: str, path: Path) -> Any:
    """Return MediaPipe's landmarker *name*, ready to `detect`, running on the CPU.

    Args:
        name: "hand_landmarker", "face_landmarker" or "pose_landmarker".
        path: Its model file.

    Raises:
        WeightsError: MediaPipe or a library of the system is missing, or it refuses the file.
    """
    with _naming_the_cure(name), quiet():
        from mediapipe.tasks.python import vision

        task = _create(vision, name, path)
        detect(task, np.zeros((64, 64, 3), np.uint8))  # what is left for it to say, it says now
    return task


def detect(task: Any, pixels: Pixels) -> Any:
    """Return what *task* finds in *pixels*, shape (H, W, 3), sRGB, as MediaPipe puts it."""
    import mediapipe

    image = mediapipe.Image(mediapipe.ImageFormat.SRGB, np.ascontiguousarray(pixels))
    return task.detect(image)


def _create(vision: Any, name: str, path: Path) -> Any:
    base = _private_options(path)
    if name == "hand_landmarker":
        hands = vision.HandLandmarkerOptions(
            base_options=base, num_hands=AT_ONCE, min_hand_detection_confidence=PALM
        )
        return vision.HandLandmarker.create_from_options(hands)
    if name == "pose_landmarker":
        bodies = vision.PoseLandmarkerOptions(base_options=base, num_poses=AT_ONCE)
        return vision.PoseLandmarker.create_from_options(bodies)
    faces = vision.FaceLandmarkerOptions(base_options=base, num_faces=AT_ONCE)
    return vision.FaceLandmarker.create_from_options(faces)


def _private_options(path: Path) -> Any:
    from mediapipe.tasks.python.core.base_options import BaseOptions

    class PrivateOptions(BaseOptions):  # type: ignore[misc] # it carries no types
        """MediaPipe reports its use to its maker and has no switch for it.

        With no certificate to trust, it breaks the connection off before it has sent a byte of
        the report.
        """

        def to_ctypes(self) -> Any:
            options = super().to_ctypes()
            options.ca_bundle_path = os.devnull.encode()
            return options

    return PrivateOptions(model_asset_path=str(path))


@contextlib.contextmanager
def _naming_the_cure(name: str) -> Iterator[None]:
    try:
        yield
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise WeightsError(f"{name}: {why_not(error)}") from None


def why_not(error: Exception, library: str = "MediaPipe", package: str = "mediapipe") -> str:
    """Return in words, with the one command that cures it, why *library* does not start.

    Args:
        error: What it raised.
        library: What people call it.
        package: What it is installed from.
    """
    if isinstance(error, ModuleNotFoundError):
        cure = mend(error, PART) or install(PART)
        return f"a package is missing (got no {error.name}).{CURE}{cure}"
    # From OpenCV an ImportError when it is imported, from MediaPipe an OSError when it is used.
    if absent := _ABSENT.search(str(error)):
        return f"a library of the system is missing (got no {absent['library']}).{CURE}{APT}"
    return f"{library} does not start (got {error}).{CURE}{mend(error) or reinstall(package)}"
