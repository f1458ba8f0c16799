"""Texts that measures left are quoted: harmless, short, not too many, and whose they are."""

import pytest

from selector.report.quotes import LONGEST, MOST, Quote, Quotes, quotes
from selector.types import Failure, NotApplicable, Score


def quoted(*texts):
    return [
        one.text for one in quotes({"lettering.garbled": Score(1.0, {"texts": [*texts]})}).shown
    ]


def test_texts_and_who_left_them():
    """In their order, each of one instance once, of whatever kind the outcome is."""
    row = {
        "lettering.match": Score(0.5, {"texts": ["OPEN", "24 h"]}),
        "lettering.garbled": NotApplicable("too small", {"texts": ["OPEN", "Prlce"]}),
        "own.look": Failure("late", {"texts": ["OPEN"]}),
    }
    shown = (
        Quote("lettering", "OPEN"),
        Quote("lettering", "24 h"),
        Quote("lettering", "Prlce"),
        Quote("own", "OPEN"),
    )
    assert quotes(row) == Quotes(shown, 4)


@pytest.mark.parametrize(
    "evidence",
    [None, 7, "texts", [], {"texts": None}, {"texts": "OPEN"}, {"texts": [1, None, [], {}, " "]}],
)
def test_what_is_no_text_is_left_out(evidence):
    """Evidence of another shape, and what is blank."""
    assert quotes({"a.b": Score(1.0, evidence)}) == Quotes()


def test_texts_are_harmless():
    """What can't be seen or turns what stands around it is written out; other scripts stay."""
    assert quoted("a\u202eb\x1b[2J\nc") == ["a\\u202eb\\x1b[2J\\nc"]
    assert quoted(" 営業中 ") == ["営業中"]


def test_texts_without_end_are_cut_short():
    """One loses its middle; of many the first are shown, and all are counted."""
    (text,) = quoted("a" * 5000 + "b")
    assert (len(text), text[0], text[-1]) == (LONGEST, "a", "b")
    many = quotes({"a.b": Score(1.0, {"texts": [f"word {at}" for at in range(500)]})})
    assert ([one.text for one in many.shown], many.total) == (
        [f"word {at}" for at in range(MOST)],
        500,
    )
