"""LAION's aesthetic score against its authors' programs, and heads of one's own."""

import numpy as np
import PIL.Image
import pytest
from safetensors.numpy import save_file

import goldens
from selector.backbones.clip_towers import MEAN, STD
from selector.backbones.encoders import ImageEncoder
from selector.backbones.torch_ready import torch
from selector.errors import MeasureError, WeightsError
from selector.images import open_image
from selector.measures import loader
from selector.measures.base import Subject
from selector.measures.scorers.aesthetic import Aesthetic
from selector.types import Failure

PATH, FILE = "scorers.aesthetic", "aesthetic/weights_clip_vision/model.safetensors"
CASES = goldens.cases("aesthetic")
TOLERANCE = goldens.document("aesthetic")["tolerance"]
HEADS = goldens.document("aesthetic")["heads"]
IMAGES = [name for name in CASES if "image" in CASES[name]["inputs"]]
# Of a picture with alpha the original resizes what we are never given: the pixels under it.
ORIGINAL = [name for name in IMAGES if name != "image-rgba"]


def subject(name: str) -> Subject:
    inputs = CASES[name]["inputs"]
    return Subject(open_image(goldens.picture(inputs["image"], inputs)))


def expected(column: str, *names: str) -> np.ndarray:
    return np.array([CASES[name]["expected"][column] for name in names])


def own_head(folder, width: int, *, weight: float = 0.0) -> dict[str, str]:
    """Write a linear head that gives 5 and *weight* × the sum of what it is given."""
    held = {"weight": np.full((1, width), weight, np.float32), "bias": np.array([5], np.float32)}
    save_file(held, folder / "head.safetensors")
    return goldens.own(folder / "head.safetensors")


@pytest.fixture
def published(shared):
    """The published heads, which may lie beside the repository."""
    return {
        name: goldens.own(shared / "golden" / "aesthetic_heads" / HEADS[name]) for name in HEADS
    }


@pytest.mark.parametrize("version", HEADS)
def test_points_are_those_of_the_authors_programs(version, scorer, published):
    """With the published head of either version, for every golden picture."""
    measure = scorer(PATH, head=published[version])
    found = goldens.values(measure, *map(subject, ORIGINAL))

    assert found == pytest.approx(expected(version, *ORIGINAL), abs=TOLERANCE[version]["abs"])


@pytest.mark.parametrize("version", HEADS)
def test_the_other_head_and_the_other_crop_do_not_pass(version, scorer, published):
    """The golden cases tell these mistakes: a point of a head, some hundredths of a crop."""
    other = {"v1": "v2", "v2": "v1"}[version]
    off = TOLERANCE[version]["abs"]
    swapped = goldens.values(scorer(PATH, head=published[other]), *map(subject, ORIGINAL))
    floored = expected(f"{version}_rgb_first_floor_crop", "image-portrait")

    assert np.abs(swapped - expected(version, *ORIGINAL)).max() > 100 * off
    assert np.abs(floored - expected(version, "image-portrait")).max() > 20 * off


def test_the_exact_activation_does_not_pass(scorer, published, changed):
    """OpenAI's tower has QuickGELU; with GELU the points are plausible and wrong."""
    wrong = scorer(PATH, head=published["v2"], checkpoint=changed(FILE, hidden_act="gelu"))
    off = np.abs(goldens.values(wrong, *map(subject, ORIGINAL)) - expected("v2", *ORIGINAL))

    assert 10 * TOLERANCE["v2"]["abs"] < off.max() < 1


def test_the_same_picture_has_the_same_points_with_a_head_of_one_s_own(scorer, tmp_path):
    """A head is a weighted sum of an embedding of length 1, and what is added."""
    measure = scorer(PATH, head=own_head(tmp_path, 768, weight=1.0))
    assert isinstance(measure._encoder, ImageEncoder)
    (found,) = goldens.values(measure, subject("image-square"))
    (negative,) = goldens.values(
        scorer(PATH, head=own_head(tmp_path, 768, weight=-1.0)), subject("image-square")
    )

    assert found - 5 == pytest.approx(5 - negative, abs=1e-6)
    assert 0 < abs(found - 5) < np.sqrt(768)  # whatever the picture: the sum of a unit vector


def reference(name: str, weights: np.ndarray) -> float:
    """Return what transformers' own tower and a head make of torchvision's crop of a picture."""
    torch()
    from transformers import CLIPVisionModelWithProjection

    tower = CLIPVisionModelWithProjection.from_pretrained((goldens.FOLDER / FILE).parent).eval()
    inputs = CASES[name]["inputs"]
    picture = goldens.picture(inputs["image"], inputs)
    size = [int(224 * each / min(picture.size)) for each in picture.size]
    left, top = (round((each - 224) / 2) for each in size)
    corners = (left, top, left + 224, top + 224)
    crop = picture.resize(size, PIL.Image.Resampling.BICUBIC).crop(corners)
    pixels = ((np.asarray(crop) / 255 - MEAN) / STD).astype(np.float32)
    with torch().inference_mode():
        found = tower(torch().from_numpy(pixels).permute(2, 0, 1)[None])
    row = found.image_embeds[0].double().numpy()
    return float(weights @ row / np.linalg.norm(row)) + 5


def test_points_are_a_head_s_of_what_the_tower_makes_of_torchvision_s_crop(scorer, tmp_path):
    """Where an odd number of pixels falls off, the crop begins at the half rounded to even."""
    weights = np.random.default_rng(2).normal(size=(1, 768)).astype(np.float32)
    held = {"weight": weights, "bias": np.array([5], np.float32)}
    save_file(held, tmp_path / "head.safetensors")
    measure = scorer(PATH, head=goldens.own(tmp_path / "head.safetensors"))
    wanted = [reference(name, weights[0].astype(np.float64)) for name in ORIGINAL]

    assert goldens.values(measure, *map(subject, ORIGINAL)) == pytest.approx(wanted, abs=1e-4)


def test_a_head_of_another_width_is_refused(tmp_path):
    """With both widths in the words: one that was trained on another model, most likely."""
    given = {**goldens.parameters(PATH), "head": own_head(tmp_path, 512)}
    measure = loader.construct(PATH, given)
    with pytest.raises(WeightsError, match="takes 512 numbers, the model gives 768"):
        measure.build("cpu")
    assert measure._encoder is None


def test_a_head_may_stand_on_any_model_of_open_clip(scorer, tmp_path):
    """With its own width, which is told where the head has another."""
    tower = goldens.own(goldens.FOLDER / "hpsv2" / "weights" / "HPS_v2.1_compressed.pt")
    given = {"model": "ViT-H-14", "checkpoint": tower}
    measure = scorer(PATH, **given, head=own_head(tmp_path, 24, weight=1.0))
    found = goldens.values(measure, *map(subject, IMAGES))

    assert (np.abs(found - 5) < np.sqrt(24)).all()
    assert len(set(found)) == len(IMAGES)
    with pytest.raises(WeightsError, match="takes 768 numbers, the model gives 24"):
        loader.construct(PATH, {**goldens.parameters(PATH), **given}).build("cpu")


def test_a_head_for_another_model_must_be_given():
    """LAION's heads were trained on ViT-L/14: on another tower their points mean nothing."""
    with pytest.raises(MeasureError, match="'head: v2' was trained on ViT-L-14/openai"):
        loader.construct(PATH, {"model": "ViT-B-32/openai"})


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("v3", "parameter 'head': "),
        ({"path": "mine.pt"}, "parameter 'head.sha256': "),
        ({"sha256": "0" * 64}, "parameter 'head.path' is missing."),
    ],
)
def test_a_wrong_head_is_told_as_what_it_was_meant_to_be(head, said):
    """A word as a word, a file as a file; no word of how the two are told apart."""
    with pytest.raises(MeasureError) as told:
        loader.construct(PATH, {"head": head})
    assert str(told.value).startswith(f"{PATH}: {said}")
    assert str(told.value).count("parameter ") == 1
    assert "OwnFile" not in str(told.value)
    assert "literal[" not in str(told.value)


def test_a_head_that_was_changed_is_refused(tmp_path):
    """Its content is what its checksum says, or there are no points."""
    head = own_head(tmp_path, 768)
    own_head(tmp_path, 768, weight=2)
    measure = loader.construct(PATH, {**goldens.parameters(PATH), "head": head})
    with pytest.raises(WeightsError, match="another file than"):
        measure.build("cpu")


def test_what_is_no_number_is_a_failure(scorer, changed, nothing):
    """Of weights that hold NaN no picture gets points."""
    broken = scorer(PATH, checkpoint=changed(FILE, {"visual_projection.weight": nothing}))
    (found,) = broken.run([subject("image-square")])
    assert isinstance(found["aesthetic"], Failure)


def test_no_prompt_is_needed():
    """It scores pictures for their own sake, and so across prompts."""
    assert Aesthetic().needs == frozenset()
    assert not Aesthetic().outputs["aesthetic"].within_prompt


def test_weights_are_those_that_are_loaded():
    """Of the manifest, only what is not the user's own."""
    own = goldens.parameters(PATH)
    assert Aesthetic(head="v1").weights == ("clip_vit_l_14", "aesthetic_v1")
    assert loader.construct(PATH, {"head": own["head"]}).weights == ("clip_vit_l_14",)
    assert loader.construct(PATH, {"checkpoint": own["checkpoint"]}).weights == ("aesthetic_v2",)
    assert loader.construct(PATH, own).weights == ()


def test_heads_have_names_of_their_own(tmp_path):
    """No number of one head is ever taken for a number of another."""
    heads = ["v2", "v1", own_head(tmp_path, 768)]
    prints = {loader.construct(PATH, {"head": head}).fingerprint() for head in heads}
    assert len(prints) == 3


def test_it_must_be_built():
    """Used before its model is loaded, it says so instead of a number."""
    with pytest.raises(MeasureError, match="Call `build`"):
        Aesthetic().run([subject("image-square")])
