"""Copies, what can't be read, gates: by the smallest request that shows each rule."""

import pytest

import worlds
from selector.decision.contest import Contest
from selector.decision.decide import decide
from selector.decision.gates import filled
from selector.policy import plan as p
from selector.types import (
    Ask,
    Candidate,
    Failure,
    NotApplicable,
    Outcomes,
    Undecided,
)
from worlds import by_score, decided, kinds, outcomes, ref


def test_the_smallest_id_stands_for_its_copies():
    """Equal bytes are one candidate: the smallest id is judged, the others are copies of it."""
    made = (worlds.candidate("b", "same"), worlds.candidate("a", "same"))
    decision = decided(by_score(), outcomes({"a": {"s": 0.5}}, candidates=made))
    assert decision.verdicts == {"a": "accept", "b": "reject"}
    assert kinds(decision, "b") == ["copy"]
    assert "a" in decision.reasons["b"][0].note


def test_candidates_without_bytes_are_no_copies_of_each_other():
    """Two files that could not be read at all are refused each for itself."""
    made = tuple(Candidate(id=name, error=f"{name}: no such file") for name in "ab")
    decision = decided(by_score(), Outcomes(made, {}))
    assert [kinds(decision, name) for name in "ab"] == [["refused"], ["refused"]]
    assert decision.answer == "empty"


def test_what_can_not_be_read_is_refused_and_asks_for_nothing():
    """An undecodable candidate is refused with the reason, and no measure is asked of it."""
    made = (worlds.candidate("a"), worlds.candidate("b", error="b: truncated"))
    undecided = decide(by_score(), Outcomes(made, {}))
    assert undecided == Undecided((Ask("s", ("a",)),))
    decision = decided(by_score(), outcomes({"a": {"s": 1.0}}, candidates=made))
    assert str(decision.reasons["b"][0]) == "image: b: truncated"


@pytest.mark.parametrize(
    ("lines", "value", "verdict", "kind"),
    [
        ({"reject_above": 0.5}, 0.5, "accept", []),
        ({"reject_above": 0.5}, 0.51, "reject", ["refused"]),
        ({"reject_below": 0.5}, 0.5, "accept", []),
        ({"reject_below": 0.5}, 0.49, "reject", ["refused"]),
        ({"reject_above": 0.5, "accept_below": 0.1}, 0.1, "accept", []),
        ({"reject_above": 0.5, "accept_below": 0.1}, 0.11, "review", ["band"]),
        ({"reject_above": 0.5, "accept_below": 0.1}, 0.5, "review", ["band"]),
        ({"reject_below": 0.2, "accept_above": 0.4}, 0.3, "review", ["band"]),
        ({"reject_below": 0.2, "accept_above": 0.4}, 0.4, "accept", []),
        ({"accept_above": 0.4}, 0.1, "review", ["band"]),
        ({"equals": 1.0}, 1.0, "accept", []),
        ({"equals": 1.0}, 0.5, "reject", ["refused"]),
        ({"at_least": 0.5}, 0.5, "accept", []),
        ({"at_least": 0.5}, 0.4, "reject", ["refused"]),
    ],
)
def test_lines_of_a_gate(lines, value, verdict, kind):
    """Past a reject line is refused, all accept lines met passes, between them is for a person."""
    gated = by_score(gates=(p.Gate(ref("g"), **lines),))
    decision = decided(gated, outcomes({"a": {"g": value, "s": 0.5}}))
    assert decision.verdicts["a"] == verdict
    assert kinds(decision, "a") == kind


def test_a_refusal_says_value_bound_and_margin():
    """The reason carries the measure, its value, the line and by how much it was missed."""
    gated = by_score(gates=(p.Gate(ref("g"), reject_above=0.5),))
    (reason,) = decided(gated, outcomes({"a": {"g": 0.75, "s": 1.0}})).reasons["a"]
    assert (reason.instance, reason.output) == ("g", "value")
    assert (reason.value, reason.bound, reason.margin) == (0.75, 0.5, -0.25)
    assert str(reason) == "g.value is 0.75, above 0.5"


@pytest.mark.parametrize(
    ("expect", "verdict"), [({"faces": 2.0}, "accept"), ({"faces": 1.0}, "reject"), ({}, "review")]
)
def test_expectation(expect, verdict):
    """`equals: expect.faces` holds the request's own number; without one a person looks."""
    gated = by_score(gates=(p.Gate(ref("g"), equals="faces"),))
    given = outcomes({"a": {"g": 2.0, "s": 0.5}}, expect=expect)
    assert decided(gated, given).verdicts["a"] == verdict


@pytest.mark.parametrize(
    ("outcome", "rest", "verdict", "kind"),
    [
        (Failure("broken"), {}, "review", ["failure"]),
        (Failure("broken"), {"on_failure": "reject"}, "reject", ["failure"]),
        (NotApplicable("no hands"), {}, "accept", []),
        (NotApplicable("no hands"), {"if_absent": "review"}, "review", ["band"]),
        (NotApplicable("no hands"), {"if_absent": "reject"}, "reject", ["refused"]),
    ],
)
def test_gate_on_what_is_no_number(outcome, rest, verdict, kind):
    """A failure is doubtful, or refused where the policy says so; absence passes unless told."""
    gated = by_score(gates=(p.Gate(ref("g"), reject_above=0.5, **rest),))
    decision = decided(gated, outcomes({"a": {"g": outcome, "s": 0.5}}))
    assert decision.verdicts["a"] == verdict
    assert kinds(decision, "a") == kind


def test_earlier_kinds_are_asked_first_and_the_refused_never():
    """Filters come before detectors; whoever a filter refuses is asked for nothing more."""
    made = [worlds.instance("f", "filter"), worlds.instance("d", "detector")]
    gates = (p.Gate(ref("d"), reject_below=0.5), p.Gate(ref("f"), reject_below=0.5))
    a_plan = by_score(gates=gates, instances=made)
    rows: dict = {"a": {}, "b": {}}
    by_hash = sorted((worlds.candidate(name) for name in rows), key=lambda one: one.content_hash)
    first, second = (one.id for one in by_hash)
    asks = Ask("f", (first,)), Ask("f", (second,))
    assert decide(a_plan, outcomes(rows)) == Undecided(asks)
    rows = {"a": {"f": 0.0}, "b": {"f": 1.0}}
    assert decide(a_plan, outcomes(rows)) == Undecided((Ask("d", ("b",)),))
    rows["b"]["d"] = 1.0
    assert decide(a_plan, outcomes(rows)) == Undecided((Ask("s", ("b",)),))


def test_cheaper_measures_of_a_kind_are_asked_first():
    """Among measures of one kind the cheapest is asked first, unless another order is given."""
    made = [worlds.instance("f1", "filter", cost=2.0), worlds.instance("f2", "filter", cost=1.0)]
    gates = tuple(p.Gate(ref(name), reject_below=0.5) for name in ("f1", "f2"))
    a_plan = by_score(gates=gates, instances=made)
    assert decide(a_plan, outcomes({"a": {}})) == Undecided((Ask("f2", ("a",)),))
    assert decide(a_plan, outcomes({"a": {"f2": 1.0}})) == Undecided((Ask("f1", ("a",)),))
    given = decide(a_plan, outcomes({"a": {}}), ("f1", "f2", "s"))
    assert given == Undecided((Ask("f1", ("a",)),))


def test_expectations_are_filled_in():
    """What the request says is a number; what it leaves unsaid is no bound, and told."""
    faces = p.Gate(ref("faces"), equals="faces", at_least="some")
    whole, unsaid = filled(faces, {"faces": 2.0, "some": 1.0})
    assert (whole.equals, whole.at_least, unsaid) == (2.0, 1.0, False)
    half, unsaid = filled(faces, {"faces": 2.0})
    assert (half.equals, half.at_least, unsaid) == (2.0, None, True)
    plain = p.Gate(ref("faces"), equals=0.0)
    assert filled(plain, {}) == (plain, False)


@pytest.mark.parametrize("order", [("x", "y"), ("y", "x")])
def test_what_refuses_is_told_alike_whatever_was_learned_first(order):
    """A failure that was learned after the one that refuses stands beside it all the same."""
    terms = (
        p.Term(ref("x"), 0.5, worlds.UP, on_failure="reject"),
        p.Term(ref("y"), 0.5, worlds.UP),
    )
    a_plan = worlds.plan(p.WeightedSum(terms))
    known = outcomes({"a": {}})
    contest = Contest(a_plan, known)
    for name in order:
        known.table["a"][f"{name}.value"] = Failure(f"{name} broke")
        contest.learn(name, ["a"])
    assert [why.note for why in contest.rows["a"].refusals] == ["x broke", "y broke"]
