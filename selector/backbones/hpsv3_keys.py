"""How a checkpoint of HPSv3 is laid out: which tensors, of which shapes, under which names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

from selector.backbones.checkpoint import Shapes
from selector.backbones.model_file import read
from selector.backbones.torch_ready import torch
from selector.backbones.transformers_ready import complaints, transformers
from selector.errors import WeightsError

Config: TypeAlias = Any  # of transformers: how a Qwen2-VL is made up

HEAD, UNUSED = "rm_head.", "lm_head."  # the latter writes words: no reward depends on it
LAYERS = ("0", "3", "5")  # linear ones of the head; between them only ReLU counts
WIDTHS = (1024, 16, 2)  # what they give
WORDS = "language_model.embed_tokens.weight"
# Names as they were published, and as transformers has written them since.
_RENAMED = (
    ("model.language_model.", "language_model."),
    ("model.visual.", "visual."),
    ("model.", "language_model."),
)


def config(path: Path, *, words: int, picture: int) -> Config:
    """Return how the network is made up, as a config.json of Qwen2-VL tells it.

    Args:
        path: The file.
        words: How many the network knows; the file tells of more than were kept.
        picture: The token that stands for a part of a picture.

    Raises:
        WeightsError: It can't be read, or is of another network.
    """
    content = read(path)
    try:
        told = json.loads(content)
        if told.get("model_type") != "qwen2_vl":
            raise _odd(path, f"model_type {told.get('model_type')!r}")
        made = transformers().Qwen2VLConfig.from_dict(told)
    except complaints() as error:
        raise _odd(path, str(error)) from None
    made.text_config.vocab_size, made.image_token_id = words, picture
    return made


def backbone(made: Config, path: Path) -> Shapes:
    """Return the tensors of the network without its head, by the names that transformers has.

    Raises:
        WeightsError: No network can be made up so as the file at *path* told.
    """
    try:
        with torch().device("meta"):
            network = transformers().Qwen2VLModel(made)
    except complaints() as error:
        raise _odd(path, str(error)) from None
    return {name: tuple(each.shape) for name, each in network.state_dict().items()}


def head(made: Config) -> Shapes:
    """Return the tensors of the head."""
    takes = (made.text_config.hidden_size, *WIDTHS)
    return {
        f"{HEAD}{layer}.{kind}": shape
        for layer, given, gives in zip(LAYERS, takes, WIDTHS, strict=False)
        for kind, shape in (("weight", (gives, given)), ("bias", (gives,)))
    }


def is_beyond_backbone(name: str) -> bool:
    """Return whether a tensor of that name is not the network's."""
    return name.startswith((HEAD, UNUSED))


def is_beyond_head(name: str) -> bool:
    """Return whether a tensor of that name is not the head's."""
    return not name.startswith(HEAD)


def renamed(name: str) -> str:
    """Return the name that transformers has for a tensor of the checkpoint."""
    old, new = next((pair for pair in _RENAMED if name.startswith(pair[0])), ("", ""))
    return new + name.removeprefix(old)


def _odd(path: Path, got: str) -> WeightsError:
    said = " ".join(got.split())[:200].rstrip(".")
    return WeightsError(
        f"{path}: it describes no Qwen2-VL (got {said}). Put the config.json of Qwen2-VL there."
    )
