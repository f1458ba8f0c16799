"""Whatever a request holds, the journal gives the same back."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selector.journal import Journal
from selector.policy.plan import Plan, canonical
from selector.types import (
    Candidate,
    Decision,
    Edit,
    Failure,
    NotApplicable,
    NotEvaluated,
    Reason,
    Score,
    Selection,
    Spent,
)

Build = Callable[..., Selection]
KEYS = ("scorers.taste.score", "hands.count", "hands.defect")

texts = st.text() | st.sampled_from(
    ["'; DROP TABLE requests; --", "\0", "a\0b", "👩‍👧", "é" * 10_000]
)
floats = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([-0.0, 5e-324])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | floats | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
members = st.none() | texts
outcomes = (
    st.builds(Score, floats, json_values, members)
    | st.builds(Failure, texts, json_values, members)
    | st.builds(NotApplicable, texts, json_values, members)
    | st.just(NotEvaluated())
)
reasons = st.builds(
    Reason,
    st.sampled_from(["band", "failure", "cut"]),
    texts,
    texts,
    st.none() | floats,
    st.none() | floats,
    st.none() | floats,
    texts,
)
candidates = st.builds(
    Candidate,
    id=texts,
    metadata=st.dictionaries(texts, json_values, max_size=3),
    path=st.none() | texts,
    content_hash=st.none() | texts,
    pixel_hash=st.none() | texts,
    error=st.none() | texts,
    notes=st.lists(texts, max_size=2).map(tuple),
)


def part_of(names: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a mapping from some of the names."""
    return st.dictionaries(st.sampled_from(names), values) if names else st.just({})


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    """Draw a selection whose texts and numbers are as awkward as they may be."""
    found = draw(st.lists(candidates, max_size=4, unique_by=lambda one: one.id))
    names = [one.id for one in found]
    ranking = st.lists(st.sampled_from(names), unique=True) if names else st.just([])
    decision = Decision(
        ranking=tuple(draw(ranking)),
        verdicts=draw(part_of(names, st.sampled_from(["accept", "review", "reject"]))),
        reasons=draw(part_of(names, st.lists(reasons, max_size=2).map(tuple))),
        # The difference of two qualities is kept too, and has to be finite.
        quality=draw(part_of(names, st.floats(-1e300, 1e300))),
        answer=draw(st.sampled_from(["complete", "short", "review", "empty"])),
        needs_person=draw(st.booleans()),
        advice=draw(st.sampled_from([None, "regenerate", "generate 4 more"])),
        at_most=draw(part_of(names, floats)),
    )
    edits = st.builds(Edit, texts, path=st.none() | texts, content_hash=st.none() | texts)
    table = st.dictionaries(st.sampled_from(KEYS), outcomes)
    return Selection(
        request_id="",
        created=draw(texts),
        prompt=draw(texts | edits),
        policy="portrait@3",
        plan_hash="",
        candidates=tuple(found),
        outcomes=draw(part_of(names, table)),
        decision=decision,
        expect=draw(st.dictionaries(texts, floats, max_size=2)),
        spent=Spent(
            draw(st.dictionaries(texts, st.integers(0, 9), max_size=2)),
            draw(st.dictionaries(texts | st.just("total"), floats, max_size=2)),
            rounds=draw(st.integers(0, 9)),
            saved=draw(st.dictionaries(texts, st.integers(0, 9), max_size=2)),
        ),
        audited=draw(st.booleans()),
    )


@pytest.fixture(scope="module")
def shared_journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    """One journal for all examples of a property."""
    with Journal(tmp_path_factory.mktemp("journal") / "journal.sqlite") as opened:
        yield opened


NUMBERS = count()


@settings(max_examples=150, deadline=None)
@given(drawn=selections())
def test_a_request_comes_back_the_same(
    shared_journal: Journal, plan: Plan, drawn: Selection
) -> None:
    """Whatever the texts and numbers, plan and selection come back equal, floats bit for bit."""
    request_id = f"request {next(NUMBERS)}"
    selection = replace(drawn, request_id=request_id, plan_hash=plan.hash)
    shared_journal.append(plan, selection)
    read_plan, read = shared_journal.read(request_id)
    assert (read_plan, read) == (plan, selection)
    assert canonical(read.to_dict()) == canonical(selection.to_dict())  # tells -0.0 from 0.0
