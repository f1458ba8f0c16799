"""What is said of the ground that a subject stands on, whatever the subject is."""

from itertools import pairwise

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest
from PIL.ImageFilter import GaussianBlur

from motifs import mug
from pictures import encoded, measure, noise, photo, value
from selector.measures.detectors.background import Background
from selector.types import NotApplicable

OF_GROUND = ("lightness", "chroma", "unevenness", "subjects", "fill")


def found(source) -> dict[str, float]:
    """Return every number that is there."""
    (outcomes,) = measure(Background(), source)
    return {name: each.value for name, each in outcomes.items() if hasattr(each, "value")}


def on_ground(ground: np.ndarray, *places: tuple[int, int], side: int = 200) -> PIL.Image.Image:
    """Return pieces of a photograph at *places* on a ground, shape (H, W, 3)."""
    picture = PIL.Image.fromarray(ground.round().astype(np.uint8))
    for place in places:
        picture.paste(photo().resize((side, side)), place)
    return picture


def plain(level: float = 240, size: int = 600) -> np.ndarray:
    return np.full((size, size, 3), float(level))


@pytest.mark.parametrize("level", [0, 60, 128, 200, 250, 255])
def test_a_neutral_ground_is_neutral_whatever_its_lightness(level):
    """White, greys and black: no tint, perfectly even, and lighter where it is lighter."""
    numbers = found(on_ground(plain(level), (200, 200)))
    assert numbers["chroma"] < 0.1
    assert numbers["unevenness"] == pytest.approx(0, abs=0.01)
    assert numbers["border"] == 1
    assert numbers["share"] == pytest.approx(8 / 9, abs=0.03)
    assert numbers["lightness"] == pytest.approx(_lightness(level), abs=0.5)


def _lightness(level: int) -> float:
    from skimage.color import rgb2lab

    return float(rgb2lab(np.full((1, 1, 3), level, np.uint8))[0, 0, 0])


def test_the_more_tint_the_more_chroma():
    """Each warmer ground has clearly more chroma."""
    tinted = [
        found(on_ground(plain() - [0, warm / 2, warm], (200, 200)))["chroma"]
        for warm in (0, 8, 16, 32)
    ]
    assert all(more > less + 1.5 for less, more in pairwise(tinted))


def test_the_more_light_falls_off_the_less_even_it_is():
    """Each steeper gradient is less even, and remains a ground to its last pixel."""
    slope = np.linspace(0, 1, 600)[:, None, None]
    falling = [found(on_ground(plain() - fall * slope, (200, 200))) for fall in (0, 15, 30, 45)]
    assert all(more["unevenness"] > less["unevenness"] + 1 for less, more in pairwise(falling))
    assert all(each["border"] == 1 for each in falling)


def test_what_lies_in_the_subjects_box_does_not_make_its_ground_uneven():
    """A chair's soft shadow between its back and its seat is its own; beside it the ground is even."""
    down, across = np.indices((600, 600))
    shade = 30 * np.exp(-((down - 240) ** 2 + (across - 330) ** 2) / (2 * 60**2))
    ground = plain() - shade[..., None]
    alone = PIL.Image.fromarray(ground.round().astype(np.uint8))
    chair = alone.copy()
    pen = PIL.ImageDraw.Draw(chair)
    pen.rectangle((100, 60, 160, 480), "#402010")
    pen.rectangle((100, 420, 520, 480), "#402010")
    assert found(chair)["subjects"] == 1
    assert found(chair)["unevenness"] < 1
    assert found(alone)["unevenness"] > 2 * found(chair)["unevenness"] + 1


def test_what_softly_turns_into_another_colour_is_no_ground():
    """From white to black without an edge: only what keeps near the ground's colour belongs to it."""
    slope = np.linspace(255, 0, 600)[:, None, None] * np.ones((1, 600, 3))
    assert 0.2 < found(slope.astype(np.uint8))["share"] < 0.7


def test_a_soft_shadow_is_ground_and_no_thing():
    """A product that casts a shadow is one thing on an even ground."""
    shadow = PIL.Image.new("RGB", (600, 600), (240, 240, 240))
    PIL.ImageDraw.Draw(shadow).ellipse((180, 340, 420, 430), (200, 200, 200))
    picture = shadow.filter(GaussianBlur(20))
    picture.paste(photo().resize((200, 200)), (200, 200))
    numbers = found(picture)
    assert numbers["subjects"] == 1
    assert numbers["unevenness"] < 2


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_things_are_counted(count):
    """One to four things apart from each other are so many, on any ground."""
    places = [(60, 60), (340, 60), (60, 340), (340, 340)][:count]
    for level in (30, 245):
        assert found(on_ground(plain(level), *places))["subjects"] == count


def test_dust_is_no_thing():
    """Specks beside a product do not count."""
    picture = on_ground(plain(), (200, 200))
    pen = PIL.ImageDraw.Draw(picture)
    for place in range(20, 580, 70):
        pen.ellipse((place, 30, place + 6, 36), (60, 60, 60))
    assert found(picture)["subjects"] == 1


def test_boxes_are_where_the_things_are():
    """Each thing's box encloses it, to a hundredth of the picture, in pixels of the original."""
    (outcomes,) = measure(Background(), on_ground(plain(), (60, 80), (330, 350)))
    boxes = [each["box"] for each in outcomes["subjects"].evidence["boxes"]]
    for box, (left, top) in zip(sorted(boxes), [(60, 80), (330, 350)], strict=True):
        assert box == pytest.approx([left, top, left + 200, top + 200], abs=10)


def test_what_the_frame_cuts_takes_border():
    """The farther a thing is pushed out of the frame, the less it is free."""
    free = [found(on_ground(plain(), (left, 200)))["border"] for left in (200, 450)]
    assert free[0] == 1
    assert free[1] == pytest.approx(1 - 200 / 2400, abs=0.02)


def test_fill_is_the_larger_side_that_is_taken():
    """A thing that takes a third of the width has 1/3, a wide row of them nearly all of it."""
    assert found(on_ground(plain(), (200, 200)))["fill"] == pytest.approx(1 / 3, abs=0.03)
    row = on_ground(plain(), (10, 200), (390, 200))
    assert found(row)["fill"] == pytest.approx(580 / 600, abs=0.03)


@pytest.mark.parametrize("size", [300, 600, 1200, 2400])
def test_size_hardly_matters(size):
    """The same product in pictures of other sizes gives the same numbers."""
    one = found(mug((240, 236, 230)))
    other = found(mug((240, 236, 230)).resize((size, size), PIL.Image.Resampling.LANCZOS))
    assert other["subjects"] == one["subjects"] == 1
    for name in ("share", "border", "fill"):
        assert other[name] == pytest.approx(one[name], abs=0.03)
    assert other["chroma"] == pytest.approx(one["chroma"], abs=0.3)


def test_jpeg_and_grain_hardly_matter():
    """Compression and faint grain leave ground and count as they are."""
    picture = on_ground(plain(), (200, 200))
    grain = np.random.default_rng(0).normal(0, 3, (600, 600, 1))
    grainy = PIL.Image.fromarray((np.asarray(picture) + grain).clip(0, 255).astype(np.uint8))
    for source in (encoded(picture, "JPEG", quality=70), grainy):
        numbers = found(source)
        assert numbers["subjects"] == 1
        assert numbers["border"] == 1
        assert numbers["chroma"] < 1
        assert numbers["unevenness"] < 1.5


def test_a_picture_without_a_ground_says_so():
    """Noise has no ground: what is said of one is not applicable, with the reason."""
    (outcomes,) = measure(Background(), noise(300, 200))
    assert outcomes["border"].value < 0.25
    for name in OF_GROUND:
        assert isinstance(outcomes[name], NotApplicable)
        assert "no plain ground" in outcomes[name].reason


@pytest.mark.parametrize("size", [(1, 1), (3, 2048), (2048, 3), (300, 300)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_empty_ground_has_no_subject(size, level):
    """One colour of any shape is all ground, on which nothing stands."""
    (outcomes,) = measure(Background(), PIL.Image.new("RGB", size, (level,) * 3))
    assert outcomes["share"].value == outcomes["border"].value == 1
    assert outcomes["subjects"].value == 0
    assert isinstance(outcomes["fill"], NotApplicable)


def test_a_shaded_thing_is_no_ground():
    """A soft sphere on white is a thing with a box, for its outline stops the flood."""
    ball = np.hypot(*(np.indices((400, 400)) - 200)) < 120
    shade = np.linspace(60, 200, 400)[:, None]
    picture = np.where(ball, shade, 255)[..., None].repeat(3, axis=2)
    numbers = found(picture.astype(np.uint8))
    assert numbers["subjects"] == 1
    assert numbers["lightness"] == pytest.approx(100, abs=0.1)


def test_many_things_leave_small_evidence():
    """Hundreds of things are counted, and the sixteen largest shown."""
    ground = plain(255, 1024).astype(np.uint8)
    picture = PIL.Image.fromarray(ground)
    pen = PIL.ImageDraw.Draw(picture)
    for at in range(49):
        left, top = 20 + at % 7 * 140, 20 + at // 7 * 140
        pen.rectangle((left, top, left + 80, top + 80), (40, 60, 90))
    (outcomes,) = measure(Background(), picture)
    assert outcomes["subjects"].value == 49
    assert len(outcomes["subjects"].evidence["boxes"]) == 16


def test_real_scenes_are_told_from_a_product(shared):
    """Most scenes leave less of the border free than any product that stands alone."""
    folders = (shared / "images" / name for name in ("dogs", "cats", "ocean"))
    files = [path for folder in folders for path in sorted(folder.glob("*.*"))]
    free = [value(Background(), "border", path) for path in files]
    assert len(free) >= 12
    assert np.mean(np.array(free) < 0.9) > 0.9
    assert value(Background(), "border", mug((225, 225, 225))) == 1
