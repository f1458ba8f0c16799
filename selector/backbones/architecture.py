"""What a CLIP is made of: how deep, wide and large its two towers are."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError

from selector.errors import WeightsError

Activation: TypeAlias = Literal["gelu", "quick_gelu"]
Layout: TypeAlias = Literal["transformers", "open_clip"]

EPS = 1e-5  # of the layer norms of every CLIP that was published
CONFIGS = {"transformers": "config.json", "open_clip": "open_clip_config.json"}
LARGEST_CONFIG = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Tower:
    """One transformer: its layers, their width, their attention heads, the width of their MLP."""

    layers: int
    width: int
    heads: int
    mlp: int


@dataclass(frozen=True, slots=True)
class Architecture:
    """Both towers of a CLIP; every number of the file's tensors follows from it.

    Attributes:
        image: The image tower.
        text: The text tower.
        projection: The length of an embedding.
        patch: Side of a patch in pixels.
        side: Of the picture that it takes, in pixels.
        activation: "gelu" is the exact one, of LAION's models; "quick_gelu" is OpenAI's own. The
            file does not tell which, and with the wrong one the numbers are plausible and wrong.
        context: Tokens of a prompt that are read.
        vocabulary: Tokens that there are.
        eps: Of the layer norms.
    """

    image: Tower
    text: Tower
    projection: int
    patch: int
    side: int
    activation: Activation
    context: int = 77
    vocabulary: int = 49408
    eps: float = EPS

    @property
    def seen(self) -> int:
        """How many tokens a picture becomes: its patches, and the one of the class."""
        return (self.side // self.patch) ** 2 + 1


VIT_H_14 = Architecture(
    image=Tower(layers=32, width=1280, heads=16, mlp=5120),
    text=Tower(layers=24, width=1024, heads=16, mlp=4096),
    projection=1024,
    patch=14,
    side=224,
    activation="gelu",
)
VIT_L_14 = Architecture(
    image=Tower(layers=24, width=1024, heads=16, mlp=4096),
    text=Tower(layers=12, width=768, heads=12, mlp=3072),
    projection=768,
    patch=14,
    side=224,
    activation="quick_gelu",
)


def beside(path: Path, layout: Layout, published: Architecture) -> Architecture:
    """Return the architecture that the configuration beside the model file *path* tells.

    Where there is none the model is of the *published* architecture. It is "config.json" of
    transformers, of a whole CLIP or of one tower, or "open_clip_config.json" of open_clip.

    Raises:
        WeightsError: It can't be read, or tells of a model that is no plain CLIP.
    """
    config = path.parent / CONFIGS[layout]
    if not config.is_file():
        return published
    try:
        told = json.loads(config.read_bytes()[:LARGEST_CONFIG])
        if layout == "open_clip":
            return _of_open_clip(told)
        return _of_transformers(told, published)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "it"
        raise _unclear(config, f"{where}: {first['msg']}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise _unclear(config, error) from None


def _unclear(config: Path, said: object) -> WeightsError:
    return WeightsError(
        f"{config}: it tells of no plain CLIP (got {said}). Put the model's own configuration "
        "there, or name the model as open_clip does."
    )


class _Half(BaseModel):
    """What transformers tells of a tower; what it leaves out is as in its first CLIP."""

    hidden_size: PositiveInt
    intermediate_size: PositiveInt
    num_hidden_layers: PositiveInt = 12
    num_attention_heads: PositiveInt
    hidden_act: Activation = "quick_gelu"
    layer_norm_eps: float = EPS
    projection_dim: PositiveInt = 512

    def tower(self) -> Tower:
        return Tower(
            layers=self.num_hidden_layers,
            width=self.hidden_size,
            heads=self.num_attention_heads,
            mlp=self.intermediate_size,
        )


class _ImageHalf(_Half):
    hidden_size: PositiveInt = 768
    intermediate_size: PositiveInt = 3072
    num_attention_heads: PositiveInt = 12
    patch_size: PositiveInt = 32
    image_size: PositiveInt = 224


class _TextHalf(_Half):
    hidden_size: PositiveInt = 512
    intermediate_size: PositiveInt = 2048
    num_attention_heads: PositiveInt = 8
    max_position_embeddings: PositiveInt = 77
    vocab_size: PositiveInt = 49408


class _Whole(BaseModel):
    model_type: Literal["clip"]
    projection_dim: PositiveInt = 512
    vision_config: _ImageHalf = _ImageHalf()
    text_config: _TextHalf = _TextHalf()


def _of_transformers(told: Any, published: Architecture) -> Architecture:
    kind = told.get("model_type") if isinstance(told, dict) else None
    if kind == "clip_vision_model":
        half = _ImageHalf.model_validate(told)
        return _seeing(replace(published, projection=half.projection_dim), half)
    if kind == "clip_text_model":
        half_text = _TextHalf.model_validate(told)
        return _reading(replace(published, projection=half_text.projection_dim), half_text)
    whole = _Whole.model_validate(told)
    image, text = whole.vision_config, whole.text_config
    if image.hidden_act != text.hidden_act:
        raise ValueError("two activations")
    if image.layer_norm_eps != text.layer_norm_eps:
        raise ValueError("two layer_norm_eps")
    return _seeing(_reading(replace(published, projection=whole.projection_dim), text), image)


def _seeing(base: Architecture, half: _ImageHalf) -> Architecture:
    return replace(
        base,
        image=half.tower(),
        patch=half.patch_size,
        side=half.image_size,
        activation=half.hidden_act,
        eps=half.layer_norm_eps,
    )


def _reading(base: Architecture, half: _TextHalf) -> Architecture:
    return replace(
        base,
        text=half.tower(),
        context=half.max_position_embeddings,
        vocabulary=half.vocab_size,
        activation=half.hidden_act,
        eps=half.layer_norm_eps,
    )


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")  # what is not known here would change the numbers


class _Vision(_Strict):
    layers: PositiveInt
    width: PositiveInt
    patch_size: PositiveInt
    image_size: PositiveInt = 224
    head_width: PositiveInt = 64
    mlp_ratio: float = Field(4.0, gt=0)


class _Text(_Strict):
    layers: PositiveInt = 12
    width: PositiveInt = 512
    heads: PositiveInt = 8
    context_length: PositiveInt = 77
    vocab_size: PositiveInt = 49408
    mlp_ratio: float = Field(4.0, gt=0)


class _OpenClip(_Strict):
    embed_dim: PositiveInt
    quick_gelu: bool = False
    vision_cfg: _Vision
    text_cfg: _Text


def _of_open_clip(told: Any) -> Architecture:
    held = told.get("model_cfg", told) if isinstance(told, dict) else told
    config = _OpenClip.model_validate(held)
    image, text = config.vision_cfg, config.text_cfg
    heads = image.width // image.head_width
    return Architecture(
        image=Tower(image.layers, image.width, heads, int(image.width * image.mlp_ratio)),
        text=Tower(text.layers, text.width, text.heads, int(text.width * text.mlp_ratio)),
        projection=config.embed_dim,
        patch=image.patch_size,
        side=image.image_size,
        activation="quick_gelu" if config.quick_gelu else "gelu",
        context=text.context_length,
        vocabulary=text.vocab_size,
    )
