"""Numbers and names as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.report.words import Vocabulary, bounded, capital, listed, moment, number
from selector.types import Output


@pytest.mark.parametrize(
    ("value", "beside", "said"),
    [
        (512.0, None, "512"),
        (0.0000612, 0.0003, "0.000061"),
        (0.0003, 0.0000612, "0.0003"),
        (0.79997, 0.8, "0.79997"),
        (0.8, 0.79997, "0.8"),
        (1234567.0, None, "1,234,567"),
        (1000.4, 1000.0, "1,000.4"),
        (21.372, None, "21.4"),
        (-1.5, None, "−1.5"),
        (0.0, None, "0"),
        (3e-12, None, "3e−12"),
        (-1e300, None, "−1e+300"),
        (float("-inf"), None, "−inf"),
    ],
)
def test_numbers_have_digits_enough_and_no_more(value, beside, said):
    """Two or three digits, more to tell a value from its bound, an exponent only where zeros hide it."""
    assert number(value, beside) == said


@given(st.floats(0, 1))
def test_a_bound_holds_as_it_is_told(value):
    """Rounded up: what is told to be at most so much is no more; and by next to nothing."""
    assert value - 1e-9 <= float(bounded(value)) <= value + 0.001


@pytest.mark.parametrize(
    ("value", "beside", "said"),
    [
        (0.7, None, "0.700"),
        (0.7101, None, "0.711"),
        (1.0, 1.0, "1.000"),
        (0.97491, 0.97495, "0.97491"),  # 0.975 would seem to be more
        (0.97491, 0.98, "0.975"),
    ],
)
def test_a_bound_has_three_digits_unless_they_hide_that_it_is_lower(value, beside, said):
    """It never seems to be above what it lies under."""
    assert bounded(value, beside) == said


def test_what_an_outside_measure_calls_its_output_is_harmless():
    """Words and units are cleaned and cut short; what has no words is called by its name."""
    words = Vocabulary(
        {
            "own.a": Output("\u202epx\n", 0, 1, None, words="good\u202e\x1b[2J" + "x" * 10_000),
            "own.b": Output("u" * 3000, 0, 1, None),
            "own.c": Output("px", 0, 1, None, words="חדות"),
        }
    )
    assert words.words("own.a").startswith("\u2068good\\u202e\\x1b[2Jxx")
    assert len(words.words("own.a")) <= 132
    assert words.unit("own.a") == " \\u202epx\\n"
    assert words.words("own.b") == "\u2068own.b\u2069"
    assert len(words.unit("own.b")) <= 40
    assert words.words("own.c") == "\u2068חדות\u2069"  # of a direction of its own


def test_lists_are_read_aloud():
    """Commas, an "and", each word once."""
    assert listed(["a", "b", "a", "c"]) == "a, b and c"
    assert listed(["a"]) == "a"


def test_moments():
    """A moment is written as people do; what is none stays as it is."""
    assert moment("2026-03-04T05:06:07.891+00:00") == "4 March 2026, 05:06 UTC"
    assert moment("yesterday") == "yesterday"


def test_words_begin_with_a_capital_whatever_their_direction():
    """Words in quotation marks are kept apart by a mark that can't be seen and has no capital."""
    assert capital("\u2068yes to “red”\u2069") == "\u2068Yes to “red”\u2069"
    assert (capital("shorter side"), capital("")) == ("Shorter side", "")
