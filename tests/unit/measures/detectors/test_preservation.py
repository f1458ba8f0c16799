"""Preservation tells how much an edit changed, and how like the source it left the rest."""

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageFilter

import goldens
import trunks
from pictures import encoded, noise, photo
from selector import Edit, MeasureError, score, select
from selector.images import open_image
from selector.measures import loader
from selector.measures.base import Subject
from selector.measures.detectors.preservation import Preservation
from selector.types import Failure, Score

BOX = (128, 160, 256, 320)


def found(after, before=None, measure=None):
    """Return what the measure finds in an edit of the photograph."""
    source = open_image(photo() if before is None else before)
    (one,) = (measure or Preservation()).run([Subject(open_image(after), source=source)])
    return one


def values(after, before=None) -> dict[str, float]:
    return {name: one.value for name, one in found(after, before).items()}


def with_a_box(picture: Image.Image) -> Image.Image:
    made = picture.copy()
    made.paste("green", BOX)
    return made


def test_the_source_itself_is_kept():
    """Nothing edited, everything alike."""
    assert values(photo()) == {"edited": 0, "ssim": 1, "shift": 0}


def test_a_clean_edit_keeps_the_rest_exactly():
    """What was pasted is boxed and counted, and the rest is as it was."""
    one = found(with_a_box(photo()))
    assert one["ssim"] == Score(1)
    assert 0.07 < one["edited"].value < 0.13
    (box,) = one["edited"].evidence["boxes"]
    assert box["label"] == "edited"
    np.testing.assert_allclose(box["box"], BOX, atol=20)


def test_what_happens_to_the_rest_is_told_apart_from_the_edit():
    """The more the rest is stored, blurred or tinted, the less alike it is; the edit is as large."""
    made = with_a_box(photo())
    spoilt = {
        "stored": encoded(made, "JPEG", quality=30),
        "blurred": made.filter(ImageFilter.GaussianBlur(1.5)),
        "tinted": ImageChops.multiply(made, Image.new("RGB", made.size, (255, 249, 243))),
    }
    clean = values(made)
    told = {name: values(picture) for name, picture in spoilt.items()}
    for one in told.values():
        assert one["edited"] == pytest.approx(clean["edited"], abs=0.04)
    assert told["blurred"]["ssim"] < told["stored"]["ssim"] < 0.96
    assert told["tinted"]["ssim"] > 0.95
    assert told["tinted"]["shift"] > 1.5 > told["stored"]["shift"]


def test_a_picture_made_anew_is_not_preserved():
    """Another picture, and one of another colour throughout, is edited as a whole, and unlike."""
    other = values(Image.fromarray(np.asarray(photo())[::-1, ::-1]))
    assert other["edited"] > 0.9
    assert other["ssim"] < 0.6
    sepia = values(ImageChops.multiply(photo(), Image.new("RGB", photo().size, (255, 170, 90))))
    assert sepia["edited"] > 0.6
    assert sepia["shift"] > 8


def test_another_size_is_compared_at_that_of_the_source():
    """Boxes are in pixels of the edit; twice as large and back is nearly the same."""
    large = with_a_box(photo()).resize((1024, 1024), Image.Resampling.BICUBIC)
    one = found(large)
    assert one["ssim"].value > 0.97
    (box,) = one["edited"].evidence["boxes"]
    np.testing.assert_allclose(box["box"], [2 * end for end in BOX], atol=40)
    assert values(photo().resize((512, 508)))["edited"] < 0.1


@pytest.mark.parametrize("size", [(512, 500), (512, 384), (1024, 512)])
def test_other_proportions_are_a_failure_that_says_so(size):
    """What was cut or stretched by more than 1 % has no pixels to compare."""
    for outcome in found(photo().resize(size)).values():
        assert isinstance(outcome, Failure)
        assert f"got {size[0]} x {size[1]} for 512 x 512" in outcome.reason


def test_the_verdict_on_a_cut_edit_is_a_persons():
    """The request finishes, and the edit that can't be compared is for review."""
    policy = {
        "name": "kept",
        "version": 1,
        "gates": [{"on": "detectors.preservation.ssim", "reject_below": 0.5}],
        "method": {"weighted_sum": [{"of": "detectors.preservation.ssim"}]},
        "deliver": "all",
    }
    good, cut = with_a_box(photo()), photo().crop((0, 0, 512, 300))
    selection = select(Edit("a green box", photo()), [good, cut], policy)
    assert selection.verdict("candidate-01") == "accept"
    assert selection.verdict("candidate-02") == "review"
    assert "got 512 x 300 for 512 x 512" in str(selection.reasons["candidate-02"][0])


def test_a_source_of_one_pixel_is_compared_with_what_is_left():
    """The edit is made as small, and then tells of its mean colour alone."""
    source = Image.new("RGB", (1, 1), "red")
    assert values(Image.new("RGB", (64, 64), "red"), source)["edited"] == 0
    assert values(Image.new("RGB", (64, 64), "blue"), source)["edited"] == 1


def test_score_takes_one_source_for_all():
    """Without a policy, and without an instruction: it reads none."""
    given = [photo(), with_a_box(photo())]
    scores = score("detectors.preservation", None, given, photo())
    assert scores.values("edited")[0] == 0 < scores.values("edited")[1]


def test_without_a_source_it_says_so():
    """A measure of edits that is run on none is a mistake, not a number."""
    with pytest.raises(MeasureError, match="no source"):
        Preservation().run([Subject(open_image(photo()))])


# -- LPIPS ----------------------------------------------------------------------------------


def test_lpips_is_asked_for_and_only_then_has_a_model():
    """Its models are those of the manifest; a trunk of one's own without it is a mistake."""
    assert Preservation().weights == ()
    assert "lpips" not in Preservation().outputs
    assert Preservation(lpips=True).weights == ("alexnet", "lpips_alex")
    own = goldens.own(goldens.FOLDER / "lpips" / "lin_alex.pth")
    with pytest.raises(MeasureError, match="Say 'lpips: true'"):
        loader.construct("detectors.preservation", {"checkpoint": own})


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache folder with the published heads, offline, and beside them a trunk of one's own."""
    monkeypatch.setenv("SELECTOR_CACHE", str(tmp_path))
    monkeypatch.setenv("SELECTOR_OFFLINE", "1")
    return trunks.cache(tmp_path)


@pytest.fixture
def visible(cache):
    """The measure with LPIPS on the trunk of the golden cases."""
    own = goldens.own(cache / "trunk.pth")
    made = loader.construct("detectors.preservation", {"lpips": True, "checkpoint": own})
    made.build("cpu")
    yield made
    made.close()


def test_lpips_of_the_rest(visible):
    """Far from the edit the rest looks the same; blurred it does not."""
    made = with_a_box(photo())
    clean, blurred = (
        found(picture, measure=visible)["lpips"].value
        for picture in (made, made.filter(ImageFilter.GaussianBlur(3)))
    )
    assert found(photo(), measure=visible)["lpips"] == Score(0)
    assert clean < blurred / 2


def test_lpips_of_large_and_of_tiny_pictures(visible):
    """Large ones are looked at smaller; of tiny ones there is none, and the rest is told."""
    large = noise(1500, 300)
    assert found(large, large, visible)["lpips"] == Score(0)
    tiny = found(noise(30, 40), noise(30, 40), visible)
    assert tiny["ssim"].value == pytest.approx(1, abs=1e-5)
    assert "Give at least 31 px" in tiny["lpips"].reason
