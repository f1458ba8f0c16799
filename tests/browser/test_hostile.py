"""Foreign texts run nothing and break nothing, and no other picture than the judged one is shown."""

from dataclasses import replace

import pytest

import reports
from selector import Candidate, Edit
from selector.report import small
from selector.types import Failure, NotApplicable, Reason

LONG = "x" * 10_000
TEXTS = {
    "markup": reports.HOSTILE,
    "long": LONG,
    "lines": "line\n" * 2000,
    "right to left": "\u202eصورة لقطة \u2067" * 200,
}


def everywhere(text, astronaut):
    """Return a selection with *text* wherever somebody else's text may stand."""
    named = text.replace("\x00", "")
    candidate = Candidate(astronaut, id=named, metadata={named: [named]})
    selection = reports.chosen([candidate, Candidate(b"", id="b")], Edit(named, astronaut))
    said = {"label": text, text: 0.5}
    left = {
        "boxes": [{"box": [9, 9, 99, 99], **said}],
        "polygons": [{"polygon": [[9, 9], [99, 9], [50, 99]], **said}],
        "lines": [{"line": [9, 9, 99, 99], **said}],
        "texts": [text],
    }
    selection = reports.leaving(selection, named, left)
    selection = reports.having(
        selection,
        named,
        {
            "filters.blank.structure": Failure(text),
            "filters.resolution.short_side": NotApplicable(text),
        },
    )
    note = Reason("failure", "filters.blank", "structure", note=text)
    first = replace(selection.candidates[0], notes=(text,), path=text)
    decision = replace(
        selection.decision,
        reasons={**selection.reasons, named: (note,)},
    )
    return replace(
        selection,
        candidates=(first, *selection.candidates[1:]),
        decision=decision,
        policy=text,
        created=text,
        request_id=text,
        expect={text: 1.0},
    )


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_foreign_texts_run_nothing_and_break_nothing(look, astronaut, text):
    """Scripts, quotes, directions, lines and 10,000 characters in every place, with a plan or not."""
    selection = everywhere(text, astronaut)
    for shown in (selection, replace(selection, plan=None)):
        seen = look(shown, 320)
        seen.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        assert seen.complaints == []
        assert seen.evaluate("window.hit ?? null") is None
        assert seen.page.locator("script, iframe, form, [onerror], [style]").count() == 0
        assert seen.evaluate("document.documentElement.scrollWidth") <= 320
        assert seen.evaluate("document.dir || getComputedStyle(document.body).direction") == "ltr"


def test_a_long_name_can_be_read_whole_and_fills_no_screen(look, astronaut):
    """What is cut short in a heading stands whole in the card's details, closed at first."""
    page = look(everywhere(LONG, astronaut), 390).page
    assert page.locator("h1").bounding_box()["height"] < 900
    assert page.locator("h3").first.bounding_box()["height"] < 300
    assert not page.locator(".more p").first.is_visible()
    page.locator(".more summary").first.click()
    assert page.locator(".more p").first.inner_text() == LONG
    page.locator(".whole summary").click()
    assert page.locator(".prompt").inner_text() == LONG


def test_a_right_to_left_prompt_reads_from_the_right(look, astronaut):
    """The prompt has its own direction; the page keeps its."""
    page = look(reports.chosen([astronaut], "قطة على النافذة")).page
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).direction") == "rtl"
    assert page.evaluate("getComputedStyle(document.body).direction") == "ltr"


def test_a_prompt_can_not_turn_what_stands_around_it(look, astronaut):
    """Quotation marks stay where they are, whatever directions a prompt opens and never closes."""
    page = look(reports.chosen([astronaut], "abc \u202e\u2067 def")).page
    assert page.locator("h1").inner_text() == "abc \\u202e\\u2067 def"
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.apart')).unicodeBidi") == "isolate"
    )


def test_foreign_texts_run_nothing_in_a_notebook(look, astronaut):
    """The same in the small piece: nothing runs, nothing is wider than its host."""
    for text in TEXTS.values():
        seen = look(f"<!doctype html><html lang=en>{small(everywhere(text, astronaut))}", 390)
        seen.page.wait_for_timeout(50)
        assert seen.evaluate("window.hit ?? null") is None
        assert seen.complaints == []
        assert seen.evaluate("document.documentElement.scrollWidth") <= 390


def test_pictures_that_vanished_or_changed_are_told_and_not_shown(look, astronaut, tmp_path):
    """Each card says what happened to its picture; the others are shown."""
    for name in ("gone", "changed", "kept"):
        astronaut.rotate(len(name)).save(tmp_path / f"{name}.png")
    selection = reports.chosen([tmp_path / f"{name}.png" for name in ("gone", "changed", "kept")])
    (tmp_path / "gone.png").unlink()
    astronaut.rotate(180).save(tmp_path / "changed.png")
    page = look(selection).page
    said = {
        card.locator("h3").inner_text(): card.locator(".frame").inner_text()
        for card in page.locator(".card").all()
    }
    assert "can't be read" in said["gone.png"]
    assert "changed after it was judged" in said["changed.png"]
    assert said["kept.png"] == ""
    assert page.locator("img").count() == 1
