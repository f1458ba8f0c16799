"""CLIP score in its four forms, against OpenAI's, Hessel's and transformers' programs."""

import numpy as np
import pytest

import goldens
from selector.backbones.clip import VIT_L_14, Clip
from selector.backbones.likeness import Likenesses
from selector.backbones.tokens import openai
from selector.backbones.views import cropped
from selector.errors import MeasureError
from selector.images import open_image
from selector.measures import loader
from selector.measures.base import Subject
from selector.measures.scorers.clip_score import ClipScore
from selector.types import Failure

PATH, FILE = "scorers.clip_score", "clip_score/weights/model.safetensors"
CASES = goldens.cases("clip_score")
TOLERANCE = goldens.document("clip_score")["tolerance"]
COLUMNS = {
    "cosine": "cosine",
    "cosine_x100": "cosine_x100",
    "hessel": "hessel_2p5",
    "logit_scaled": "logit_scaled",
}
# Of pictures with alpha the originals resize what we are never given: the pixels under it.
GIVEN = [name for name in CASES if name != "image-rgba"]


def subjects(*names: str) -> list[Subject]:
    return [
        Subject(open_image(goldens.picture(one["image"], one)), prompt=one["prompt"])
        for one in (CASES[name]["inputs"] for name in names)
    ]


def expected(column: str, *names: str) -> np.ndarray:
    return np.array([CASES[name]["expected"][column] for name in names])


@pytest.mark.parametrize("variant", COLUMNS)
def test_each_form_is_that_of_its_authors(variant, scorer):
    """For every picture and prompt of the golden cases; the output is named after the form."""
    measure, column = scorer(PATH, variant=variant), COLUMNS[variant]
    off = TOLERANCE[column]["abs"]

    assert set(measure.outputs) == {variant}
    found = goldens.values(measure, *subjects(*GIVEN))
    assert found == pytest.approx(expected(column, *GIVEN), abs=off)


def test_the_other_processor_is_transformers(scorer):
    """Its crop and its tokenizer: of portraits and of entities another number."""
    measure, column = scorer(PATH, processor="huggingface"), "cosine_hf_processor"
    found = goldens.values(measure, *subjects(*CASES))
    off = TOLERANCE[column]["abs"]

    assert found == pytest.approx(expected(column, *CASES), abs=off)
    differ = np.abs(expected("cosine", *GIVEN) - expected(column, *GIVEN)) > 10 * off
    assert {name for name, one in zip(GIVEN, differ, strict=True) if one} == {
        "image-portrait",
        "prompt-html-square",
        "prompt-html-landscape",
    }


def test_a_cosine_below_none_counts_as_none_in_hessel_s_form_alone(scorer):
    """Where picture and prompt turn away from each other."""
    below = "prompt-accent-square"
    assert expected("cosine", below) < 0
    assert goldens.values(scorer(PATH, variant="hessel"), *subjects(below)) == 0
    assert goldens.values(scorer(PATH), *subjects(below)) < 0


@pytest.mark.parametrize("prefix", ["", "A photo depicts", "A photo depicts  ", "A picture of "])
def test_another_prefix_does_not_pass(prefix):
    """The golden cases tell these from the right one; blanks count once, so one more does no harm."""
    own = goldens.weights(goldens.FOLDER / FILE)
    clip = Clip("CLIP", "transformers", "", own, VIT_L_14, "fp32", "cpu")
    model = Likenesses(clip, view=cropped, tokens=openai)
    given = subjects("image-portrait", "image-noise")
    found = 2.5 * np.array(
        [one.cosine for one in model((each.image, prefix + each.prompt) for each in given)]
    )
    model.close()
    off = np.abs(found - expected("hessel_2p5", "image-portrait", "image-noise")).max()

    assert (off < 1e-4) == (prefix == "A photo depicts  ")


def test_the_exact_activation_does_not_pass(scorer, changed):
    """OpenAI's towers have QuickGELU; with GELU the numbers are plausible and wrong."""
    wrong = scorer(PATH, checkpoint=changed(FILE, hidden_act="gelu"))
    off = np.abs(goldens.values(wrong, *subjects(*GIVEN)) - expected("cosine", *GIVEN))

    assert 10 * TOLERANCE["cosine"]["abs"] < off.max() < 0.1


def test_what_is_no_number_is_a_failure(scorer, changed, nothing):
    """Of weights that hold NaN no picture gets a score, in no form: not 0 in Hessel's."""
    broken = changed(FILE, {"text_projection.weight": nothing})
    for variant in COLUMNS:
        (found,) = scorer(PATH, variant=variant, checkpoint=broken).run(subjects("image-square"))
        assert isinstance(found[variant], Failure)


def test_the_end_of_a_long_prompt_is_told(scorer):
    """Hessel's prefix takes room too: three words of a full prompt more are not read."""
    (plain,) = scorer(PATH).run(subjects("prompt-long-square"))
    (hessel,) = scorer(PATH, variant="hessel").run(subjects("prompt-long-square"))
    assert hessel["hessel"].evidence["unread"].endswith(plain["cosine"].evidence["unread"][-100:])
    (read,) = scorer(PATH).run(subjects("image-square"))
    assert read["cosine"].evidence is None


def test_equal_prompts_and_pictures_have_equal_scores(scorer):
    """Asked about together with others or alone."""
    two = goldens.values(scorer(PATH), *subjects("image-square", "image-noise", "image-square"))
    assert two[0] == two[2] != two[1]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"model": "ViT-B-32"}, "names no weights.*Write 'ViT-B-32/WEIGHTS', or 'checkpoint'"),
        (
            {"model": "ViT-B-32/openai", "checkpoint": True},
            "both name weights.*Write model: ViT-B-32",
        ),
        ({"model": "ViT-B-32/openai", "processor": "huggingface"}, "Drop it"),
        ({"model": "../etc/passwd"}, "model"),
    ],
)
def test_a_model_that_is_not_clear_is_refused(given, said):
    """Before anything is loaded, with what to write."""
    parameters = dict(given)
    if parameters.pop("checkpoint", False):
        parameters |= goldens.parameters(PATH)
    with pytest.raises(MeasureError, match=said):
        loader.construct(PATH, parameters)


def test_a_model_of_open_clip_is_scored_with_weights_of_one_s_own(scorer):
    """NAME alone, with a file in open_clip's layout: of a picture of 224 px HPSv2's very cosine."""
    held = goldens.own(goldens.FOLDER / "hpsv2" / "weights" / "HPS_v2.1_compressed.pt")
    theirs = goldens.cases("hpsv2")["v2.1-image-exact"]
    inputs = theirs["inputs"]
    given = goldens.subject(inputs["image"], inputs["prompt"])
    found = goldens.values(scorer(PATH, model="ViT-H-14", checkpoint=held), given)

    assert found == pytest.approx(theirs["expected"]["cosine_antialias"], abs=1e-4)


def test_forms_and_models_have_names_of_their_own():
    """No number of one is ever taken for a number of the other."""
    ways = [
        {},
        {"variant": "hessel"},
        {"processor": "huggingface"},
        {"model": "ViT-B-32/openai"},
        {"precision": "bf16"},
    ]
    assert len({ClipScore(**way).fingerprint() for way in ways}) == len(ways)
    assert ClipScore().weights == ("clip_vit_l_14",)
    assert ClipScore(model="ViT-B-32/openai").weights == ()


def test_it_must_be_built():
    """Used before its model is loaded, it says so instead of a number."""
    with pytest.raises(MeasureError, match="Call `build`"):
        ClipScore().run(subjects("image-square"))
