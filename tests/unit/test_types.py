"""Reasons in words, and objects that survive JSON."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.types import (
    Candidate,
    Decision,
    Edit,
    Failure,
    NotApplicable,
    NotEvaluated,
    Output,
    Reason,
    Score,
    Selection,
    Spent,
    members_hash,
)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (Reason("refused", "f", "x", 0.25, 0.5, -0.25), "f.x is 0.25, below 0.5"),
        (Reason("band", "f", "x", 3.0, 2.0, -1.0), "f.x is 3, above 2"),
        (Reason("band", "f", "x", 0.79999, 0.8), "f.x is 0.79999, below 0.8"),
        (Reason("outranked", "quality", "", 0.5, 0.5, note="rank 2"), "quality is 0.5, equal to 0.5: rank 2"),
        (Reason("failure", "f", "x", note="deadline"), "f.x: deadline"),
        (Reason("band", "f", "x", 2.0, note="not said"), "f.x is 2: not said"),
        (Reason("copy", note="same bytes as a"), "same bytes as a"),
    ],
)  # fmt: skip
def test_a_reason_in_words(reason, said):
    """A reason names measure, value, side and line, with digits enough to tell them apart."""
    assert str(reason) == said


floats = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | floats | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)
outcomes = st.one_of(
    st.builds(Score, floats, json_values, st.none() | st.just("set")),
    st.builds(Failure, st.text(max_size=9), json_values),
    st.builds(NotApplicable, st.text(max_size=9)),
    st.just(NotEvaluated()),
)
plain = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)


@given(outcomes, plain, floats, json_values)
def test_selections_survive_json_bit_for_bit(outcome, text, number, metadata):
    """Texts, floats, metadata and outcomes of every kind come back equal."""
    candidate = Candidate(id="a", metadata={"given": metadata}, path=text, notes=(text,))
    reason = Reason("band", "m", "o", number, number, number, text)
    decision = Decision(("a",), {"a": "review"}, {"a": (reason,)}, {"a": number}, "review", True)
    selection = Selection(
        "id", "now", Edit(text, path=text), "p@1", "hash", (candidate,), {"a": {"m.o": outcome}},
        decision, {"faces": number}, Spent({"m": 1}, {"total": 0.5}),
    )  # fmt: skip
    again = Selection.from_json(selection.to_json())
    assert again == selection
    assert again.spent == selection.spent
    assert repr(again.decision.quality["a"]) == repr(number)


def test_views_of_a_selection_partition_its_candidates():
    """accepted, review and rejected hold every candidate once; ranked ones come in rank order."""
    candidates = tuple(Candidate(id=name) for name in "abcde")
    verdicts = {"a": "reject", "b": "accept", "c": "review", "d": "reject", "e": "accept"}
    decision = Decision(
        ("e", "c", "b", "d"), verdicts, dict.fromkeys("abcde", ()), {}, "short", True
    )
    selection = Selection("id", "now", "p", "p@1", "h", candidates, {}, decision)
    names = [[one.id for one in group] for group in
             (selection.accepted, selection.review, selection.rejected, selection.ranking)]  # fmt: skip
    assert names == [["e", "b"], ["c"], ["d", "a"], ["e", "c", "b", "d"]]
    assert [one.id for one in selection.in_order()] == ["e", "b", "c", "d", "a"]
    with pytest.raises(KeyError):
        selection["z"]


def test_a_selection_notes_who_did_not_read_all_of_the_prompt():
    """Each instance once, however many candidates it measured; evidence of other forms is none."""
    tail = Score(0.5, {"unread": "and a red hat"})
    others = (Score(1, {"unread": 7}), Score(1, {"unread": ""}), Score(1, ["unread"]), Failure("x"))
    rows = {
        "a": {"scorers.clip.cosine": tail, "scorers.clip.other": tail, "mine.value": Score(0.1)},
        "b": {"scorers.clip.cosine": tail, "second.value": tail},
        "c": {f"none.{at}": other for at, other in enumerate(others)},
    }
    decision = Decision((), {}, {}, {}, "empty", needs_person=False)
    selection = Selection("id", "now", "p", "p@1", "h", (), rows, decision)
    assert selection.notes == (
        "scorers.clip did not read the end of the prompt: “and a red hat”.",
        "second did not read the end of the prompt: “and a red hat”.",
    )
    assert Selection.from_json(selection.to_json()).notes == selection.notes
    assert replace(selection, outcomes={"a": {"mine.value": Score(0.1)}}).notes == ()


def test_sets_are_named_without_order():
    """The name of a set depends on its members only."""
    assert members_hash(["x", "y"]) == members_hash(["y", "x"]) != members_hash(["x"])


def test_an_output_holds_what_lies_between_its_ends():
    """The ends belong to the range, to the last digit; an open end holds everything."""
    third = Output("share", 1 / 3, None, higher_is_better=True)
    assert third.holds(1 / 3)
    assert not third.holds(0.333333333333)
    assert third.holds(1e308)
    assert third.span == "0.333333333333 to ∞"
    assert Output("u", None, 1.0, higher_is_better=None).span == "-∞ to 1"
    assert not Output("u", None, 1.0, higher_is_better=None).holds(1.1)
