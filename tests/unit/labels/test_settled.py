"""Each rater says one thing to each question."""

from dataclasses import replace

from selector.labels import Label, Pair, Rating
from selector.labels.settled import settled

EARLY, LATE = "2026-01-01T09:00:00+00:00", "2026-01-02T09:00:00+00:00"
ONE = Label("p", "ann", Rating("a", 4.0), "fidelity", EARLY)


def test_equal_rows_are_one():
    """And counted."""
    kept, told = settled([ONE, ONE, ONE])
    assert kept == (ONE,)
    assert told == ("2 repeated: the same rater said the same again; once counts.",)


def test_what_is_said_later_counts():
    """Whichever stands first in the file; who changed their mind is named."""
    later = replace(ONE, said=Rating("a", 1.0), created=LATE)
    for order in ([ONE, later], [later, ONE]):
        kept, told = settled(order)
        assert kept == (later,)
        assert told[0].startswith("1 taken back")
        assert "'ann' of 'a', request 'p'" in told[1]


def test_without_times_neither_counts():
    """And a third answer does not bring one of them back."""
    first = replace(ONE, created="")
    kept, told = settled([first, replace(first, said=Rating("a", 1.0)), first])
    assert kept == ()
    assert told[0].startswith("1 contradictory")


def test_a_pair_is_one_question_on_either_side():
    """The same candidate preferred from the other side is no contradiction; the other one is."""
    pair = Label("p", "ann", Pair("a", "b", "left"), "quality")
    turned = replace(pair, said=Pair("b", "a", "right"))
    against = replace(pair, said=Pair("b", "a", "left"))
    assert len(settled([pair, turned])[0]) == 1
    assert settled([pair, against])[0] == ()


def test_aspects_raters_and_attention_checks_are_questions_of_their_own():
    """A check may be asked again and again."""
    check = replace(ONE, gold=Rating("a", 4.0))
    others = [
        ONE,
        replace(ONE, aspect="aesthetics"),
        replace(ONE, rater="bo"),
        check,
        replace(check, said=Rating("a", 2.0)),
    ]
    assert settled(others) == (tuple(others), ())


def test_nameless_answers_are_by_different_people():
    """They are numbered, so that two who agree are two."""
    kept, told = settled([replace(ONE, rater="")] * 3)
    assert [one.rater for one in kept] == ["#1", "#2", "#3"]
    assert told == ()
