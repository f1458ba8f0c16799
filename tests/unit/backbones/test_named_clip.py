"""Which CLIP a name means, and names that mean none."""

import pytest

from selector.backbones.clip import VIT_L_14, Clip
from selector.backbones.named_clip import OPENAI_L_14, clip_of, manifested, misnamed
from selector.backbones.open_clip_model import OpenClip
from selector.backbones.own_weights import OwnWeights
from selector.weights import manifest

OWN = OwnWeights("/models/ours.safetensors", "0" * 64)


def test_openai_s_large_model_is_the_manifest_s():
    """One file, in transformers' layout, for all scorers that build on it."""
    found = clip_of(OPENAI_L_14, None, precision="fp32", device="cpu")

    assert isinstance(found, Clip)
    assert (found.layout, found.weights, found.own) == ("transformers", "clip_vit_l_14", None)
    assert found.architecture == VIT_L_14
    assert found == clip_of(OPENAI_L_14, None, precision="fp32", device="cpu")
    assert manifest.entry(*manifested(OPENAI_L_14, has_own=False)).name == found.weights


def test_weights_of_one_s_own_take_its_place():
    """In the same layout; of the manifest nothing is loaded then."""
    found = clip_of(OPENAI_L_14, OWN, precision="bf16", device="cpu")

    assert isinstance(found, Clip)
    assert (found.layout, found.weights, found.own) == ("transformers", "", OWN)
    assert found.precision == "bf16"
    assert manifested(OPENAI_L_14, has_own=True) == ()


def test_any_other_name_is_open_clip_s():
    """With the weights that it publishes, or alone for weights of one's own."""
    published = clip_of("ViT-B-32/laion2b_s34b_b79k", None, precision="fp32", device="cuda:1")
    own = clip_of("ViT-B-32", OWN, precision="fp32", device="cpu")

    assert published == OpenClip("ViT-B-32", "laion2b_s34b_b79k", device="cuda:1")
    assert own == OpenClip("ViT-B-32", "", OWN)
    assert manifested("ViT-B-32/openai", has_own=False) == ()


@pytest.mark.parametrize(
    ("model", "has_own", "is_right"),
    [
        (OPENAI_L_14, False, True),
        (OPENAI_L_14, True, True),
        ("ViT-B-32/openai", False, True),
        ("ViT-B-32", True, True),
        ("ViT-B-32", False, False),
        ("ViT-B-32/openai", True, False),
    ],
)
def test_weights_are_named_once(model, has_own, is_right):
    """By the name or by a file, not by both and not by neither."""
    assert (misnamed(model, has_own=has_own) == "") == is_right
