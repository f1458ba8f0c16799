"""HPSv2, both releases, against its authors' program."""

from functools import partial

import numpy as np
import pytest
import torch

import goldens
from selector.backbones.clip import VIT_H_14, Clip
from selector.backbones.likeness import Likenesses
from selector.backbones.tokens import hugging_face, openai
from selector.backbones.views import cropped, letterboxed
from selector.errors import MeasureError, WeightsError
from selector.images import open_image
from selector.measures import loader
from selector.measures.base import Subject
from selector.measures.scorers.hpsv2 import HPSv2
from selector.types import Failure

PATH = "scorers.hpsv2"
CASES = goldens.cases("hpsv2")
OFF = goldens.document("hpsv2")["tolerance"]["cosine"]["abs"]
FOLDER = goldens.FOLDER / "hpsv2" / "weights"
FILES = {"2.0": FOLDER / "HPS_v2_compressed.pt", "2.1": FOLDER / "HPS_v2.1_compressed.pt"}
ANTIALIASED = partial(letterboxed, antialias=True)


def of_release(release: str, **rest) -> dict:
    return {"release": release, "checkpoint": goldens.own(FILES[release]), **rest}


def subject(name: str) -> Subject:
    inputs = CASES[name]["inputs"]
    return Subject(open_image(goldens.picture(inputs["image"], inputs)), prompt=inputs["prompt"])


def otherwise(name: str, *, view=ANTIALIASED, tokens=openai) -> float:
    """Return the cosine of a case of release 2.1 when it is done another way than HPSv2 does."""
    own = goldens.weights(FILES["2.1"])
    clip = Clip("HPSv2.1", "open_clip", "", own, VIT_H_14, "fp32", "cpu")
    model = Likenesses(clip, view=view, tokens=tokens)
    (found,) = model([(subject(name).image, subject(name).prompt)])
    model.close()
    return found.cosine


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("antialias", [False, True])
def test_cosines_are_those_of_the_authors_program(name, antialias, scorer):
    """For every picture and prompt, of both releases, as both generations of torchvision resize."""
    release = CASES[name]["inputs"]["version"].removeprefix("v")
    expected = CASES[name]["expected"]["cosine_antialias" if antialias else "cosine_no_antialias"]
    measure = scorer(PATH, **of_release(release, antialias=antialias))

    assert goldens.values(measure, subject(name)) == pytest.approx(expected, abs=OFF)


def test_by_default_it_resizes_as_when_its_numbers_were_published(scorer):
    """A policy that says nothing gets the cosine without antialiasing, which is another one."""
    told = CASES["v2.1-image-bigger"]["expected"]
    found = goldens.values(scorer(PATH), subject("v2.1-image-bigger"))

    assert found == pytest.approx(told["cosine_no_antialias"], abs=OFF)
    assert abs(told["cosine_antialias"] - told["cosine_no_antialias"]) > 10 * OFF


@pytest.mark.parametrize(
    ("case", "way"),
    [
        ("v2.1-image-landscape", {"view": cropped}),
        ("v2.1-image-bigger", {"view": partial(letterboxed, antialias=False)}),
        ("v2.1-prompt-html", {"tokens": hugging_face}),
    ],
    ids=["crop", "aliased", "text as it stands"],
)
def test_another_way_does_not_pass(case, way):
    """The golden cases tell these mistakes from the right way, which passes in the same harness."""
    expected = CASES[case]["expected"]["cosine_antialias"]
    assert otherwise(case) == pytest.approx(expected, abs=OFF)
    assert abs(otherwise(case, **way) - expected) > 10 * OFF


def test_another_activation_does_not_pass(scorer, tmp_path):
    """With OpenAI's QuickGELU the numbers are plausible and wrong."""
    held = torch.load(FILES["2.1"], weights_only=True)
    torch.save(held, tmp_path / "weights.pt")
    config = (FOLDER / "open_clip_config.json").read_text()
    (tmp_path / "open_clip_config.json").write_text(config.replace("{", '{"quick_gelu": true,', 1))
    wrong = scorer(PATH, antialias=True, checkpoint=goldens.own(tmp_path / "weights.pt"))
    names = [name for name in CASES if name.startswith("v2.1-image")]
    found = goldens.values(wrong, *map(subject, names))
    expected = np.array([CASES[name]["expected"]["cosine_antialias"] for name in names])

    assert 10 * OFF < np.abs(found - expected).max() < 0.1


@pytest.mark.parametrize(("said", "given"), [("2.1", "2.0"), ("2.0", "2.1")])
def test_the_other_release_is_refused(said, given, tmp_path):
    """Whatever the file is called now: both fit, and their numbers do not compare."""
    renamed = tmp_path / FILES[said].name
    renamed.write_bytes(FILES[given].read_bytes())
    (tmp_path / "open_clip_config.json").write_bytes(
        (FOLDER / "open_clip_config.json").read_bytes()
    )
    measure = loader.construct(PATH, {"release": said, "checkpoint": goldens.own(renamed)})

    with pytest.raises(WeightsError, match=f"weights of HPSv2 {given}.*write release: '{given}'"):
        measure.build("cpu")


def test_what_is_no_number_is_a_failure(scorer, tmp_path):
    """Of weights that hold NaN no picture gets a score."""
    held = torch.load(FILES["2.1"], weights_only=True)
    held["state_dict"]["visual.proj"].fill_(float("nan"))
    torch.save(held, tmp_path / "weights.pt")
    (tmp_path / "open_clip_config.json").write_bytes(
        (FOLDER / "open_clip_config.json").read_bytes()
    )
    broken = scorer(PATH, checkpoint=goldens.own(tmp_path / "weights.pt"))
    (found,) = broken.run([subject("v2.1-image-square")])

    assert isinstance(found["hpsv2"], Failure)


def test_the_end_of_a_long_prompt_is_told(scorer):
    """A score says what of its prompt was not read, and says nothing where all was."""
    for name, is_told in (("v2.1-prompt-long", True), ("v2.1-prompt-html", False)):
        (found,) = scorer(PATH).run([subject(name)])
        assert bool(found["hpsv2"].evidence) == is_told


def test_releases_and_resizings_have_names_of_their_own():
    """No number of one is ever taken for a number of the other."""
    made = [HPSv2(release=one, antialias=each) for one in ("2.0", "2.1") for each in (True, False)]
    assert len({each.fingerprint() for each in made}) == 4
    assert {each.weights for each in made} == {("hpsv2.0",), ("hpsv2.1",)}


def test_it_must_be_built():
    """Used before its model is loaded, it says so instead of a number."""
    with pytest.raises(MeasureError, match="Call `build`"):
        HPSv2().run([subject("v2.1-image-square")])
