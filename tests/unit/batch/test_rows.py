"""Rows: what was decided of a request, a row a candidate, nothing of it lost."""

import json

from hypothesis import given

import random_worlds
from selected import PLAN, listed, of_world, selected, selection
from selector import Candidate
from selector.batch.listed import Listed, ListedCandidate, Picture
from selector.batch.rows import rows_of
from selector.policy.plan import Plan
from selector.types import Failure, Outcomes, Score
from worlds import decided


def test_a_row_for_each_candidate_in_the_order_of_the_input():
    """With the request's own cells, what the input said of it, and its place in the ranking."""
    one = listed("r", 4, seed=[7, 8, 9, 10])
    rows = rows_of(one, selection(one))
    assert [row["candidate_id"] for row in rows] == ["r-0", "r-1", "r-2", "r-3"]
    assert [row["position"] for row in rows] == [0, 1, 2, 3]
    assert [row["verdict"] for row in rows] == ["accept", "reject", "reject", "reject"]
    assert [row["rank"] for row in rows] == [1, 2, 3, None]
    assert [row["input"]["seed"] for row in rows] == [7, 8, 9, 10]
    assert {(row["request_id"], row["prompt"], row["answer"]) for row in rows} == {
        ("r", "prompt of r", "complete")
    }
    assert (rows[0]["path"], rows[0]["expect"]) == ("r/0.png", {"hands": 2.0})
    assert rows[3]["reasons"][0]["text"] == "f.value is 0, below 0.5"
    assert (rows[3]["reasons"][0]["kind"], rows[3]["reasons"][0]["margin"]) == ("refused", -0.5)


def test_outcomes_are_told_apart():
    """A number, what is not applicable, and what was not measured at all."""
    rows = rows_of(one := listed("r", 3), selection(one))
    assert rows[0]["outcomes"]["s.value"] == ("score", 1.0, None)
    assert rows[0]["outcomes"]["s.spread"] == ("not_applicable", None, "one alone")
    assert rows[2]["outcomes"]["s.value"] == ("not_evaluated", None, None)
    assert json.loads(rows[0]["evidence"]) == {"s.value": {"at": 0}}


def test_what_failed_marks_the_whole_request():
    """So that it can be found, and decided again."""
    one = listed("r", 3)
    assert {row["failed"] for row in rows_of(one, selection(one))} == {False}
    for failing in ({"broken": ["r-0"]}, {"errors": ["r-1"]}):
        assert {row["failed"] for row in rows_of(one, selection(one, **failing))} == {True}
    row = rows_of(one, selection(one, errors=["r-1"]))[1]
    assert (row["error"], row["content_hash"]) == ("r-1: it is empty (got 0 bytes).", None)
    assert row["verdict"] == "reject"


def test_a_failed_request_has_rows_too():
    """All its candidates, with the reason, and without a verdict."""
    rows = rows_of(listed("r", 3), "in:r: no worker could begin it.", attempt=2)
    assert [row["candidate_id"] for row in rows] == ["r-0", "r-1", "r-2"]
    for row in rows:
        assert (row["verdict"], row["rank"], row["answer"]) == (None, None, None)
        assert (row["error"], row["failed"], row["attempt"]) == (
            "no worker could begin it.", True, 2,
        )  # fmt: skip


def test_an_edit_has_an_instruction():
    """And the picture before it; a prompt has neither."""
    (row, _) = rows_of(one := listed("r", 2, edit=True), selection(one))
    assert (row["prompt"], row["instruction"]) == (None, "prompt of r")
    assert row["source"] == "r/before.png"


def test_names_that_are_no_text_are_written_out():
    """A file whose name holds other bytes has a row like any other."""
    one = Listed("r", "", (ListedCandidate("a", Picture("b\udcff.png")),))
    assert rows_of(one, "failed \udcff")[0]["path"] == r"b\udcff.png"
    assert rows_of(one, "failed \udcff")[0]["error"] == r"failed \udcff"


def test_reasons_may_hold_anything():
    """What a measure says in its failure is kept as text."""
    found = selection(one := listed("r", 1))
    odd = {"s.value": Failure("\ud800 \x00"), "f.value": Score(1.0, ["\udcff", "ä"])}
    object.__setattr__(found, "outcomes", {"r-0": odd})
    (row,) = rows_of(one, found)
    assert row["outcomes"]["s.value"] == ("failure", None, "\\ud800 \x00")
    assert json.loads(row["evidence"]) == {"f.value": ["\udcff", "ä"]}


@given(random_worlds.worlds())
def test_rows_decide_again(world):
    """From the rows alone the same decision follows, bit for bit."""
    one = of_world(world)
    found = selected(world, one)
    rows = rows_of(one, found)
    ranked = sorted((row for row in rows if row["rank"]), key=lambda row: row["rank"])
    assert tuple(row["candidate_id"] for row in ranked) == found.decision.ranking
    assert {row["candidate_id"]: row["verdict"] for row in rows} == found.decision.verdicts
    table = {
        row["candidate_id"]: {
            key: outcome
            for key, outcome in found.outcomes.get(row["candidate_id"], {}).items()
            if row["outcomes"][key][0] != "not_evaluated"
        }
        for row in rows
    }
    metadata = {one.id: one.metadata for one in world.candidates}
    candidates = tuple(
        Candidate(
            id=row["candidate_id"],
            content_hash=row["content_hash"],
            error=row["error"],
            metadata=metadata[row["candidate_id"]],
        )
        for row in rows
    )
    given = Outcomes(tuple(candidates), table, world.expect)
    if world.plan.prediction is None:
        again = decided(Plan.from_dict(world.plan.to_dict()), given)
        assert (again.verdicts, again.ranking) == (
            found.decision.verdicts, found.decision.ranking,
        )  # fmt: skip


def test_no_row_tells_a_time():
    """The same input gives the same rows whoever decides it, and whenever."""
    one = listed("r", 2)
    rows = rows_of(one, selection(one))
    assert rows == rows_of(one, selection(one))
    assert not any("second" in key or "created" in key for row in rows for key in row)
    assert set(rows[0]["outcomes"]) == {
        f"{name}.{output}" for name, of in PLAN.instances.items() for output in of.outputs
    }
