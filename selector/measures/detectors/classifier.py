"""A classifier of your own, as an ONNX file: the probability of each of its classes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
import PIL.Image
from pydantic import Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from selector.backbones.model_file import AT_ONCE, located, to_paste, unfit
from selector.backbones.onnx import OnnxModel
from selector.errors import MeasureError
from selector.images import Image
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, Output, Score

TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
ROUNDED = 1e-3  # a probability that the model itself made may be off by that much, in half floats
WAYS = {"bilinear": PIL.Image.Resampling.BILINEAR, "bicubic": PIL.Image.Resampling.BICUBIC}

Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=64)]
Three = tuple[float, float, float]
Vector = npt.NDArray[np.float64]


class Classifier(Measure):
    """What a classifier of your own says of the picture.

    Unit: one probability for each class in `report` (default: all of `classes`), 0 to 1 as the
        model puts it; lower is better, higher for those in `good`.
    Needs: `model`, the path of an ONNX file with one picture as input; its `sha256`; `classes`, the
        names of what its first output gives, in order. The picture is seen as `resize` says: the
        middle square (`crop`), squashed (`squash`), or whole between black bars (`pad`), `size` px a
        side (`larger`: brought to that first, then its middle cut out); as `channels` and `layout`
        say; each value in [0, `white`], less `mean`, over `std`; the output through `activation`.
    Evidence: none.
    Blind to: whatever the model is blind to, which was not measured here; with `crop` the ends of
        the long side.
    Model: yours.
    Source: your training. The numbers are those of this very file: another one is refused.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 1
    extra: ClassVar[str] = "detectors"
    yours: ClassVar[str] = "an ONNX file"
    example: ClassVar[Mapping[str, Any]] = {
        "model": "models/injuries.onnx",
        "sha256": "0123456789abcdef" * 4,
        "size": 224,
        "classes": ["clean", "injury"],
        "report": ["injury"],
    }

    model: Annotated[str, Field(min_length=1)]
    sha256: str = Field("", validate_default=True)
    size: Annotated[int, Field(ge=8, le=2048)]
    classes: Annotated[tuple[Name, ...], Field(min_length=1, max_length=1000)]
    report: tuple[Name, ...] = ()
    good: tuple[Name, ...] = ()
    activation: Literal["softmax", "sigmoid", "none"] = "softmax"
    resize: Literal["crop", "squash", "pad"] = "crop"
    larger: Annotated[int | None, Field(ge=8, le=4096)] = None
    resample: Literal["bilinear", "bicubic"] = "bilinear"
    channels: Literal["RGB", "BGR"] = "RGB"
    layout: Literal["NCHW", "NHWC"] = "NCHW"
    white: Annotated[float, Field(gt=0, le=255)] = 1.0
    mean: Three = (0.0, 0.0, 0.0)
    std: Three = (1.0, 1.0, 1.0)

    _loaded: OnnxModel | None = PrivateAttr(None)

    @field_validator("sha256")
    @classmethod
    def _pinned(cls, given: str, info: ValidationInfo) -> str:
        if not re.fullmatch("[0-9a-f]{64}", given):
            raise ValueError(to_paste(info.data.get("model")))
        return given

    @model_validator(mode="after")
    def _fits(self) -> Self:
        known = set(self.classes)
        if len(known) < len(self.classes):
            raise ValueError("'classes' names one class twice. Give each a name of its own")
        if strange := sorted({*self.report, *self.good} - known):
            raise ValueError(f"'report' and 'good' name no class: {', '.join(strange)}")
        if not all(self.std):
            raise ValueError("'std' is 0. Give what to divide by")
        if self.larger is not None and self.larger < self.size:
            raise ValueError(f"'larger' is below 'size' ({self.larger}, {self.size}). Raise it")
        if self.activation == "softmax" and len(known) == 1:
            raise ValueError("softmax of one class is always 1. Write 'activation: sigmoid'")
        return self

    @property
    def outputs(self) -> Mapping[str, Output]:
        """One probability a class that is reported."""
        return {
            name: Output("probability", 0, 1, name in self.good, words=name.replace("_", " "))
            for name in self.report or self.classes
        }

    @property
    def cost(self) -> Cost:
        """A guess, for a small network; measured rates replace it."""
        return Cost(seconds=0.05)

    def fingerprint(self) -> str:
        """Return the name of the numbers, which depend on the file and not on where it lies."""
        return Measure.fingerprint(self.model_copy(update={"model": ""}))

    def missing(self) -> str:
        """Return why the file can be no model, if so; its content is not looked at."""
        return unfit(located(self.model), largest=AT_ONCE)

    def build(self, device: str) -> None:
        """Load the model and try it."""
        self._loaded = self._loaded or OnnxModel(located(self.model), self.sha256, device=device)
        try:
            self._probabilities(np.zeros((self.size, self.size, 3), np.uint8))
        except MeasureError:
            self.close()
            raise

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return the probabilities of every picture."""
        return [self._measured(subject.image) for subject in subjects]

    def close(self) -> None:
        """Let go of the model."""
        if self._loaded:
            self._loaded.close()
        self._loaded = None

    def _measured(self, image: Image) -> dict[str, Measured]:
        found = self._probabilities(self._seen(PIL.Image.fromarray(image.rgb)))
        named = dict(zip(self.classes, found.tolist(), strict=True))
        return {name: Score(named[name]) for name in self.outputs}

    def _seen(self, picture: PIL.Image.Image) -> npt.NDArray[np.uint8]:
        """Return the part that the model sees, shape (size, size, 3), RGB."""
        side, way = self.larger or self.size, WAYS[self.resample]
        if self.resize == "pad":
            long = max(picture.size)
            size = (max(1, round(side * each / long)) for each in picture.size)
            small = picture.resize((next(size), next(size)), way)
            whole = PIL.Image.new("RGB", (side, side))
            whole.paste(small, ((side - small.width) // 2, (side - small.height) // 2))
        else:
            box = _middle(picture.size) if self.resize == "crop" else None
            whole = picture.resize((side, side), way, box=box)
        first = (side - self.size) // 2
        return np.asarray(whole.crop((first, first, first + self.size, first + self.size)))

    def _probabilities(self, pixels: npt.NDArray[np.uint8]) -> Vector:
        """Return one probability a class, of a picture of shape (size, size, 3), RGB."""
        if not self._loaded:
            raise MeasureError(
                "detectors.classifier: it is not built (got no model). Call `build`."
            )
        if len(self._loaded.inputs) != 1:
            raise self._misfit(f"takes {len(self._loaded.inputs)} inputs", "Export it with one.")
        made = self._loaded.run(self._prepared(pixels))[0]
        if made.size != len(self.classes) or made.dtype.kind != "f":
            shape = f"{made.dtype} {list(made.shape)}"
            todo = f"Name as many classes as it gives numbers (got {len(self.classes)})."
            raise self._misfit(f"gives {shape}", todo)
        return self._activated(made.ravel().astype(np.float64))

    def _prepared(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[Any]:
        kind = self._loaded.inputs[0].type if self._loaded else ""
        if kind not in TYPES:
            raise self._misfit(f"takes {kind}", f"Export it with {' or '.join(TYPES)}.")
        ordered = pixels[..., ::-1] if self.channels == "BGR" else pixels
        values = (ordered / 255 * self.white - self.mean) / self.std
        values = values.transpose(2, 0, 1) if self.layout == "NCHW" else values
        return np.ascontiguousarray(values[None], TYPES[kind])

    def _activated(self, found: Vector) -> Vector:
        if not np.isfinite(found).all():
            raise self._misfit("gives what is no number", "Export it again.")
        if self.activation == "softmax":
            powers: Vector = np.exp(found - found.max())
            shares: Vector = powers / powers.sum()
            return shares
        if self.activation == "sigmoid":
            return 1 / (1 + np.exp(-np.clip(found, -500, 500)))
        if not ((found >= -ROUNDED) & (found <= 1 + ROUNDED)).all():
            said = f"gives {found.min():.4g} to {found.max():.4g}, which are no probabilities"
            raise self._misfit(said, "Write 'activation: softmax' or 'sigmoid'.")
        return np.clip(found, 0, 1)

    def _misfit(self, said: str, todo: str) -> MeasureError:
        path = self._loaded.path if self._loaded else self.model
        return MeasureError(f"detectors.classifier: {path} {said}. {todo}")


def _middle(size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return the box of the middle square."""
    side = min(size)
    left, top = (size[0] - side) / 2, (size[1] - side) / 2
    return left, top, left + side, top + side
