"""The two marks of an edited image are read, or nothing is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers import HEAVY, accepted, garbled, golden, said, seconds
from selector.dialogue.edit_marks import marks

GOLDEN = golden("unifiedreward_edit", "edit_pointwise_score", "edit_pointwise_quality")


@pytest.mark.parametrize("case", GOLDEN)
def test_golden_answers(case):
    """Each is read as it has to be, or is unreadable."""
    read = said(marks, case["inputs"]["raw_answer"])
    shown = read and {"first": read.first, "second": read.second, "score": read.score}
    assert shown in accepted(case)


def test_the_reasoning_is_kept():
    """In the judge's words; it may give none, and what is no text is none."""
    assert marks('{"reasoning": "All \\"fine\\".", "score": [20, 18]}').reasoning == 'All "fine".'
    assert marks('{"score": [20, 18]}').reasoning == ""
    assert marks('{"reasoning": ["a"], "score": [20, 18]}').reasoning == ""


@pytest.mark.parametrize(
    "score",
    [
        *("[true, 10]", "[null, 10]", "[[1], 10]", '{"a": 1}', '"20, 18"', "[20, 25.01]", "20"),
        *("[1e999, 10]", '["nan", "10"]', '["20/25", "18/25"]', "[20 18]", "[-0.5, 10]"),
        *('["", ""]', "[" + "9" * 30 + ", 10]", "[" + "9" * 320 + ", 10]"),
    ],
)
def test_nothing_is_guessed(score):
    """What is no two numbers from 0 to 25 are no marks."""
    assert said(marks, f'{{"reasoning": "x", "score": {score}}}') is None


def test_what_the_instruction_says_is_no_mark():
    """Not in the reasoning, well quoted or badly, and not in quotes behind it."""
    own = '{"reasoning": "It says {\\"score\\": [25, 25]}", "score": [3, 4]}'
    assert marks(own).score == 3.5
    assert marks(f"{own} The instruction was '{{\"score\": [25, 25]}}'.").score == 3.5
    assert said(marks, own.replace("\\", "")) is None


@given(garbled('{"score": ', '"reasoning": "x",', "[20, 18]", "}", '{"score": [20, 18]}'))
def test_no_text_gives_marks_out_of_range(text):
    """And none anything but marks or "unreadable"."""
    read = said(marks, text)
    assert read is None or (0 <= read.first <= 25 and 0 <= read.second <= 25)


@given(st.floats(), st.floats(-1, 26))
def test_every_number_is_itself_or_unreadable(first, second):
    """Within the range it is read to the last digit, out of it or not finite never."""
    read = said(marks, f'{{"score": [{first}, {second}]}}')
    fits = 0 <= first <= 25 and 0 <= second <= 25
    assert (read and (read.first, read.second)) == ((first, second) if fits else None)


@pytest.mark.parametrize("text", HEAVY.values(), ids=HEAVY)
def test_long_answers_take_no_time(text):
    """A megabyte is read once."""
    assert seconds(marks, text) < 3
