"""What the first word of an answer tells before it is written."""

import pytest

from selector.backbones.judge import First
from selector.dialogue.first_word import likeliest, share_of_yes
from selector.dialogue.unreadable import UnreadableError


def first(**probabilities: float) -> First:
    return First({name.replace("_", " "): at for name, at in probabilities.items()}, 0.0, 1)


def test_every_way_to_write_them_counts():
    """In capitals or not, with spaces or not; other words that begin alike don't."""
    told = first(Yes=0.3, _yes=0.1, YES=0.1, No=0.2, _no_=0.1, Nothing=0.1, Yesterday=0.1)
    assert share_of_yes(told) == pytest.approx(0.5 / 0.8)


@pytest.mark.parametrize(("told", "share"), [({"Yes": 1.0}, 1.0), ({"no": 0.51}, 0.0)])
def test_one_of_both_may_be_alone(told, share):
    """The other one then has nothing."""
    assert share_of_yes(first(**told)) == share


@pytest.mark.parametrize("told", [{"Yes": 0.3, "No": 0.19, "Well": 0.5}, {"I": 1.0}, {}])
def test_a_judge_that_would_say_something_else_said_neither(told):
    """Where Yes and No together have less than half, their share is no answer."""
    with pytest.raises(UnreadableError, match="otherwise than with Yes or No"):
        share_of_yes(first(**told))


def test_the_likeliest_are_told_harmlessly():
    """Three of them, the likeliest first; what can't be seen is written out."""
    told = First({"a": 0.1, "\n": 0.5, "b" * 99: 0.2, "c": 0.01}, 0.0, 1)
    assert likeliest(told).startswith(r"begins with “\n” 0.5, “bbbb")
    assert likeliest(told).endswith("“a” 0.1")
    assert len(likeliest(told)) < 100
