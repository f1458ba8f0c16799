"""CLIP-T5 against its authors' program, on a tiny model at random."""

import json
import shutil

import numpy as np
import PIL.Image
import pytest
from safetensors.numpy import load_file, save_file

import goldens
from selector.backbones import clip_t5_folder
from selector.backbones.clip_t5 import GROUND, Answers, ClipT5, squared
from selector.backbones.clip_t5_network import Network, Row
from selector.backbones.precision import Where
from selector.errors import WeightsError
from selector.images import open_image
from tiny_t5 import GOLDEN, WEIGHTS

CASES = goldens.cases(GOLDEN)
OFF = goldens.document(GOLDEN)["tolerance"]["vqascore"]["rel"]
SIDE = 336


@pytest.fixture(scope="module")
def model():
    answers = Answers(ClipT5(WEIGHTS, "golden", "fp32", "cpu"))
    yield answers
    answers.close()


@pytest.fixture(scope="module")
def network():
    size = clip_t5_folder.size(WEIGHTS)
    return Network(WEIGHTS, size, what="a CLIP-T5", where=Where("cpu", "fp32"))


@pytest.fixture
def changed(tmp_path):
    """Copy the golden model; entries of its configuration, or its tensors, may change."""

    def copy(tensors=lambda _: None, files=None, **entries):
        shutil.copytree(WEIGHTS, tmp_path / "copy", copy_function=shutil.copyfile)
        held = load_file(tmp_path / "copy/model.safetensors")
        tensors(held)
        (tmp_path / "copy/model.safetensors").unlink()
        for file, names in (files or {"model": None}).items():
            part = {name: held[name] for name in held if names is None or names(name)}
            save_file(part, tmp_path / f"copy/{file}.safetensors")
        config = json.loads((WEIGHTS / "config.json").read_text()) | entries
        (tmp_path / "copy/config.json").write_text(json.dumps(config))
        return ClipT5(tmp_path / "copy", str(tmp_path), "fp32", "cpu")

    return copy


def given(name: str):
    """Return the picture, what stands on both sides of it, and the answer of a case."""
    inputs = CASES[name]["inputs"]
    at = inputs["input_ids"].index(inputs["image_token"])
    sides = tuple(inputs["input_ids"][:at]), tuple(inputs["input_ids"][at + 1 :])
    picture = open_image(goldens.picture(inputs["image"], inputs))
    return picture, sides, tuple(inputs["answer_ids"])


def asked(answers: Answers, name: str) -> np.ndarray:
    picture, sides, answer = given(name)
    return np.exp(answers.of([picture], [sides], answer)[0])


def expected(name: str, *keys: str) -> np.ndarray:
    return np.array([CASES[name]["expected"][key] for key in keys])


def score(chances: np.ndarray) -> float:
    return float(np.exp(np.log(chances).mean()))


def answered(network: Network, name: str, seen) -> float:
    """Return the score of a case whose picture is shown in another way."""
    picture, (before, after), answer = given(name)
    (logs,) = network([Row(seen(picture), before, after, answer)])
    return score(np.exp(logs))


@pytest.mark.parametrize("name", CASES)
def test_probabilities_are_those_of_the_authors_program(model, name):
    """Of Yes, and of the end behind it, and so the root of their product; far within tolerance."""
    found = asked(model, name)
    assert found == pytest.approx(expected(name, "p_yes", "p_eos_given_yes"), rel=OFF / 20)
    assert score(found) == pytest.approx(expected(name, "vqascore")[0], rel=OFF / 20)


@pytest.mark.parametrize("name", CASES)
def test_the_probability_of_yes_alone_is_another_number(model, name):
    """Which others' ports return: no case would pass with it."""
    whole = expected(name, "vqascore")[0]
    assert abs(asked(model, name)[0] / whole - 1) > 5 * OFF


@pytest.mark.parametrize("name", ["ids-landscape", "ids-portrait", "ids-small"])
@pytest.mark.parametrize("ground", [None, (0, 0, 0), (124, 116, 104)])
def test_a_picture_is_padded_to_a_square_and_by_which_colour(network, name, ground):
    """Cropped, squeezed or on another ground, cases don't pass; as it should be, they do."""

    def wrong(image):
        picture = PIL.Image.fromarray(image.rgb)
        if ground is None:
            return np.asarray(picture.resize((SIDE, SIDE), PIL.Image.Resampling.BICUBIC))
        side = max(picture.size)
        whole = PIL.Image.new("RGB", (side, side), ground)
        whole.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
        return np.asarray(whole.resize((SIDE, SIDE), PIL.Image.Resampling.BICUBIC))

    whole = expected(name, "vqascore")[0]
    assert answered(network, name, squared(SIDE)) == pytest.approx(whole, rel=OFF / 20)
    assert answered(network, name, wrong) != pytest.approx(whole, rel=OFF / 20)


def test_questions_of_any_length_go_through_together(network):
    """Shorter ones don't see what fills them up."""
    rows = []
    for name in CASES:
        picture, (before, after), answer = given(name)
        rows.append(Row(squared(SIDE)(picture), before, after, answer))
    short = Row(rows[0].picture, rows[0].before[-2:], rows[0].after[-3:], rows[0].answer)

    together = network([*rows, short])

    whole = np.array([expected(name, "vqascore")[0] for name in CASES])
    assert np.exp(together[:-1].mean(1)) == pytest.approx(whole, rel=OFF / 20)
    assert together[-1] == pytest.approx(network([short])[0], abs=1e-4)


def test_a_question_about_a_picture_has_one_answer(model):
    """Asked again it is the very same, though in another batch float32 would differ a little."""
    first = asked(model, "ids-square")
    (image, sides, answer), (other, others, _) = given("ids-square"), given("ids-noise")
    both = model.of([other, image], [others, sides], answer)
    assert np.array_equal(np.exp(both[1]), first)


def test_weights_may_lie_in_several_files_and_the_tower_in_clips_own(changed):
    """As the hub has them: parts of T5, and CLIP's file, which names its tensors otherwise."""
    inside = "vision_tower.vision_tower."

    def named_by_clip(held) -> None:
        for name in [name for name in held if name.startswith(inside)]:
            held[name.removeprefix(inside)] = held.pop(name)
        held["text_model.embeddings.token_embedding.weight"] = np.zeros((4, 4), np.float16)

    def of_clip(name: str) -> bool:
        return name.startswith(("vision_model.", "text_model."))

    which = changed(
        named_by_clip,
        {
            "clip": of_clip,
            "part-1": lambda name: name.startswith("decoder"),
            "part-2": lambda name: not name.startswith("decoder") and not of_clip(name),
        },
    )
    answers = Answers(which)
    assert score(asked(answers, "ids-square")) == pytest.approx(
        expected("ids-square", "vqascore")[0], rel=OFF / 20
    )
    answers.close()


def test_the_layer_that_is_looked_at_counts(changed):
    """The last but one; what the last one makes is another thing."""
    answers = Answers(changed(mm_vision_select_layer=-1))
    found = score(asked(answers, "ids-square"))
    assert abs(found / expected("ids-square", "vqascore")[0] - 1) > 5 * OFF
    answers.close()


def test_the_published_configuration_is_read(tmp_path):
    """T5's entries at the top, and the tower by its name only: CLIP's largest, at 336 px."""
    published = {
        "vocab_size": 32128, "d_model": 2048, "d_kv": 64, "d_ff": 5120, "num_layers": 24,
        "num_decoder_layers": 24, "num_heads": 32, "feed_forward_proj": "gated-gelu",
        "tie_word_embeddings": False, "mm_vision_tower": "openai/clip-vit-large-patch14-336",
        "mm_vision_select_layer": -2, "mm_projector_type": "mlp2x_gelu",
    }  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(published))

    size = clip_t5_folder.size(tmp_path)

    assert (size.layers, size.vision.tokens, size.t5.d_model) == (23, 576, 2048)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"t5": {}}, "t5.vocab_size"),
        ({"mm_vision_select_layer": 0}, "mm_vision_select_layer"),
        ({"mm_vision_select_layer": -9}, "must be a layer"),
        ({"vision": {"hidden_size": 33}}, "must divide"),
    ],
)
def test_a_configuration_that_can_not_be_is_told(changed, entry, said):
    """With the name of the entry, before anything is loaded."""
    with pytest.raises(WeightsError, match=rf"config\.json: no configuration .*{said}"):
        Answers(changed(**entry))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda held: [held.pop(name) for name in [*held] if "vision" in name], "it lacks vision"),
        (lambda held: held.pop("mm_projector.2.bias"), "it lacks mm_projector.2.bias"),
        (lambda held: held.pop("lm_head.weight"), "it lacks lm_head.weight"),
        (
            lambda held: held.update({"shared.weight": np.zeros((99, 48), np.float16)}),
            r"shared.weight \[99, 48\] instead of \[150, 48\]",
        ),
    ],
    ids=["no tower", "no bias", "no head", "another size"],
)
def test_another_model_is_refused(changed, change, said):
    """The message says what is missing or differs, and what was expected."""
    with pytest.raises(WeightsError, match=said) as caught:
        Answers(changed(change))
    assert "a CLIP-T5" in str(caught.value)


@pytest.mark.parametrize("size", [(3000, 2), (1, 4000), (1, 1)])
def test_a_picture_of_any_shape_is_seen_whole(size):
    """It stands in the middle of its ground, at least a pixel high."""
    seen = squared(SIDE)(open_image(PIL.Image.new("RGB", size, "white")))
    assert seen.shape == (SIDE, SIDE, 3)
    middle = slice(SIDE // 2 - 1, SIDE // 2 + 1)
    assert seen[middle, middle].max() == 255
    assert size == (1, 1) or tuple(seen[0, 0]) == GROUND


def test_half_floats_stay_near():
    """bf16 moves a probability a little."""
    answers = Answers(ClipT5(WEIGHTS, "golden", "bf16", "cpu"))
    off = score(asked(answers, "ids-square")) / expected("ids-square", "vqascore")[0] - 1
    assert 0 < abs(off) < 0.1
    answers.close()
