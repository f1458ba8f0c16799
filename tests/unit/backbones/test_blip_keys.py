"""What a checkpoint of ImageReward holds."""

import json
import math

import pytest

import goldens
from selector.backbones import blip_keys
from selector.errors import WeightsError

WEIGHTS = goldens.FOLDER / "imagereward/weights"


@pytest.fixture
def beside(tmp_path):
    """Write the golden configuration, with other entries, and return the dimensions that it tells."""

    def told(file: str, **entries):
        for name in ("vision_config.json", "med_config.json"):
            (tmp_path / name).write_text((WEIGHTS / name).read_text())
        changed = json.loads((WEIGHTS / file).read_text()) | entries
        (tmp_path / file).write_text(json.dumps(changed))
        return blip_keys.beside(tmp_path / "ours.pt")

    return told


def test_the_published_model_has_as_many_numbers_as_its_authors_load():
    """446,665,953 in 620 tensors and the two projections that nothing reads; the head 927,969."""
    towers, head = blip_keys.towers(blip_keys.PUBLISHED), blip_keys.head(blip_keys.PUBLISHED)
    count = {
        name: sum(map(math.prod, each.values())) for name, each in (("t", towers), ("h", head))
    }
    unread = (1024 + 1) * 256 + (768 + 1) * 256

    assert count["h"] == 927_969
    assert count["t"] + count["h"] + unread == 446_665_953
    assert len(towers | head) == 620


def test_without_files_beside_it_a_checkpoint_is_as_large_as_the_published_one(tmp_path):
    """A team that trained the published model on has nothing to write."""
    assert blip_keys.beside(tmp_path / "ours.pt") == blip_keys.PUBLISHED


def test_files_beside_it_tell_the_dimensions():
    """Of both towers, as the golden checkpoint has them."""
    size = blip_keys.beside(WEIGHTS / "ImageReward.pt")
    assert (size.vision.width, size.vision.depth, size.vision.tokens) == (64, 2, 197)
    assert (size.text.hidden_size, size.text.num_hidden_layers, size.text.vocab_size) == (
        48,
        3,
        184,
    )


@pytest.mark.parametrize(
    ("file", "entries", "said"),
    [
        ("vision_config.json", {"depth": 10**9}, "got depth: "),
        ("vision_config.json", {"num_heads": 3}, "num_heads must divide width"),
        ("vision_config.json", {"patch_size": 15}, "patch_size must divide image_size"),
        ("med_config.json", {"hidden_act": "relu"}, "got hidden_act: "),
        ("med_config.json", {"num_attention_heads": 5}, "must divide hidden_size"),
        ("med_config.json", {"encoder_width": 128}, "got width 64 .* encoder_width 128"),
    ],
)
def test_dimensions_that_cannot_be_are_told(beside, tmp_path, file, entries, said):
    """With the file, the entry and what to do, before anything is loaded."""
    with pytest.raises(WeightsError, match=said) as caught:
        beside(file, **entries)
    assert str(caught.value).startswith(str(tmp_path))
    assert "belong" in str(caught.value)


def test_a_file_that_is_no_json_is_told(tmp_path):
    """What was cut off in a copy is named."""
    (tmp_path / "med_config.json").write_text('{"hidden_size": 76')
    with pytest.raises(WeightsError, match=r"med_config\.json: no such model can be built"):
        blip_keys.beside(tmp_path / "ours.pt")


def test_the_published_model_is_this_one() -> None:
    """Every number of it; heads and norms no file and no shape would tell."""
    vision, text = blip_keys.PUBLISHED.vision, blip_keys.PUBLISHED.text
    assert (vision.depth, vision.width, vision.num_heads, vision.mlp_ratio) == (24, 1024, 16, 4)
    assert (vision.image_size, vision.patch_size, vision.layer_norm_eps) == (224, 16, 1e-6)
    assert (text.num_hidden_layers, text.hidden_size, text.num_attention_heads) == (12, 768, 12)
    assert (text.intermediate_size, text.encoder_width, text.vocab_size) == (3072, 1024, 30_524)
    assert (text.max_position_embeddings, text.layer_norm_eps) == (512, 1e-12)
