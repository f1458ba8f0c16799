"""The golden cases: scorers on their small random checkpoints, and what the originals give there."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image
import PIL.ImageOps

from selector.backbones import own_weights
from selector.backbones.own_weights import OwnWeights
from selector.images import open_image
from selector.measures.base import Measure, Subject
from selector.types import Measured, Score

FOLDER = Path(__file__).parent / "golden"
FILES = {
    "scorers.aesthetic": {
        "checkpoint": "aesthetic/weights_clip_vision/model.safetensors",
        "head": "aesthetic/head.safetensors",
    },
    "scorers.clip_score": {"checkpoint": "clip_score/weights/model.safetensors"},
    "scorers.hpsv2": {"checkpoint": "hpsv2/weights/HPS_v2.1_compressed.pt"},
    "scorers.hpsv3": {"checkpoint": "hpsv3/weights/HPSv3.safetensors"},
    "scorers.image_reward": {"checkpoint": "imagereward/weights/ImageReward.pt"},
    "scorers.pickscore": {"checkpoint": "pickscore/weights/model.safetensors"},
}


def parameters(path: str, folder: Path = FOLDER) -> dict[str, Any]:
    """Return the parameters with which the scorer *path* runs on its golden checkpoint.

    Plain data, as in a policy: {"checkpoint": {"path": …, "sha256": …}}.

    Args:
        path: The scorer.
        folder: Where the golden files are, if it is a copy: models of two paths share nothing.
    """
    return {name: own(folder / file) for name, file in FILES[path].items()}


def own(path: Path) -> dict[str, str]:
    """Return a model file of one's own as a policy names it."""
    return {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def weights(path: Path) -> OwnWeights:
    """Return a model file of one's own as the towers take it."""
    told = own(path)
    return own_weights.found(told["path"], told["sha256"])


def document(folder: str) -> dict[str, Any]:
    """Return everything that `cases.json` of a folder says: "cases", "tolerance" and others."""
    found: dict[str, Any] = json.loads((FOLDER / folder / "cases.json").read_text())
    return found


def cases(folder: str) -> dict[str, dict[str, Any]]:
    """Return the cases of a folder by id."""
    return {case["id"]: case for case in document(folder)["cases"]}


def picture(name: str, inputs: dict[str, str] | None = None) -> PIL.Image.Image:
    """Return a golden picture as a case takes it: its file as it is stored, unless it says more.

    Args:
        name: The file's name.
        inputs: Of the case: "exif": "apply", "alpha": "white".
    """
    given = inputs or {}
    with PIL.Image.open(FOLDER / "images" / name) as file:
        stored = PIL.ImageOps.exif_transpose(file) if given.get("exif") == "apply" else file.copy()
    if colour := given.get("alpha"):
        ground = PIL.Image.new("RGBA", stored.size, colour)
        stored = PIL.Image.alpha_composite(ground, stored.convert("RGBA"))
    plain = stored.convert("RGB")
    plain.info = {}  # else its EXIF orientation is applied when it is opened
    return plain


def subject(name: str, prompt: str | None = None, **inputs: str) -> Subject:
    """Return a golden picture with a prompt."""
    return Subject(open_image(picture(name, inputs)), prompt=prompt)


def values(measure: Measure, *subjects: Subject) -> npt.NDArray[np.float64]:
    """Return the number that a scorer of one output gives for each subject."""
    return np.array([_value(found) for found in measure.run(subjects)])


def _value(found: dict[str, Measured]) -> float:
    (outcome,) = found.values()
    assert isinstance(outcome, Score), outcome
    return outcome.value
