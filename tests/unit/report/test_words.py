"""Numbers and names as people read them."""

import pytest

from selector.report.words import moment, number, printable, shortened, visible


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
        (3e-12, None, "3e-12"),
        (1e300, None, "1e+300"),
        (float("inf"), None, "inf"),
    ],
)
def test_numbers_have_digits_enough_and_no_more(value, beside, said):
    """Two or three digits, more to tell a value from its bound, an exponent only where zeros hide it."""
    assert number(value, beside) == said


def test_names_can_not_pose():
    """Directions, controls and line ends in a name are written out; letters and emoji stay."""
    assert visible("a\u202egnp.exe\n") == "a\\u202egnp.exe\\n"
    assert visible("می\u200cخواهم 👩\u200d🚀") == "می\u200cخواهم 👩\u200d🚀"
    assert visible("\ud800") == "\\ud800"


def test_running_text_keeps_its_lines_and_directions():
    """Of a prompt only what no text contains is written out."""
    assert printable("one\ntwo\u200f\x1b[2J\x00") == "one\ntwo\u200f\\x1b[2J\\x00"


def test_a_long_name_keeps_both_ends():
    """The beginning and the end of a name tell it from its neighbours."""
    assert shortened("a" * 50 + "-07.png", 12) == "aaaaa…07.png"
    assert shortened("short", 12) == "short"


def test_moments():
    """A moment is written as people do; what is none stays as it is."""
    assert moment("2026-03-04T05:06:07.891+00:00") == "4 March 2026, 05:06 UTC"
    assert moment("yesterday") == "yesterday"
