"""ImageReward against its authors' program."""

import json
import shutil
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch

import goldens
from selector.backbones import blip
from selector.errors import MeasureError, WeightsError
from selector.images import open_image
from selector.measures.base import Subject
from selector.measures.scorers.image_reward import ImageReward
from selector.types import Failure, Score

PATH = "scorers.image_reward"
WEIGHTS = goldens.FOLDER / "imagereward/weights"
DOCUMENT = goldens.document("imagereward")
CASES = goldens.cases("imagereward")
OFF = DOCUMENT["tolerance"]["score"]["abs"]
MIXED = [name for name in CASES if name != "image-rgba"]
# The original resizes with alpha and drops it then, we are given RGB: the other golden column.
DROPPED = CASES["image-rgba"]["expected"]["score_rgb_first_floor_crop"]


def golden(name: str) -> Subject:
    inputs = CASES[name]["inputs"]
    return Subject(open_image(goldens.picture(inputs["image"], inputs)), prompt=inputs["prompt"])


def expected(*names: str) -> np.ndarray:
    return np.array([CASES[name]["expected"]["score"] for name in names])


def rewards(measure, *names: str) -> np.ndarray:
    return goldens.values(measure, *map(golden, names))


@pytest.fixture
def edited(tmp_path):
    """Return the golden model, copied with its files, with other tensors or configuration."""

    def copy(change=lambda _: None, **entries) -> dict[str, str]:
        folder = Path(shutil.copytree(WEIGHTS, tmp_path / "copy", copy_function=shutil.copyfile))
        tensors = torch.load(folder / "ImageReward.pt", weights_only=True)
        change(tensors)
        torch.save(tensors, folder / "ImageReward.pt")
        for name in ("vision_config.json", "med_config.json"):
            config = json.loads((folder / name).read_text())
            config |= {key: value for key, value in entries.items() if key in config}
            (folder / name).write_text(json.dumps(config))
        return goldens.own(folder / "ImageReward.pt")

    return copy


@pytest.mark.parametrize("name", MIXED)
def test_a_reward_is_that_of_the_authors_program(name, scorer):
    """For every picture and prompt of the golden cases, far within their tolerance."""
    assert rewards(scorer(PATH), name) == pytest.approx(expected(name), abs=OFF / 40)


def test_alpha_is_settled_before_the_picture_is_resized(scorer):
    """What comes through our door has no alpha: the number is the original's for such a picture."""
    assert rewards(scorer(PATH), "image-rgba") == pytest.approx(DROPPED, abs=OFF)


def test_a_file_is_scored_upright(scorer):
    """A photograph that lies on its side is turned first, which the original leaves to its caller."""
    inputs = CASES["exif-applied"]["inputs"]
    picture = open_image(goldens.FOLDER / "images" / inputs["image"])
    found = goldens.values(scorer(PATH), Subject(picture, prompt=inputs["prompt"]))
    assert found == pytest.approx(expected("exif-applied"), abs=OFF)


def test_pictures_are_ranked_as_the_original_ranks_them(scorer):
    """All at once, for one prompt: rewards and order."""
    given, told = DOCUMENT["ranking"]["inputs"], DOCUMENT["ranking"]["expected"]
    subjects = [goldens.subject(each, given["prompt"]) for each in given["images"]]

    found = goldens.values(scorer(PATH), *subjects)

    assert found == pytest.approx(np.array(told["rewards"]), abs=OFF)
    assert [1 + int((found > each).sum()) for each in found] == told["rank_1_is_best"]


def test_prompts_of_any_length_go_through_together(scorer, edited):
    """From 2 to 35 tokens in one batch: shorter ones don't see what fills them up."""
    anew = scorer(PATH, checkpoint=edited())
    assert rewards(anew, *MIXED) == pytest.approx(expected(*MIXED), abs=OFF / 40)


def test_a_picture_has_one_reward_for_a_prompt(scorer):
    """Asked again, alone or beside others, it is the very same: float32 would differ a little."""
    together = rewards(scorer(PATH), *MIXED)
    alone = np.concatenate([rewards(scorer(PATH), name) for name in reversed(MIXED)])
    assert np.array_equal(alone[::-1], together)


def test_rewards_are_centred_with_the_authors_digits():
    """Others' ports have a digit of the mean wrong, too little for any case to show."""
    assert (DOCUMENT["mean"], DOCUMENT["std"]) == (blip.REWARD_MEAN, blip.REWARD_STD)


@pytest.mark.parametrize(
    "entries",
    [{"layer_norm_eps": 1e-2}, {"num_heads": 8}, {"num_attention_heads": 8}],
    ids=["norm", "heads that see", "heads that read"],
)
def test_the_files_beside_a_checkpoint_count(entries, scorer, edited):
    """What no shape tells comes from them: with another entry the cases don't pass."""
    wrong = rewards(scorer(PATH, checkpoint=edited(**entries)), *MIXED)
    assert np.abs(wrong - expected(*MIXED)).max() > 5 * OFF


def test_safetensors_give_the_same(scorer, tmp_path):
    """A team's own checkpoint may be in that format, under the same names."""
    from safetensors.torch import save_file

    shutil.copytree(WEIGHTS, tmp_path / "ours", copy_function=shutil.copyfile)
    tensors = torch.load(WEIGHTS / "ImageReward.pt", weights_only=True)
    save_file(tensors, tmp_path / "ours/model.safetensors")
    found = rewards(
        scorer(PATH, checkpoint=goldens.own(tmp_path / "ours/model.safetensors")), *MIXED
    )
    assert found == pytest.approx(expected(*MIXED), abs=OFF / 40)


def test_the_end_of_a_long_prompt_is_told(scorer):
    """The score says what was not read; of a prompt that was read there is nothing to say."""
    found = scorer(PATH).run([golden(name) for name in CASES])
    told = {name: one["image_reward"].evidence for name, one in zip(CASES, found, strict=True)}
    assert {name for name in CASES if told[name]} == {"prompt-accent", "prompt-long"}
    assert told["prompt-accent"] == {"unread": "étagère, 東京タワー"}
    assert len(told["prompt-long"]["unread"]) <= 500


def test_any_prompt_has_a_score(scorer):
    """Nothing, blanks, emoji, entities, five thousand characters, half a character."""
    prompts = ["", " \n", "🦊🌨️", "&lt;b&gt;&amp;amp;", "fox " * 1250, "x" * 5000, "\ud800"]
    picture = open_image(goldens.picture("square_512.png"))
    found = scorer(PATH).run([Subject(picture, prompt=prompt) for prompt in prompts])
    assert all(isinstance(one["image_reward"], Score) for one in found)
    assert len(json.dumps(found[4]["image_reward"].evidence)) < 16_000


def test_a_damaged_number_fails_only_what_it_touches(scorer, edited):
    """Of weights that hold NaN for one word, prompts without that word keep their scores."""

    def damage(tensors) -> None:
        word = (WEIGHTS / "bert_tokenizer/vocab.txt").read_text().split("\n").index("milk")
        tensors["blip.text_encoder.embeddings.word_embeddings.weight"][word] = torch.nan

    broken = scorer(PATH, checkpoint=edited(damage))
    whole, failed = broken.run([golden("image-square"), golden("prompt-spaces")])

    assert whole["image_reward"].value == pytest.approx(expected("image-square")[0], abs=OFF)
    assert isinstance(failed["image_reward"], Failure)
    assert "no finite number" in failed["image_reward"].reason


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda it: [it.pop(name) for name in [*it] if name.startswith("mlp.")],
            "lacks mlp.layers",
        ),
        (lambda it: it.pop("blip.visual_encoder.norm.bias"), "lacks blip.visual_encoder.norm.bias"),
        (lambda it: it.update({"blip.itm_head.bias": torch.zeros(2)}), "also blip.itm_head.bias"),
        (
            lambda it: it.update({"mlp.layers.0.weight": torch.zeros(1024, 768)}),
            r"mlp.layers.0.weight \[1024, 768\] instead of \[1024, 48\]",
        ),
    ],
    ids=["a BLIP", "a part", "another BLIP", "another width"],
)
def test_another_model_is_refused(edited, change, said):
    """The message says what is missing or differs, and that an ImageReward was expected."""
    measure = ImageReward(checkpoint=edited(change))
    with pytest.raises(WeightsError, match=said) as caught:
        measure.build("cpu")
    assert "expected ImageReward" in str(caught.value)


def test_the_file_of_another_scorer_is_refused_for_what_it_is(tmp_path):
    """Though neither dimensions nor a vocabulary lie beside it, the model is what is told."""
    shutil.copyfile(goldens.FOLDER / "hpsv2/weights/HPS_v2.1_compressed.pt", tmp_path / "wrong.pt")
    with pytest.raises(WeightsError, match=r"wrong\.pt: another model .* expected ImageReward"):
        ImageReward(checkpoint=goldens.own(tmp_path / "wrong.pt")).build("cpu")


def test_half_floats_stay_near_and_have_another_name(scorer):
    """bf16 moves a reward a little, and its numbers are never taken for those of full floats."""
    half, full = scorer(PATH, precision="bf16"), scorer(PATH)
    off = np.abs(rewards(half, *MIXED) - expected(*MIXED))
    assert 0 < off.max() < 0.3
    assert half.fingerprint() != full.fingerprint()


def test_fp16_needs_a_gpu():
    """On the CPU it is refused before anything is loaded, with what to write."""
    with pytest.raises(MeasureError, match="Write bf16"):
        ImageReward(**goldens.parameters(PATH), precision="fp16").build("cpu")


def test_it_must_be_built():
    """Used before its model is loaded, or after it was closed, it says so instead of a number."""
    measure = ImageReward(**goldens.parameters(PATH))
    with pytest.raises(MeasureError, match="Call `build`"):
        measure.run([golden("image-square")])
    measure.build("cpu")
    measure.close()
    with pytest.raises(MeasureError, match="Call `build`"):
        measure.run([golden("image-square")])


def test_its_weights_are_the_published_ones_or_its_user_s(scorer):
    """The manifest's names are told only where the manifest's files are loaded."""
    assert ImageReward().weights == ("image_reward", "bert_vocabulary")
    assert scorer(PATH).weights == ()


def test_a_picture_of_one_line_has_a_reward(scorer):
    """However long it is: its middle is what is seen."""
    line = PIL.Image.new("RGB", (4000, 1), "red")
    found = scorer(PATH).run([Subject(open_image(line), prompt="a line")])
    assert isinstance(found[0]["image_reward"], Score)
