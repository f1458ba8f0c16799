"""How the drift report looks: at every width, in both schemes, on paper; and that it loads nothing."""

import pytest

import drifting
from contrast import VISIBLE, hardly_readable, ratio
from drifting import falling, rows
from selector.monitoring import outlooks
from selector.report.drift import drift

WIDTHS = (320, 400, 768, 1440)
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true })"
COLOURS = """
(pairs) => pairs.map(([one, how, other, with_]) => [
  getComputedStyle(document.querySelector(one))[how],
  getComputedStyle(document.querySelector(other))[with_],
])
"""


@pytest.fixture(scope="module")
def content():
    """A policy of which one generator moved, and a name as long as nobody should give."""
    given = [
        row._replace(segment="a-very-long-name-of-a-segment-" * 4) if row.number % 3 else row
        for row in rows(30, 60, drift=lambda day, g: falling(day, g, begin=24))
    ]
    made = drifting.state(given)
    return drift(outlooks(made, [one.alarm for one in made.due]))


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_can_be_read_at_every_width(look, content, dark):
    """No sideways scrolling of the page, no text under a contrast of 4.5, all parts open."""
    seen = look(content, dark=dark)
    seen.evaluate(OPEN_ALL)
    for width in WIDTHS:
        seen.page.set_viewport_size({"width": width, "height": 900})
        assert seen.evaluate("document.documentElement.scrollWidth") <= width
        assert hardly_readable(seen.page) == []


@pytest.mark.parametrize("dark", [False, True])
def test_lines_can_be_seen(look, content, dark):
    """Means, the reference, alarms and the alarm line stand out from the ground of the plot."""
    pairs = [
        (line, "stroke", ".drawing", "backgroundColor")
        for line in (".mean", ".standard", ".drawing .alarm", ".limit", ".then")
    ]
    found = look(content, dark=dark).evaluate(COLOURS, pairs)
    assert [pair for pair in found if ratio(*pair) < VISIBLE] == []


def test_it_asks_nothing_of_the_network(look, content):
    """One file, no script, no complaint."""
    seen = look(content)
    assert [one for one in seen.requests if not one.startswith(("file:", "data:"))] == []
    assert seen.complaints == []
    assert seen.evaluate("document.scripts.length") == 0


def test_the_keyboard_reaches_every_part(look, content):
    """Tab comes to the link that skips, and to every summary that opens."""
    seen = look(content)
    seen.page.keyboard.press("Tab")
    assert seen.evaluate("document.activeElement.className") == "skip"
    seen.page.keyboard.press("Enter")
    seen.page.keyboard.press("Tab")
    assert seen.evaluate("document.activeElement.tagName") == "SUMMARY"
    seen.page.keyboard.press("Enter")
    assert seen.evaluate("document.activeElement.parentElement.open")


def test_a_plot_ends_where_its_days_do(look, content):
    """Drawings fill their place, and every alarm is drawn inside it."""
    boxes = look(content).evaluate(
        """() => [...document.querySelectorAll('.drawing svg')].map((one) => {
            const outer = one.getBoundingClientRect();
            const marks = [...one.querySelectorAll('.alarm')].map((mark) => mark.getBoundingClientRect());
            return [outer.width, outer.height,
                    marks.every((mark) => mark.left >= outer.left - 2 && mark.right <= outer.right + 2)];
        })"""
    )
    assert boxes
    assert all(wide > 200 and high > 20 and inside for wide, high, inside in boxes)


def test_it_prints(look, content):
    """On paper everything is light, and nothing is cut off at the side."""
    seen = look(content, dark=True)
    seen.page.emulate_media(media="print")
    assert seen.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert len(seen.page.pdf()) > 10_000
