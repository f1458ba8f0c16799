"""How a report looks: at every width, in both schemes, on paper; and that it loads nothing."""

from dataclasses import replace
from itertools import pairwise

import pytest

import reports
from contrast import VISIBLE, hardly_readable, ratio
from selector.report import small

WIDTHS = (320, 390, 768, 1440)
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true })"
COLOURS = """
(pairs) => pairs.map(([one, how, other, with_]) => [
  getComputedStyle(document.querySelector(one))[how],
  getComputedStyle(document.querySelector(other))[with_],
])
"""


@pytest.fixture(scope="module")
def selection(astronaut):
    """Every verdict, a copy, a black, a tiny and an unreadable picture, a box."""
    return reports.varied(astronaut)


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_can_be_read_at_every_width(look, selection, dark):
    """No sideways scrolling, no text under a contrast of 4.5, light and dark, all parts open."""
    seen = look(selection, dark=dark)
    seen.evaluate(OPEN_ALL)
    for width in WIDTHS:
        seen.page.set_viewport_size({"width": width, "height": 900})
        assert seen.evaluate("document.documentElement.scrollWidth") <= width
        assert hardly_readable(seen.page) == []


@pytest.mark.parametrize("dark", [False, True])
def test_bars_can_be_seen(look, selection, dark):
    """Marks, rims and the ink of both kinds of zone stand out from what lies behind them."""
    pairs = [
        (".mark", "fill", ".track", "fill"),
        (".rim", "stroke", ".card", "backgroundColor"),
        (".ink-refused", "fill", ".under-refused", "fill"),
        (".ink-review", "fill", ".under-review", "fill"),
        (".bound", "stroke", ".track", "fill"),
    ]
    found = look(selection, dark=dark).evaluate(COLOURS, pairs)
    assert [pair for pair in found if ratio(*pair) < VISIBLE] == []


@pytest.mark.parametrize("dark", [False, True])
def test_what_is_only_bounded_can_be_seen_and_read(look, selection, dark):
    """A bound is shaded up to a broken line that stands out; with its words it fits a phone."""
    bounds = {one.id: 0.7101 for one in selection.ranking[1:]}
    known = {one: value for one, value in selection.decision.quality.items() if one not in bounds}
    decision = replace(selection.decision, quality=known, at_most=bounds)
    spent = replace(selection.spent, saved={"filters.sharpness": 3})
    seen = look(replace(selection, decision=decision, spent=spent, audited=True), dark=dark)
    seen.evaluate(OPEN_ALL)
    pairs = [(".end", "stroke", ".track", "fill"), (".upto", "fill", ".track", "fill")]
    assert all(ratio(*pair) >= VISIBLE for pair in seen.evaluate(COLOURS, pairs))
    count = seen.evaluate("document.querySelectorAll('.reading .upto').length")
    assert count == len(bounds)
    for width in WIDTHS:
        seen.page.set_viewport_size({"width": width, "height": 900})
        assert seen.evaluate("document.documentElement.scrollWidth") <= width
        assert hardly_readable(seen.page) == []


def test_the_checker_finds_what_can_not_be_read(look):
    """Pale, faded, translucent and drawn texts are found; what is readable or hidden is not."""
    page = """<!doctype html><html lang="en"><body style="background:#fff;color:#000">
      <p>fine</p><p style="color:#999">pale</p><p style="opacity:.4">faded</p>
      <div style="background:rgba(0,0,0,.6)"><p>translucent</p></div>
      <div style="background:#000"><div style="background:rgba(0,0,0,.2)">
        <p style="color:#fff">fine too</p></div></div>
      <svg><circle r="9" fill="#888"/><text y="20" fill="#aaa">drawn</text></svg>
      <p hidden style="color:#fff">hidden</p></body></html>"""
    found = [text for _, text in hardly_readable(look(page).page)]
    assert found == ["pale", "faded", "translucent", "drawn"]


def test_nothing_is_asked_of_the_network(look, selection):
    """The file alone is loaded, and its own rules forbid the rest: pictures, styles, scripts."""
    seen = look(selection)
    assert [url[:5] for url in seen.requests if not url.startswith("data:image/")] in (
        ["file:"],
        ["file:", "data:"],  # with the empty icon
    )
    assert seen.complaints == []
    stopped = seen.evaluate("""async () => {
      const stopped = [];
      document.addEventListener('securitypolicyviolation', (it) => stopped.push(it.effectiveDirective));
      const add = (tag, more) => document.body.append(Object.assign(document.createElement(tag), more));
      add('img', { src: 'https://selector.invalid/a.png' });
      add('style', { textContent: 'body { display: none }' });
      add('script', { textContent: 'window.hit = 1' });
      await new Promise((done) => setTimeout(done, 100));
      return [stopped.sort(), window.hit ?? null];
    }""")
    assert stopped == [["img-src", "script-src-elem", "style-src-elem"], None]


def test_accepted_come_first_and_headings_are_in_order(look, selection):
    """One h1; no level is skipped; cards stand in the order of the selection."""
    page = look(selection).page
    levels = [
        int(one.evaluate("one => one.tagName[1]")) for one in page.locator("h1,h2,h3,h4").all()
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    names = page.locator("h3").all_text_contents()
    assert names == [one.id for one in selection.in_order()]
    for landmark in ("banner", "main", "contentinfo"):
        assert page.get_by_role(landmark).count() == 1


def test_on_paper_nothing_is_cut_off(look, selection):
    """A printed report is dark on white, with every picture and no controls, as wide as the sheet."""
    page = look(selection, 794, dark=True).page
    page.emulate_media(media="print")
    assert hardly_readable(page) == []
    assert page.locator(".toggle:visible").count() == 0
    assert page.locator("img:visible").count() == 7
    assert page.evaluate("document.documentElement.scrollWidth") <= 794


def test_bounds_stand_in_words_on_every_card(look, selection):
    """Whoever can't read the stripes reads the bounds, on a phone, on a desk, on paper."""
    page = look(selection).page
    wanted = page.locator(".asks").count()
    assert wanted > 10
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.locator(".asks:visible").count() == wanted
    page.emulate_media(media="print")
    assert page.locator(".asks:visible").count() == wanted


def test_folded_numbers_are_a_key_away_and_printed(look, selection):
    """A card with many numbers says how many they are; opened, and on paper, they all stand there."""
    page = look(replace(selection, plan=None)).page
    card = page.locator(".card", has_text="original")
    numbers = card.locator(".reading:visible")
    folded = card.locator(".said .rest summary").first
    assert numbers.count() == 0
    folded.press("Enter")
    assert folded.inner_text() == f"{numbers.count()} numbers"
    count = numbers.count()
    folded.press("Enter")
    page.emulate_media(media="print")
    assert numbers.count() == count > 6


def test_a_missing_picture_leaves_no_hole(look, selection):
    """Where there is no picture one line says why, and takes the room of a line."""
    page = look(selection).page
    empty = page.locator(".frame:has(.missing)")
    assert empty.count() == 1
    assert empty.bounding_box()["height"] < 80
    assert page.locator(".frame:has(img)").first.bounding_box()["height"] > 200


HOST = """<!doctype html><html lang="en"><head><meta charset="utf-8"><style>
  :root { color-scheme: light dark } body { font: 15px Georgia; margin: 20px; }
  @media (prefers-color-scheme: dark) { body { background: #111; color: #ddd } }
  @media (prefers-color-scheme: light) { body { background: #fff; color: #222 } }
  table { background: #fe0; border: 3px solid red } td { padding: 40px; color: #fe0 }
</style></head><body><h1>Cell</h1><p id="before">text</p><div id="out">PIECE</div>
<table id="after"><tr><td>x</td></tr></table></body></html>"""
STYLES = """() => ['h1', '#before', '#after', '#after td', 'body'].map((one) => {
  const style = getComputedStyle(document.querySelector(one));
  return [style.color, style.font, style.backgroundColor, style.padding, style.borderTop];
})"""


@pytest.mark.parametrize("dark", [False, True])
def test_in_a_notebook_it_disturbs_nothing(look, selection, dark):
    """The small piece leaves its host's styles alone, and is readable in either theme."""
    piece = small(selection)
    with_it = look(HOST.replace("PIECE", piece), 700, dark=dark)
    without = look(HOST.replace("PIECE", ""), 700, dark=dark)
    assert with_it.evaluate(STYLES) == without.evaluate(STYLES)
    assert with_it.evaluate("document.documentElement.scrollWidth") <= 700
    with_it.evaluate(
        "document.querySelectorAll('#after, h1, #before').forEach((one) => one.remove())"
    )
    assert hardly_readable(with_it.page) == []
    assert with_it.page.locator("#out tr").count() == 8
