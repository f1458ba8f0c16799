"""What open_clip knows of a model: its make-up, how it sees pictures, where its weights are."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selector.backbones.architecture import CONFIGS, LARGEST_CONFIG
from selector.backbones.clip_towers import MEAN, STD
from selector.backbones.own_weights import OwnWeights
from selector.backbones.tokens import CONTEXT
from selector.backbones.torch_ready import torch
from selector.errors import WeightsError
from selector.installed import CURE, install_extra, mend
from selector.weights.entry import Entry, File, Hub
from selector.weights.fetch import obtain
from selector.weights.hub import BRANCH

VOCABULARY = 49408
FOREIGN = ("hf_model_name", "hf_tokenizer_name", "tokenizer_kwargs")  # text by other means
FILES = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")  # in a repository
PARTS = ("embed_dim", "vision_cfg", "text_cfg")  # without which no model can be made


@dataclass(frozen=True, slots=True)
class Known:
    """What a model is and how it was trained.

    Attributes:
        config: Of the model, as open_clip creates it.
        mean: Of its training pictures by colour, in [0, 1].
        std: Likewise the standard deviation.
        repository: Of the hub, with the published weights; "" for weights of one's own.
    """

    config: Mapping[str, Any]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    repository: str


def known(name: str, pretrained: str, own: OwnWeights | None) -> Known:
    """Return what is known of a model that reads CLIP's tokens and sees pictures as CLIP does.

    Args:
        name: As open_clip lists it; unused where a configuration lies beside the own file.
        pretrained: The name of published weights, unless *own* is given.
        own: A file of the user's own.

    Raises:
        WeightsError: open_clip knows no such model or weights, or it sees or reads otherwise.
    """
    config, told = _told_beside(own) if own else ({}, {})
    config = config or _listed(name)
    if own is None:
        told = _tag(name, pretrained)
        # The name alone does not tell: "ViT-B-32" with OpenAI's weights has the other activation.
        config |= {"quick_gelu": bool(told.get("quick_gelu"))}
    _check("/".join(filter(None, (name, pretrained))), config, told)
    if "timm_model_name" in config["vision_cfg"]:
        config["vision_cfg"] |= {"timm_model_pretrained": False}  # else a download of its own
    return Known(
        config=config,
        mean=tuple(told.get("mean") or MEAN),
        std=tuple(told.get("std") or STD),
        repository=str(told.get("hf_hub", "")),
    )


def published(name: str, pretrained: str, repository: str) -> Path:
    """Return the file of published weights, downloaded if need be from a *repository* of the hub.

    Nobody states its checksum: that of the first one is written down, and holds ever after.

    Raises:
        WeightsError: It can't be had.
    """
    owner_and_name, _, file = repository.rpartition("/")
    failed: list[str] = []
    for each in (file,) if file else FILES:
        entry = Entry(
            name=f"open_clip {name}/{pretrained}",
            files=(File(f"open_clip-{name}-{pretrained}{Path(each).suffix}"),),
            sources=(Hub(owner_and_name, BRANCH, each),),
            format="open_clip",
            licence="not stated",
            commercial=None,
        )
        try:
            return obtain(entry)
        except WeightsError as error:
            failed.append(str(error))
    raise WeightsError(failed[0])


def library() -> Any:
    """Return the module open_clip.

    Raises:
        WeightsError: It is not installed or does not start.
    """
    torch()
    try:
        import open_clip
    except (ImportError, OSError) as error:
        cure = mend(error) or install_extra("scorers")
        raise WeightsError(f"open_clip: it does not start (got {error}).{CURE}{cure}") from None
    return open_clip


def _listed(name: str) -> dict[str, Any]:
    config: dict[str, Any] | None = library().get_model_config(name)
    if config is None:
        near = difflib.get_close_matches(name, library().list_models(), n=1)
        hint = f"Did you mean {near[0]!r}?" if near else "Write ViT-B-32, say."
        raise WeightsError(f"open_clip: it knows no such model (got {name!r}). {hint}")
    return config


def _tag(name: str, pretrained: str) -> dict[str, Any]:
    told: dict[str, Any] = library().get_pretrained_cfg(name, pretrained)
    if not told.get("hf_hub"):
        tags = ", ".join(library().list_pretrained_tags_by_model(name)) or "none"
        raise WeightsError(
            f"open_clip: it knows no such weights of {name} (got {pretrained!r}). There are: {tags}."
        )
    return told


def _told_beside(own: OwnWeights) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the model's and the pictures' part of the configuration beside a file, if it is there."""
    path = own.location.parent / CONFIGS["open_clip"]
    if not path.is_file():
        return {}, {}
    try:
        whole = json.loads(path.read_bytes()[:LARGEST_CONFIG])
        config = dict(whole.get("model_cfg", whole))
        config = {part: config[part] for part in PARTS} | config
        return config, dict(whole.get("preprocess_cfg", {}))
    except (OSError, LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise WeightsError(
            f"{path}: no configuration of open_clip (got {type(error).__name__}: {error}). Put the model's own there."
        ) from None


def _check(title: str, config: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    text = config["text_cfg"]
    unfit = ""
    if any(key in text for key in FOREIGN) or text.get("vocab_size", VOCABULARY) != VOCABULARY:
        unfit = "its tokenizer is not CLIP's"
    elif text.get("context_length", CONTEXT) != CONTEXT or "multimodal_cfg" in config:
        unfit = f"it does not read {CONTEXT} tokens as CLIP does"
    seen = (told.get("resize_mode", "shortest"), told.get("interpolation", "bicubic"))
    if seen != ("shortest", "bicubic"):
        unfit = f"it is shown pictures otherwise than CLIP is: {', '.join(seen)}"
    if unfit:
        raise WeightsError(f"open_clip: {unfit} (got {title}). Name another model.")
