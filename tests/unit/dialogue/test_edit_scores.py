"""Two signed scores are read, or nothing is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers import HEAVY, accepted, garbled, golden, said, seconds
from selector.dialogue.edit_scores import edit_scores


@pytest.mark.parametrize("case", golden("unifiedreward_edit", "edit_pairwise_score"))
def test_golden_answers(case):
    """Each is read as it has to be, or is unreadable."""
    read = said(edit_scores, case["inputs"]["raw_answer"])
    assert (read and {"scores": [*read]}) in accepted(case)


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        ("Edited Image 2: 1\nEdited Image 1: -2", (-2, 1)),
        ("- **Image 1 Score**： −0.5\n- **Image 2 Score**： 3", (-0.5, 3)),
        ("Image 1 = 1e1; Image 2 = +.5", (10, 0.5)),
        ("The instruction says 'Edited Image 1: 9'.\nEdited Image 1: 1, Edited Image 2: 2", (1, 2)),
        ('{"reasoning": "Image 1: 9", "score": [1, -2],}', (1, -2)),
        ("<think>{</think>Edited Image 1: 1\nEdited Image 2: 2", (1, 2)),
        ("Source Image 1: 9\nEdited Image 1: 1\nEdited Image 2: 2", (1, 2)),
        ('{"reasoning": "It says\nImage 1: 9\nImage 2: 8\n", "score": [1, -2]}', (1, -2)),
    ],
)
def test_signs_and_order_are_kept(text, scores):
    """Whatever stands around them."""
    assert edit_scores(text) == scores


@pytest.mark.parametrize(
    "text",
    [
        "Image 1: 1, Image 1: 2",
        "Image 1: 1\nImage 2: 2\nImage 2: 9",
        "Image 1: 2\nImage 2: 3\nCorrection: Edited Image 1: -2, Edited Image 2: 3",
        "Image 1: 4,5\nImage 2: 2",
        "Image 1: 4*5\nImage 2: 2",
        "Image 1: - 2\nImage 2: 2",
        "Image 1: 1 or 2\nImage 2: 2",
        "Image 1: inf\nImage 2: 2",
        "Image 11: 1\nImage 2: 2",
        "Image 1: 1\nImage 3: 2",
        '{"score": [1, NaN]}',
        '{"score": [1]}',
        '{"score": 1}',
        "1, 2",
    ],
)
def test_nothing_is_guessed(text):
    """One, three, or what is no number: no scores."""
    assert said(edit_scores, text) is None


@given(st.floats(allow_subnormal=False), st.floats(-9, 9))
def test_every_number_is_itself_or_unreadable(first, second):
    """To the last digit and with its sign; what is not finite never is one."""
    read = said(edit_scores, f"Edited Image 1: {first}\nEdited Image 2: {second}")
    assert read == ((first, second) if abs(first) < float("inf") else None)


@given(garbled("Edited Image 1: ", "\nImage 2: ", '{"score": [1, 2]}', "Image 1: 1\nImage 2: 2"))
def test_no_text_gives_scores_that_are_not_finite(text):
    """And none anything but scores or "unreadable"."""
    read = said(edit_scores, text)
    assert read is None or all(abs(score) < float("inf") for score in read)


@pytest.mark.parametrize("text", HEAVY.values(), ids=HEAVY)
def test_long_answers_take_no_time(text):
    """A megabyte is read once."""
    assert seconds(edit_scores, text) < 3
