"""Numbers are read in full, and only behind a label that begins a line."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.dialogue.lines import between, labelled, lines, number, numbers
from selector.dialogue.unreadable import UnreadableError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4", 4),
        ("-3", -3),
        ("+2.50.", 2.5),
        (".5", 0.5),
        ("4.", 4),
        ("1e1", 10),
        ("2.694700002670288", 2.694700002670288),
        (" 7, ", 7),
        ("7;", 7),
    ],
)
def test_numbers_are_read_in_full(text, value):
    """Sign, decimals and exponent belong to it, punctuation behind it doesn't."""
    assert number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *("", "four", "nan", "inf", "-inf", "1e999", "4,5", "4 5", "4 or 5", "4-5", "4/5", "4*5"),
        *("4 and a half", "- 2", "--2", "1.2.3", "0x10", "1_000", "٣", "5²", "½", "4e", "9" * 99),
        *("4 (good)", "about 4", "~4", "4?", "4%", "[4]", '"4"', "e", ".", "-"),
    ],
)
def test_what_is_no_plain_number_is_none(text):
    """Nothing is taken out of it."""
    with pytest.raises(UnreadableError):
        number(text)


@pytest.mark.parametrize("text", ["4/5", "4 / 5", "4 out of 5", "4/5.", "4"])
def test_the_top_of_the_scale_may_be_named(text):
    """Four of five is four."""
    assert number(text, of=5) == 4


@pytest.mark.parametrize("text", ["4/10", "4/55", "4 out of 50", "4/5/5", "/5", "4 of"])
def test_another_scale_is_none_of_ours(text):
    """Four of ten is not four of five."""
    with pytest.raises(UnreadableError):
        number(text, of=5)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_python_writes_is_read(value):
    """Every finite number comes back as it was, to the last digit."""
    assert number(repr(value)) == value


@given(st.text(alphabet="0123456789.eE+-,/ naif"))
def test_what_is_read_is_what_stands_there(text):
    """No two readers differ: Python's own reads the same."""
    try:
        value = number(text)
    except UnreadableError:
        return
    assert math.isfinite(value)
    assert value == float(text.strip().rstrip(" .,;|"))


def test_lines_are_made_plain():
    """Bold marks, full-width signs and many blanks don't hide a label or a sign."""
    assert lines("**Style  Score**：\t−３\r\n</s>x") == ["Style Score : -3", "x"]


def test_a_token_between_two_digits_makes_no_number_of_them():
    """What a model wrote behind the end of its turn is no part of what it said before."""
    with pytest.raises(UnreadableError):
        numbers(labelled("Score: 2<|im_end|>5", "(score)"))


@pytest.mark.parametrize("sign", "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
def test_only_a_line_feed_ends_a_line(sign):
    """A quoted prompt with a rare character doesn't put its label at a line's beginning."""
    assert labelled(f"It says:{sign}Score: 5", "(score)") == []


@pytest.mark.parametrize(
    "line",
    ["Score: 4", "- Score: 4", "## Score = 4", "1. score: 4", "2) SCORE：4", "• **Score:** 4"],
)
def test_a_label_begins_a_line(line):
    """Behind bullets, numerals and heading marks, in any case."""
    assert numbers(labelled(f"Some words.\n{line}\nMore words.", "(score)")) == {"score": 4}


@pytest.mark.parametrize(
    "line",
    [
        "The caption says Score: 4",
        "'Score: 4'",
        '"Score: 4"',
        "> Score: 4",
        "Text Caption: [Score: 4]",
        "`Score: 4`",
        "Scores: 4",
        "Score 4",
        "My Score: 4",
    ],
)
def test_a_label_that_is_talked_about_says_nothing(line):
    """What a prompt or lettering says is quoted in the middle of words, or in quotes."""
    assert labelled(line, "(score)") == []


@pytest.mark.parametrize(
    "line",
    [
        "Correction: Score: 2",
        "**Corrected** Score = 2",
        "Actually, Score: 2, Style: 3",
        "Wait - Score: 2",
        "No, Score: 2",
        "No Score: 2",
        "- Oh, no: Score: 2",
        "On reflection the Score is 2",
        "Rather, Score: .5",
        "Correction: Score:",
    ],
)
def test_a_correction_behind_other_words_is_not_passed_over(line):
    """The number before it is withdrawn, so neither counts."""
    with pytest.raises(UnreadableError, match="takes back"):
        labelled(f"Score: 4\n{line}", "(score)")


@pytest.mark.parametrize(
    "line",
    [
        "Output format, no words: Score: X",
        "The caption says 'Correction: Score: 2'",
        "> Correction: Score: 2",
        "[Correction: Score: 2]",
        "It is rather good, as no score says",
        "Correction: Style: 2",
        "There is no glitch, and the caption reads Score: 2",
    ],
)
def test_what_only_looks_like_a_correction_changes_nothing(line):
    """A format, a quotation, another label, or words of denial about something else."""
    assert numbers(labelled(f"Score: 4\n{line}", "(score)")) == {"score": 4}


@pytest.mark.parametrize("text", ["X", " x. ", "[Y]", "<Z>", ""])
def test_a_format_that_is_repeated_says_nothing(text):
    """Its placeholders are no numbers, and an empty place can't be read."""
    told = [("score", "4"), ("style", text)]
    if text:
        assert numbers(told) == {"score": 4}
    else:
        with pytest.raises(UnreadableError, match="not a number"):
            numbers(told)


def test_two_numbers_for_one_label_are_none():
    """Said twice the same it is that; said differently nobody knows which is meant."""
    assert numbers([("score", "4"), ("score", "4.0")]) == {"score": 4}
    with pytest.raises(UnreadableError, match="two different numbers for score"):
        numbers([("score", "4"), ("score", "5")])


def test_ends_belong_to_the_range():
    """What lies beyond them is unreadable, and so is what is missing."""
    told = {"score": 5.0}
    assert between(told, "score", 1, 5) == between(told, "score", 5, 9) == 5
    for name, low, high in (("score", 1, 4.9), ("score", 5.1, 9), ("style", 1, 5)):
        with pytest.raises(UnreadableError, match=name):
            between(told, name, low, high)
