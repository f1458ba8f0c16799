"""A canary's file: people read it, and whatever was changed in it by hand is told."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.canary.recording import (
    Canary,
    Environment,
    Of,
    Picture,
    Recording,
    from_text,
    to_text,
)
from selector.errors import RequestError
from selector.types import Failure, NotApplicable, Score

TEXT = st.text(st.characters(codec="utf-8"))
OUTCOMES = (
    st.builds(Score, st.floats(allow_nan=False, allow_infinity=False))
    | st.builds(Failure, TEXT)
    | st.builds(NotApplicable, TEXT)
)
PICTURES = st.builds(
    Picture,
    st.text("0123456789abcdef", min_size=64, max_size=64).map(lambda name: f"{name}.png"),
    TEXT,
    st.dictionaries(TEXT, OUTCOMES, max_size=3),
)
HERE = Environment("cpu", "a processor", "", "Python", {"numpy": "2"})
OF = Of("policies/p.yaml", "p", 1, "0" * 64)


def canary(*pictures: Picture, prompt: str = "") -> Canary:
    return Canary((Recording("2026-01-01", OF, prompt, None, HERE, {}, pictures),))


@given(st.lists(PICTURES, max_size=3), TEXT)
def test_what_is_written_is_read_back(pictures, prompt):
    """To the last digit, whatever the prompt and the names are."""
    whole = canary(*pictures, prompt=prompt)
    assert from_text(to_text(whole), "canary.json") == whole


def test_people_can_read_it():
    """A score is a number, and what is none says why."""
    outcomes = {"a.x": Score(0.25), "a.y": Failure("no memory"), "a.z": NotApplicable("no hands")}
    data = json.loads(to_text(canary(Picture("a" * 64, "one.png", outcomes))))
    assert data["recordings"][0]["pictures"][0]["outcomes"] == {
        "a.x": 0.25, "a.y": {"failure": "no memory"}, "a.z": {"not_applicable": "no hands"}
    }  # fmt: skip


WHOLE = to_text(canary(Picture("a" * 64, "one.png", {"a.x": Score(0.25)})))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("{", "", "Extra data"),
        ('"a.x": 0.25', '"a.x": "0.25"', "a.x"),
        ('"a.x": 0.25', '"a.x": NaN', "a.x"),
        ('"a.x": 0.25', '"a.x": true', "a.x"),
        ('"a.x": 0.25', '"a.x": {"failure": "x", "value": 1}', "a.x"),
        ("a" * 64, "../" * 20, "file"),
        ("a" * 64, "a" * 64 + "/b", "file"),
        ('"version": 1', '"version": "one"', "version"),
        ('"pictures"', '"images"', "pictures"),
        ('"schema": 1', '"schema": 0', "schema"),
    ],
)
def test_what_was_changed_by_hand_is_told_with_its_place(before, after, said):
    """And with what to do; a name that leads out of the folder is among it."""
    assert before in WHOLE
    with pytest.raises(RequestError) as caught:
        from_text(WHOLE.replace(before, after, 1), "c/canary.json")
    assert str(caught.value).startswith("c/canary.json: it is not as it was written (got ")
    assert said in str(caught.value)


def test_a_canary_of_a_later_version_says_so():
    """It is no damage, and nothing of it is guessed."""
    with pytest.raises(RequestError, match=r"a later version of selector \(got schema 2\)"):
        from_text(WHOLE.replace('"schema": 1', '"schema": 2'), "canary.json")
