"""Evidence lies on what it is about, can be hidden, and everything can be reached by keyboard."""

import io

import numpy as np
import PIL.Image
import pytest

import reports

EDGE = ".overlay .edge"
FOCUSED = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return [one.tagName, one.className, one.textContent.trim().slice(0, 20), seen];
}"""
REACHABLE = """() => [...document.querySelectorAll('a[href], button, summary, input, [tabindex="0"]')]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.tagName, one.className, one.textContent.trim().slice(0, 20), true])"""


def corners(x0, y0, x1, y1):
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


@pytest.mark.parametrize(("size", "block"), [
    ((400, 300), (120, 60, 220, 160)),
    ((300, 600), (30, 400, 180, 560)),
    ((512, 512), (0, 0, 128, 64)),
    ((32, 24), (8, 4, 20, 16)),
    ((95, 160), (10, 100, 60, 150)),
])  # fmt: skip
def test_every_shape_lies_on_what_it_is_about(look, size, block):
    """At two widths a mark encloses, on the screen, the very pixels that its numbers name."""
    selection = reports.chosen([reports.marked(size, block)], policy=reports.EVERYTHING)
    x0, y0, x1, y1 = block
    left = {
        "boxes": [{"box": list(block), "label": "red"}],
        "polygons": [{"polygon": corners(*block), "label": "red"}],
        "lines": [{"line": list(block)}, {"line": [x0, y1, x1, y0]}],  # its diagonals
    }
    seen = look(reports.leaving(selection, "candidate-01", left))
    for width in (390, 1440):
        seen.page.set_viewport_size({"width": width, "height": 1200})
        seen.page.mouse.move(0, 0)  # under the pointer a picture has no marks
        frame = seen.page.locator(".frame").first
        place = frame.bounding_box()
        drawn = [edge.bounding_box() for edge in seen.page.locator(EDGE).all()]
        seen.page.locator(".toggle").first.uncheck()
        left, top, right, bottom = red(frame.screenshot())
        seen.page.locator(".toggle").first.check()
        assert len(drawn) == 4
        for box in drawn:
            found = (box["x"] - place["x"], box["y"] - place["y"], box["width"], box["height"])
            assert found == pytest.approx((left, top, right - left, bottom - top), abs=3)


def test_a_shape_is_drawn_as_it_is(look):
    """A line is one stroke from end to end, and a polygon closed: no box around them."""
    square = reports.marked((400, 400), (0, 0, 1, 1))
    selection = reports.chosen([square], policy=reports.EVERYTHING)
    left = {
        "polygons": [{"polygon": [[40, 40], [200, 40], [40, 200]]}],
        "lines": [{"line": [100, 380, 380, 100]}],
    }
    page = look(reports.leaving(selection, "candidate-01", left), 390).page
    frame = page.locator(".frame").first
    pixels = np.asarray(PIL.Image.open(io.BytesIO(frame.screenshot())).convert("L"))

    def is_drawn(x, y):
        at_x, at_y = (round(at * side / 400) for at, side in zip((x, y), pixels.shape, strict=True))
        around = pixels[at_y - 3 : at_y + 4, at_x - 3 : at_x + 4]
        return around.max() > 200 and around.min() < 50  # white on black

    assert all(is_drawn(*at) for at in ((120, 40), (40, 120), (120, 120), (240, 240), (300, 180)))
    assert not any(is_drawn(*at) for at in ((200, 120), (120, 200), (170, 170), (240, 380)))


def red(screenshot: bytes) -> tuple[int, int, int, int]:
    """Return the bounds of what is red on a screenshot, in its pixels."""
    pixels = np.asarray(PIL.Image.open(io.BytesIO(screenshot)).convert("RGB")).astype(int)
    rows, columns = np.nonzero((pixels[..., 0] > 150) & (pixels[..., 1] < 60))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def test_everything_is_reached_by_keyboard(look, astronaut):
    """Tab goes through all that can be used, in order, and each shows that it has the focus."""
    page = look(reports.varied(astronaut)).page
    page.evaluate("document.querySelector('.about details').open = true")
    wanted = page.evaluate(REACHABLE)
    assert len(wanted) > 4
    found = []
    for _ in wanted:
        page.keyboard.press("Tab")
        found.append(page.evaluate(FOCUSED))
    assert found == wanted


def test_marks_are_hidden_and_shown_by_keyboard(look, astronaut):
    """The space bar on the checkbox of a card hides its marks and shows them again."""
    page = look(reports.varied(astronaut)).page
    edges = page.locator(EDGE).all()
    page.locator(".toggle").first.focus()
    assert [one.is_visible() for one in edges] == [True] * 3
    page.keyboard.press("Space")
    assert [one.is_visible() for one in edges] == [False] * 3
    page.keyboard.press("Space")
    assert [one.is_visible() for one in edges] == [True] * 3


def test_a_long_list_is_folded_and_printed_whole(look, astronaut):
    """The first marks are told in sight, the others at a key, and on paper all."""
    many = {"boxes": [{"box": [at, at, at + 40, at + 40]} for at in range(0, 400, 10)]}
    page = look(reports.leaving(reports.chosen([astronaut]), "candidate-01", many), 320).page
    told = page.locator(".marks li:visible")
    assert told.count() == 8
    page.locator(".evidence summary").focus()
    assert "32 more" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    assert told.count() == 40
    page.keyboard.press("Enter")
    page.emulate_media(media="print")
    assert told.count() == 40


def test_the_skip_link_leads_to_the_candidates(look, astronaut):
    """The first Tab shows a link, and Enter goes on after the head."""
    page = look(reports.varied(astronaut)).page
    page.keyboard.press("Tab")
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "candidates"
