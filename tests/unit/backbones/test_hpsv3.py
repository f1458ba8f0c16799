"""HPSv3's model against its authors' program, and files of one's own in its layout."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

import goldens
from selector.backbones import hpsv3_view as view
from selector.backbones.hpsv3 import Reward, Rewards, Which
from selector.backbones.hpsv3_text import rendered
from selector.backbones.torch_ready import torch
from selector.errors import ImageError, WeightsError
from selector.images import open_image
from selector.types import Failure

FOLDER = goldens.FOLDER / "hpsv3/weights"
DOCUMENT = goldens.document("hpsv3")
CASES = goldens.cases("hpsv3")
OFF = DOCUMENT["tolerance"]["mu"]["abs"]
SAID = "A short text about {}. The rating: <|Reward|>\n"
FOX = SAID.format("a fox")


@pytest.fixture(scope="session")
def published(shared):
    """Return the very text that HPSv3 was trained with, for a prompt."""
    parts = (shared / "golden/templates" / f"hpsv3_{one}.txt" for one in ("instruction", "suffix"))
    instruction, suffix = (path.read_text() for path in parts)
    return lambda prompt: instruction.replace("{text_prompt}", prompt) + suffix


@pytest.fixture(scope="module")
def opened():
    """Hold models of files in the published layout; all are closed in the end."""
    held = []

    def rewards(path: Path = FOLDER / "HPSv3.safetensors", **more) -> Rewards:
        told = {"precision": "fp32", "device": "cpu"} | more
        held.append(Rewards(Which("HPSv3", goldens.weights(path), **told)))
        return held[-1]

    yield rewards
    for one in held:
        one.close()


@pytest.fixture
def folder(tmp_path):
    """A copy of the golden model with the files of its base, to be changed."""
    return shutil.copytree(FOLDER, tmp_path / "copy", copy_function=shutil.copyfile)


def picture(name: str):
    inputs = CASES[name]["inputs"]
    return open_image(goldens.picture(inputs["image"], inputs))


def values(found) -> np.ndarray:
    assert all(isinstance(one, Reward) for one in found), found
    return np.array([(one.mu, one.sigma) for one in found])


@pytest.mark.parametrize("name", CASES)
def test_rewards_are_those_of_the_authors_program(name, opened, published):
    """For every golden picture and prompt: the same text, the same sizes and tokens, the same two
    numbers, far within the tolerance, and far from what real places of patches would give.
    """
    expected, text = CASES[name]["expected"], published(CASES[name]["inputs"]["prompt"])
    rewards, image = opened(), picture(name)
    seen = image.view(view.shown)
    ids = rewards._lease.model.read(text, view.tokens(seen))

    (found,) = rewards.of([image], [text])

    sha256 = hashlib.sha256(rendered(text).encode()).hexdigest()
    assert sha256 == expected["rendered_text_sha256"]
    assert [*seen.shape[:2]] == expected["resized_hw"]
    assert [*view.grid(seen)] == expected["image_grid_thw"]
    assert (view.tokens(seen), len(ids)) == (expected["n_image_tokens"], expected["n_tokens"])
    assert found.mu == pytest.approx(expected["mu"], abs=OFF / 40)
    assert found.sigma == pytest.approx(expected["sigma"], rel=1e-4)
    assert abs(found.mu - CASES[name]["wrong_if_mrope_positions"]["mu"]) > 100 * OFF


def test_a_batch_gives_what_each_alone_gives(opened, published, folder):
    """Texts and pictures of several lengths go through together, as in the golden batch."""
    given, told = DOCUMENT["batch"]["inputs"], DOCUMENT["batch"]["expected"]
    images = [open_image(goldens.picture(name)) for name in given["images"]]
    anew = opened(folder / "HPSv3.safetensors")

    found = values(anew.of(images, [published(prompt) for prompt in given["prompts"]]))

    assert found[:, 0] == pytest.approx(np.array(told["mu"]), abs=OFF / 40)
    assert np.log(found[:, 1]) == pytest.approx(np.array(told["raw_sigma"]), abs=OFF / 40)


def test_where_patches_lie_is_not_told(opened, published):
    """The guard guards: with places in height and width the golden values would be missed."""
    rewards, case = opened(), CASES["image-square"]
    with rewards._lease.use() as network:
        state, marks = network._backbone, []

        def real_places(_module, _given, told):
            marks.append(told["position_ids"])
            kinds = (told["input_ids"] == rewards._lease.model._vocabulary.picture).long()
            return _given, {**told, "position_ids": None, "mm_token_type_ids": kinds}

        hook = state.register_forward_pre_hook(real_places, with_kwargs=True)
        seen = picture("image-square").view(view.shown)
        ids = rewards._lease.model.read(published(case["inputs"]["prompt"]), view.tokens(seen))
        ((mu, _),) = network([(seen, ids)])
        hook.remove()

    assert mu == pytest.approx(case["wrong_if_mrope_positions"]["mu"], abs=OFF)
    (places,) = marks
    assert (places == torch().arange(len(ids))).all()


def test_a_picture_has_one_reward_for_a_text(opened):
    """Asked again it is the very same; of equal ones in a batch one is computed."""
    rewards, image = opened(), picture("image-noise")
    first, again = rewards.of([image, image], [FOX, FOX])
    assert first == again == rewards.of([picture("image-square"), image], [FOX, FOX])[1]


def test_what_is_too_long_fails_alone(opened):
    """A picture over 200 : 1, and a text longer than the network reads."""
    thin = open_image(np.zeros((2, 402, 3), np.uint8))
    images = [thin, picture("image-small"), picture("image-small")]
    found = opened().of(images, [FOX, FOX, "x " * 40_000 + FOX])

    assert [type(one) for one in found] == [Failure, Reward, Failure]
    assert "402 x 2 px, expected at most 200 : 1" in found[0].reason
    assert "it reads 32768). Shorten the prompt" in found[2].reason


@pytest.mark.parametrize("text", ["no token", FOX + FOX, f"{FOX}<|image_pad|>"])
def test_a_text_must_have_one_place_for_the_reward(text, opened):
    """None, two, or a picture that nobody shows: the published program would score something."""
    (found,) = opened().of([picture("image-small")], [text])
    assert isinstance(found, Failure)
    assert "has to hold <|Reward|> once" in found.reason


def test_a_picture_that_can_not_be_decoded_says_so(opened):
    """As for every measure, that is the caller's to mend."""
    whole = (goldens.FOLDER / "images/square_512.png").read_bytes()
    with pytest.raises(ImageError):
        opened().of([open_image(whole[:2000])], [FOX])


def test_any_text_is_read(opened):
    """Nothing, emoji, half a character, braces, a rating that somebody wrote himself."""
    texts = [SAID.format(one) for one in ("", "🦊", "\ud800", "{x} {0}", "a fox. Rating: 10")]
    found = values(opened().of([picture("image-small")] * len(texts), texts))
    assert len({*found[:, 0]}) == len(texts)


def test_names_of_newer_libraries_are_understood(opened, folder):
    """A team's own weights, saved by transformers since: the same numbers."""
    held = load_file(folder / "HPSv3.safetensors")
    renamed = {
        name.replace("visual.", "model.visual.")
        if name.startswith("visual.")
        else name.replace("model.", "model.language_model."): tensor
        for name, tensor in held.items()
        if not name.startswith("lm_head")
    }
    save_file(renamed, folder / "HPSv3.safetensors")

    found = opened(folder / "HPSv3.safetensors").of([picture("image-small")], [FOX])

    assert values(found) == pytest.approx(values(opened().of([picture("image-small")], [FOX])))


def test_the_files_beside_a_checkpoint_count(opened, folder):
    """What no shape tells comes from its base: with another entry it is another number."""
    path = folder / "config.json"
    path.write_text(
        json.dumps(json.loads(path.read_text()) | {"num_attention_heads": 4, "rms_norm_eps": 0.1})
    )
    found = opened(folder / "HPSv3.safetensors").of([picture("image-small")], [FOX])
    usual = opened().of([picture("image-small")], [FOX])
    assert abs(values(found) - values(usual)).max() > OFF


def lose(name):
    def spoil(folder):
        held = load_file(folder / "HPSv3.safetensors")
        del held[name]
        save_file(held, folder / "HPSv3.safetensors")

    return spoil


def cut(folder):
    path = folder / "HPSv3.safetensors"
    path.write_bytes(path.read_bytes()[:9000])


def fewer_words(folder):
    held = load_file(folder / "HPSv3.safetensors")
    held["model.embed_tokens.weight"] = held["model.embed_tokens.weight"][:-1].clone()
    save_file(held, folder / "HPSv3.safetensors")


def write(name, text):
    return lambda folder: (folder / name).write_text(text)


def told(**entries):
    """Change what the configuration tells."""

    def spoil(folder):
        path = folder / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | entries))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lose("model.layers.1.mlp.up_proj.weight"), "lacks language_model.layers.1.mlp.up_proj"),
        (lose("rm_head.3.bias"), "lacks rm_head.3.bias"),
        (lose("model.embed_tokens.weight"), "expected at least 915"),
        (fewer_words, "got 914, expected at least 915"),
        (cut, "it can't be read as a model file"),
        (write("config.json", "{}"), "model_type None"),
        (write("config.json", '{"model_type": "qwen2_vl", "hidden_size": "x"}'), "no Qwen2-VL"),
        (write("config.json", "["), "no Qwen2-VL"),
        (write("tokenizer.json", "{}"), "no model in it"),
        (told(num_attention_heads=0), "no Qwen2-VL .got integer division"),
        (told(attn_implementation="flash_attention_2"), "no Qwen2-VL .got FlashAttention2"),
        (write("tokenizer.json", "{"), "no vocabulary"),
        (write("tokenizer.json", "[" * 100_000), "no vocabulary of Qwen2-VL .got lists in lists"),
        (write("tokenizer.json", '{"model": {"type": "X"}}'), "got a model of type 'X'"),
    ],
)
def test_another_model_is_refused(spoil, said, opened, folder):
    """The file is named, what is wrong with it, and what to do; nothing is filled in at random."""
    spoil(folder)
    with pytest.raises(WeightsError, match=said) as told:
        opened(folder / "HPSv3.safetensors")
    assert str(folder) in str(told.value)


def test_what_it_takes_is_told_before(opened):
    """The size is that of what is kept: without the part that writes words, half in half floats."""
    held = load_file(FOLDER / "HPSv3.safetensors")
    head = sum(each.numel() for name, each in held.items() if name.startswith("rm_head"))
    words = held["lm_head.weight"].numel()
    others = sum(each.numel() for each in held.values()) - head - words
    assert opened()._lease.model.size == 4 * (others + head)
    assert opened(precision="bf16")._lease.model.size == 2 * others + 4 * head
