"""A segment's lines stand in for the plan's own; lines that cross are found."""

from selector.policy import plan as p
from selector.policy.lines import crossing, with_lines
from worlds import UP, plan, ref

GATE = p.Gate(ref("g"), reject_above=0.9, accept_below=0.5)
BOUND = p.Gate(ref("b"), reject_below=0.1, accept_above=0.5)
TERMS = (p.Term(ref("s"), 1.0, UP),)
PLAN = plan(p.Constrained(TERMS, (BOUND,)), gates=(GATE, GATE), cut=p.Cut("quality", 0.2, 0.6))


def test_just_the_named_lines_move():
    """Gates and constraints by their places, the cut by its name."""
    lines = (
        p.Line("g", "accept_below", 0.25, (1,)),
        p.Line("b", "accept_above", 0.75, (2,)),
        p.Line("cut", "accept_above", 0.8),
    )
    moved = with_lines(PLAN, lines)
    assert [gate.accept_below for gate in moved.gates] == [0.5, 0.25]
    assert moved.constraints[0] == p.Gate(ref("b"), reject_below=0.1, accept_above=0.75)
    assert moved.cut == p.Cut("quality", 0.2, 0.8)
    assert with_lines(PLAN, ()) is PLAN


def test_a_plan_without_a_cut_gets_none():
    """A segment's line on what waits as a whole moves nothing."""
    bare = plan(p.WeightedSum(TERMS))
    assert with_lines(bare, (p.Line("cut", "accept_above", 0.8),)).cut is None


def test_lines_that_cross_are_told_each():
    """Of gates, constraints and the cut; equal ones do not cross."""
    assert list(crossing(PLAN)) == []
    level = plan(p.WeightedSum(TERMS), gates=(p.Gate(ref("g"), 0.5, accept_above=0.5),))
    assert list(crossing(level)) == []
    lines = (
        p.Line("g", "accept_below", 0.95, (0,)),
        p.Line("b", "accept_above", 0.05, (2,)),
        p.Line("cut", "accept_above", 0.1),
    )
    assert list(crossing(with_lines(PLAN, lines))) == [
        "g.value: lines cross, accept_below 0.95 is over reject_above 0.9",
        "b.value: lines cross, reject_below 0.1 is over accept_above 0.05",
        "cut: lines cross, reject_below 0.2 is over accept_above 0.1",
    ]


def test_a_line_is_called_what_it_waits_as():
    """The words of a segment's line are those of the plan's that waits."""
    assert p.Line("injury", "accept_below", 0.1).words == "accept_below of injury"
    assert p.Line("cut", "accept_above", 0.1).words == "cut.accept_above"
