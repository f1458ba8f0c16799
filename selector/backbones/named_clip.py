"""Which CLIP a policy means: OpenAI's ViT-L/14, any model of open_clip, or weights of one's own."""

from __future__ import annotations

from selector.backbones.clip import VIT_L_14, Clip
from selector.backbones.encoders import Family
from selector.backbones.open_clip_model import OpenClip
from selector.backbones.own_weights import OwnWeights
from selector.backbones.precision import Precision

OPENAI_L_14 = "ViT-L-14/openai"  # by open_clip's names, which people know; loaded as published
PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*(/[A-Za-z0-9_.-]+)?$"
WEIGHTS = "clip_vit_l_14"  # in the manifest


def misnamed(model: str, *, has_own: bool) -> str:
    """Return why *model* names no weights, or two, and what to write; "" if it is right.

    Args:
        model: NAME/WEIGHTS as open_clip lists them, or NAME alone for weights of one's own.
        has_own: Whether a file of one's own is given.
    """
    if "/" not in model and not has_own:
        return f"'model' names no weights (got '{model}'). Write '{model}/WEIGHTS', or 'checkpoint'"
    if "/" in model and has_own and model != OPENAI_L_14:
        name = model.partition("/")[0]
        return f"'model' and 'checkpoint' both name weights (got '{model}'). Write model: {name}"
    return ""


def manifested(model: str, *, has_own: bool) -> tuple[str, ...]:
    """Return the name in the manifest of the weights that *model* means, if it is there."""
    return (WEIGHTS,) if model == OPENAI_L_14 and not has_own else ()


def unlisted(model: str, *, has_own: bool) -> tuple[str, ...]:
    """Return *model*, if it names published weights that are not in the manifest."""
    return (model,) if model != OPENAI_L_14 and not has_own else ()


def clip_of(model: str, own: OwnWeights | None, *, precision: Precision, device: str) -> Family:
    """Return which CLIP that is; nothing is loaded yet.

    Args:
        model: As above. OpenAI's ViT-L/14 is read in the layout of transformers, and so are
            weights of one's own in its place; all others in open_clip's.
        own: Weights of one's own.
        precision: In which its towers compute.
        device: Where.
    """
    if model != OPENAI_L_14:
        name, _, pretrained = model.partition("/")
        return OpenClip(name, pretrained, own, precision=precision, device=device)
    return Clip(
        name="CLIP ViT-L/14",
        layout="transformers",
        weights="" if own else WEIGHTS,
        own=own,
        architecture=VIT_L_14,
        precision=precision,
        device=device,
    )
