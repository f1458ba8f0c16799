"""Judges for policies that are tried on pictures: the scorers that they name, on files of 1 MB."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import goldens
from selector import Policy
from selector.backbones.torch_ready import torch

# By the path of a scorer, which weights of which file must be zero for it to see no picture.
EYES = {
    "scorers.aesthetic": ("head", "weight"),
    "scorers.hpsv2": ("checkpoint", "visual.ln_post.weight"),
    "scorers.image_reward": ("checkpoint", "mlp.layers.7.weight"),
    "scorers.pickscore": ("checkpoint", "vision_model.post_layernorm.weight"),
}
Files = Mapping[str, Mapping[str, Any]]  # by the path of a scorer, its parameters


def golden() -> Files:
    """Return judges with opinions, all of them random."""
    return {path: goldens.parameters(path) for path in EYES}


def impartial(folder: Path) -> Files:
    """Write judges that find all pictures alike, so that all else about them decides."""
    found = {}
    for path, (parameter, layer) in EYES.items():
        given = goldens.parameters(path)
        place = folder / path
        shutil.copytree(Path(given[parameter]["path"]).parent, place)
        file = place / Path(given[parameter]["path"]).name
        _blind(file, layer)
        found[path] = given | {parameter: goldens.own(file)}
    return found


def appointed(policy: Policy, judges: Files, **changes: Any) -> Policy:
    """Return *policy* with these judges in the place of its own, and some entries changed."""
    measures = policy.model_dump(mode="json")["measures"] | changes.pop("measures", {})
    having = {name: {**one, **judges.get(one["use"], {})} for name, one in measures.items()}
    return policy.having(measures=having, **changes)


def _blind(file: Path, layer: str) -> None:
    """Make a layer of a model's file answer the same, whatever it is shown."""
    if file.suffix == ".safetensors":
        from safetensors.torch import load_file, save_file

        tensors = load_file(file)
        tensors[layer].zero_()
        save_file(tensors, file)
        return
    stored = torch().load(file, map_location="cpu", weights_only=True)
    stored.get("state_dict", stored)[layer].zero_()
    torch().save(stored, file)
