"""Pictures on their way to a server: the same pixels, encoded once."""

import base64
import io

import numpy as np
import PIL.Image
import pytest

from selector.backbones.posting import Trouble
from selector.backbones.sent_pictures import SentPictures

RANDOM = np.random.default_rng(0)
NOISE = RANDOM.integers(0, 256, (30, 40, 3), np.uint8)


def received(url: str) -> PIL.Image.Image:
    """Return the picture of a data: URL."""
    kind, _, data = url.partition(";base64,")
    picture = PIL.Image.open(io.BytesIO(base64.b64decode(data, validate=True)))
    assert kind == f"data:image/{(picture.format or '').lower()}"
    return picture


@pytest.mark.parametrize("picture", [NOISE, NOISE[5:9, ::3], NOISE[::-1]])
def test_png_loses_nothing(picture: np.ndarray) -> None:
    """Whatever part of an array it is."""
    found = received(SentPictures([picture], "png").url(picture))

    assert np.array_equal(np.asarray(found), picture)


def test_jpeg_is_close_and_smaller() -> None:
    """A photograph is about the same to the eye."""
    slope = np.tile(np.arange(256, dtype=np.uint8)[:, None, None], (1, 256, 3))
    photo = slope // 2 + RANDOM.integers(0, 40, (256, 256, 3), np.uint8)
    png, jpeg = (SentPictures([photo], form).url(photo) for form in ("png", "jpeg"))

    assert len(jpeg) < len(png) / 2
    assert np.abs(np.asarray(received(jpeg)).astype(int) - photo).mean() < 4


def test_one_that_several_questions_share_is_encoded_once() -> None:
    """And forgotten when the last of them is answered."""
    pictures = SentPictures([NOISE, NOISE], "png")
    first = pictures.url(NOISE)
    pictures.done(NOISE)

    assert pictures.url(NOISE) is first
    pictures.done(NOISE)
    assert not pictures._made


@pytest.mark.parametrize(
    ("shape", "form", "said"),
    [
        ((1, 201, 3), "png", "over 200 times"),
        ((402, 2, 3), "jpeg", "over 200 times"),
        ((0, 5, 3), "png", "over 200 times"),
        ((400, 70_000, 3), "jpeg", "too large for JPEG"),
    ],
)
def test_what_no_judge_takes_is_told(shape: tuple[int, ...], form: str, said: str) -> None:
    """By its size, before it is encoded."""
    picture = np.broadcast_to(np.uint8(0), shape)

    with pytest.raises(Trouble, match=said):
        SentPictures([picture], form).url(picture)


@pytest.mark.parametrize("shape", [(1, 200, 3), (200, 1, 3), (1, 1, 3)])
def test_the_longest_that_judges_take_are_sent(shape: tuple[int, ...]) -> None:
    """Two hundred times as long as wide, and one pixel."""
    picture = np.zeros(shape, np.uint8)

    assert received(SentPictures([picture], "png").url(picture)).size == (shape[1], shape[0])
