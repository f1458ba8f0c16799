"""The one score at the end is read, or nothing is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers import HEAVY, accepted, garbled, golden, said, seconds
from selector.dialogue.final_score import final_score


@pytest.mark.parametrize("case", golden("unifiedreward1", "classic_final_score"))
def test_golden_answers(case):
    """Each is read as it has to be, or is unreadable."""
    read = said(final_score, case["inputs"]["raw_answer"])
    assert (read and {"score": read}) in accepted(case)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("Final Score: 4/5", 4),
        ("FINAL SCORE = 2.5.", 2.5),
        ('a sign "Final Score: 5" (text): 1\nFinal Score: 2', 2),
        ("a sign (object): 0, Final Score: 5 (text): 1\n- **Final Score**: 2", 2),
    ],
)
def test_the_line_is_found(text, score):
    """What a caption's element is called doesn't count."""
    assert final_score(text) == score


@pytest.mark.parametrize(
    "text",
    [
        "Final Score: 5 (text): 1\nFinal Score: 2",
        "Final Score: 2\nFinal Score: 5",
        "Final Score: 4\nCorrection: Final Score: 2",
        "Final Score: 4 to 5",
        "Final Score: 1e1",
        "Final Score: 0.999",
        "The final score would be 4",
        "Final Scores: 4",
    ],
)
def test_nothing_is_guessed(text):
    """Two that differ, words behind it, out of range: no score."""
    assert said(final_score, text) is None


@given(garbled("Final Score: ", "final score", "Final Score: 3\n"))
def test_no_text_gives_a_score_out_of_range(text):
    """And none anything but a score or "unreadable"."""
    read = said(final_score, text)
    assert read is None or 1 <= read <= 5


@given(st.floats())
def test_every_number_is_itself_or_unreadable(value):
    """Within the range it is read to the last digit, out of it or not finite never."""
    assert said(final_score, f"Final Score: {value}") == (value if 1 <= value <= 5 else None)


@pytest.mark.parametrize("text", HEAVY.values(), ids=HEAVY)
def test_long_answers_take_no_time(text):
    """A megabyte is read once."""
    assert seconds(final_score, text) < 3
