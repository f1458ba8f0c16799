"""What a configuration beside a file tells of it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import towers
from selector.backbones.architecture import VIT_H_14, VIT_L_14, Tower, beside
from selector.errors import WeightsError


def written(folder: Path, name: str, told: object) -> Path:
    """Return a model's file beside which a configuration lies."""
    text = told if isinstance(told, str) else json.dumps(told)
    (folder / name).write_text(text)
    return folder / "model.safetensors"


def test_without_a_configuration_it_is_the_published_model(tmp_path) -> None:
    """A file alone is what its scorer's authors published."""
    assert beside(tmp_path / "model.pt", "open_clip", VIT_H_14) is VIT_H_14


def test_open_clip_s_configuration_is_read(tmp_path) -> None:
    """Heads follow from their width, the MLP from its ratio; quick_gelu is off unless it is on."""
    for told in (towers.OPEN_CLIP, {"model_cfg": towers.OPEN_CLIP, "preprocess_cfg": {}}):
        path = written(tmp_path, "open_clip_config.json", told)
        assert beside(path, "open_clip", VIT_H_14) == towers.SMALL
    path = written(tmp_path, "open_clip_config.json", towers.OPEN_CLIP | {"quick_gelu": True})
    assert beside(path, "open_clip", VIT_H_14) == replace(towers.SMALL, activation="quick_gelu")


def test_open_clip_s_own_configurations_give_the_published_sizes(tmp_path) -> None:
    """What the library lists as ViT-H-14 and ViT-L-14 is what scorers are built on."""
    from selector.backbones.torch_ready import torch

    torch()
    import open_clip

    for name, published in (("ViT-H-14", VIT_H_14), ("ViT-L-14-quickgelu", VIT_L_14)):
        path = written(tmp_path, "open_clip_config.json", open_clip.get_model_config(name))
        assert beside(path, "open_clip", towers.SMALL) == published


def test_transformers_configuration_is_read(tmp_path) -> None:
    """Of a whole CLIP, or of the tower that was published alone; the rest is as published."""
    image = {
        "num_hidden_layers": 3,
        "hidden_size": 32,
        "intermediate_size": 128,
        "num_attention_heads": 2,
        "patch_size": 16,
        "image_size": 32,
        "hidden_act": "gelu",
    }
    alone = image | {"model_type": "clip_vision_model", "projection_dim": 24}
    found = beside(written(tmp_path, "config.json", alone), "transformers", VIT_L_14)

    assert (found.image, found.side, found.seen) == (towers.SMALL.image, 32, 5)
    assert (found.projection, found.activation) == (24, "gelu")
    assert found.text == VIT_L_14.text


def test_what_a_configuration_leaves_out_is_as_in_the_first_clip(tmp_path) -> None:
    """Transformers leaves out what is as in OpenAI's ViT-B/32."""
    path = written(tmp_path, "config.json", {"model_type": "clip"})
    found = beside(path, "transformers", VIT_H_14)

    assert found.image == Tower(layers=12, width=768, heads=12, mlp=3072)
    assert found.text == Tower(layers=12, width=512, heads=8, mlp=2048)
    assert (found.projection, found.patch, found.activation) == (512, 32, "quick_gelu")


@pytest.mark.parametrize(
    ("layout", "name", "told"),
    [
        ("transformers", "config.json", "{"),
        ("transformers", "config.json", "[]"),
        ("transformers", "config.json", {"model_type": "siglip"}),
        ("transformers", "config.json", {"model_type": "clip", "projection_dim": -1}),
        ("open_clip", "open_clip_config.json", {"embed_dim": 24}),
        ("open_clip", "open_clip_config.json", towers.OPEN_CLIP | {"multimodal_cfg": {}}),
        (
            "open_clip",
            "open_clip_config.json",
            towers.OPEN_CLIP | {"text_cfg": {"hf_tokenizer_name": "somewhere/else"}},
        ),
    ],
)
def test_a_configuration_of_something_else_is_told(tmp_path, layout, name, told) -> None:
    """What can't be understood is never overlooked: the error names the file and what to do."""
    path = written(tmp_path, name, told)
    with pytest.raises(WeightsError, match=rf"{name}: it tells of no plain CLIP \(got .+\)\. Put"):
        beside(path, layout, VIT_H_14)


def test_two_activations_are_refused(tmp_path) -> None:
    """A model whose towers differ in it is none that is known."""
    told = {"model_type": "clip", "vision_config": {"hidden_act": "gelu"}}
    with pytest.raises(WeightsError, match="two activations"):
        beside(written(tmp_path, "config.json", told), "transformers", VIT_H_14)


def test_the_published_models_are_these() -> None:
    """Every number of them; heads, norms and activations no file and no shape would tell."""
    assert (VIT_H_14.image, VIT_H_14.text) == (Tower(32, 1280, 16, 5120), Tower(24, 1024, 16, 4096))
    assert (VIT_L_14.image, VIT_L_14.text) == (Tower(24, 1024, 16, 4096), Tower(12, 768, 12, 3072))
    assert (VIT_H_14.projection, VIT_H_14.activation) == (1024, "gelu")
    assert (VIT_L_14.projection, VIT_L_14.activation) == (768, "quick_gelu")
    for form in (VIT_H_14, VIT_L_14):
        assert (form.patch, form.side, form.seen) == (14, 224, 257)
        assert (form.context, form.vocabulary, form.eps) == (77, 49408, 1e-5)


def test_two_norms_are_refused(tmp_path) -> None:
    """So is a model whose towers differ in what their norms add; one alone may have its own."""
    told = {"model_type": "clip", "vision_config": {"layer_norm_eps": 1e-6}}
    with pytest.raises(WeightsError, match="two layer_norm_eps"):
        beside(written(tmp_path, "config.json", told), "transformers", VIT_H_14)
    told["text_config"] = {"layer_norm_eps": 1e-6}
    assert beside(written(tmp_path, "config.json", told), "transformers", VIT_H_14).eps == 1e-6
