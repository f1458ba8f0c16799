"""What a checkpoint of ImageReward holds: the dimensions of its BLIP, and the tensors they make."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from selector.backbones.checkpoint import Shapes
from selector.backbones.model_file import read
from selector.errors import WeightsError

# The head: what follows its input, and the places of its layers; dropout has the others.
HEAD = {"mlp.layers.0": 1024, "mlp.layers.2": 128, "mlp.layers.4": 64, "mlp.layers.6": 16,
        "mlp.layers.7": 1}  # fmt: skip
VISION, TEXT = "blip.visual_encoder", "blip.text_encoder"
UNUSED = ("blip.vision_proj.", "blip.text_proj.", f"{TEXT}.embeddings.position_ids")

Width = Annotated[int, Field(ge=1, le=65_536)]
Depth = Annotated[int, Field(ge=1, le=256)]
Small = Annotated[float, Field(gt=0, lt=1)]


class _Size(BaseModel):
    model_config = ConfigDict(frozen=True)  # what else such a file says changes no number


class Vision(_Size):
    """The image tower, by the names of `vision_config.json`; by default the published one."""

    image_size: Annotated[int, Field(ge=1, le=1024)] = 224
    patch_size: Width = 16
    width: Width = 1024
    depth: Depth = 24
    num_heads: Width = 16
    mlp_ratio: Annotated[int, Field(ge=1, le=16)] = 4
    qkv_bias: Literal[True] = True
    layer_norm_eps: Small = 1e-6

    @model_validator(mode="after")
    def _divides(self) -> Self:
        if self.width % self.num_heads or self.image_size % self.patch_size:
            raise ValueError("num_heads must divide width, patch_size must divide image_size")
        return self

    @property
    def tokens(self) -> int:
        """How many tokens an image makes: one a patch, and that of the class."""
        return (self.image_size // self.patch_size) ** 2 + 1


class Text(_Size):
    """The text tower, by the names of `med_config.json`; by default the published one."""

    hidden_size: Width = 768
    num_hidden_layers: Depth = 12
    num_attention_heads: Width = 12
    intermediate_size: Width = 3072
    max_position_embeddings: Width = 512
    vocab_size: Annotated[int, Field(ge=1, le=10_000_000)] = 30_524
    encoder_width: Width = 1024
    hidden_act: Literal["gelu"] = "gelu"
    layer_norm_eps: Small = 1e-12

    @model_validator(mode="after")
    def _divides(self) -> Self:
        if self.hidden_size % self.num_attention_heads:
            raise ValueError("num_attention_heads must divide hidden_size")
        return self


class Size(_Size):
    """The dimensions of both towers."""

    vision: Vision = Vision()
    text: Text = Text()


PUBLISHED = Size()
_One = TypeVar("_One", bound=_Size)


def beside(checkpoint: Path) -> Size:
    """Return the dimensions told by the files beside a checkpoint; without them, the published.

    Raises:
        WeightsError: `vision_config.json` or `med_config.json` says what can't be.
    """
    vision = _told(checkpoint.with_name("vision_config.json"), Vision)
    text = _told(checkpoint.with_name("med_config.json"), Text)
    if vision.width != text.encoder_width:
        raise WeightsError(
            f"{checkpoint.parent}: the two towers don't fit (got width {vision.width} in "
            f"vision_config.json, encoder_width {text.encoder_width} in med_config.json). "
            "Put the files there that belong to the checkpoint."
        )
    return Size(vision=vision, text=text)


def towers(size: Size) -> Shapes:
    """Return the shape of every tensor of the two towers, by the published names."""
    return dict(_vision(size.vision)) | dict(_text(size.text))


def head(size: Size) -> Shapes:
    """Return the shape of every tensor of the head, by the published names."""
    return dict(_head(size.text.hidden_size))


def is_beyond_towers(name: str) -> bool:
    """Return whether the published file has a tensor of this name that is of neither tower."""
    return name.startswith((*HEAD, *UNUSED))


def is_beyond_head(name: str) -> bool:
    """Return whether a tensor of this name is not of the head."""
    return not name.startswith(tuple(HEAD))


def _told(path: Path, kind: type[_One]) -> _One:
    if not path.exists():
        return kind()
    try:
        return kind.model_validate_json(read(path))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise WeightsError(
            f"{path}: no such model can be built (got {where or 'what it says'}: {first['msg']}). "
            "Put the file there that belongs to the checkpoint."
        ) from None


_Named = Iterator[tuple[str, tuple[int, ...]]]


def _linear(name: str, out: int, given: int) -> _Named:
    yield f"{name}.weight", (out, given)
    yield f"{name}.bias", (out,)


def _norm(name: str, width: int) -> _Named:
    yield f"{name}.weight", (width,)
    yield f"{name}.bias", (width,)


def _vision(size: Vision) -> _Named:
    width = size.width
    yield f"{VISION}.cls_token", (1, 1, width)
    yield f"{VISION}.pos_embed", (1, size.tokens, width)
    yield f"{VISION}.patch_embed.proj.weight", (width, 3, size.patch_size, size.patch_size)
    yield f"{VISION}.patch_embed.proj.bias", (width,)
    for number in range(size.depth):
        block = f"{VISION}.blocks.{number}"
        yield from _norm(f"{block}.norm1", width)
        yield from _linear(f"{block}.attn.qkv", 3 * width, width)
        yield from _linear(f"{block}.attn.proj", width, width)
        yield from _norm(f"{block}.norm2", width)
        yield from _linear(f"{block}.mlp.fc1", size.mlp_ratio * width, width)
        yield from _linear(f"{block}.mlp.fc2", width, size.mlp_ratio * width)
    yield from _norm(f"{VISION}.norm", width)


def _text(size: Text) -> _Named:
    width, inner = size.hidden_size, size.intermediate_size
    yield f"{TEXT}.embeddings.word_embeddings.weight", (size.vocab_size, width)
    yield f"{TEXT}.embeddings.position_embeddings.weight", (size.max_position_embeddings, width)
    yield from _norm(f"{TEXT}.embeddings.LayerNorm", width)
    for number in range(size.num_hidden_layers):
        layer = f"{TEXT}.encoder.layer.{number}"
        yield from _attention(f"{layer}.attention", width, width)
        yield from _attention(f"{layer}.crossattention", width, size.encoder_width)
        yield from _linear(f"{layer}.intermediate.dense", inner, width)
        yield from _linear(f"{layer}.output.dense", width, inner)
        yield from _norm(f"{layer}.output.LayerNorm", width)


def _attention(name: str, width: int, seen: int) -> _Named:
    yield from _linear(f"{name}.self.query", width, width)
    yield from _linear(f"{name}.self.key", width, seen)
    yield from _linear(f"{name}.self.value", width, seen)
    yield from _linear(f"{name}.output.dense", width, width)
    yield from _norm(f"{name}.output.LayerNorm", width)


def _head(width: int) -> _Named:
    for name, out in HEAD.items():
        yield from _linear(name, out, width)
        width = out
