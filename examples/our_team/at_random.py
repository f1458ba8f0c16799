"""Weights at random, in the published layout: the example runs at once, and judges nothing."""

import hashlib
from pathlib import Path
from typing import Any

from selector.backbones.torch_ready import torch

WIDTH = 16  # of the embedding; OpenAI's ViT-L/14 gives 768 numbers


def tower(folder: Path) -> dict[str, str]:
    """Write a very small CLIP for pictures; return it as a policy names a file of one's own."""
    torch().manual_seed(0)
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    size = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "patch_size": 32}
    config = CLIPVisionConfig(**size, intermediate_size=64, projection_dim=WIDTH)
    config.save_pretrained(folder)
    return _saved(CLIPVisionModelWithProjection(config), folder / "model.safetensors")


def head(folder: Path) -> dict[str, str]:
    """Write a head of two layers, which labels would have taught."""
    torch().manual_seed(1)
    nn = torch().nn
    layers = nn.Sequential(nn.Linear(WIDTH, 8), nn.GELU(), nn.Linear(8, 1))
    return _saved(layers, folder / "head.safetensors")


def _saved(module: Any, path: Path) -> dict[str, str]:
    from safetensors.torch import save_file

    save_file(module.state_dict(), path)
    # Only a file of that content is ever used, and the fingerprint of the numbers names it.
    return {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
