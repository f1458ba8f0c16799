"""Where each tensor of a CLIP lies in a file: as transformers names them, or as open_clip does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from selector.backbones.architecture import Layout

Shapes: TypeAlias = Mapping[str, tuple[int, ...]]
Tensors: TypeAlias = dict[str, Any]

IMAGE = {
    "transformers": ("vision_model.", "visual_projection."),
    "open_clip": ("visual.",),
}
TEXT = {
    "transformers": ("text_model.", "text_projection."),
    "open_clip": (
        "transformer.",
        "token_embedding.",
        "positional_embedding",
        "ln_final.",
        "text_projection",
    ),
}
_NAMES = (  # of transformers, and of open_clip
    ("vision_model.encoder.layers", "visual.transformer.resblocks"),
    ("vision_model.embeddings.class_embedding", "visual.class_embedding"),
    ("vision_model.embeddings.patch_embedding", "visual.conv1"),
    ("vision_model.embeddings.position_embedding.weight", "visual.positional_embedding"),
    ("vision_model.pre_layrnorm", "visual.ln_pre"),
    ("vision_model.post_layernorm", "visual.ln_post"),
    ("visual_projection.weight", "visual.proj"),
    ("text_model.encoder.layers", "transformer.resblocks"),
    ("text_model.embeddings.token_embedding", "token_embedding"),
    ("text_model.embeddings.position_embedding.weight", "positional_embedding"),
    ("text_model.final_layer_norm", "ln_final"),
    ("text_projection.weight", "text_projection"),
    ("layer_norm", "ln_"),
    ("self_attn.out_proj", "attn.out_proj"),
    ("mlp.fc1", "mlp.c_fc"),
    ("mlp.fc2", "mlp.c_proj"),
)
_JOINED = re.compile(r"self_attn\.([qkv])_proj\.(weight|bias)$")  # one tensor in open_clip
PROJECTIONS = ("visual_projection.", "visual.proj", "text_projection")  # names begin so
_TURNED = ("visual.proj", "text_projection")  # the other way round there


def is_other(name: str, prefixes: tuple[str, ...]) -> bool:
    """Return whether a tensor of the file belongs to another part than these *prefixes* say.

    Positions that old versions of transformers counted out into the file are no weights either.
    """
    return not name.startswith(prefixes) or name.endswith("position_ids")


def is_projection(name: str) -> bool:
    """Return whether a tensor is what makes an embedding of a tower's end, in either layout."""
    return name.removeprefix("text.").startswith(PROJECTIONS)


def in_file(shapes: Shapes, layout: Layout) -> dict[str, tuple[int, ...]]:
    """Return what a file of that layout holds for a model of these *shapes* in transformers."""
    if layout == "transformers":
        return dict(shapes)
    held: dict[str, tuple[int, ...]] = {}
    for name, shape in shapes.items():
        there, part = _place(name)
        if part:
            held[there] = (3 * shape[0], *shape[1:])
        else:
            held[there] = shape[::-1] if there in _TURNED else shape
    return held


def from_file(found: Tensors, shapes: Shapes, layout: Layout) -> Tensors:
    """Return the tensors of a file of that layout under their names in transformers."""
    if layout == "transformers":
        return found
    given: Tensors = {}
    for name in shapes:
        there, part = _place(name)
        held = found[there]
        if part:
            given[name] = held.chunk(3)["qkv".index(part)]
        else:
            given[name] = held.t().contiguous() if there in _TURNED else held
    return given


def _place(name: str) -> tuple[str, str]:
    """Return the name in open_clip, and which third of that tensor it is: "q", "k", "v" or ""."""
    part = match[1] if (match := _JOINED.search(name)) else ""
    there = _JOINED.sub(r"attn.in_proj_\2", name)
    for ours, theirs in _NAMES:
        there = there.replace(ours, theirs)
    return there, part
