"""Short replies are read where they are plain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers import HEAVY, garbled, said, seconds
from selector.dialogue.reply import NUMERALS, count, rating, yes_no


@pytest.mark.parametrize(
    "text",
    [
        *("Yes", "yes.", "**YES**", "Yes!", '"Yes"', "Answer: Yes", "The answer is yes."),
        *("Yes, an injury is visible.", "Yes - on the left arm", "Yes\n\nThe arm shows a cut."),
        *("Yes, 100%", "Yes, a cut is visible, on 50% of it."),
        *("<think>No.</think>Yes<|im_end|>", "<answer>yes</answer>", "Yes: a cut or a bruise."),
    ],
)
def test_yes(text):
    """The first word says so, and what follows agrees."""
    assert yes_no(text) is True


@pytest.mark.parametrize(
    "text",
    [
        *("No", "no.", "**No**", "Final answer: no", "No, it isn't.", "No. Nothing is visible."),
        *("No, nothing is wrong with it.", "No; the skin is clean, and no cut is visible."),
        *("No, there are no cuts or bruises.", "No\nThe skin does not look hurt.", "'No'"),
    ],
)
def test_no(text):
    """To deny it again is to agree."""
    assert yes_no(text) is False


@pytest.mark.parametrize(
    "text",
    [
        *("", "Not yes", "No doubt", "No injury is visible.", "I can't see a hand", "Yesterday"),
        *("Yes and no", "Yes or no?", "Yes, but faint", "Yes\nNo", "No, yes", "Yes. No, wait."),
        *("Yes, it isn't", "Yes, it isn’t", "Yes, probably", "No, perhaps", "No, however, a cut"),
        *("Yes, if that is blood", "Yes?", "No: I can't tell", "Maybe", "Nope", "The sign: yes"),
        *("No: an injury is clearly visible on the arm.", "No, apart from a small cut"),
        *(
            "No. On second thought, it is.",
            "No. I was wrong.",
            "Yes, 0%",
            "Yes: zero",
            "Yes. A cut?",
        ),
        *(
            "No, aside from a bruise",
            "No, other than a cut",
            "No, only a scratch",
            "No, just a cut",
        ),
        *("No. There is a cut.", "No, no cut. A bruise is visible.", "No.\nIs it a cut?"),
        *("Yes - not", "No (yes)", "It isn't", "Yes, almost", "N", "Y", "<think>Yes", "1", "true"),
    ],
)
def test_neither_yes_nor_no(text):
    """Where the rest takes it back, doubts it, or the word stands elsewhere."""
    assert said(yes_no, text) is None


DENIALS = ["not", "no", "but", "however", "maybe", "isn't", "unless", "wait", "neither", "can't"]


@given(st.sampled_from(DENIALS), st.text(alphabet="abc ,.\n"), st.text(alphabet="abc ,.\n"))
def test_a_yes_is_never_read_where_something_denies_it(denial, before, after):
    """Wherever in the rest that stands."""
    assert said(yes_no, f"Yes,{before} {denial} {after}") is None


@given(garbled("yes", "no", "Yes, ", "No. ", "not ", "but ", "Answer: "))
def test_no_text_breaks_yes_or_no(text):
    """It gives one of two, or is unreadable."""
    assert said(yes_no, text) in (None, True, False)


@pytest.mark.parametrize(
    "text",
    [
        *("4", "4.", "４", "+4", "4.0", "4/5", "4 out of 5.", "**4**", "Rating: 4", "Score = 4/5"),
        *("The answer is 4", "4 - a good hand", "4, because nothing is missing", "4 (good)", "4!"),
        *("4\n\nThe hand looks good, but slightly blurry.", "<think>2</think>4"),
    ],
)
def test_a_rating(text):
    """It stands at the beginning, and reasons may follow."""
    assert rating(text, 1, 5) == 4


@pytest.mark.parametrize(
    "text",
    [
        *("", "four", "4.5", "4,5", "4 or 5", "4-5", "4 – 5", "4 to five", "4 and a half", "4…5"),
        *("0", "6", "-4", "−4", "45", "1e0", "4e0", "nan", "4/10", "4%", "4?", "4 stars", "~4"),
        *("4 fingers", "4. The hand", "1. The hand is fine.\n2. So is the arm.", "4, maybe", "4th"),
        *(
            "4 (or 5)",
            "4\nNo, 3.",
            "4. No, lower",
            "4, no, higher",
            "4, wait",
            "about 4",
            "I see 4",
        ),
        *("4 (%)", "4, dozens of flaws", "4 (I was wrong)"),
        *("4, five fingers", "The caption says 4", "9" * 5000, "<think>4", "4, percent"),
    ],
)
def test_no_plain_rating(text):
    """Another number, a doubt, another scale, out of range: none is guessed."""
    assert said(rating, text, 1, 5) is None


@given(st.integers(-20, 20), st.integers(-10, 10), st.integers(-10, 10))
def test_a_rating_is_in_range(value, low, high):
    """What is read is what was said; what lies outside is not read."""
    assert said(rating, str(value), low, high) == (value if low <= value <= high else None)


@given(garbled("Rating: ", "4/5", "four", "out of 5", "no, ", "3"))
def test_no_text_gives_a_rating_out_of_range(text):
    """And none anything but a rating or "unreadable"."""
    assert said(rating, text, 2, 4) in (None, 2, 3, 4)


@pytest.mark.parametrize(
    "text",
    [
        *("5", "5.", "５", "five", "Five fingers.", "five human fingers", "Answer: 5", "**5**"),
        *("There are 5 fingers.", "I can see five fingers on this hand.", "I count 5", "5\n"),
        *("This hand has five visible fingers!", "exactly 5", "5 fingers are visible", "It has 5"),
        *("<think>six</think>5", "There are 5 fingers in the picture."),
    ],
)
def test_a_count(text):
    """In digits or in words, in one short sentence."""
    assert count(text) == 5


@pytest.mark.parametrize(
    "text",
    [
        *("", "4 or 5", "4-5", "4 to 5", "four… no, five", "a thumb and four fingers", "not five"),
        *("about five", "~5", "5+", "at least 5", "5 or more", "five and a half", "5.5", "1,000"),
        *("-5", "−5", "5/5", "five (5)", "twenty-one", "fivefold", "12345", "9" * 5000, "٥", "5?"),
        *("one hand with five fingers", "five of the fingers are missing", "five missing fingers"),
        *("five extra fingers", "5 more", "None of the fingers", "no fingers", "several", "a few"),
        *("5 million", "5 pairs", "5 tens", "5 approximately", "5 maximum", "5 dozens", "5 tops"),
        *("the prompt has 5 fingers", "The caption shows 5", "This sign has five", "None whatever"),
        *("five fingers. One is hidden.", "five fingers, but short", "5 5", "5e0", "the sign: 5"),
        *("The number 5 is on the shirt", "maybe five", "a hand", "I see no hand", "<think>5"),
    ],
)
def test_no_plain_count(text):
    """Two numbers, a part, a doubt, more than anybody counts: none is guessed."""
    assert said(count, text) is None


@pytest.mark.parametrize("text", ["0", "zero", "None", "none.", "Zero fingers"])
def test_none_is_zero(text):
    """Where it is all that is said."""
    assert count(text) == 0


@given(st.integers(0, 30000))
def test_a_count_is_what_was_said(number):
    """Up to 9999, in words up to twenty."""
    assert said(count, f"There are {number} fingers.") == (number if number <= 9999 else None)
    if number < len(NUMERALS):
        assert count(f"{NUMERALS[number]} fingers") == number


@given(garbled("There are ", "five", "fingers", " and ", "a thumb", "or ", "none"))
def test_no_text_gives_an_odd_count(text):
    """Neither a negative one nor one that nobody counts."""
    found = said(count, text)
    assert found is None or 0 <= found <= 9999


@given(garbled("yes", "4", "five", "no"))
def test_a_thought_never_counts(thought):
    """Whatever it says."""
    before = f"<think>{thought}</think>"
    assert (yes_no(f"{before}No"), rating(f"{before}2", 1, 5), count(f"{before}6")) == (False, 2, 6)


@pytest.mark.parametrize("text", HEAVY.values(), ids=HEAVY)
def test_long_replies_take_no_time(text):
    """A megabyte is read once."""
    assert seconds(yes_no, text) + seconds(rating, text, 1, 5) + seconds(count, text) < 5
