"""Quality is a least where something that it is made of failed."""

from selector.decision.composite import is_a_least
from selector.policy import plan as p
from selector.types import Failure, NotApplicable, Score
from worlds import UP, by_score, plan, ref


def test_a_failed_term_makes_quality_a_least():
    """A failed or absent term counts at its worst; one that has its if_absent is a number."""
    assert is_a_least(by_score(), {"s.value": Failure("down")})
    assert is_a_least(by_score(), {"s.value": NotApplicable("nothing")})
    assert not is_a_least(by_score(), {"s.value": Score(0.5)})
    given = plan(p.WeightedSum((p.Term(ref("s"), 1.0, UP, if_absent=0.5),)))
    assert not is_a_least(given, {"s.value": NotApplicable("nothing")})


def test_other_failures_leave_quality_as_it_is():
    """What is no term is no part of it."""
    gated = by_score(gates=(p.Gate(ref("g"), reject_below=0.5),))
    assert not is_a_least(gated, {"s.value": Score(0.5), "g.value": Failure("down")})
