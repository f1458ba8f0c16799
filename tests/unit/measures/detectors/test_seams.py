"""What the seam detector promises, on real pictures and on what was made of them."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import skimage.data
from PIL import Image, ImageDraw, ImageFilter

from pictures import encoded, measure, noise, value
from selector.measures.detectors.seams import SHOWN, Seams
from selector.types import NotApplicable, Score

Pixels = npt.NDArray[np.uint8]

CLEAR = 10.0  # standard errors; three of 76 photographs that nothing was chosen on have more
SEAMS = Seams()


def photos() -> dict[str, Pixels]:
    """Return photographs without a seam or a bold straight edge."""
    return {name: getattr(skimage.data, name)() for name in ("astronaut", "coffee", "chelsea")}


def lighter(pixels: Pixels, at: int, levels: float) -> Pixels:
    """Return the picture with all from column *at* on lighter by *levels*."""
    other = pixels.astype(np.float64)
    other[:, at:] += levels
    return np.clip(np.rint(other), 0, 255).astype(np.uint8)


def displaced(pixels: Pixels, at: int, by: int) -> Pixels:
    """Return the picture with all from column *at* on moved up."""
    return np.concatenate([pixels[:-by, :at], pixels[by:, at:]], axis=1)


def horizon(tilt: float, softness: float) -> Image.Image:
    """Return a drawn sky over a drawn sea, with a little noise."""
    down, across = np.mgrid[:640, :640].astype(np.float64)
    sea = np.clip(down - 350 - tilt * across + 0.5, 0, 1)[..., np.newaxis]
    colours = np.array([170, 195, 215]) * (1 - sea) + np.array([40, 80, 110]) * sea
    grain = np.random.default_rng(0).normal(0, 2, (640, 640, 1))
    drawn = Image.fromarray(np.clip(colours + grain, 0, 255).astype(np.uint8))
    return drawn.filter(ImageFilter.GaussianBlur(softness))


def lines(output: str, source: Pixels | Image.Image | bytes) -> list[list[int]]:
    """Return the lines of an output's evidence, the clearest first."""
    outcome = measure(SEAMS, source)[0][output]
    assert isinstance(outcome, Score)
    return [each["line"] for each in outcome.evidence["lines"]] if outcome.evidence else []


def turned(pixels: Pixels) -> Pixels:
    """Return the picture with rows and columns exchanged."""
    return np.ascontiguousarray(pixels.swapaxes(0, 1))


@pytest.mark.parametrize("name", photos())
def test_a_photograph_has_no_seam(name):
    """Photographs of people, things and animals have no clear seam."""
    assert value(SEAMS, "step", photos()[name]) < CLEAR
    assert value(SEAMS, "broken", photos()[name]) < CLEAR


def test_where_no_line_is_there_is_no_length():
    """Without any line, strength is a measured 0, and length says that there is nothing."""
    (said,) = measure(SEAMS, skimage.data.astronaut())

    assert said["step"] == said["broken"] == Score(0.0)
    assert said["length"] == NotApplicable("no seam found")


@pytest.mark.parametrize("at", [150, 256, 301])
def test_a_lighter_part_is_found_where_it_begins(at):
    """Twelve levels of 255 are a clear seam, whose line is at the first lighter pixel."""
    stitched = lighter(skimage.data.astronaut(), at, 12)

    assert value(SEAMS, "step", stitched) > CLEAR
    x0, top, x1, bottom = lines("step", stitched)[0]
    assert (x0, x1) == (at, at)
    assert 0 <= top < bottom <= 512


def test_level_and_upright_are_alike():
    """A picture with rows and columns exchanged has the same seam, exchanged."""
    stitched = lighter(skimage.data.coffee(), 200, 12)
    (upright, *_), (level, *_) = lines("step", stitched), lines("step", turned(stitched))

    assert upright[0] == 200
    assert level == [upright[1], upright[0], upright[3], upright[2]]
    assert value(SEAMS, "step", stitched) == pytest.approx(value(SEAMS, "step", turned(stitched)))


@pytest.mark.parametrize("name", photos())
def test_a_bolder_step_is_clearer(name):
    """Four levels, eight and sixteen: each is clearer than the one before."""
    picture = photos()[name]
    clarity = [value(SEAMS, "step", lighter(picture, 170, levels)) for levels in (0, 4, 8, 16)]

    assert clarity == sorted(clarity)
    assert clarity[-1] > max(CLEAR, clarity[1])


def test_a_tint_that_leaves_luma_is_found():
    """A part warmer by eight levels is a seam, though no lighter than the rest."""
    tinted = skimage.data.chelsea().astype(np.float64)
    tinted[:, 200:] += (8, -2.4, -8)
    stitched = np.clip(np.rint(tinted), 0, 255).astype(np.uint8)

    assert value(SEAMS, "step", stitched) > CLEAR
    assert lines("step", stitched)[0][0] == 200


@pytest.mark.parametrize("name", photos())
def test_content_that_breaks_off_is_found(name):
    """A part moved by a sixteenth of the picture breaks off along its line."""
    moved = displaced(photos()[name], 180, 24)

    assert value(SEAMS, "broken", moved) > CLEAR
    assert lines("broken", moved)[0][0] == 180


def test_an_inpainted_rectangle_is_outlined():
    """At least three sides of a rectangle of another exposure are shown, no further than it."""
    picture = skimage.data.chelsea().copy()
    picture[80:220, 120:330] = np.clip(picture[80:220, 120:330] * 1.15, 0, 255)
    sides = {
        ("x", line[0]) if line[0] == line[2] else ("y", line[1])
        for line in lines("step", picture)
    }  # fmt: skip

    assert len(sides & {("x", 120), ("x", 330), ("y", 80), ("y", 220)}) >= 3


def test_tiles_meet_where_they_meet():
    """A picture repeated 2 × 2 breaks off in the middle, both ways."""
    tiled = np.tile(skimage.data.coffee(), (2, 2, 1))
    found = lines("broken", tiled)

    assert value(SEAMS, "broken", tiled) > CLEAR
    assert {line[0] for line in found if line[0] == line[2]} == {600}
    assert {line[1] for line in found if line[1] == line[3]} == {400}


@pytest.mark.parametrize("quality", [30, 60, 90])
@pytest.mark.parametrize("name", photos())
def test_the_blocks_of_a_jpeg_are_no_seams(name, quality):
    """A photograph stored as a JPEG, however badly, has no clear seam."""
    stored = encoded(Image.fromarray(photos()[name]), "JPEG", quality=quality)

    assert value(SEAMS, "step", stored) < CLEAR
    assert value(SEAMS, "broken", stored) < CLEAR


def test_a_seam_outlives_a_good_jpeg():
    """Sixteen levels are found after JPEG of quality 90, at the same place."""
    stored = encoded(
        Image.fromarray(lighter(skimage.data.astronaut(), 300, 16)), "JPEG", quality=90
    )

    assert value(SEAMS, "step", stored) > CLEAR
    assert lines("step", stored)[0][0] == 300


@pytest.mark.parametrize(("tilt", "softness"), [(0, 0), (0, 1), (0.0005, 0), (0.003, 1), (0.01, 1)])
def test_a_horizon_is_no_seam(tilt, softness):
    """A bold horizon, exactly level, or tilted as softly as lenses draw it, is a thing's edge."""
    (said,) = measure(SEAMS, horizon(tilt, softness))

    assert said["step"] == said["broken"] == Score(0.0)


def screen() -> Pixels:
    """Return a drawn table: a bar at the top, another at the left, lines between rows of words."""
    drawn = Image.new("RGB", (800, 600), (245, 245, 247))
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 0, 200, 600), fill=(230, 232, 236))
    pen.rectangle((200, 0, 800, 60), fill="white")
    for top in range(80, 600, 40):
        pen.line((220, top, 780, top), fill=(210, 210, 210))
        pen.text((20, top + 10), "an entry of the menu", fill="black")
        pen.text((230 + top % 37, top + 10), "a row of words in a table of things", fill="black")
    return np.asarray(drawn)


def flat_drawings() -> dict[str, Callable[[], Pixels]]:
    """Return what has straight edges by nature, and no noise."""
    slope = np.linspace(100, 140, 700).astype(np.uint8)[:, np.newaxis, np.newaxis]
    board = np.kron(np.indices((8, 8)).sum(0) % 2, np.ones((64, 64))) * 255
    barred = skimage.data.astronaut().copy()
    barred[:60] = barred[-60:] = 0
    return {
        "black": lambda: np.zeros((300, 300, 3), np.uint8),
        "a slow slope, which 8 bits make into bands": lambda: np.tile(slope, (1, 700, 3)),
        "a chessboard": lambda: np.dstack([board.astype(np.uint8)] * 3),
        "letterbox bars": lambda: barred,
        "a screen": screen,
        "noise": lambda: np.asarray(noise(512, 512)),
    }


@pytest.mark.parametrize("what", flat_drawings())
def test_edges_of_things_are_no_seams(what):
    """Bars, boards, screens and the bands of a slope are not taken for seams."""
    (said,) = measure(SEAMS, flat_drawings()[what]())

    assert said["step"] == said["broken"] == Score(0.0)


def test_among_many_lines_none_stands_out():
    """Sixty-four slats, each a little lighter than the one before, are straight steps, no seam."""
    slats = np.arange(64).repeat(8) * 3.6 + np.random.default_rng(1).normal(0, 1, (512, 512))
    stairs = np.dstack([np.rint(slats.clip(0, 255)).astype(np.uint8)] * 3)

    assert value(SEAMS, "step", stairs) < CLEAR / 2


def test_a_bold_break_over_a_part_is_believed_half():
    """High steps to either side over half the picture may be a thing's edge; all along, hardly."""

    def broken_to(end: int) -> Pixels:
        blocks = np.random.default_rng(0).integers(20, 236, (2, 32)).repeat(16, axis=1)
        picture = np.tile(blocks[0][:, np.newaxis], (1, 512))
        picture[:end, 200:] = blocks[1][:end, np.newaxis]
        grain = np.random.default_rng(1).integers(-2, 3, (512, 512))
        return np.dstack([(picture + grain).astype(np.uint8)] * 3)

    whole, half = (value(SEAMS, "broken", broken_to(end)) for end in (512, 256))

    assert whole > CLEAR
    assert 0 < half < 0.5 * whole


def test_lines_half_as_clear_are_not_shown():
    """Beside a clear seam a faint one, which alone would be shown, is not worth a line."""
    faint = lighter(skimage.data.astronaut(), 380, 3)
    both = lighter(faint, 150, 16)

    assert [line[0] for line in lines("step", faint)] == [380]
    assert {line[0] for line in lines("step", both)} == {150}


def test_evidence_of_many_seams_stays_small():
    """Hundreds of tiles, each of another lightness: the clearest lines, in little JSON."""
    steps = np.random.default_rng(0).integers(-20, 21, (16, 16))
    grey = 128 + np.kron(steps, np.ones((64, 64)))
    noisy = grey + np.random.default_rng(1).normal(0, 1, grey.shape)
    (said,) = measure(SEAMS, np.dstack([noisy.astype(np.uint8)] * 3))

    assert isinstance(said["broken"], Score)
    assert value(SEAMS, "broken", np.dstack([noisy.astype(np.uint8)] * 3)) > CLEAR
    assert 0 < len(said["broken"].evidence["lines"]) <= SHOWN
    assert all(len(json.dumps(outcome.evidence)) < 2_000 for outcome in said.values())
    for x0, y0, x1, y1 in lines("broken", np.dstack([noisy.astype(np.uint8)] * 3)):
        assert {x0 % 64, x1 % 64} == {0} or {y0 % 64, y1 % 64} == {0}


@pytest.mark.parametrize("size", [(1, 1), (63, 300), (2048, 3)])
def test_what_is_too_small_is_not_judged(size):
    """A side under 64 px has too few bands; that is said, and is no zero."""
    (said,) = measure(SEAMS, noise(*size))

    assert set(said.values()) == {NotApplicable("a side is under 64 px")}


def test_large_pictures_keep_their_seams():
    """Enlarged first and stitched then, a seam is found where it is, in its own pixels."""
    large = np.asarray(Image.fromarray(skimage.data.coffee()).resize((2400, 1600)))

    assert value(SEAMS, "step", lighter(large, 1111, 8)) > CLEAR
    assert lines("step", lighter(large, 1111, 8))[0][0] == 1111


def test_few_real_pictures_have_a_clear_seam(shared: Path):
    """Of people, waves and clouds, none has what stitching leaves."""
    for folder in ("people_real", "ocean"):
        for path in sorted((shared / "images" / folder).iterdir()):
            assert value(SEAMS, "step", path) < CLEAR, path.name
