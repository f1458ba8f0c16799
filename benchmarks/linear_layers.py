"""One layer of a CLIP's image tower: torch's own linear layers against those laid out for oneDNN.

    python -m benchmarks.linear_layers [--layers 6] [--repeats 3]

Layers have the sizes of ViT-H/14 and random weights; a tower of them sees eight pictures, so many at
once as a row says. Both towers are in memory and take turns, so that what else the machine does
falls on both alike.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from benchmarks.measuring import Seconds, machine, seconds, table
from selector.backbones.architecture import VIT_H_14, Architecture
from selector.backbones.clip_towers import image_module
from selector.backbones.linear import pack
from selector.backbones.torch_ready import torch

PICTURES = 8
AT_ONCE = (1, 4, 8)
PRECISIONS = ("float32", "bfloat16")
KINDS = ("torch's own", "laid out once")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    form = replace(VIT_H_14, image=replace(VIT_H_14.image, layers=given.layers))
    print(f"One layer of ViT-H/14, a picture, {machine()}, torch {torch().__version__}\n")
    print(report(form, given.repeats))


def report(form: Architecture, repeats: int) -> str:
    """Return the table of milliseconds a layer and picture, of towers of that *form*."""
    rows = []
    for precision in PRECISIONS:
        towers = {kind: tower(form, precision, packed=kind == KINDS[1]) for kind in KINDS}
        for at_once in AT_ONCE:
            found = milliseconds(form, towers, at_once, repeats)
            rows.append([precision, str(at_once), *(f"{found[kind]:.1f} ms" for kind in KINDS)])
    return table(["", "at once", *KINDS], rows)


def tower(form: Architecture, precision: str, *, packed: bool) -> Any:
    """Return a tower of that *form* with random weights."""
    module = image_module(form).vision_model.to_empty(device="cpu")
    module = module.to(getattr(torch(), precision)).eval().requires_grad_(requires_grad=False)
    torch().manual_seed(0)
    for values in module.parameters():
        values.normal_(0, 0.02)
    module.embeddings.position_ids = torch().arange(form.seen)[None]
    if packed:
        pack(module)
    return module


def milliseconds(
    form: Architecture, towers: Mapping[str, Any], at_once: int, repeats: int
) -> dict[str, float]:
    """Return how long a layer takes for a picture in each of the *towers*, the median of repeats."""
    took: dict[str, list[float]] = {kind: [] for kind in towers}
    for _ in range(repeats + 1):  # the first warms up
        for kind, module in towers.items():
            took[kind].append(seconds(_all_seen(module, form, at_once)))
    whole = PICTURES * form.image.layers
    return {kind: 1e3 * Seconds(tuple(each[1:])).median / whole for kind, each in took.items()}


def _all_seen(module: Any, form: Architecture, at_once: int) -> Callable[[], None]:
    dtype = next(module.parameters()).dtype
    pictures = torch().rand(PICTURES, 3, form.side, form.side).to(dtype)

    def see() -> None:
        with torch().inference_mode():
            for some in pictures.split(at_once):
                module(some)

    return see


if __name__ == "__main__":
    main()
