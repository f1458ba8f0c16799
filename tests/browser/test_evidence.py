"""Boxes lie on what they are about, can be hidden, and everything can be reached by keyboard."""

import io

import numpy as np
import PIL.Image
import pytest

import reports

EDGE = ".boxes .edge"
FOCUSED = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return [one.tagName, one.className, one.textContent.trim().slice(0, 20), seen];
}"""
REACHABLE = """() => [...document.querySelectorAll('a[href], summary, input, [tabindex="0"]')]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.tagName, one.className, one.textContent.trim().slice(0, 20), true])"""


@pytest.mark.parametrize(("size", "block"), [
    ((400, 300), (120, 60, 220, 160)),
    ((300, 600), (30, 400, 180, 560)),
    ((512, 512), (0, 0, 128, 64)),
])  # fmt: skip
def test_a_box_lies_on_what_it_is_about(look, size, block):
    """At two widths a box encloses, on the screen, the very pixels that its numbers name."""
    selection = reports.chosen([reports.marked(size, block)])
    selection = reports.leaving(selection, "candidate-01", [{"box": list(block), "label": "red"}])
    seen = look(selection)
    for width in (390, 1440):
        seen.page.set_viewport_size({"width": width, "height": 1200})
        box = seen.page.locator(EDGE).first.bounding_box()
        frame = seen.page.locator(".frame").first
        place = frame.bounding_box()
        seen.page.locator(".toggle").first.uncheck()
        left, top, right, bottom = red(frame.screenshot())
        seen.page.locator(".toggle").first.check()
        drawn = (box["x"] - place["x"], box["y"] - place["y"], box["width"], box["height"])
        assert drawn == pytest.approx((left, top, right - left, bottom - top), abs=3)


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


def test_boxes_are_hidden_and_shown_by_keyboard(look, astronaut):
    """The space bar on the checkbox of a card hides its boxes and shows them again."""
    page = look(reports.varied(astronaut)).page
    box = page.locator(EDGE).first
    page.locator(".toggle").first.focus()
    assert box.is_visible()
    page.keyboard.press("Space")
    assert not box.is_visible()
    page.keyboard.press("Space")
    assert box.is_visible()


def test_the_skip_link_leads_to_the_candidates(look, astronaut):
    """The first Tab shows a link, and Enter goes on after the head."""
    page = look(reports.varied(astronaut)).page
    page.keyboard.press("Tab")
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "candidates"
