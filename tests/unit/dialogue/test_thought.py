"""What was thought is never read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.dialogue.thought import answer
from selector.dialogue.unreadable import UnreadableError


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("4", "4"),
        ("<think>3</think>4", "4"),
        ("3</think>4", "4"),
        ("<think>a</think> b </think>c", "c"),
        ("<THINK>3</Think>4", "4"),
        ("<thinking>3</thinking>4", "4"),
        ("<think>a <think> b</think>4", "4"),
        ("<think>4</think>", ""),
        ("◁think▷3◁/think▷4", "4"),
        ("[THINK]3[/THINK]4", "4"),
        ("<seed:think>3</seed:think>4", "4"),
    ],
)
def test_what_stands_behind_the_last_end_is_left(text, left):
    """Templates that open the thought themselves leave only its end in the answer."""
    assert answer(text) == left


@pytest.mark.parametrize(
    "text", ["<think>4", "◁think▷4", "[THINK]4", "<think>a</think>4<think>", "4 <think>"]
)
def test_a_thought_without_end_is_unreadable(text):
    """It was cut off before the answer, so no number in it is one."""
    with pytest.raises(UnreadableError, match="still thinking"):
        answer(text)


@given(st.text())
def test_whatever_is_thought(thought):
    """No thought changes what is left, not even one that talks of thoughts."""
    assert answer(f"<think>{thought}</think>4") == "4"
