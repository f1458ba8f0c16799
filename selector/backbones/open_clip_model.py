"""Any CLIP that open_clip knows by name, with published weights or weights of one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from selector.backbones import checkpoint
from selector.backbones.batches import Batches
from selector.backbones.clip_layouts import TEXT
from selector.backbones.clip_towers import (
    constants,
    normalised,
    projections,
    scale,
    shapes_of,
    to_numpy,
)
from selector.backbones.embeddings import Embeddings
from selector.backbones.encoders import PICTURES, PROMPTS
from selector.backbones.linear import pack
from selector.backbones.open_clip_known import Known, known, library, published
from selector.backbones.own_weights import OwnWeights
from selector.backbones.precision import Precision, Where
from selector.backbones.tokens import CONTEXT
from selector.backbones.torch_ready import torch
from selector.errors import WeightsError

Array: TypeAlias = npt.NDArray[Any]
FloatArray: TypeAlias = npt.NDArray[np.float32]

ROW = 16 << 20  # numbers that one row takes in the largest of these models, roughly
COUNTS = "num_batches_tracked"  # of training, no weights
VISUAL = "visual."  # begins the name of whatever belongs to the tower for pictures


@dataclass(frozen=True, slots=True)
class OpenClip:
    """Which model of open_clip, where it computes and how exactly: equal ones share what they load.

    Attributes:
        name: As open_clip lists it: "ViT-B-32".
        pretrained: The name of published weights: "laion2b_s34b_b79k"; "" with a file of one's own.
        own: The user's own file. An "open_clip_config.json" beside it tells what model it is, in
            place of *name*.
        precision: Of weights and activations; fp16 is for GPUs.
        device: "cpu", "cuda", "cuda:1".
    """

    name: str
    pretrained: str = ""
    own: OwnWeights | None = None
    precision: Precision = "fp32"
    device: str = "cpu"

    def image_tower(self) -> SeeingTower:
        """Return the tower for pictures, not loaded.

        Raises:
            WeightsError: There is no such model, or it sees or reads otherwise than CLIP does.
            MeasureError: That precision is not for that device.
        """
        return SeeingTower(self)

    def text_tower(self) -> ReadingTower:
        """Return the tower for prompts, not loaded.

        Raises:
            WeightsError: There is no such model, or it sees or reads otherwise than CLIP does.
            MeasureError: That precision is not for that device.
        """
        return ReadingTower(self)


class _Half:
    """What the two towers of a model have in common."""

    def __init__(self, model: OpenClip, part: str) -> None:
        self._model = model
        self._known = known(model.name, model.pretrained, model.own)
        self._where = Where(model.device, model.precision)
        self._title = f"{model.name}/{model.pretrained or 'own weights'}"
        self.name = f"{self._title}, {part}"
        self.device = model.device
        self.length = int(self._known.config["embed_dim"])
        self.batches = Batches(self.name, self.device, row_bytes=ROW * self._where.bytes)

    def _file(self) -> Path:
        model = self._model
        if model.own is not None:
            return model.own.verified()
        return published(model.name, model.pretrained, self._known.repository)

    def _fill(self, module: Any, prefix: str, path: Path) -> None:
        """Give a *module*, whose names have that *prefix* in the file, its numbers."""
        held = {f"{prefix}{name}": shape for name, shape in shapes_of(module).items()}
        shapes = {name: shape for name, shape in held.items() if not name.endswith(COUNTS)}
        found = checkpoint.tensors(
            path,
            shapes,
            what=self._title,
            drop=lambda name: (
                self._ours(name).startswith(VISUAL) != bool(prefix) or name.endswith(COUNTS)
            ),
            rename=self._ours,
            to=self._where.keep,
        )
        found |= projections(path, shapes, what=self._title, where=self._where, rename=self._ours)
        state = {name.removeprefix(prefix): each for name, each in found.items()}
        module.load_state_dict(state, strict=False, assign=True)
        module.eval().requires_grad_(requires_grad=False)

    def _ours(self, name: str) -> str:
        """Return what open_clip calls a tensor today; files of its trainings are a word longer."""
        name = name.removeprefix("module.")
        is_inside = self._known.config.get("custom_text") and name.startswith(TEXT["open_clip"])
        return f"text.{name}" if is_inside else name


class SeeingTower(_Half):
    """The tower of a model of open_clip for pictures."""

    def __init__(self, model: OpenClip) -> None:
        super().__init__(model, "image tower")
        visual = skeleton(self._known).visual
        side = visual.image_size
        self.side = int(side if isinstance(side, int) else side[0])
        self.size = self._where.bytes * numbers(visual)
        self.made = Embeddings(PICTURES)

    def load(self) -> Seeing:
        """Return it, ready to be used.

        Raises:
            WeightsError: Its file is missing, damaged, or another model's.
        """
        visual = _created(self._known).visual
        self._fill(visual, VISUAL, self._file())
        return Seeing(visual, self._known, self._where)


class ReadingTower(_Half):
    """The tower of a model of open_clip for prompts."""

    logit_scale: float
    context = CONTEXT

    def __init__(self, model: OpenClip) -> None:
        super().__init__(model, "text tower")
        whole = skeleton(self._known)
        self.size = self._where.bytes * (numbers(whole) - numbers(whole.visual))
        self.made = Embeddings(PROMPTS)

    def load(self) -> Reading:
        """Return it, ready to be used.

        Raises:
            WeightsError: Its file is missing, damaged, or another model's.
        """
        path, text = self._file(), _created(self._known)
        del text.visual
        self._fill(text, "", path)
        self.logit_scale = scale(path, what=self._title, rename=self._ours)
        return Reading(text, self._where)


class Seeing:
    """A loaded tower for pictures."""

    def __init__(self, visual: Any, known: Known, where: Where) -> None:
        self._project = _projection(visual, "proj")
        self._visual = visual.to(where.device, where.dtype)
        pack(self._visual, chains=True)
        self._where = where
        self._mean, self._std = constants(where.device, known.mean, known.std)

    def __call__(self, pictures: Sequence[Array]) -> FloatArray:
        """Return an embedding of each, (N, D), not of unit length.

        Args:
            pictures: Each (S, S, 3), sRGB, uint8, or float32 in [0, 1].
        """
        with torch().inference_mode():
            pixels = normalised(pictures, self._where, self._mean, self._std)
            return to_numpy(self._project(self._visual(pixels)))


class Reading:
    """A loaded tower for prompts."""

    def __init__(self, text: Any, where: Where) -> None:
        self._project = _projection(getattr(text, "text", text), "text_projection")
        self._text = text.to(where.device, where.dtype)
        pack(self._text, chains=True)
        self._where = where

    def __call__(self, prompts: Sequence[tuple[int, ...]]) -> FloatArray:
        """Return an embedding of each, (N, D), not of unit length."""
        # Some of these models look behind the end of a text too: there are zeros, up to the last.
        padded = [(*ids, *[0] * (CONTEXT - len(ids))) for ids in prompts]
        with torch().inference_mode():
            ids = torch().tensor(padded, device=self._where.device)
            return to_numpy(self._project(self._text.encode_text(ids)))


def _projection(tower: Any, name: str) -> Callable[[Any], Any]:
    """Take out of a *tower* what makes its end an embedding, which is done in full floats.

    Where there is no such part, the tower itself gives embeddings.
    """
    held = getattr(tower, name, None)
    if held is None:
        return lambda rows: rows
    setattr(tower, name, None)
    return lambda rows: held(rows.float()) if callable(held) else rows.float() @ held


def skeleton(known: Known) -> Any:
    """Return the whole model without numbers: it takes no memory."""
    with torch().device("meta"):
        return _created(known)


def numbers(module: Any) -> int:
    """Return how many numbers the weights of *module* are."""
    return sum(each.numel() for each in module.parameters())


def _created(known: Known) -> Any:
    config = dict(known.config)
    # Not open_clip's own function for it, which sets up the logging of the whole process.
    own_text = config.pop("custom_text", False)
    made = library().CustomTextCLIP if own_text else library().CLIP
    try:
        return made(**config)
    except (TypeError, ValueError, AttributeError, AssertionError, RuntimeError) as error:
        raise WeightsError(
            f"open_clip: it can make no model of its configuration (got {error}). Put the model's "
            "own open_clip_config.json beside the file."
        ) from None
