"""The three scores of an image are read, or nothing is."""

import itertools
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers import HEAVY, accepted, garbled, golden, said, seconds
from selector.dialogue.axes import axes

FORM = "Alignment Score (1-5): {}\nCoherence Score (1-5): {}\nStyle Score (1-5): {}"
OWN = FORM.format(2, 3, 4)
GOLDEN = golden("unifiedreward2", "pointwise_acs") + golden("unifiedreward1", "classic_acs")


def test_a_score_is_the_mean():
    """Of all three; none is ever missing."""
    assert axes(OWN).score == 3


@pytest.mark.parametrize("case", GOLDEN)
def test_golden_answers(case):
    """Each is read as it has to be, or is unreadable."""
    read = said(axes, case["inputs"]["raw_answer"])
    assert (read and {**asdict(read), "score": read.score}) in accepted(case)


@pytest.mark.parametrize("order", [*itertools.permutations(OWN.split("\n"))])
@pytest.mark.parametrize("between", ["\n", "\n\n", ", ", "; ", ". ", " | ", " "])
def test_in_any_order(order, between):
    """On lines of their own or on one, the labels say what is what."""
    assert axes(between.join(order)) == axes(OWN)


@pytest.mark.parametrize(
    "text",
    [
        OWN.replace("(1-5)", ""),
        OWN.replace(":", "："),
        OWN.replace(":", " ="),
        OWN.replace("(1-5)", "(1–5)"),
        OWN.replace("2", "2/5").replace("3", "3 out of 5"),
        f"Text Caption: [a poster with the words Style Score (1-5): 5]\n{OWN}",
        f"{OWN}\nThe caption says 'Alignment Score (1-5): 5'.",
        f'{OWN}\nThe lettering reads:\n"Alignment Score (1-5): 5"',
        f"{OWN}\n> Style Score (1-5): 5",
        f"<think>{FORM.format(5, 5, 5)}</think>{OWN}",
        f"```\n{OWN}\n```",
        f"{OWN}\n\n{OWN}",
    ],
)
def test_they_are_found_in_what_is_around_them(text):
    """Another form of the same words, and whatever is quoted, change nothing."""
    assert axes(text) == axes(OWN)


@pytest.mark.parametrize(
    "text",
    [
        f"{OWN}\nStyle Score (1-5): 5",
        f"{FORM.format(5, 5, 5)}\n{OWN}",
        f"{FORM.format(5, 5, 5)}\n\nCorrection: {', '.join(OWN.splitlines())}",
        OWN.replace("4", "4 or 5"),
        OWN.replace("4", "4,5"),
        OWN.replace("4", "4 - no, 3"),
        OWN.replace("4", "−3"),
        OWN.replace("4", "4/10"),
        OWN.replace("4", "40"),
        OWN.replace("4", "five"),
        OWN.replace("(1-5)", "(1-10)"),
        OWN.replace("Style Score (1-5): 4", "Style Score (1-5):\n4"),
        "The caption says 'Alignment Score (1-5): 5, Coherence Score (1-5): 5, Style Score: 5'",
        "Score: 4",
    ],
)
def test_nothing_is_guessed(text):
    """Two numbers for one axis, another scale, words: none is a score."""
    assert said(axes, text) is None


LABELS = ("Alignment Score (1-5): ", "Coherence Score: ", "Style Score (1-5): ", FORM, OWN)


@given(garbled(*LABELS))
def test_no_text_gives_a_score_out_of_range(text):
    """And none anything but a score or "unreadable"."""
    read = said(axes, text)
    assert read is None or all(1 <= value <= 5 for value in asdict(read).values())


@given(st.lists(st.floats(allow_nan=True), min_size=3, max_size=3))
def test_every_number_is_itself_or_unreadable(values):
    """Within the range it is read to the last digit, out of it or not finite never."""
    read = said(axes, FORM.format(*values))
    fits = all(1 <= value <= 5 for value in values)
    assert (read and [*asdict(read).values()]) == (values if fits else None)


@given(garbled(*LABELS))
def test_a_thought_never_counts(thought):
    """Whatever it says."""
    assert axes(f"<think>{thought}</think>{OWN}") == axes(OWN)


@pytest.mark.parametrize("text", HEAVY.values(), ids=HEAVY)
def test_long_answers_take_no_time(text):
    """A megabyte is read once."""
    assert seconds(axes, text) < 3
