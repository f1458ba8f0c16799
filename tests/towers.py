"""Small random CLIPs: made and computed by the libraries whose files the product reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

import goldens
from selector.backbones.architecture import Architecture, Layout, Tower
from selector.backbones.clip import Clip
from selector.backbones.torch_ready import torch
from selector.images import Image, open_image

SIDE = 32
SMALL = Architecture(
    image=Tower(layers=3, width=32, heads=2, mlp=128),
    text=Tower(layers=2, width=16, heads=2, mlp=64),
    projection=24,
    patch=16,
    side=SIDE,
    activation="gelu",
)
OPEN_CLIP: dict[str, Any] = {
    "embed_dim": 24,
    "vision_cfg": {"layers": 3, "width": 32, "head_width": 16, "patch_size": 16, "image_size": 32},
    "text_cfg": {"layers": 2, "width": 16, "heads": 2, "context_length": 77, "vocab_size": 49408},
}
PROMPTS = [
    (49406, 320, 736, 3240, 49407),
    (49406, *range(1000, 1075), 49407),
    (49406, 49407),
]


def lively(model: Any) -> Any:
    """Return the model with random weights so large that every part of it counts."""
    torch().manual_seed(5)
    for parameter in model.parameters():
        parameter.data = torch().randn_like(parameter) * 0.3
    model.logit_scale.data.fill_(4.0)
    return model.eval().requires_grad_(requires_grad=False)


def of_open_clip(config: dict[str, Any] = OPEN_CLIP, *, quick_gelu: bool = False) -> Any:
    """Return a CLIP of open_clip's own class."""
    torch()
    import open_clip

    return lively(open_clip.CLIP(**config, quick_gelu=quick_gelu))


def of_transformers(activation: str) -> Any:
    """Return a CLIP of transformers' own class, whose configuration has the old end of text."""
    torch()
    from transformers import CLIPConfig, CLIPModel

    both = {"hidden_act": activation, "num_attention_heads": 2}
    image = {"hidden_size": 32, "intermediate_size": 128, "num_hidden_layers": 3, **both}
    text = {"hidden_size": 16, "intermediate_size": 64, "num_hidden_layers": 2, **both}
    config = CLIPConfig(
        vision_config=image | {"patch_size": 16, "image_size": SIDE},
        text_config=text | {"eos_token_id": 2},
        projection_dim=24,
    )
    return lively(CLIPModel(config))


def saved(folder: Path, model: Any, *, name: str = "model") -> Path:
    """Return the file of a model's weights, in the layout of its library, as it is published."""
    folder.mkdir(exist_ok=True)
    if type(model).__module__.startswith("open_clip"):
        path = folder / f"{name}.pt"
        torch().save({"epoch": 1, "state_dict": model.state_dict()}, path)
        return path
    from safetensors.torch import save_file

    path = folder / f"{name}.safetensors"
    save_file(model.state_dict(), path)
    (folder / "config.json").write_text(json.dumps(model.config.to_dict(), default=str))
    return path


def clip(path: Path, layout: Layout, form: Architecture = SMALL, **more: Any) -> Clip:
    """Return the product's CLIP of a file of one's own."""
    told = {"name": "small", "precision": "fp32", "device": "cpu"} | more
    own = goldens.weights(path)
    return Clip(layout=layout, weights="", own=own, architecture=form, **told)


def pictures(count: int) -> list[Image]:
    """Return random pictures of the side that the small towers take."""
    random = np.random.default_rng(3)
    return [
        open_image(random.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)) for _ in range(count)
    ]


def whole(image: Image) -> Any:
    """Return the view that shows everything."""
    return image.rgb


def normalised(images: list[Image]) -> Any:
    """Return what the libraries' own models take of pictures."""
    mean, std = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
    pixels = (np.stack([each.rgb for each in images]) / 255 - mean) / std
    return torch().from_numpy(pixels.astype(np.float32)).permute(0, 3, 1, 2)


def padded(prompts: list[tuple[int, ...]] = PROMPTS) -> Any:
    """Return what open_clip's own models take of prompts: zeros behind the end, 77 in all."""
    return torch().tensor([(*ids, *[0] * (77 - len(ids))) for ids in prompts])


def at_unit(rows: Any) -> Any:
    """Return rows of length 1."""
    rows = rows.numpy().astype(np.float64)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
