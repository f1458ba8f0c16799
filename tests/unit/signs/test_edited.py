"""What an edit changed is found whole; how a picture is stored or decoded is no edit."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter
from skimage.color import rgb2lab

from pictures import encoded, noise, photo
from selector.signs.edited import _lab, edited

BOX = (128, 160, 256, 320)
AREA = 128 * 160 / 512**2


def pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("RGB"))


def stored(picture: Image.Image, quality: int = 60) -> Image.Image:
    return Image.open(BytesIO(encoded(picture, "JPEG", quality=quality))).convert("RGB")


def decoded_anew(picture: Image.Image) -> Image.Image:
    """Return what a model leaves of what it does not mean to change: softer, a little more colour."""
    small = picture.resize((384, 384), Image.Resampling.LANCZOS)
    return ImageEnhance.Color(small.resize((512, 512), Image.Resampling.BICUBIC)).enhance(1.05)


def with_a_box(picture: Image.Image, colour="green") -> Image.Image:
    made = picture.copy()
    made.paste(colour, BOX)
    return made


HARMLESS = {
    "nothing": lambda picture: picture,
    "stored": stored,
    "decoded anew": decoded_anew,
    "halved": lambda picture: picture.resize((256, 256)).resize((512, 512)),
    "sharpened": lambda picture: picture.filter(ImageFilter.UnsharpMask(1, 60)),
    "warmer": lambda picture: Image.fromarray(
        np.clip(pixels(picture) + np.array([6, 0, -6]), 0, 255).astype(np.uint8)
    ),
    "grain": lambda picture: Image.fromarray(
        np.clip(pixels(picture) + np.random.default_rng(0).normal(0, 12, (512, 512, 3)), 0, 255)
        .astype(np.uint8)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMLESS)
def test_what_changes_a_little_everywhere_is_no_edit(name):
    """Storing, decoding anew, sharpening, grain and a slight cast leave no edited part."""
    assert edited(pixels(photo()), pixels(HARMLESS[name](photo()))).share == 0


@pytest.mark.parametrize("name", HARMLESS)
def test_an_edit_is_found_whole_beside_it(name):
    """The changed box is found, with a margin of two blocks at most, whatever else happened."""
    found = edited(pixels(photo()), pixels(HARMLESS[name](with_a_box(photo()))))
    rest = found.rest((512, 512))
    left, top, right, bottom = BOX
    assert not rest[top:bottom, left:right].any()
    outside = np.ones((512, 512), bool)
    outside[top - 24 : bottom + 24, left - 24 : right + 24] = False
    assert rest[outside].all()
    assert AREA <= found.share <= AREA * 1.6


def test_a_cast_is_the_shift_and_an_edit_is_not():
    """The shift is that of the rest: a box of another colour does not count in it."""
    assert edited(pixels(photo()), pixels(photo())).shift == 0
    assert edited(pixels(photo()), pixels(with_a_box(photo()))).shift < 0.05
    warmer = HARMLESS["warmer"]
    alone = edited(pixels(photo()), pixels(warmer(photo()))).shift
    assert alone > 2
    both = edited(pixels(photo()), pixels(warmer(with_a_box(photo())))).shift
    assert both == pytest.approx(alone, abs=0.4)


def test_a_ring_is_filled():
    """What an edit encloses belongs to it."""
    made = photo().copy()
    made.paste("green", (100, 100, 400, 400))
    made.paste(photo().crop((200, 200, 300, 300)), (200, 200))
    rest = edited(pixels(photo()), pixels(made)).rest((512, 512))
    assert not rest[100:400, 100:400].any()


def test_a_picture_made_anew_has_no_rest():
    """Where less than a fifth is left, all of it must be as it was."""
    other = Image.fromarray(pixels(photo())[::-1, ::-1, ::-1])
    found = edited(pixels(photo()), pixels(other))
    assert found.share > 0.9
    assert found.rest((512, 512)).all()
    grey = edited(
        pixels(Image.new("RGB", (200, 300))), pixels(Image.new("RGB", (200, 300), "white"))
    )
    assert (grey.share, grey.shift) == (1, pytest.approx(100, abs=0.1))


@pytest.mark.parametrize("size", [(1, 1), (2, 700), (2048, 3), (9, 9), (65, 1000)])
def test_a_picture_of_any_size_has_blocks(size):
    """Each pixel lies in one; an equal picture has none that changed."""
    one = np.asarray(noise(*size))
    found = edited(one, one)
    assert found.share == 0
    assert found.rest(size).shape == size[::-1]
    assert found.rest(size).all()


def test_colours_are_cie_lab():
    """Those of scikit-image, for every corner of the cube and between."""
    steps = np.array([0, 9, 11, 64, 128, 255], np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(1, -1, 3)
    found = _lab(cube, cube.shape[1::-1])
    np.testing.assert_allclose(found, rgb2lab(cube), atol=0.05)
