"""Banding sees gradients that have broken into steps, and no other flat or rough thing."""

from itertools import pairwise

import numpy as np
import PIL.Image
import pytest

from motifs import landscape
from pictures import encoded, measure, noise, photo, smooth, value
from selector.measures.detectors.banding import Banding


def banded(source) -> float:
    return value(Banding(), "share", source)


def sky(side: int = 512, *, grain: float = 0, low: int = 60) -> PIL.Image.Image:
    """Return a gradient of 150 levels from above to below, with noise where it is asked for."""
    down = np.linspace(low, low + 150, side)[:, None, None] * np.ones((1, side, 3))
    if grain:
        down += np.random.default_rng(0).normal(0, grain, down.shape)
    return PIL.Image.fromarray(np.clip(np.rint(down), 0, 255).astype(np.uint8))


def fewer(picture: PIL.Image.Image, levels: int) -> PIL.Image.Image:
    return picture.point(lambda level: level * levels // 256 * 255 // (levels - 1))


@pytest.mark.parametrize("grain", [0, 1, 4, 16])
def test_a_smooth_sky_has_no_bands(grain):
    """A gradient in steps of one level, plain or with noise, is what a sky should be."""
    assert banded(sky(grain=grain)) < 0.002


@pytest.mark.parametrize("levels", [48, 32, 16, 8])
def test_a_sky_in_steps_is_banded_nearly_all_over(levels):
    """With fewer levels its bands are the picture."""
    assert banded(fewer(sky(), levels)) > 0.85


def test_direction_does_not_matter():
    """Bands up and down, left and right, and rising or falling are the same."""
    picture = fewer(sky(), 16)
    turned = [picture.transpose(way) for way in PIL.Image.Transpose]
    assert [banded(one) for one in turned] == pytest.approx([banded(picture)] * 7, abs=0.02)


def test_slanting_bands_are_bands():
    """A gradient across and down is seen too."""
    assert banded(smooth(512, 512)) < 0.001
    assert banded(fewer(smooth(512, 512), 16)) > 0.6


@pytest.mark.parametrize("low", [0, 30, 100])
def test_brightness_does_not_matter(low):
    """The same steps in a dark and in a light sky are as much banding."""
    assert banded(fewer(sky(low=low), 32)) == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("side", [256, 1024, 2048])
def test_size_does_not_matter(side):
    """A banded sky is banded in every size, a smooth one in none."""
    assert banded(fewer(sky(side), 16)) == pytest.approx(banded(fewer(sky(), 16)), abs=0.05)
    assert banded(sky(side)) == 0


def test_noise_hides_bands():
    """The levels that noise was rounded to are no stairs, as people see none."""
    assert banded(fewer(sky(grain=10), 32)) < 0.02


def test_a_photograph_with_fewer_levels_has_more_of_it():
    """The fewer levels are left of a photograph, the more of it lies on stairs; whole it has none."""
    found = [banded(fewer(photo(), levels)) for levels in (256, 64, 32, 16)]
    assert found[0] < 0.0003
    assert all(more > less for less, more in pairwise(found))
    assert min(banded(fewer(photo(), levels)) for levels in (16, 8, 4)) > 0.03


def test_good_jpeg_is_not_banded():
    """Storing a photograph or a sky as a usual JPEG makes no stairs."""
    for picture in (photo(), sky(grain=1), noise(512, 512)):
        for quality in (60, 75, 95):
            assert banded(encoded(picture, "JPEG", quality=quality)) < 0.002


def test_bands_are_seen_through_jpeg():
    """A sky that was in steps before it became a JPEG is still in steps."""
    assert banded(encoded(fewer(sky(1024), 16), "JPEG", quality=85)) > 0.5


def test_two_flat_tones_are_no_stairs():
    """A flag, a horizon between two plain colours, an outline: one step is no gradient."""
    flag = PIL.Image.new("RGB", (512, 512), (90, 90, 90))
    flag.paste((110, 110, 110), (0, 0, 512, 256))
    flag.paste((60, 60, 60), (100, 100, 300, 400))
    assert banded(flag) == 0


def test_plain_fields_are_no_stairs():
    """Three fields of a drawing that get lighter in high steps are things, no gradient."""
    fields = np.repeat(np.array([20, 120, 220], np.uint8), 170)
    assert banded(np.broadcast_to(fields[:, None, None], (510, 300, 3)).copy()) == 0


def test_fields_drawn_in_several_tones_count():
    """Hills one behind the other, each a little darker, are stairs, as the card says."""
    fields = np.repeat(np.array([60, 90, 120, 150, 180], np.uint8), 100)
    assert banded(np.broadcast_to(fields[:, None, None], (500, 300, 3)).copy()) > 0.9
    drawn = [banded(landscape(seed)) for seed in range(6)]
    assert min(drawn) > 0.01
    assert max(drawn) > 0.5


def test_the_box_is_where_the_bands_are():
    """Bands in the right half of a smooth sky are boxed there, in pixels of the original."""
    picture = sky(1024)
    picture.paste(fewer(picture, 16).crop((512, 0, 1024, 1024)), (512, 0))
    (found,) = measure(Banding(), picture)
    left, top, right, bottom = found["share"].evidence["boxes"][0]["box"]
    assert left >= 448
    assert right - left > 400
    assert bottom - top > 900


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 2), (6, 6)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_flat_picture_of_any_shape_has_none(size, level):
    """One colour has no stairs, and no evidence of any."""
    (found,) = measure(Banding(), PIL.Image.new("RGB", size, (level,) * 3))
    assert found["share"].value == 0
    assert found["share"].evidence is None


def test_real_pictures_have_next_to_none(shared):
    """Photographs and generated pictures lie far under the same ones in eight levels."""
    for folder in ("people_real", "dogs", "ocean"):
        for path in sorted((shared / "images" / folder).iterdir()):
            assert banded(path) < 0.005, path.name
