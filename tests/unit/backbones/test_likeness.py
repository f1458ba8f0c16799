"""How alike pictures and prompts are: cosines, and both towers held or none."""

import json

import numpy as np
import pytest

import goldens
import pictures
import towers
from selector.backbones.clip import VIT_L_14, Clip
from selector.backbones.likeness import Likenesses, cosines
from selector.backbones.tokens import hugging_face, openai
from selector.backbones.views import cropped
from selector.errors import WeightsError
from selector.images import open_image

LONG = "a fox and " * 40 + "the very end"


def clip(file: str) -> Clip:
    own = goldens.weights(goldens.FOLDER / file)
    return Clip("CLIP", "transformers", "", own, VIT_L_14, "fp32", "cpu")


@pytest.fixture(scope="module")
def likenesses():
    """Both towers of a small CLIP."""
    made = Likenesses(clip("clip_score/weights/model.safetensors"), view=cropped, tokens=openai)
    yield made
    made.close()


def test_cosines_are_of_rows_whatever_their_length():
    """The same direction 1, the opposite −1, a right angle 0: never beyond, by no rounding."""
    left = np.array([[3, 4], [3, 4], [3, 4], [0.1, 0.1]], np.float32)
    right = np.array([[6, 8], [-0.3, -0.4], [-8, 6], [7, 7]], np.float32)

    assert cosines(left, right) == pytest.approx([1, -1, 0, 1])
    assert np.abs(cosines(left, right)).max() <= 1


def test_what_has_no_direction_has_no_cosine():
    """A row of zeros is like nothing, and not unlike it either; neither is one that overflowed."""
    left = np.array([[0, 0], [np.nan, 1], [np.inf, 1], [1, 0]], np.float32)
    found = cosines(left, np.ones((4, 2), np.float32))

    assert np.isnan(found).tolist() == [True, True, True, False]


def test_near_equal_pictures_do_not_tie(likenesses):
    """One grey level in one corner is another number, as it would not be in half floats."""
    pixels = np.asarray(pictures.photo()).copy()
    other = pixels.copy()
    other[200:210, 200:210] ^= 1
    first, second = likenesses([(open_image(each), "a person") for each in (pixels, other)])

    assert first.cosine != second.cosine
    assert first.cosine == pytest.approx(second.cosine, abs=1e-3)


def test_each_picture_goes_with_its_own_prompt(likenesses):
    """In their order, whatever stands beside them."""
    images = [open_image(picture) for picture in (pictures.photo(), pictures.noise(90, 70))]
    pairs = [(image, prompt) for image in images for prompt in ("a person", "noise", "a person")]
    together = [one.cosine for one in likenesses(pairs)]

    assert together == [likenesses([pair])[0].cosine for pair in pairs]
    assert len(set(together)) == 4
    assert likenesses([]) == []


def test_what_was_not_read_is_told_with_its_end(likenesses):
    """Shortened, since a prompt may be a book; nothing is told of one that was read."""
    image = open_image(pictures.photo())
    long, book, short = likenesses([(image, LONG), (image, LONG * 99), (image, "a fox")])

    assert long.evidence["unread"].endswith("the very end")
    assert len(book.unread) == 500
    assert book.unread.endswith("the very end")
    assert short.evidence is None


def test_of_a_shorter_context_the_rest_is_not_read(tmp_path):
    """A model with places for 12 tokens reads so many, and tells what it did not."""
    text = towers.OPEN_CLIP["text_cfg"] | {"context_length": 12}
    config = towers.OPEN_CLIP | {"text_cfg": text}
    path = towers.saved(tmp_path, towers.of_open_clip(config))
    (tmp_path / "open_clip_config.json").write_text(json.dumps(config))
    image = open_image(pictures.photo())
    for tokens in (openai, hugging_face):
        made = Likenesses(towers.clip(path, "open_clip"), view=cropped, tokens=tokens)
        read = "a fox and a fox and a fox and a"  # ten words, between the two ends
        cut, whole = made([(image, f"{read} fox and the very end"), (image, read)])
        made.close()
        assert cut.unread == "fox and the very end"
        assert (whole.unread, whole.cosine) == ("", cut.cosine)


def test_without_a_tower_for_text_none_is_held():
    """The tower for pictures is let go of again: a model that can't be used takes no memory."""
    from selector.backbones import residency

    held = set(residency._pool.places)
    only_sees = clip("aesthetic/weights_clip_vision/model.safetensors")
    with pytest.raises(WeightsError, match="another model"):
        Likenesses(only_sees, view=cropped, tokens=openai)
    assert set(residency._pool.places) == held
