"""Labels: what people said, beside what the engine had said; and states, kept beside the rows."""

import threading
from collections.abc import Callable

import pytest

from selector.errors import JournalError
from selector.journal import Journal, Label
from selector.policy.plan import Plan
from selector.types import Candidate, Selection

Build = Callable[..., Selection]


def test_a_label_comes_back_with_its_verdict(where: str, plan: Plan, build: Build) -> None:
    """As it was said, with what the engine had said, the policy and who made the images."""
    said = Label("one", "b", "ann", "verdict", 0.0, {"why": ["é"]}, "2026-03-02T00:00:00+00:00")
    made = tuple(
        Candidate(id=name, content_hash=name * 64, metadata={"generator": "g", "segment": "s"})
        for name in "ab"
    )
    with Journal(where) as journal:
        one = build("one")
        journal.append(plan, build("one", candidates=(*made, one.candidates[2])))
        journal.append(plan, build("two", candidates=(*made, one.candidates[2])))
        journal.label(said)
        journal.label(Label("two", "a", "ben", "fidelity", -0.5))
        first, second = journal.labels()
        assert first.label == said
        assert (first.verdict, first.content_hash, first.policy) == (
            "review",
            "b" * 64,
            "portrait@3",
        )
        assert (second.label.rater, second.label.value, second.verdict) == ("ben", -0.5, "accept")
        assert journal.labels(aspect="verdict") == [first]
        assert journal.labels(after=first.number) == [second]
        assert journal.labels(limit=1) == [first]
        assert journal.verify().holds


def test_segments_and_generators_are_what_all_agree_on(
    where: str, plan: Plan, build: Build
) -> None:
    """The request, its summary and its labels say the same; candidates that differ say nothing."""
    same = tuple(
        Candidate(id=name, metadata={"generator": "g", "segment": "night"})
        for name in ("a", "b", "broken")
    )
    with Journal(where) as journal:
        journal.append(plan, build("one", candidates=same))
        journal.append(plan, build("two"))
        rows = journal.summaries()
        assert [(row.generator, row.segment) for row in rows] == [("g", "night"), ("g", None)]
        journal.label(Label("one", "a", "ann", "verdict", 1.0))
        assert [row.segment for row in journal.labels()] == ["night"]


def test_what_nobody_decided_can_not_be_labelled(where: str, plan: Plan, build: Build) -> None:
    """Neither a request nor a candidate that is not there, nor a number that is none."""
    with Journal(where) as journal:
        journal.append(plan, build("one"))
        for request, candidate in (("two", "a"), ("one", "c")):
            with pytest.raises(JournalError, match="no such candidate"):
                journal.label(Label(request, candidate, "ann", "verdict", 1.0))
        for value in (float("nan"), float("inf")):
            with pytest.raises(JournalError, match="can't be kept"):
                journal.label(Label("one", "a", "ann", "verdict", value))
        assert journal.labels() == []


def test_a_state_follows_from_the_last(where: str) -> None:
    """Threads with journals of their own that count in one state miss nothing."""

    def count() -> None:
        with Journal(where) as mine:
            for _ in range(8):
                mine.advance("count", lambda last: [1] if last is None else [last[0] + 1])

    threads = [threading.Thread(target=count) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Journal(where) as journal:
        assert journal.state("count") == [24]
        assert journal.state("other") is None


def test_a_step_that_fails_leaves_the_state(where: str) -> None:
    """What is no JSON, or a last state that makes no sense, changes nothing."""
    with Journal(where) as journal:
        assert journal.state("x") is None
        journal.advance("x", lambda _: {"a": 1.5})
        with pytest.raises(JournalError, match="the state 'x' can't be kept"):
            journal.advance("x", lambda _: {"a": float("nan")})
        with pytest.raises(JournalError, match="the state 'x' is damaged"):
            journal.advance("x", lambda last: last["b"])
        assert journal.state("x") == {"a": 1.5}
