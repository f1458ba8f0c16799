"""Sprites are seen as they were drawn: every pixel an equal square, as large as there is room."""

import io

import numpy as np
import PIL.Image
import pytest

import reports
from motifs import figure, sprite
from selector import Candidate
from selector.report import small

NEAREST = PIL.Image.Resampling.NEAREST
ART = {
    "figure": figure(1),
    "ghost": sprite((40, 40, 60)),
    "wide": figure(2).crop((0, 4, 32, 23)),
    "tall": figure(3).crop((1, 0, 20, 32)).resize((95, 160), NEAREST),
    "large": figure(4).resize((256, 256), NEAREST),
}
RENDERING = "one => getComputedStyle(one).imageRendering"


def chosen(pictures):
    candidates = [Candidate(picture, id=name) for name, picture in pictures.items()]
    return reports.chosen(candidates, policy=reports.EVERYTHING)


def drawn(name) -> np.ndarray:
    """Return the pixels of a piece of art, on white where it is transparent."""
    art = ART[name].convert("RGBA")
    ground = PIL.Image.new("RGBA", art.size, "white")
    return np.asarray(PIL.Image.alpha_composite(ground, art).convert("RGB"))


def times_enlarged(shown, art: np.ndarray) -> int:
    """Return by how much; fail where a pixel of *art* is no square of its own colour."""
    picture = PIL.Image.open(io.BytesIO(shown.screenshot())).convert("RGB")
    seen = np.asarray(picture)
    times = seen.shape[0] // art.shape[0]
    whole = art.repeat(times, 0).repeat(times, 1)
    high, wide = whole.shape[:2]
    others = [  # a screenshot may begin a pixel before it
        np.count_nonzero((seen[down:, across:][:high, :wide] != whole).any(axis=2))
        for down in range(seen.shape[0] - high + 1)
        for across in range(seen.shape[1] - wide + 1)
    ]
    assert min(others) <= times**2 // 4  # a quarter of a square: the card has round corners
    return times


@pytest.mark.parametrize("names", [["figure"], ["wide", "ghost"], [*ART]])
def test_every_pixel_of_a_sprite_is_an_equal_square(look, names):
    """One, two or many on a page, at every width: as large as a whole number allows."""
    page = look(chosen({name: ART[name] for name in names})).page
    for width in (390, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for name in names:
            frame = page.locator(".frame", has=page.get_by_alt_text(f"Candidate {name}"))
            room, art = frame.bounding_box(), drawn(name)
            times = times_enlarged(frame.locator(".fit"), art)
            assert times == min(room["width"] // art.shape[1], room["height"] // art.shape[0])


def test_other_pictures_fill_their_frame(look, astronaut):
    """A photograph is as large as it was, smoothly; so is a small picture without room enough."""
    page = look(chosen({"photo": astronaut, "small": astronaut.resize((296, 296))}), 320).page
    for name in ("photo", "small"):
        frame = page.locator(".frame", has=page.get_by_alt_text(f"Candidate {name}"))
        assert frame.locator(".fit").bounding_box() == frame.bounding_box()
        assert frame.locator("img").evaluate(RENDERING) == "auto"


def test_a_sprite_in_a_notebook_is_sharp_too(look):
    """The largest whole number that its 80 px allow; what is larger is shrunk."""
    selection = chosen(ART)
    page = look(f'<!doctype html><html lang="en">{small(selection)}', 700).page
    names = [one.id for one in selection.in_order()]
    shown = dict(zip(names, page.locator("img").all(), strict=True))
    times = {name: times_enlarged(shown[name], drawn(name)) for name in ("figure", "ghost", "wide")}
    assert times == {"figure": 2, "ghost": 2, "wide": 2}
    assert shown["large"].bounding_box()["width"] == 80
