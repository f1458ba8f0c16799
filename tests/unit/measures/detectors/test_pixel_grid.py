"""What is pixel art, in its own pixels or enlarged, and what only looks like it."""

import tracemalloc
from functools import cache
from itertools import pairwise

import numpy as np
import PIL.Image
import pytest
from PIL.ImageFilter import GaussianBlur
from skimage import data

from motifs import figure, mug, sprite
from pictures import encoded, measure, noise, photo, smooth, value
from selector.images import open_image
from selector.measures.base import Subject
from selector.measures.detectors.pixel_grid import PixelGrid
from selector.types import NotApplicable

NEAREST = PIL.Image.Resampling.NEAREST


@cache
def scene(side: int = 96) -> PIL.Image.Image:
    """Return a photograph brought down to few pixels of eight colours: a dense piece of art."""
    small = photo().resize((side, side), PIL.Image.Resampling.BOX)
    return small.quantize(8, dither=PIL.Image.Dither.NONE).convert("RGB")


def times(art: PIL.Image.Image, scale: float, way=NEAREST) -> PIL.Image.Image:
    return art.resize((round(art.width * scale), round(art.height * scale)), way)


def found(source) -> dict[str, float]:
    """Return every number that is there."""
    (outcomes,) = measure(PixelGrid(), source)
    return {name: each.value for name, each in outcomes.items() if hasattr(each, "value")}


def consistency(source) -> float:
    return value(PixelGrid(), "consistency", source)


@pytest.mark.parametrize("art", [scene(), scene(32), sprite((200, 60, 60)), sprite((20, 90, 40))])
def test_art_in_its_own_pixels_is_consistent(art):
    """A scene and sprites as they are drawn: a grid of single pixels, few colours."""
    numbers = found(art)
    assert numbers["consistency"] > 0.7
    assert numbers["scale"] == 1
    assert numbers["side"] == min(art.size)
    assert numbers["colours"] <= 8


@pytest.mark.parametrize("scale", [2, 3, 4, 5, 7, 8, 12, 16])
def test_enlarged_art_shows_its_scale(scale):
    """Enlarged by a whole number it is as consistent, and what it was made of is found."""
    numbers = found(times(scene(), scale))
    assert numbers["consistency"] > 0.85
    assert numbers["scale"] == scale
    assert numbers["side"] == 96
    assert numbers["colours"] == 8


@pytest.mark.parametrize(("left", "top"), [(1, 0), (3, 5), (7, 7)])
def test_the_grid_may_begin_anywhere(left, top):
    """A cut through art pixels moves the grid, and nothing else."""
    whole = times(scene(), 8)
    numbers = found(whole.crop((left, top, 600, 500)))
    assert numbers["scale"] == 8
    assert numbers["consistency"] > 0.85


@pytest.mark.parametrize("side", [32, 64, 128, 256, 512])
@pytest.mark.parametrize("name", ["astronaut", "camera", "coffee", "brick", "grass"])
def test_photographs_are_no_pixel_art(name, side):
    """Photographs in colour and grey, brought down to any size, are not consistent."""
    picture = PIL.Image.fromarray(getattr(data, name)())
    assert consistency(picture.resize((side, side), PIL.Image.Resampling.LANCZOS)) < 0.2


def test_soft_drawings_are_no_pixel_art():
    """A drawing with softened edges and a gradient, both small, are not consistent."""
    assert consistency(mug().resize((64, 64), PIL.Image.Resampling.LANCZOS)) < 0.3
    assert consistency(smooth(64, 64)) < 0.1


@pytest.mark.parametrize("scale", [2.5, 3.7, 5.3, 7.5])
def test_a_broken_scale_is_told_and_not_consistent(scale):
    """Art pixels of two sizes by turns: the mean size is found, the grid is not clean."""
    numbers = found(times(scene(), scale))
    assert numbers["scale"] == pytest.approx(scale, rel=0.01)
    assert numbers["consistency"] < 0.2


def test_the_softer_the_less_consistent():
    """Each stronger blur of enlarged art measures less, down to where nothing is left."""
    art = times(scene(), 8)
    blurred = [consistency(art.filter(GaussianBlur(radius))) for radius in (0, 0.7, 1.2, 3)]
    assert all(less < more - 0.05 for more, less in pairwise(blurred))
    assert consistency(times(scene(), 8, PIL.Image.Resampling.BICUBIC)) < 0.2


def test_the_poorer_the_jpeg_the_less_consistent():
    """Compression costs consistency and leaves the scale; a single pixel grid does not survive."""
    art = times(scene(), 6)
    saved = [encoded(art, "JPEG", quality=each) for each in (98, 90, 75)]
    numbers = [found(art), *map(found, saved)]
    assert [each["scale"] for each in numbers] == [6] * 4
    assert all(less["consistency"] < more["consistency"] for more, less in pairwise(numbers))
    assert numbers[-1]["consistency"] > 0.1
    assert consistency(encoded(scene(), "JPEG", quality=90)) < 0.2


def test_pixels_of_another_size_show_where_they_are():
    """A part in larger pixels lowers consistency, and boxes lie on that part."""
    mixed = times(scene(), 6)
    mixed.paste(times(scene().crop((30, 20, 60, 50)), 7), (288, 288))
    (outcomes,) = measure(PixelGrid(), mixed)
    assert outcomes["scale"].value == 6
    assert outcomes["consistency"].value < consistency(times(scene(), 6)) - 0.05
    boxes = [each["box"] for each in outcomes["consistency"].evidence["boxes"]]
    assert boxes
    for left, top, right, bottom in boxes:
        assert left >= 288 - 72
        assert top >= 288 - 72
        assert right <= 288 + 210 + 72
        assert bottom <= 288 + 210 + 72


@pytest.mark.parametrize("times_larger", [2, 3])
@pytest.mark.parametrize("scale", [1, 5])
def test_larger_pixels_on_the_same_grid_are_told_apart(times_larger, scale):
    """A part in pixels of twice or thrice the size fits the grid, and is found where it is."""
    art = scene().copy()
    inner = scene().crop((36, 18, 36 + 54 // times_larger, 18 + 54 // times_larger))
    art.paste(times(inner, times_larger).crop((0, 0, 54, 54)), (36, 36))
    (outcomes,) = measure(PixelGrid(), times(art, scale))
    assert outcomes["scale"].value == scale
    assert 0.1 < outcomes["mixed"].value <= 9 / 25
    for left, top, right, bottom in (each["box"] for each in outcomes["mixed"].evidence["boxes"]):
        assert 36 * scale <= left < right <= 90 * scale
        assert 36 * scale <= top < bottom <= 90 * scale


def test_boxes_begin_where_the_grid_does():
    """On a picture that was cut through art pixels, parts in larger ones lie on its grid."""
    art = scene().copy()
    art.paste(times(scene().crop((36, 18, 63, 45)), 2), (36, 36))
    (outcomes,) = measure(PixelGrid(), times(art, 8).crop((3, 5, 768, 768)))
    boxes = [each["box"] for each in outcomes["mixed"].evidence["boxes"]]
    assert boxes
    assert {(left % 8, top % 8) for left, top, _, _ in boxes} == {(5, 3)}
    assert {(right - left, bottom - top) for left, top, right, bottom in boxes} == {(144, 144)}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("padding", [0, 16])
def test_pixels_larger_than_any_that_are_looked_for_are_not_mixed(seed, padding):
    """Of art in pixels of 96 px a half is taken for the pixel, and all of it is of one size."""
    art = PIL.Image.new("RGB", (32 + 2 * padding,) * 2, (40, 44, 52))
    art.paste(figure(seed), (padding, padding))
    numbers = found(times(art, 32))
    assert numbers["scale"] == 48
    assert numbers["mixed"] == 0


def test_near_changes_are_no_grid_far_apart():
    """Edges three px apart, and no others, tell of pixels of three, and not of the largest."""
    dot = PIL.Image.new("RGB", (300, 300), (40, 44, 52))
    dot.paste((220, 180, 40), (100, 100, 103, 103))
    assert found(dot)["scale"] == 3


@pytest.mark.parametrize("side", [64, 96, 160])
def test_pixels_of_one_size_are_not_mixed(side):
    """Art in one size of pixels, its own or enlarged, has no part in larger ones."""
    for scale in (1, 2, 6):
        (outcomes,) = measure(PixelGrid(), times(scene(side), scale))
        assert outcomes["mixed"].value == 0
        assert outcomes["mixed"].evidence == {"boxes": []}


def test_without_a_clean_grid_no_pixel_is_too_large():
    """Of a photograph it cannot be said that its pixels are mixed."""
    (outcomes,) = measure(PixelGrid(), photo())
    assert isinstance(outcomes["mixed"], NotApplicable)


def test_a_clean_grid_leaves_no_box():
    """There is nothing to show on art whose pixels are all where they should be."""
    (outcomes,) = measure(PixelGrid(), times(scene(), 4))
    assert outcomes["consistency"].evidence == {"boxes": []}


def test_dithering_is_pixel_art():
    """A checkerboard of two colours has no two neighbours alike, and is consistent all the same."""
    board = np.indices((32, 32)).sum(axis=0) % 2
    tones = np.array([(40, 60, 90), (200, 180, 90)], np.uint8)
    assert consistency(tones[board]) == 1


def test_colours_are_counted_up_to_a_bound():
    """A photograph has 4096 colours or more, which is not counted further."""
    assert value(PixelGrid(), "colours", noise(300, 300)) == 4096
    assert value(PixelGrid(), "colours", scene()) == 8


@pytest.mark.parametrize("size", [(1, 1), (3, 2048), (2048, 3), (300, 300)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_one_colour_has_no_grid(size, level):
    """Nothing changes in one colour, so of a grid nothing can be said; colours are one."""
    (outcomes,) = measure(PixelGrid(), PIL.Image.new("RGB", size, (level,) * 3))
    for name in ("consistency", "scale", "side", "mixed"):
        assert isinstance(outcomes[name], NotApplicable)
    assert outcomes["colours"].value == 1


@pytest.mark.parametrize("size", [(2, 1), (1, 2), (2, 2), (7, 5), (3, 2048), (2048, 3)])
def test_the_smallest_pictures_have_numbers(size):
    """A few pixels of noise, in a row or a block, are measured and are no clean grid of more."""
    numbers = found(noise(*size))
    assert numbers["scale"] == 1
    assert numbers["side"] == min(size)
    assert 0 <= numbers["consistency"] <= 0.2


def test_large_art_takes_no_copies():
    """Of a large picture little more is read than what is looked at."""
    large = np.asarray(times(scene(), 32))
    subject = Subject(open_image(large))
    subject.image.decode()
    tracemalloc.start()
    PixelGrid().run([subject])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < large.nbytes / 2


def test_large_art_is_measured_like_small(shared):
    """Art enlarged to 3072 px shows the same, and real photographs of any size stay at the end."""
    small, large = found(times(scene(), 8)), found(times(scene(), 32))
    assert large == pytest.approx(small | {"scale": 32}, abs=0.02)
    files = sorted((shared / "images" / "people_real").glob("*.*"))
    assert len(files) >= 10
    assert max(map(consistency, files)) < 0.1
