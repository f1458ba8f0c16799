"""Shares of two images are read if they are whole, or nothing is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers import HEAVY, accepted, garbled, golden, said, seconds
from selector.dialogue.shares import AXES, shares

OWN = "\n\n".join(f"{axis.title()} Score:\n Image 1: 0.25\n Image 2: 0.75" for axis in AXES)
READ = dict.fromkeys(AXES, (0.25, 0.75))


@pytest.mark.parametrize("case", golden("unifiedreward2", "pair_score"))
def test_golden_answers(case):
    """Each is read as it has to be, or is unreadable."""
    read = said(shares, case["inputs"]["raw_answer"])
    assert (read and {axis: [*pair] for axis, pair in read.items()}) in accepted(case)


@pytest.mark.parametrize(
    "text",
    [
        OWN,
        OWN.replace(":\n", ": ").replace("\n Image 2", ", Image 2"),
        OWN.replace("Image", "- **Image").replace(":", ":**").replace("Score:**", "Score:"),
        OWN.replace("Score:", "Score (0-1):"),
        "\n\n".join(reversed(OWN.split("\n\n"))),
        f"{OWN}\nThe caption says 'Image 1: 1'.",
        f"{OWN}\n\n{OWN}",
        f"{OWN}\nOverall Score (0-1):\n Image 1: 0.4\n Image 2: 0.6",
        OWN.replace("0.25", "X").replace("0.75", "Y") + "\n" + OWN,
    ],
)
def test_they_are_found_in_what_is_around_them(text):
    """Lines, order, bullets and a repeated format don't matter."""
    assert shares(text) == READ


@pytest.mark.parametrize(
    "text",
    [
        OWN.replace("0.75", "0.77"),
        OWN.replace("0.75", "0.7"),
        OWN.replace("0.75", "75%"),
        OWN.replace("0.75", "0,75"),
        OWN.replace("Image 2", "Image 1"),
        OWN.replace("Image 2", "Image 3"),
        OWN.replace("Style Score:", "Style Score: 0.5"),
        OWN.replace("Style Score:", ""),
        OWN.replace("Style Score:", "Overall Score:"),
        OWN.replace("Coherence Score:", "Coherence Score:\nOverall Score:"),
        f"{OWN}\nCorrection: Alignment Score: Image 1: 0.5, Image 2: 0.5",
        f"{OWN}\nCorrection: Alignment Score:\nImage 1: 0.5\nImage 2: 0.5",
        f"{OWN}\n Image 1: 1\n Image 2: 0",
        f"Image 1: 1\nImage 2: 0\n{OWN}".replace("Style Score:", ""),
        OWN.replace("Image 1", "Image 12"),
    ],
)
def test_nothing_is_guessed(text):
    """Shares that are not 1 together, are said twice or belong to no axis are none."""
    assert said(shares, text) is None


HEADS = tuple(f"{axis.title()} Score:" for axis in AXES)


@given(garbled(*HEADS, "\nImage 1: ", "\nImage 2: ", "0.25", "0.75", OWN))
def test_no_text_gives_shares_that_are_not_whole(text):
    """And none anything but shares or "unreadable"."""
    for first, second in (said(shares, text) or {}).values():
        assert 0 <= first <= 1
        assert first + second == pytest.approx(1, abs=0.011)


@given(st.integers(0, 100), st.integers(0, 100))
def test_two_decimals_are_whole_or_unreadable(first, second):
    """A hundredth may be missing, no more."""
    text = OWN.replace("0.25", str(first / 100)).replace("0.75", str(second / 100))
    assert (said(shares, text) is not None) == (99 <= first + second <= 101)


@pytest.mark.parametrize("text", HEAVY.values(), ids=HEAVY)
def test_long_answers_take_no_time(text):
    """A megabyte is read once."""
    assert seconds(shares, text) < 3
