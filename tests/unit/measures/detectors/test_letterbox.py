"""Bars are found by their straight ends, and plain grounds of pictures are no bars."""

from itertools import pairwise

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest

from pictures import encoded, measure, photo, value
from selector.measures.detectors.letterbox import Letterbox

Box = tuple[int, int, int, int]

SEEN: dict[str, Box] = {  # what is left of 512 × 512
    "above and below": (0, 50, 512, 462),
    "left and right": (80, 0, 432, 512),
    "around": (40, 60, 480, 440),
    "around, more at two sides": (30, 120, 400, 480),
    "below": (0, 0, 512, 452),
    "left": (30, 0, 512, 512),
    "around a narrow picture": (150, 60, 362, 452),
}


def share(source) -> float:
    return value(Letterbox(), "share", source)


def barred(seen: Box, colour: str = "black", picture: PIL.Image.Image | None = None):
    """Return a picture of which only the box is seen, before bars of a colour."""
    picture = picture or photo()
    ground = PIL.Image.new("RGB", picture.size, colour)
    ground.paste(picture.crop(seen), seen[:2])
    return ground


def area(seen: Box) -> float:
    return (seen[2] - seen[0]) * (seen[3] - seen[1]) / 512**2


@pytest.mark.parametrize("colour", ["black", "white", "#5a3c1e"])
@pytest.mark.parametrize("place", SEEN)
def test_bars_of_any_colour_are_measured(place, colour):
    """Wherever they are, their share is what the picture loses."""
    assert share(barred(SEEN[place], colour)) == pytest.approx(1 - area(SEEN[place]), abs=0.01)


def test_every_bar_has_a_box():
    """A frame is four boxes that cover it once, named by side, in pixels of the picture."""
    (found,) = measure(Letterbox(), barred(SEEN["around"], "#5a3c1e"))
    boxes = {one["label"]: one["box"] for one in found["share"].evidence["boxes"]}
    assert boxes == {
        "top bar": [0, 0, 512, 60],
        "bottom bar": [0, 440, 512, 512],
        "left bar": [0, 60, 40, 440],
        "right bar": [480, 60, 512, 440],
    }


def test_thicker_bars_are_more():
    """The share rises with the thickness, from a fiftieth of the side on."""
    found = [share(barred((0, thick, 512, 512 - thick))) for thick in (0, 10, 25, 60, 120)]
    assert found[0] == 0
    assert all(more > less + 0.03 for less, more in pairwise(found))


@pytest.mark.parametrize("side", [256, 1024, 2048])
def test_size_does_not_matter(side):
    """Bars of a tenth are a tenth in every size."""
    picture = photo().resize((side, side), PIL.Image.Resampling.BICUBIC)
    seen = (0, side // 10, side, side - side // 10)
    assert share(barred(seen, picture=picture)) == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize("quality", [50, 75, 95])
def test_bars_are_seen_through_jpeg(quality):
    """Rings and blocks along their ends move a bar by no more than a block."""
    stored = encoded(barred(SEEN["around"], "white"), "JPEG", quality=quality)
    assert share(stored) == pytest.approx(1 - area(SEEN["around"]), abs=0.03)


def test_a_little_noise_on_the_bars_is_allowed():
    """Bars that are one colour but for faint noise are bars."""
    grain = np.random.default_rng(0).normal(0, 2, (512, 512, 3))
    picture = np.clip(barred(SEEN["above and below"], "#404040") + grain, 0, 255).astype(np.uint8)
    assert share(picture) == pytest.approx(1 - area(SEEN["above and below"]), abs=0.01)


def test_a_photograph_has_none():
    """A picture without bars has the share 0, and no evidence."""
    (found,) = measure(Letterbox(), photo())
    assert found["share"].value == 0
    assert found["share"].evidence is None


def test_plain_grounds_are_no_bars():
    """A product on white and a moon in a black night: nothing ends there in a straight line."""
    for ground, thing in (("white", "#aa3311"), ("black", "#eeeecc")):
        picture = PIL.Image.new("RGB", (600, 600), ground)
        PIL.ImageDraw.Draw(picture).ellipse((60, 90, 540, 520), fill=thing)
        assert share(picture) == 0


@pytest.mark.parametrize("size", [90, 160])
@pytest.mark.parametrize(("ink", "ground"), [("#141414", "#f5f5f5"), ("white", "black")])
@pytest.mark.parametrize("words", ["OPEN 24h", "Happy Birthday", "HELEN", "BEEF", "MY\nFAMILY"])
def test_words_on_plain_ground_are_not_framed(words, ink, ground, size):
    """Letters end in straight lines, and between them the ground shows."""
    poster = PIL.Image.new("RGB", (1400, 1024), ground)
    pen = PIL.ImageDraw.Draw(poster)
    font = PIL.ImageFont.load_default(size)
    pen.multiline_text((700, 512), words, ink, font, "mm", align="center")
    assert share(poster) == 0


THINGS = {
    "a shoe with a flat sole": lambda pen: pen.polygon(
        [(200, 800), (250, 600), (420, 520), (600, 650), (820, 700), (840, 800)], "#a0281e"
    ),
    "a rounded box": lambda pen: pen.rounded_rectangle((300, 250, 724, 800), 40, "#1e3c78"),
    "one cut by the frame": lambda pen: pen.rounded_rectangle((300, 300, 724, 1100), 40, "#1e3c78"),
    "a bottle": lambda pen: [
        pen.rectangle((450, 100, 574, 300), "#2e5a2e"),
        pen.rectangle((350, 280, 674, 900), "#2e5a2e"),
    ],
}


@pytest.mark.parametrize("ground", ["#fafafa", "black"])
@pytest.mark.parametrize("thing", THINGS)
def test_products_with_straight_sides_are_not_framed(thing, ground):
    """A sole, a lid and a base are straight, but beside them the ground goes on."""
    picture = PIL.Image.new("RGB", (1024, 1024), ground)
    THINGS[thing](PIL.ImageDraw.Draw(picture))
    assert share(picture) == 0


def test_a_frame_around_a_picture_with_plain_corners_is_one():
    """A white frame is seen although the picture has the frame's white in two of its corners."""
    picture = photo().copy()
    picture.paste("white", (0, 0, 512, 120))
    picture.paste(photo().crop((100, 0, 412, 120)), (100, 0))
    assert share(barred((40, 40, 472, 472), "white", picture)) == pytest.approx(
        1 - area((40, 40, 472, 472)), abs=0.01
    )


def test_a_small_thing_on_plain_ground_is_not_framed():
    """A square logo in the middle of a page has straight edges too, but the page is the picture."""
    picture = PIL.Image.new("RGB", (600, 600), "white")
    picture.paste("#1144aa", (250, 250, 350, 350))
    assert share(picture) == 0


def test_a_night_over_hills_is_no_bar():
    """A black sky that ends in a slope, not in a line, is part of the picture."""
    night = np.asarray(photo()).copy()
    for column in range(512):
        night[: 100 + column // 8, column] = 0
    assert share(night) == 0


@pytest.mark.parametrize("side", [100, 256, 512, 1024])
def test_shaded_skies_are_no_bars(side):
    """What changes from above to below is no bar: a sky over a horizon, black that turns white."""
    picture = photo().resize((side, side))
    for low, high, until in ((60, 110, side // 3), (200, 120, side // 2), (0, 255, side)):
        sky = np.linspace(low, high, until)[:, None, None] * np.ones((1, side, 3))
        assert share(np.concatenate([sky.astype(np.uint8), np.asarray(picture)[until:]])) == 0


@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("size", [(1, 1), (2, 700), (300, 300)])
def test_one_colour_has_no_bars(size, level):
    """With nothing between them, bars can't be told from the picture."""
    assert share(PIL.Image.new("RGB", size, (level,) * 3)) == 0


def test_real_pictures_have_none(shared):
    """No real or generated picture at hand has bars, on black and white grounds neither."""
    files = [path for path in sorted((shared / "images").glob("*/*")) if path.suffix != ".json"]
    assert len(files) >= 30
    assert [path.name for path in files if share(path)] == []


@pytest.mark.parametrize("factor", [0.75, 0.5, 0.33])
def test_lettering_on_plain_ground_stays_without_in_other_sizes(shared, factor):
    """Real lettering has no bars either once it is made smaller, and its edges are softer."""
    files = sorted((shared / "images" / "lettering").glob("*.jpg"))
    assert len(files) >= 5
    for path in files:
        whole = PIL.Image.open(path).convert("RGB")
        smaller = (round(whole.width * factor), round(whole.height * factor))
        assert share(whole.resize(smaller, PIL.Image.Resampling.LANCZOS)) == 0, path.name
