"""How much of a picture keeps to given colours."""

import numpy as np
import PIL.Image
import PIL.ImageColor
import PIL.ImageDraw
import pytest
from pydantic import ValidationError
from skimage import data

from pictures import measure, noise, photo, value
from selector.errors import MeasureError
from selector.measures import loader
from selector.measures.detectors.palette import Palette

BRAND = ("#10243E", "#0A84FF", "#F4F1EA")
RED = (210, 40, 40)


def stripes(colours: tuple[str, ...], size: int = 600) -> PIL.Image.Image:
    """Return equal stripes of colours, hard-edged."""
    picture = PIL.Image.new("RGB", (size, size))
    pen = PIL.ImageDraw.Draw(picture)
    for count, colour in enumerate(colours):
        left, right = (size * at // len(colours) for at in (count, count + 1))
        pen.rectangle((left, 0, right - 1, size), colour)
    return picture


def spotted(share: float) -> PIL.Image.Image:
    """Return the brand's stripes with a red spot on a *share* of the picture."""
    picture = stripes(BRAND)
    radius = 600 * (share / np.pi) ** 0.5
    PIL.ImageDraw.Draw(picture).ellipse([300 - radius] * 2 + [300 + radius] * 2, RED)
    return picture


def texts(palette: Palette, source) -> list[str]:
    (outcomes,) = measure(palette, source)
    return outcomes["share"].evidence["texts"]


def test_a_picture_in_the_palette_is_in_it():
    """Nothing is off, nothing is missing, no colour has any distance."""
    (outcomes,) = measure(Palette(colours=BRAND), stripes(BRAND))
    assert {name: each.value for name, each in outcomes.items()} == {
        "share": 1,
        "mean": pytest.approx(0, abs=1e-6),
        "far": pytest.approx(0, abs=1e-6),
        "missing": 0,
    }


@pytest.mark.parametrize("share", [0.03, 0.1, 0.3])
def test_a_foreign_spot_takes_its_share(share):
    """The share is that of the rest, to a hundredth."""
    assert value(Palette(colours=BRAND), "share", spotted(share)) == pytest.approx(
        1 - share, abs=0.012
    )


def test_evidence_names_the_foreign_colour():
    """The texts tell the palette's colours with their shares, then what is off it."""
    told = texts(Palette(colours=BRAND), spotted(0.2))
    assert [each.split()[0] for each in told[:3]] == list(BRAND)
    assert told[3].startswith("off the palette: #D22828 ")
    assert float(told[3].split()[-1].strip("%")) == pytest.approx(20, abs=1.2)


def test_the_larger_of_two_foreign_colours_is_told_first():
    """Colours off the palette are in the order of their shares, each with its own."""
    picture = stripes(BRAND)
    picture.paste((90, 200, 60), (0, 0, 600, 60))
    picture.paste(RED, (0, 60, 600, 180))
    told = [each.split() for each in texts(Palette(colours=BRAND), picture)[3:]]
    assert [each[-2] for each in told] == ["#D22828", "#5AC83C"]
    assert [float(each[-1].strip("%")) for each in told] == pytest.approx([20, 10], abs=1.2)


def test_the_farthest_twentieth_begins_where_a_twentieth_is_as_far():
    """A spot on a tenth of the picture is what is far; one on a fiftieth is not enough."""
    palette = Palette(colours=BRAND)
    assert value(palette, "far", spotted(0.02)) == pytest.approx(0, abs=1)
    assert value(palette, "far", spotted(0.1)) == pytest.approx(value(palette, "mean", _flat(RED)))


def test_distances_are_those_of_the_published_formula():
    """Two flat colours are as far apart as in pair 17 of Sharma et al. 2005, to sRGB's rounding."""
    from skimage.color import lab2rgb, rgb2lab

    first, second = [50.0, 2.5, 0.0], [73.0, 25.0, -18.0]
    here, there = ((lab2rgb(np.array(each)) * 255).round().astype(int) for each in (first, second))
    assert rgb2lab(there / 255) == pytest.approx(second, abs=0.5)
    palette = Palette(colours=("#" + "".join(f"{level:02X}" for level in here),))
    found = value(palette, "mean", PIL.Image.new("RGB", (20, 20), tuple(there.tolist())))
    assert found == pytest.approx(27.1492, abs=0.6)


def test_a_wider_tolerance_takes_in_more():
    """Share never falls as the tolerance grows, and reaches all of a photograph."""
    shares = [
        value(Palette(colours=BRAND, tolerance=each), "share", photo()) for each in (2, 10, 30, 100)
    ]
    assert shares == sorted(shares)
    assert shares[0] < 0.2
    assert shares[-1] == 1


def test_the_farther_a_colour_drifts_the_farther_it_is():
    """A blue that turns to violet is farther off at every step."""
    drift = [(10 + more, 132, 255) for more in (0, 40, 80, 120)]
    far = [
        value(Palette(colours=BRAND), "mean", PIL.Image.new("RGB", (64, 64), each))
        for each in drift
    ]
    assert far == sorted(far)
    assert far[-1] > 10


def test_what_is_missing_is_counted():
    """Colours that are not to be seen are counted, those that are hardly to be seen as well."""
    assert value(Palette(colours=(*BRAND, "#FF0000")), "missing", stripes(BRAND)) == 1
    assert value(Palette(colours=(*BRAND, "#D22828")), "missing", spotted(0.001)) == 1
    assert value(Palette(colours=(*BRAND, "#D22828")), "missing", spotted(0.05)) == 0


def test_soft_edges_are_not_off_the_palette():
    """A drawing with softened edges keeps to the palette like one with hard edges."""
    large = stripes(BRAND * 8, 2048)
    soft = large.rotate(20, resample=PIL.Image.Resampling.BICUBIC, fillcolor=BRAND[0])
    soft = soft.resize((1024, 1024), PIL.Image.Resampling.LANCZOS)
    assert value(Palette(colours=BRAND), "share", soft) > 0.99


def test_fine_drawings_keep_to_the_palette():
    """Blades of grass in three colours, made smaller, which leaves edges a little beyond both."""
    luma = np.asarray(PIL.Image.fromarray(data.grass()).resize((1024, 1024)))
    flat = np.array([PIL.ImageColor.getrgb(each) for each in BRAND], np.uint8)
    drawn = flat[np.searchsorted(np.quantile(luma, (0.33, 0.67)), luma)]
    assert (
        value(Palette(colours=BRAND), "share", PIL.Image.fromarray(drawn).resize((512,) * 2)) > 0.95
    )


@pytest.mark.parametrize("size", [64, 256, 1024, 2048])
def test_size_hardly_matters(size):
    """The same picture in other sizes has the same share, to two hundredths."""
    other = spotted(0.2).resize((size, size), PIL.Image.Resampling.NEAREST)
    assert value(Palette(colours=BRAND), "share", other) == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize("size", [511, 512, 1023, 1024])
@pytest.mark.parametrize("wide", [1, 2])
def test_thin_stripes_have_their_own_share(size, wide):
    """Hard stripes of a pixel or two are no soft edges: a quarter is a quarter in every size."""
    lines = np.full((size, size, 3), RED, np.uint8)
    lines[:, np.arange(size) // wide % 4 == 0] = (10, 132, 255)
    assert value(Palette(colours=BRAND), "share", lines) == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize("size", [512, 1024])
def test_a_pixel_of_size_moves_nothing(size):
    """No size makes the share jump: softness grows with the picture, place by place."""
    palette = Palette(colours=("#C08060", "#FFFFFF"))
    whole = photo().resize((size, size))
    less = value(palette, "share", whole.crop((0, 0, size - 1, size - 1)))
    assert less == pytest.approx(value(palette, "share", whole), abs=0.012)


def test_a_pattern_is_seen_whole():
    """A dither of two colours in the period of the sample is still half and half."""
    board = np.indices((896, 896)).sum(axis=0) % 2 == 0
    picture = np.where(board[..., None], (16, 36, 62), RED).astype(np.uint8)
    mean = value(Palette(colours=BRAND[:1]), "mean", picture[:448, :448])
    assert 0.35 < mean / value(Palette(colours=BRAND[:1]), "mean", _flat(RED)) < 0.65


def _flat(colour: tuple[int, int, int]) -> PIL.Image.Image:
    return PIL.Image.new("RGB", (50, 50), colour)


@pytest.mark.parametrize("colour", ["0A84FF", "#0A84F", "#0A84FG", "blue", "#0A84FF\n", "#FFF"])
def test_what_is_no_colour_is_refused(colour):
    """Only six hexadecimal digits after a hash are a colour."""
    with pytest.raises(ValidationError, match="colours"):
        Palette(colours=(colour,))


@pytest.mark.parametrize(
    "parameters",
    [{"colours": ()}, {"colours": ("#000000",) * 65}, {"colours": BRAND, "tolerance": 0}, {}],
)
def test_a_palette_has_one_to_64_colours_and_a_tolerance(parameters):
    """None, too many, and a tolerance of nothing are refused."""
    with pytest.raises(ValidationError):
        Palette(**parameters)


@pytest.mark.parametrize("again", ["#0A84FF", "#0a84ff"])
def test_a_colour_that_is_there_twice_is_refused(again):
    """Two equal colours, however written: one of them would always be missing."""
    with pytest.raises(ValidationError, match="#0A84FF there more than once"):
        Palette(colours=(*BRAND, again))


def test_small_letters_are_the_same_colour():
    """A colour may be written in small letters."""
    palette = Palette(colours=tuple(each.lower() for each in BRAND))
    assert value(palette, "share", stripes(BRAND)) == 1


@pytest.mark.parametrize("size", [(1, 1), (3, 2048), (2048, 3)])
def test_any_shape_has_its_share(size):
    """A pixel, a line and a column are in the palette or off it."""
    assert value(Palette(colours=BRAND), "share", PIL.Image.new("RGB", size, BRAND[1])) == 1
    assert value(Palette(colours=BRAND), "share", PIL.Image.new("RGB", size, RED)) == 0


def test_evidence_stays_small():
    """64 colours and a picture of noise leave a few dozen lines."""
    palette = Palette(colours=tuple(f"#{step * 4:02X}0000" for step in range(64)))
    assert len(texts(palette, noise(400, 300))) <= 64 + 8


def test_a_colour_that_is_none_is_told_with_one_that_is():
    """Each wrong entry is told once, with an example, and nothing else is."""
    with pytest.raises(MeasureError) as caught:
        loader.construct("detectors.palette", {"colours": ["#12345", "red"]})
    said = str(caught.value)
    assert said.count("write #RRGGBB in quotes, such as '#0A84FF'") == 2
    assert "entries" not in said
