"""What is told of the colour of skin."""

import numpy as np
import pytest

from selector.signs.skin import has_colour, lab, other_share, unnatural

# The ten swatches of the Monk skin tone scale, lightest to darkest.
MONK = (
    "f6ede4", "f3e7db", "f7ead0", "eadaba", "d7bd96",
    "a07e56", "825c43", "604134", "3a312a", "292420",
)  # fmt: skip
# Mean L*, a*, b* of cheeks: Chinese, Thai, Kurdish, Caucasian, African-American, Mexican.
CHEEKS = (
    (58.9, 11.4, 14.2), (60.7, 10.5, 17.2), (58.0, 11.7, 15.8),
    (59.6, 11.8, 14.6), (48.0, 15.0, 20.0), (63.0, 16.0, 21.0),
)  # fmt: skip


def colour(code: str) -> np.ndarray:
    """Return L*, a*, b* of an sRGB colour written in hex."""
    return lab(np.frombuffer(bytes.fromhex(code), np.uint8).reshape(1, 1, 3))[0, 0]


@pytest.mark.parametrize("code", MONK)
def test_every_tone_of_skin_is_natural(code):
    """From the lightest to the darkest swatch of the scale none lies outside by what one sees."""
    assert unnatural(colour(code)) < 0.5


@pytest.mark.parametrize("cheek", CHEEKS)
def test_measured_skin_is_natural_in_any_light(cheek):
    """Published means are natural, and stay so at a quarter and at twice the light."""
    for light in (0.25, 1.0, 2.0):
        brightness = np.cbrt(light)
        own = np.array(cheek) * brightness + (16 * (brightness - 1), 0, 0)
        assert unnatural(own) == 0


@pytest.mark.parametrize("shade", [(25, 14, 22), (30, 16, 24), (18, 12, 15)])
def test_dark_warm_skin_is_natural(shade):
    """Dark skin as saturated as pictures show it is natural: it is not thought to be in low light."""
    assert unnatural(np.array(shade, float)) == 0


@pytest.mark.parametrize(
    "towards", [(-1, 0), (-0.7, 0.7), (0, -1), (0.7, -0.7)], ids=["green", "lime", "blue", "violet"]
)
@pytest.mark.parametrize("cheek", CHEEKS)
def test_the_further_from_skin_the_less_natural(cheek, towards):
    """Skin drawn towards green, blue or violet is less natural with every step that counts."""
    way = np.array((0, *towards))
    steps = [unnatural(np.array(cheek) + far * way) for far in (30, 40, 50)]
    assert 0 < steps[0] < steps[1] < steps[2]


def test_too_strong_a_colour_is_not_natural():
    """The hue of skin at three times its chroma is that of an orange."""
    assert unnatural(np.array((60.0, 35.0, 45.0))) > 10


def test_the_share_of_another_colour_is_found():
    """A blue fifth of a face is a fifth, whatever the tone of its skin."""
    for code in MONK:
        pixels = np.full((20, 20, 3), np.frombuffer(bytes.fromhex(code), np.uint8))
        pixels[:4] = (40, 60, 160)
        assert other_share(lab(pixels), np.ones((20, 20), bool)) == pytest.approx(0.2)


def test_only_what_should_be_skin_is_asked():
    """Another colour outside the skin is nobody's fault."""
    pixels = np.full((20, 20, 3), (200, 150, 120), np.uint8)
    pixels[:4] = (40, 60, 160)
    where = np.zeros((20, 20), bool)
    where[4:] = True
    assert other_share(lab(pixels), where) == 0


def test_a_grey_picture_has_no_colour():
    """Shades of grey or of sepia, even as a codec left them, are none; faint skin on grey is."""
    ramp = np.repeat(np.arange(0, 250, 10, np.uint8), 12).reshape(20, 15, 1)
    grey = np.repeat(ramp, 3, axis=2)
    assert not has_colour(grey)
    assert not has_colour(grey + np.array((3, 0, 5), np.uint8))
    shares = grey[..., :1] / 255
    sepia = np.concatenate([shares**0.85, shares, shares**1.25], axis=2) * 255
    assert not has_colour(sepia.astype(np.uint8))
    faint = np.full((4, 4, 3), 214, np.uint8)
    faint[:2] = (232, 210, 198)
    assert has_colour(faint)
