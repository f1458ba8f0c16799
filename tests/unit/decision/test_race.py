"""Who can still win, and what is asked of whom: best first, and of nobody in vain."""

from dataclasses import replace

from selector.decision.decide import decide
from selector.decision.walk import MOST
from selector.policy import plan as p
from selector.types import Undecided
from worlds import UP, decided, kinds, outcomes, plan, ref


def asked(a_plan: p.Plan, rows: dict) -> list[tuple]:
    """Return the asks: of what, what can be reached at most, and of whom."""
    found = decide(a_plan, outcomes(rows))
    assert isinstance(found, Undecided), found
    return [(ask.instance, ask.at_most, *ask.candidates) for ask in found.asks]


def test_asks_go_to_who_can_still_win_best_first():
    """The best that each can be ranks the asks and is told; behind enough good ones nobody is."""
    terms = (p.Term(ref("s"), 0.5, UP), p.Term(ref("t"), 0.5, UP))
    rows: dict = {"a": {"s": 0.0}, "b": {"s": 0.75}, "c": {"s": 1.0}, "d": {"s": 0.5, "t": 0.75}}
    one = plan(p.WeightedSum(terms))
    assert asked(one, rows) == [("t", 1.0, "c"), ("t", 0.875, "b")]
    assert asked(replace(one, deliver=2), rows) == [
        ("t", 1.0, "c"), ("t", 0.875, "b"), ("t", 0.5, "a"),
    ]  # fmt: skip
    rows["b"]["t"] = 0.5  # it and d are as good
    assert asked(replace(one, deliver=2), rows) == [("t", 1.0, "c")]


def test_constraints_are_asked_in_rank_order_of_one_at_a_time():
    """A dear bound is asked of the current best first; the first that meets it ends the walk."""
    a_plan = plan(
        p.Constrained((p.Term(ref("s"), 1.0, UP),), (p.Gate(ref("dear"), reject_below=0.5),))
    )
    rows: dict = {"a": {"s": 1.0}, "b": {"s": 0.75}, "c": {"s": 0.5}}
    assert asked(a_plan, rows) == [("dear", 1.0, "a"), ("dear", 0.75, "b"), ("dear", 0.5, "c")]
    rows["a"]["dear"] = 0.0
    assert asked(a_plan, rows) == [("dear", 0.75, "b"), ("dear", 0.5, "c")]
    rows["b"]["dear"] = 1.0
    decision = decided(a_plan, outcomes(rows))
    assert decision.verdicts == {"a": "reject", "b": "accept", "c": "reject"}
    assert [kinds(decision, name) for name in "abc"] == [["infeasible"], [], ["outranked"]]


def test_who_is_rejected_already_is_asked_for_nothing():
    """Infeasible or under the cut, whatever else is unknown; those behind them are told instead."""
    terms = (p.Term(ref("s"), 0.5, UP), p.Term(ref("t"), 0.5, UP))
    bound = p.Gate(ref("bound"), reject_below=0.5)
    cut = p.Cut("quality", reject_below=0.6)
    rows: dict = {
        "a": {"s": 1.0, "bound": 1.0},
        "infeasible": {"s": 0.75, "bound": 0.0},
        "b": {"s": 0.5, "bound": 1.0},
        "under": {"s": 0.0, "bound": 1.0},
    }
    found = asked(plan(p.Constrained(terms, (bound,)), cut=cut), rows)
    assert found == [("t", 1.0, "a"), ("t", 0.75, "b")]


def test_who_is_doubtful_fills_no_place():
    """Behind one whom a person has to look at, others are still wanted; behind a clear one, none."""
    terms = (p.Term(ref("s"), 0.5, UP), p.Term(ref("t"), 0.5, UP))
    a_plan = plan(p.WeightedSum(terms), gates=(p.Gate(ref("g"), accept_above=0.5),))
    rows: dict = {
        "a": {"g": 1.0, "s": 1.0},
        "doubtful": {"g": 0.0, "s": 0.75, "t": 1.0},
        "b": {"g": 1.0, "s": 0.5},
        "clear": {"g": 1.0, "s": 0.25, "t": 1.0},
        "c": {"g": 1.0, "s": 0.0},
    }
    assert asked(a_plan, rows) == [("t", 1.0, "a"), ("t", 0.75, "b")]


def test_of_very_many_rivals_the_best_are_told():
    """No more than can matter to one round; the first is who would be asked alone."""
    rows: dict = {f"c{at}": {"s": at / 1000} for at in range(2 * MOST)}
    terms = (p.Term(ref("s"), 0.5, UP), p.Term(ref("t"), 0.5, UP))
    found = asked(plan(p.WeightedSum(terms)), rows)
    assert [name for *_, name in found] == [f"c{2 * MOST - 1 - at}" for at in range(MOST)]
