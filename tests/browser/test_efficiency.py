"""How the efficiency report looks: at every width, in both schemes, on paper; and that it loads nothing."""

from dataclasses import replace

import pytest

from contrast import VISIBLE, hardly_readable, ratio
from labelled import World, sample
from selector.calibration.assess import assess
from selector.calibration.assessment import Asked
from selector.policy.grammar import Costs
from selector.report.efficiency import page

WIDTHS = (320, 400, 768, 1440)
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true })"
COLOURS = """
(pairs) => pairs.map(([one, how, other, with_]) => [
  getComputedStyle(document.querySelector(one))[how],
  getComputedStyle(document.querySelector(other))[with_],
])
"""
INSIDE = """() => [...document.querySelectorAll('.chart')].map((chart) => {
  const outer = chart.getBoundingClientRect();
  return [...chart.querySelectorAll('text, polyline')].every((one) => {
    const box = one.getBoundingClientRect();
    return box.left >= outer.left - 1 && box.right <= outer.right + 1
      && box.top >= outer.top - 1 && box.bottom <= outer.bottom + 1;
  });
})"""


@pytest.fixture(scope="module")
def content():
    """Two measures, one with a name as long as nobody should give, prices and costs."""
    made = sample(World(requests=60, candidates=6, rhos=(0.6, 0.4), raters=3))
    long = "a_very_long_name_of_an_output_" * 6
    made = replace(made, scores={long: made.scores["m0"], "<b>m1</b>": made.scores["m1"]})
    costs = Costs(false_accept=4, false_reject=2, review=1)
    return page(assess(made, Asked(good_from=0.0, prices=(0.02, 1.0), costs=costs)))


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
    """Curves, marks and intervals stand out from their ground."""
    lines = (".line.ours", ".line.oracle", ".line.beyond", ".line.price", ".at.pays")
    pairs = [(line, "stroke", ".chart", "backgroundColor") for line in lines]
    pairs += [(".bar .mark", "fill", ".bar .track", "fill")]
    found = look(content, dark=dark).evaluate(COLOURS, pairs)
    assert [pair for pair in found if ratio(*pair) < VISIBLE] == []


def test_it_asks_nothing_of_the_network(look, content):
    """One file, no script, no complaint."""
    seen = look(content)
    assert [one for one in seen.requests if not one.startswith(("file:", "data:"))] == []
    assert seen.complaints == []
    assert seen.evaluate("document.scripts.length") == 0


@pytest.mark.parametrize("width", WIDTHS)
def test_plots_stay_inside_their_frames(look, content, width):
    """Lines and the numbers beside the axes are drawn inside the card, at every width."""
    found = look(content, width).evaluate(INSIDE)
    assert found == [True, True, True]


def test_names_are_text(look, content):
    """A measure that is called like an element is shown as it is called."""
    assert look(content).page.locator("b").count() == 0
    assert "<b>m1</b>" in look(content).page.inner_text("main")


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


def test_it_prints(look, content):
    """On paper everything is light, and nothing is cut off at the side."""
    seen = look(content, dark=True)
    seen.page.emulate_media(media="print")
    assert seen.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert len(seen.page.pdf()) > 10_000
