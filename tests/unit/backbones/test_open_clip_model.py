"""Models of open_clip, by name or with a configuration, give what open_clip gives."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import goldens
import towers
from selector.backbones.clip import ImageEncoder, TextEncoder
from selector.backbones.open_clip_model import OpenClip
from selector.backbones.torch_ready import torch
from selector.errors import MeasureError, WeightsError

EXACT = 1e-5
HALVES = (0.5, 0.5, 0.5)


def written(folder: Path, model: Any, config: dict[str, Any]) -> OpenClip:
    """Return a model as open_clip publishes it: its weights, and its configuration beside them."""
    path = towers.saved(folder, model)
    told = {"model_cfg": config, "preprocess_cfg": {"mean": HALVES, "std": HALVES}}
    (folder / "open_clip_config.json").write_text(json.dumps(told))
    return OpenClip("ViT-B-32", own=goldens.weights(path))


def encoded(model: OpenClip) -> tuple[Any, Any]:
    images, texts = ImageEncoder(model), TextEncoder(model)
    try:
        return images.encode(towers.pictures(3), towers.whole), texts.encode(towers.PROMPTS)
    finally:
        images.close()
        texts.close()


@pytest.mark.parametrize("quick_gelu", [True, False])
def test_a_configuration_beside_the_file_tells_the_model(tmp_path, quick_gelu) -> None:
    """Its make-up, its activation and its colours are the configuration's; so are its numbers."""
    model = towers.of_open_clip(quick_gelu=quick_gelu)
    images, texts = encoded(written(tmp_path, model, towers.OPEN_CLIP | {"quick_gelu": quick_gelu}))

    pixels = np.stack([each.rgb for each in towers.pictures(3)]).astype(np.float32) / 255
    given = torch().from_numpy((pixels - 0.5) / 0.5).permute(0, 3, 1, 2)
    assert np.abs(images - towers.at_unit(model.encode_image(given))).max() < EXACT
    assert np.abs(texts - towers.at_unit(model.encode_text(towers.padded()))).max() < EXACT


def test_what_looks_behind_the_end_of_a_text_sees_what_it_was_trained_with(tmp_path) -> None:
    """Of a model without a causal mask the numbers depend on the padding: zeros to the 77th."""
    config = towers.OPEN_CLIP | {
        "text_cfg": towers.OPEN_CLIP["text_cfg"] | {"no_causal_mask": True}
    }
    model = towers.of_open_clip(config)
    _, texts = encoded(written(tmp_path, model, config))

    assert np.abs(texts - towers.at_unit(model.encode_text(towers.padded()))).max() < EXACT


def test_a_convolutional_model_of_another_text_class(tmp_path) -> None:
    """A ResNet whose text tower is an object of its own works like any other."""
    torch()
    import open_clip

    vision = {"layers": [1, 1, 1, 1], "width": 8, "image_size": 32, "patch_size": None}
    config = towers.OPEN_CLIP | {"vision_cfg": vision, "embed_dim": 24}
    model = towers.lively(open_clip.CustomTextCLIP(**config))
    images, texts = encoded(written(tmp_path, model, config | {"custom_text": True}))

    pixels = np.stack([each.rgb for each in towers.pictures(3)]).astype(np.float32) / 255
    given = torch().from_numpy((pixels - 0.5) / 0.5).permute(0, 3, 1, 2)
    assert np.abs(images - towers.at_unit(model.encode_image(given))).max() < EXACT
    assert np.abs(texts - towers.at_unit(model.encode_text(towers.padded()))).max() < EXACT


def test_a_model_of_another_name_is_told(tmp_path) -> None:
    """A file that is no ViT-B-32 is not loaded as one."""
    path = towers.saved(tmp_path, towers.of_open_clip())
    for encoder in (ImageEncoder, TextEncoder):
        with pytest.raises(
            WeightsError, match=r"another model than expected.*ViT-B-32/own weights"
        ):
            encoder(OpenClip("ViT-B-32", own=goldens.weights(path)))


def test_a_file_for_larger_pictures_is_told(tmp_path) -> None:
    """Positions of another size are not stretched until they fit: that would be another model."""
    model = towers.of_open_clip()
    vision = towers.OPEN_CLIP["vision_cfg"] | {"image_size": 64}
    larger = written(tmp_path, model, towers.OPEN_CLIP | {"vision_cfg": vision})
    with pytest.raises(WeightsError, match=r"positional_embedding \[5, 32\] instead of \[17, 32\]"):
        ImageEncoder(larger)


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ("{", "no configuration of open_clip"),
        ('{"embed_dim": 24}', "no configuration of open_clip"),
        (json.dumps(towers.OPEN_CLIP | {"wings": 2}), "can make no model of its configuration"),
        (
            json.dumps(towers.OPEN_CLIP | {"text_cfg": {"hf_tokenizer_name": "some/where"}}),
            "its tokenizer is not CLIP's",
        ),
    ],
)
def test_a_configuration_that_can_t_be_used_is_told(tmp_path, told, wrong) -> None:
    """A damaged configuration, an unknown part, text by other means: each is an error in words."""
    path = towers.saved(tmp_path, towers.of_open_clip())
    (tmp_path / "open_clip_config.json").write_text(told)
    with pytest.raises(WeightsError, match=wrong):
        ImageEncoder(OpenClip("ViT-B-32", own=goldens.weights(path)))


def test_a_training_s_checkpoint_works(tmp_path) -> None:
    """What open_clip's training saves has a word before each name, and a text tower at the root."""
    config = towers.OPEN_CLIP | {"custom_text": True}
    model = towers.of_open_clip()
    expected = towers.at_unit(model.encode_text(towers.padded()))
    path = tmp_path / "epoch_3.pt"
    state = {f"module.{name}": each for name, each in model.state_dict().items()}
    torch().save({"epoch": 3, "state_dict": state}, path)
    (tmp_path / "open_clip_config.json").write_text(json.dumps(config))
    _, texts = encoded(OpenClip("ViT-B-32", own=goldens.weights(path)))

    assert np.abs(texts - expected).max() < EXACT


@pytest.mark.parametrize(
    ("name", "pretrained", "told"),
    [
        ("ViT-B-33", "openai", "no such model .*Did you mean 'ViT-B-32'"),
        ("ViT-B-32", "laion9b", "no such weights of ViT-B-32 .*There are: openai, laion400m_e31"),
        ("roberta-ViT-B-32", "laion2b_s12b_b32k", "its tokenizer is not CLIP's"),
        ("coca_ViT-B-32", "laion2b_s13b_b90k", "does not read 77 tokens"),
        ("ViT-H-14", "dfn5b", "shown pictures otherwise than CLIP is: squash, bicubic"),
        ("MobileCLIP-S1", "datacompdr", "shortest, bilinear"),
    ],
)
def test_what_can_t_be_had_or_works_otherwise_is_told(name, pretrained, told) -> None:
    """Unknown names are told with what there is; models that are not read as CLIP are refused."""
    with pytest.raises(WeightsError, match=told):
        ImageEncoder(OpenClip(name, pretrained))


def test_published_weights_are_where_the_library_says(tmp_path, monkeypatch) -> None:
    """Without a network the error names the file, where it is published, and where to put it."""
    monkeypatch.setenv("SELECTOR_OFFLINE", "1")
    monkeypatch.setenv("SELECTOR_CACHE", str(tmp_path))
    with pytest.raises(WeightsError) as caught:
        ImageEncoder(OpenClip("ViT-B-32", "laion2b_s34b_b79k"))

    assert "laion/CLIP-ViT-B-32-laion2B-s34B-b79K" in str(caught.value)
    assert str(tmp_path / "open_clip-ViT-B-32-laion2b_s34b_b79k.safetensors") in str(caught.value)


def test_the_activation_is_that_of_the_weights() -> None:
    """OpenAI's weights under the name without -quickgelu are computed as they were trained."""
    from selector.backbones.open_clip_known import known

    assert known("ViT-B-32", "openai", None).config["quick_gelu"] is True
    assert known("ViT-B-32", "laion2b_s34b_b79k", None).config["quick_gelu"] is False


def test_fp16_is_refused_on_the_cpu() -> None:
    """As for any CLIP."""
    with pytest.raises(MeasureError, match="fp16 is for GPUs"):
        ImageEncoder(OpenClip("ViT-B-32", "openai", precision="fp16"))


def test_the_process_s_logging_is_left_alone(tmp_path) -> None:
    """Making a model neither prints nor sets up the logging of whoever uses the product."""
    written(tmp_path, towers.of_open_clip(), towers.OPEN_CLIP)
    code = f"""
import logging
from pathlib import Path
import goldens
from selector.backbones.clip import ImageEncoder
from selector.backbones.open_clip_model import OpenClip
ImageEncoder(OpenClip("ViT-B-32", own=goldens.weights(Path({str(tmp_path)!r}) / "model.pt")))
assert not logging.getLogger().handlers
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(Path(towers.__file__).parent)},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-500:]


def test_projections_are_in_full_floats(tmp_path) -> None:
    """In half precision an embedding is what full floats make of the tower's end."""
    model = written(tmp_path, towers.of_open_clip(), towers.OPEN_CLIP)
    half = replace(model, precision="bf16")
    held = torch().load(tmp_path / "model.pt", weights_only=True)["state_dict"]
    for tower, name in (
        (half.image_tower(), "visual.proj"),
        (half.text_tower(), "text_projection"),
    ):
        rows = torch().randn(2, len(held[name]), dtype=torch().bfloat16)
        assert torch().equal(tower.load()._project(rows), rows.float() @ held[name])


def test_precisions_of_one_file_share_nothing(tmp_path) -> None:
    """Both open at once, each gives its own numbers; and so would two devices."""
    model = written(tmp_path, towers.of_open_clip(), towers.OPEN_CLIP)
    whole = ImageEncoder(model)
    half = ImageEncoder(replace(model, precision="bf16"))
    seen = [each.encode(towers.pictures(2), towers.whole) for each in (whole, half)]
    whole.close()
    half.close()

    assert not np.array_equal(*seen)
    assert ((seen[0] * seen[1]).sum(axis=1) > 0.999).all()
    assert model != replace(model, device="cuda")
