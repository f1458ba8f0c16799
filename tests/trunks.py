"""The random trunk of LPIPS's golden cases, made from its recipe: too large to be kept."""

import json
import shutil
from pathlib import Path

import numpy as np

import goldens
from selector.backbones import lpips
from selector.weights import manifest

RECIPE = json.loads((goldens.FOLDER / "lpips" / "trunk_alex.json").read_text())


def write(path: Path, leave_out: str = "") -> Path:
    """Write the trunk with a classifier that nobody needs, and without one tensor perhaps."""
    import torch

    held = {"classifier.1.weight": torch.zeros(2, 2)}
    for place, one in enumerate(RECIPE["tensors"]):
        drawn = np.random.RandomState(RECIPE["base_seed"] + place).random_sample(one["shape"])
        values = (one["lo"] + (one["hi"] - one["lo"]) * drawn).astype(np.float32)
        held[one["key"]] = torch.from_numpy(values)
    held.pop(leave_out, None)
    torch.save(held, path)
    return path


def cache(folder: Path) -> Path:
    """Make *folder* a cache with the published heads, and put trunk.pth beside them."""
    (heads,) = manifest.entry(lpips.HEADS).files
    shutil.copy(goldens.FOLDER / "lpips" / "lin_alex.pth", folder / heads.name)
    write(folder / "trunk.pth")
    return folder
