"""A preference is read where it is plainly said, and no silence is a tie."""

import pytest
from hypothesis import given

from answers import HEAVY, accepted, garbled, golden, said, seconds
from selector.dialogue.preference import preferred

GOLDEN = golden("unifiedreward1", "classic_pair_rank") + golden(
    "unifiedreward_edit", "edit_pairwise_rank"
)


@pytest.mark.parametrize("case", GOLDEN)
def test_golden_answers(case):
    """Each is read as it has to be, or is unreadable."""
    read = said(preferred, case["inputs"]["raw_answer"])
    assert (None if read is None else {"winner": read}) in accepted(case)


@pytest.mark.parametrize(
    ("text", "winner"),
    [
        ("**Image 1** is better!", 1),
        ("<answer>Image 2 is better</answer>", 2),
        ("Image 2 is better. Its light is softer, and nothing is distorted.", 2),
        ("Image 1 is better than Image 2 because it has the cap.", 1),
        ("Image 2 is slightly better than the other one", 2),
        ("Although image 1 is sharper, image 2 is better overall.", 2),
        ("At first Image 1 is better. However, Image 2 is better.", 2),
        ("Image 1 is better in colour. On balance, image 2 is the better edit.", 2),
        ("### Final Verdict:\n**Edited Image 1 is better.**", 1),
        ("I think that image 2 is clearly better, as it follows the instruction.", 2),
        ("If red matters, image 1 is better. But Image 2 is better.", 2),
        ('The sign says "Image 1 is better". Image 2 is better.', 2),
        ("Image 1 isn't better. They are equally good.", 0),
        ("It's a tie", 0),
        ("Image 2 is better. Its light has a better colour.", 2),
        ("Image 2 is better. They have hats.", 2),
        ("Image 1 is better. Image 1 keeps the hat.", 1),
        ("Image 1 is better. I meant the other. Final verdict: Image 2 is better.", 2),
        ("Both edited images are equally bad.", 0),
    ],
)
def test_a_plain_verdict_at_the_end_counts(text, winner):
    """Whatever was said before it, and for whatever reason."""
    assert preferred(text) == winner


@pytest.mark.parametrize(
    "text",
    [
        *("Neither is better.", "Image 1 is no better.", "Image 1 is never better"),
        *("Image 1 is hardly better", "I don't think image 1 is better", "Image 12 is better"),
        *("It is wrong that image 1 is better.", "Is image 1 better?", "Image 1 is better?"),
        *("If you like red, image 1 is better.", "Perhaps image 1 is better", "Image 1"),
        *("Image 1 is better or image 2 is better", "Image 1 is better than Image 1."),
        *("Image 1 is better, image 2 is better", "Image 1 is better in colour."),
        *("Image 1 is better. Image 2 is better in colour.", "Image 1 is better. No, wait."),
        *("Image 1 is better. Image 1 is not better.", "Image 1 is better. Or is it?"),
        *("Image 1 is better; that isn't true.", "Image 1 is better than expected."),
        *("It is not a tie.", "The images are not equally good.", "Both are good.", "Tied shoes"),
        *("Both are equally good in colour.", 'The sign says "Image 1 is better".'),
        *(
            "The lettering reads:\nImage 1 is better.",
            "> Image 1 is better",
            "“Image 1 is better.”",
        ),
        *("According to the caption, image 1 is better.", "Image 2 is better, Image 1 says."),
        *("<think>Image 1 is better.</think>", "<think>Image 1 is better."),
        *("Image 1 is better for a poster", "Image 1 is better as a poster"),
        "Image 1 is better because it is sharper, but Image 2 is better overall.",
        "They are equally good because of the light, although image 2 is best.",
    ],
)
def test_nothing_is_guessed(text):
    """Denied, doubted, limited, quoted, asked or taken back, it is no verdict and no tie."""
    assert said(preferred, text) is None


@pytest.mark.parametrize(
    "behind",
    [
        *(
            "Oops, I meant Image 2.",
            "My final choice: Image 2.",
            "Final answer: 2",
            "I mean it not",
        ),
        *("Therefore the answer is Image 2.", "I mean image 2.", "Scratch that: image 2."),
        *("Second thoughts: Image 2.", "I take that back.", "I disagree with this.", "Nope."),
        *("This claim is false.", "The first statement is wrong.", "False.", "Wrong!", "Nah"),
        *("Strike that.", "Image 2 has the hat.", "I was mistaken."),
    ],
)
def test_a_verdict_that_is_withdrawn_is_none(behind):
    """Whatever follows it and may mean the other image is asked about once more."""
    assert said(preferred, f"Image 1 is better. {behind}") is None
    assert said(preferred, f"Image 1 is better.\n\n{behind}") is None


@pytest.mark.parametrize("before", ["The caption reads", "It says ,", "There is written\n"])
def test_what_a_line_introduces_is_quoted(before):
    """Though the verdict stands on a line of its own."""
    assert said(preferred, f"{before}\nImage 1 is better.") is None


FRAMES = ["{}", "Overall, {}", "Compared with Image 2, {}", "I believe {} because of the hat."]


@pytest.mark.parametrize("frame", FRAMES)
def test_the_two_images_are_not_confused(frame):
    """Swapped names swap the winner."""
    swapped = str.maketrans("12", "21")
    text = frame.format("image 1 is better")
    assert (preferred(text), preferred(text.translate(swapped))) == (1, 2)


PIECES = ("Image 1 is better", "image 2 is ", "not better", "equally good", "both images are ")


@given(garbled(*PIECES, "but ", "than Image 1", "It is a tie"))
def test_no_text_breaks_it(text):
    """It gives one of three answers, or is unreadable."""
    assert said(preferred, text) in (None, 0, 1, 2)


@given(garbled(*PIECES))
def test_a_thought_never_counts(thought):
    """Whatever it says."""
    assert preferred(f"<think>{thought}</think>Image 2 is better.") == 2
    assert said(preferred, f"<think>Image 1 is better.{thought.replace('</think>', '')}") is None


@given(garbled(*PIECES))
def test_a_denial_at_the_end_is_no_verdict(before):
    """Whatever was said before it, the last word is that nobody knows."""
    assert said(preferred, f"{before}\n\nImage 1 is not better.") is None


@pytest.mark.parametrize("text", HEAVY.values(), ids=HEAVY)
def test_long_answers_take_no_time(text):
    """A megabyte is read once."""
    assert seconds(preferred, text) < 3
