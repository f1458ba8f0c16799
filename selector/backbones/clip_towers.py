"""The two towers of a CLIP as torch runs them: each loaded alone, filled from a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from selector.backbones import checkpoint
from selector.backbones.architecture import Architecture, Layout, Tower
from selector.backbones.clip_layouts import (
    IMAGE,
    TEXT,
    Shapes,
    from_file,
    in_file,
    is_other,
    is_projection,
)
from selector.backbones.linear import pack
from selector.backbones.precision import Where
from selector.backbones.tokens import END
from selector.backbones.torch_ready import torch

Array: TypeAlias = npt.NDArray[Any]
FloatArray: TypeAlias = npt.NDArray[np.float32]

MEAN = (0.48145466, 0.4578275, 0.40821073)  # of OpenAI's pictures, red green blue in [0, 1]
STD = (0.26862954, 0.26130258, 0.27577711)
SCALE: dict[str, tuple[int, ...]] = {"logit_scale": ()}


class ImageTower:
    """Makes embeddings of pictures."""

    def __init__(
        self, path: Path, layout: Layout, form: Architecture, *, what: str, where: Where
    ) -> None:
        """Load it from the model file *path*, which should be *what*.

        Raises:
            WeightsError: It is another file.
        """
        module = image_module(form)
        fill(module, path, layout, IMAGE[layout], what=what, where=where)
        pack(module.vision_model)
        seen = module.vision_model.embeddings
        seen.position_ids = torch().arange(form.seen, device=where.device)[None]
        self._module = module
        self._where = where
        self._mean, self._std = constants(where.device, MEAN, STD)

    def __call__(self, pictures: Sequence[Array]) -> FloatArray:
        """Return an embedding of each, (N, D), not of unit length.

        Args:
            pictures: Each (S, S, 3), sRGB, uint8, or float32 in [0, 1].
        """
        with torch().inference_mode():
            pixels = normalised(pictures, self._where, self._mean, self._std)
            pooled = self._module.vision_model(pixels).pooler_output
            return to_numpy(self._module.visual_projection(pooled.float()))


class TextTower:
    """Makes embeddings of prompts.

    Attributes:
        logit_scale: What CLIP multiplies a cosine by, about 100.
    """

    def __init__(
        self, path: Path, layout: Layout, form: Architecture, *, what: str, where: Where
    ) -> None:
        """Load it from the model file *path*, which should be *what*.

        Raises:
            WeightsError: It is another file.
        """
        module = text_module(form)
        fill(module, path, layout, TEXT[layout], what=what, where=where)
        pack(module.text_model)
        read = module.text_model.embeddings
        read.position_ids = torch().arange(form.context, device=where.device)[None]
        self._module = module
        self._where = where
        self.logit_scale = scale(path, what=what)

    def __call__(self, prompts: Sequence[tuple[int, ...]]) -> FloatArray:
        """Return an embedding of each, (N, D), not of unit length; each ends with the end of text."""
        length = max(map(len, prompts))
        # What is behind the end of a text can't change what is before it.
        padded = [(*ids, *[END] * (length - len(ids))) for ids in prompts]
        with torch().inference_mode():
            ids = torch().tensor(padded, device=self._where.device)
            pooled = self._module.text_model(ids).pooler_output
            return to_numpy(self._module.text_projection(pooled.float()))


def image_module(form: Architecture) -> Any:
    """Return the image tower without numbers: it takes no memory yet."""
    torch()
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    sizes = _sizes(form, form.image)
    config = CLIPVisionConfig(**sizes, patch_size=form.patch, image_size=form.side)
    with torch().device("meta"):
        return CLIPVisionModelWithProjection(config)


def text_module(form: Architecture) -> Any:
    """Return the text tower without numbers: it takes no memory yet."""
    torch()
    from transformers import CLIPTextConfig, CLIPTextModelWithProjection

    sizes = _sizes(form, form.text) | {
        "vocab_size": form.vocabulary,
        "max_position_embeddings": form.context,
        "eos_token_id": END,  # the same in all of them; old configurations say 2, which is wrong
    }
    config = CLIPTextConfig(**sizes)
    with torch().device("meta"):
        return CLIPTextModelWithProjection(config)


def _sizes(form: Architecture, tower: Tower) -> dict[str, Any]:
    return {
        "num_hidden_layers": tower.layers,
        "hidden_size": tower.width,
        "num_attention_heads": tower.heads,
        "intermediate_size": tower.mlp,
        "projection_dim": form.projection,
        "hidden_act": form.activation,
        "layer_norm_eps": form.eps,
        "attn_implementation": "sdpa",
    }


def shapes_of(module: Any) -> dict[str, tuple[int, ...]]:
    """Return the shape of each of the weights of *module*, by name."""
    return {name: tuple(each.shape) for name, each in module.state_dict().items()}


def fill(
    module: Any, path: Path, layout: Layout, prefixes: tuple[str, ...], *, what: str, where: Where
) -> None:
    """Give a *module* without numbers those of the file *path*, whose names begin so.

    Its projection keeps full floats, whatever the rest has.

    Raises:
        WeightsError: It is another file than *what* it should be.
    """
    shapes = shapes_of(module)
    held = in_file(shapes, layout)
    found = checkpoint.tensors(
        path, held, what=what, drop=lambda name: is_other(name, prefixes), to=where.keep
    )
    found |= projections(path, held, what=what, where=where)
    module.load_state_dict(from_file(found, shapes, layout), assign=True)
    module.eval()


def projections(
    path: Path,
    held: Shapes,
    *,
    what: str,
    where: Where,
    rename: Callable[[str], str] = lambda name: name,
) -> dict[str, Any]:
    """Return those tensors of *held*, in full floats, by which a tower's end becomes an embedding.

    Raises:
        WeightsError: The file *path* is another than *what* it should be.
    """
    wanted = {name: shape for name, shape in held.items() if is_projection(name)}
    full = replace(where, precision="fp32")
    return checkpoint.tensors(
        path, wanted, what=what, drop=lambda name: rename(name) not in wanted, rename=rename,
        to=full.keep,
    )  # fmt: skip


def scale(path: Path, *, what: str, rename: Callable[[str], str] = lambda name: name) -> float:
    """Return what the model of the file *path* multiplies a cosine by.

    Raises:
        WeightsError: The file does not tell.
    """
    # Not with the tower: in half precision the exponential would be off by a hundredth.
    found = checkpoint.tensors(
        path, SCALE, what=what, drop=lambda name: rename(name) not in SCALE, rename=rename
    )
    return float(found["logit_scale"].double().exp())


def constants(device: str, *colours: tuple[float, ...]) -> list[Any]:
    """Return numbers by colour as tensors on *device*."""
    return [torch().tensor(each, device=device) for each in colours]


def normalised(pictures: Sequence[Array], where: Where, mean: Any, std: Any) -> Any:
    """Return *pictures* as a tower takes them: (N, 3, S, S), each colour around 0."""
    pixels = torch().from_numpy(np.stack(pictures)).to(where.device)
    if pixels.dtype == torch().uint8:
        pixels = pixels.float() / 255
    return ((pixels - mean) / std).permute(0, 3, 1, 2).to(where.dtype).contiguous()


def to_numpy(rows: Any) -> FloatArray:
    """Return a tensor's numbers in fp32, on the CPU."""
    return np.asarray(rows.float().cpu().numpy())
