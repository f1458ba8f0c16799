"""PickScore against its authors' recipe."""

from functools import partial

import numpy as np
import pytest

import goldens
from selector.backbones.clip import VIT_H_14, Clip
from selector.backbones.likeness import Likenesses
from selector.backbones.tokens import hugging_face, openai
from selector.backbones.views import cropped
from selector.errors import MeasureError
from selector.images import open_image
from selector.measures.base import Subject
from selector.measures.scorers.pickscore import PickScore
from selector.types import Failure, Score

PATH, FILE = "scorers.pickscore", "pickscore/weights/model.safetensors"
CASES = goldens.cases("pickscore")
OFF = goldens.document("pickscore")["tolerance"]["score"]["abs"]
FLOORED = partial(cropped, floored=True)


def subjects(name: str) -> list[Subject]:
    inputs = CASES[name]["inputs"]
    return [
        Subject(open_image(goldens.picture(each, inputs)), prompt=inputs["prompt"])
        for each in inputs["images"]
    ]


def expected(name: str) -> np.ndarray:
    return np.array(CASES[name]["expected"]["score"])


def otherwise(name: str, *, view=FLOORED, tokens=hugging_face) -> np.ndarray:
    """Return the scores of a case when it is done another way than PickScore does."""
    own = goldens.weights(goldens.FOLDER / FILE)
    clip = Clip("PickScore", "transformers", "", own, VIT_H_14, "fp32", "cpu")
    model = Likenesses(clip, view=view, tokens=tokens)
    found = model((each.image, each.prompt) for each in subjects(name))
    model.close()
    return model.scale * np.array([one.cosine for one in found])


@pytest.mark.parametrize("name", CASES)
def test_scores_are_those_of_the_authors_recipe(name, scorer):
    """For every picture and prompt of the golden cases, within their tolerance."""
    assert goldens.values(scorer(PATH), *subjects(name)) == pytest.approx(expected(name), abs=OFF)


def test_a_file_is_scored_upright_and_over_white(scorer):
    """As it comes through our door: its orientation applied, what is transparent white."""
    files = {"exif-applied": "exif6_240x160.jpg", "alpha-over-white": "rgba_320x240.png"}
    for name, file in files.items():
        subject = Subject(
            open_image(goldens.FOLDER / "images" / file), CASES[name]["inputs"]["prompt"]
        )
        assert goldens.values(scorer(PATH), subject) == pytest.approx(expected(name), abs=OFF)


@pytest.mark.parametrize(
    ("case", "way"),
    [
        ("prompt-html", {"tokens": openai}),
        ("single-portrait", {"view": cropped}),
    ],
    ids=["mended text", "rounded crop"],
)
def test_another_way_does_not_pass(case, way):
    """The golden cases tell these mistakes from the right way, which passes in the same harness."""
    assert otherwise(case) == pytest.approx(expected(case), abs=OFF)
    assert np.abs(otherwise(case, **way) - expected(case)).max() > 10 * OFF


def test_another_activation_does_not_pass(scorer, changed):
    """With OpenAI's QuickGELU the numbers are plausible and wrong."""
    wrong = scorer(PATH, checkpoint=changed(FILE, hidden_act="quick_gelu"))
    off = np.abs(goldens.values(wrong, *subjects("all-images")) - expected("all-images"))
    assert 20 * OFF < off.max() < 3


def test_the_scale_is_that_of_the_model(scorer):
    """Not 100, and not left out: here it is about 84."""
    cosines = np.array(CASES["all-images"]["expected"]["cosine"])
    found = goldens.values(scorer(PATH), *subjects("all-images"))
    assert found / cosines == pytest.approx(83.9, abs=0.6)


def test_the_end_of_a_long_prompt_is_told(scorer):
    """Every score says what was not read; of a prompt that was read there is nothing to say."""
    for name, is_told in (("prompt-long", True), ("prompt-accent", False)):
        for found in scorer(PATH).run(subjects(name)):
            evidence = found["pickscore"].evidence
            assert bool(evidence) == is_told
    (found,) = scorer(PATH).run(subjects("prompt-long")[:1])
    unread = found["pickscore"].evidence["unread"]
    assert CASES["prompt-long"]["inputs"]["prompt"].endswith(unread[-200:])
    assert 0 < len(unread) <= 500


def test_any_prompt_has_a_score(scorer):
    """Nothing, blanks, emoji, entities, five thousand characters, a foreign script."""
    prompts = [
        "",
        " ",
        "🦊🌨️",
        "&lt;b&gt;&amp;amp;",
        "fox " * 1250,
        "狐狸坐在雪地里",
        "\u202eolleh",
        "<|endoftext|>",
    ]
    picture = open_image(goldens.picture("square_512.png"))
    found = scorer(PATH).run([Subject(picture, prompt=prompt) for prompt in prompts])
    assert all(isinstance(one["pickscore"], Score) for one in found)
    assert found[4]["pickscore"].evidence


def test_what_is_no_number_is_a_failure(scorer, changed, nothing):
    """Of weights that hold NaN no picture gets a score."""
    broken = changed(FILE, {"visual_projection.weight": nothing})
    for found in scorer(PATH, checkpoint=broken).run(subjects("single-square")):
        assert isinstance(found["pickscore"], Failure)
        assert "no finite number" in found["pickscore"].reason


def test_it_must_be_built():
    """Used before its model is loaded, it says so instead of a number."""
    with pytest.raises(MeasureError, match="Call `build`"):
        PickScore().run(subjects("single-square"))


def test_its_weights_are_the_published_ones_or_its_user_s(scorer):
    """The manifest's name is told only where the manifest's file is loaded."""
    assert PickScore().weights == ("pickscore",)
    assert scorer(PATH).weights == ()
