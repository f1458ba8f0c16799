"""What a folder of CLIP-T5 holds: its dimensions, and the tensors of its three parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from selector.backbones.checkpoint import Shapes, Tensor, shapes, tensors
from selector.backbones.model_file import read
from selector.errors import WeightsError

CONFIG = "config.json"
# How a tower is named: inside the whole model, and in a file of CLIP that lies beside it.
TOWERS = ("vision_tower.vision_tower.vision_model.", "vision_tower.vision_model.", "vision_model.")
PROJECTOR = "mm_projector."
SEEN_BY = "clip-vit-large-patch14-336"  # the tower of the published models
TOLD = 3  # names of tensors in a message

Width = Annotated[int, Field(ge=1, le=65_536)]
Depth = Annotated[int, Field(ge=1, le=256)]
Small = Annotated[float, Field(gt=0, lt=1)]


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True)  # what else such a file says changes no number


class T5(_Told):
    """The model of language, by the names of T5's configuration; by default as Flan-T5."""

    vocab_size: Annotated[int, Field(ge=1, le=10_000_000)]
    d_model: Width
    d_kv: Width
    d_ff: Annotated[int, Field(ge=1, le=1 << 20)]
    num_layers: Depth
    num_heads: Width
    num_decoder_layers: Depth | None = None
    relative_attention_num_buckets: Width = 32
    relative_attention_max_distance: Width = 128
    feed_forward_proj: Literal["gated-gelu", "relu"] = "gated-gelu"
    layer_norm_epsilon: Small = 1e-6
    tie_word_embeddings: Literal[False] = False
    decoder_start_token_id: Annotated[int, Field(ge=0)] = 0
    pad_token_id: Annotated[int, Field(ge=0)] = 0
    eos_token_id: Annotated[int, Field(ge=0)] = 1


class Vision(_Told):
    """The tower for pictures, by the names of CLIP's configuration; by default the published one."""

    hidden_size: Width = 1024
    intermediate_size: Width = 4096
    num_hidden_layers: Depth = 24
    num_attention_heads: Width = 16
    image_size: Annotated[int, Field(ge=1, le=1024)] = 336
    patch_size: Width = 14
    hidden_act: Literal["quick_gelu", "gelu"] = "quick_gelu"
    layer_norm_eps: Small = 1e-5

    @model_validator(mode="after")
    def _divides(self) -> Self:
        if self.hidden_size % self.num_attention_heads or self.image_size % self.patch_size:
            raise ValueError("num_attention_heads must divide hidden_size, patch_size image_size")
        return self

    @property
    def tokens(self) -> int:
        """How many tokens a picture becomes, that of the class left out."""
        return (self.image_size // self.patch_size) ** 2


class _Config(_Told):
    t5: T5
    vision: Vision = Vision()
    mm_vision_select_layer: Annotated[int, Field(le=-1)] = -2
    mm_vision_tower: str = SEEN_BY

    @model_validator(mode="before")
    @classmethod
    def _nested(cls, given: object) -> object:
        # The published file has T5's entries at its top.
        return given if not isinstance(given, dict) or "t5" in given else given | {"t5": given}

    @model_validator(mode="after")
    def _known(self) -> Self:
        if "vision" not in self.model_fields_set and not self.mm_vision_tower.endswith(SEEN_BY):
            raise ValueError(f"mm_vision_tower must be {SEEN_BY}, or 'vision' tell its dimensions")
        if self.mm_vision_select_layer < -self.vision.num_hidden_layers:
            raise ValueError("mm_vision_select_layer must be a layer of the tower")
        return self


@dataclass(frozen=True, slots=True)
class Size:
    """The dimensions of a CLIP-T5.

    Attributes:
        t5: The model of language.
        vision: The tower for pictures.
        layers: Of the tower, that are used: what the last ones make is not looked at.
    """

    t5: T5
    vision: Vision
    layers: int


def size(folder: Path) -> Size:
    """Return the dimensions that the folder's configuration tells.

    Raises:
        WeightsError: It can't be read, or tells another model.
    """
    path = folder / CONFIG
    try:
        told = _Config.model_validate_json(read(path))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "it"
        raise WeightsError(
            f"{path}: no configuration of a CLIP-T5 (got {where}: {first['msg']}). Put the one "
            "there that belongs to the model."
        ) from None
    kept = told.vision.num_hidden_layers + 1 + told.mm_vision_select_layer
    return Size(told.t5, told.vision, kept)


class Files:
    """The tensors of all files in a folder, found by name.

    The tower for pictures may lie in a file of its own, CLIP's as published.
    """

    def __init__(self, folder: Path, what: str) -> None:
        """Look at the files; *what* they should hold, for messages.

        Raises:
            WeightsError: One can't be read.
        """
        self._folder, self._what = folder, what
        paths = sorted(folder.glob("*.safetensors"))
        self._found = {name: path for path in paths for name in shapes(path, what=what)}
        prefixed = (each for each in TOWERS if any(name.startswith(each) for name in self._found))
        self.tower = next(prefixed, TOWERS[0])

    def tensors(
        self, wanted: Shapes, prefix: str, to: Callable[[Tensor], Tensor]
    ) -> dict[str, Tensor]:
        """Return the *wanted* tensors; in the files *prefix* stands before their names.

        Raises:
            WeightsError: Some are missing, or have other shapes.
        """
        named = {prefix + name: shape for name, shape in wanted.items()}
        if missing := [name for name in named if name not in self._found]:
            more = f" and {len(missing) - TOLD} more" if len(missing) > TOLD else ""
            raise WeightsError(
                f"{self._folder}: another model than expected: it lacks "
                f"{', '.join(missing[:TOLD])}{more} (got {len(self._found)} tensors, expected "
                f"{self._what}). Put all files of that model there, and those of its tower."
            )
        made: dict[str, Tensor] = {}
        for path in sorted({self._found[name] for name in named}):
            here = {name: shape for name, shape in named.items() if self._found[name] == path}
            made |= self._of(path, here, to)
        return {name.removeprefix(prefix): each for name, each in made.items()}

    def _of(self, path: Path, here: Shapes, to: Callable[[Tensor], Tensor]) -> Mapping[str, Tensor]:
        return tensors(path, here, what=self._what, drop=lambda name: name not in here, to=to)
