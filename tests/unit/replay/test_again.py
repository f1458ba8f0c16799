"""A recorded request under another plan: outcomes by fingerprint, and what is lacking."""

from dataclasses import replace

import pytest

import worlds
from selector.decision.decide import decide
from selector.journal.light import Found, Recorded
from selector.policy import plan as p
from selector.replay.again import Bench, Lacking
from selector.types import Decision, Failure, Outcomes, Score
from worlds import DOWN, UP, instance, ref

OLD = worlds.plan(
    p.WeightedSum((p.Term(ref("s"), 1.0, UP),)), gates=(p.Gate(ref("g"), reject_below=0.5),)
)


def kept(*found: Found, plan: p.Plan = OLD, names: str = "abc") -> Recorded:
    """Return a request of which just these outcomes were recorded; what was decided is made up."""
    candidates = tuple(map(worlds.candidate, names))
    rejected = dict.fromkeys(names, "reject")
    decision = Decision((), rejected, dict.fromkeys(names, ()), {}, "empty", needs_person=False)
    return Recorded(
        1, "r", "now", "a prompt", "test@1", plan.hash, {}, candidates, found, decision,
        audited=False, disagreed=None,
    )  # fmt: skip


def found(candidate: str, name: str, value: float | Failure, *, after: bool = False) -> Found:
    """Return an outcome as an instance of this name recorded it."""
    outcome = value if isinstance(value, Failure) else Score(value)
    return Found(candidate, name, "value", f"print-{name}", outcome, after)


def known(**values: float) -> list[Found]:
    """Return what "s" found of each candidate, whom "g" lets pass."""
    return [
        one
        for name, value in values.items()
        for one in (found(name, "s", value), found(name, "g", 1.0))
    ]


def named(plan: p.Plan, **prints: str) -> p.Plan:
    """Return a plan whose instances have these fingerprints."""
    made = {
        name: replace(one, fingerprint=prints.get(name, one.fingerprint))
        for name, one in plan.instances.items()
    }
    return replace(plan, instances=made)


def test_outcomes_are_matched_by_fingerprint_never_by_name():
    """An instance of another name gets what its fingerprint found; of the same name, of another, not."""
    request = kept(*known(a=0.2, b=0.9))
    other = worlds.plan(
        p.WeightedSum((p.Term(ref("beauty"), 1.0, UP),)), instances=[instance("beauty")]
    )
    same = Bench(named(other, beauty="print-s")).again(
        replace(request, candidates=request.candidates[:2])
    )
    assert isinstance(same, Decision)
    assert same.ranking == ("b", "a")
    newer = Bench(named(OLD, s="print of a newer version")).again(request)
    assert isinstance(newer, Lacking)
    assert newer.least.keys() <= {"s", "g"}


def test_two_instances_of_one_fingerprint_both_get_it():
    """What one of twins found counts for the other too."""
    twins = worlds.plan(
        p.WeightedSum((p.Term(ref("t"), 1.0, UP),)), gates=(p.Gate(ref("u"), reject_below=0.5),)
    )
    decision = Bench(named(twins, t="print-s", u="print-s")).again(
        kept(found("a", "s", 0.9), found("b", "s", 0.1), names="ab")
    )
    assert isinstance(decision, Decision)
    assert (decision.verdicts["a"], decision.reasons["b"][0].kind) == ("accept", "refused")


@pytest.mark.parametrize("turned", [False, True])
def test_of_twins_that_differ_the_one_that_is_no_failure_counts(turned):
    """One of them came too late; in whatever order they were recorded, the number counts."""
    late = Found("a", "s2", "value", "print-s", Failure("deadline"), after=False)
    both = [late, found("a", "s", 0.9)]
    request = kept(*(reversed(both) if turned else both), found("a", "g", 1.0), names="a")
    decision = Bench(OLD).again(request)
    assert isinstance(decision, Decision)
    assert decision.quality == {"a": 0.9}


def test_another_plan_uses_what_an_audit_measured_its_own_does_not():
    """After the decision is after the decision: only under another plan does it count."""
    request = kept(
        *known(a=0.9, b=0.2), found("c", "g", 1.0, after=True), found("c", "s", 0.95, after=True)
    )
    assert isinstance(Bench(OLD).own(request), Lacking)
    whole = Bench(OLD).again(request)
    assert isinstance(whole, Decision)
    assert whole.ranking[0] == "c"


def test_expectations_of_the_request_count():
    """A gate on what the request expects is held against what it expected then."""
    plan = worlds.plan(
        p.WeightedSum((p.Term(ref("s"), 1.0, UP),)), gates=(p.Gate(ref("g"), equals="faces"),)
    )
    request = replace(kept(*known(a=0.9), names="a"), expect={"faces": 1.0})
    assert Bench(plan).again(request).verdicts["a"] == "accept"
    assert Bench(plan).again(replace(request, expect={"faces": 2.0})).verdicts["a"] == "reject"


def test_what_is_lacking_is_counted_by_measure():
    """At least the first ask; at most everything of those who stand; who is refused needs nothing."""
    request = kept(
        found("a", "g", 1.0), found("a", "s", 0.9), found("b", "g", 1.0), found("c", "g", 0.0)
    )
    lacking = Bench(OLD).again(request)
    assert lacking == Lacking(
        least={"s": 1},
        most={"s": 1},
        gone=frozenset("c"),
        open=frozenset("ab"),
        accepted=1,
    )
    more = Bench(replace(OLD, deliver=None)).again(kept(found("c", "g", 0.0)))
    assert isinstance(more, Lacking)
    assert more.most == {"g": 2, "s": 2}
    assert more.accepted == 2


def test_a_set_is_lacking_as_a_whole():
    """A new set, as another gate refuses others, would have to be measured on all of it."""
    near = p.Distinct(p.Ref("near", "nearest"), 3.0)
    plan = worlds.plan(
        p.WeightedSum((p.Term(ref("s"), 1.0, UP),)),
        instances=[instance("near", "filter", scope="set")],
        distinct=near,
        deliver=2,
    )
    lacking = Bench(plan).again(kept(*known(a=0.9, b=0.8, c=0.7)))
    assert isinstance(lacking, Lacking)
    assert lacking.least == lacking.most == {"near": 3}


@pytest.mark.parametrize("rest", [{"uncertified": ("cut.accept_above",)}, {}])
def test_what_nothing_can_be_accepted_by_is_known(rest):
    """Where a person decides everything, no open candidate can be accepted."""
    axes = (p.Criterion(ref("s"), UP), p.Criterion(ref("t"), DOWN))
    plan = worlds.plan(p.Pareto(axes), **rest)
    lacking = Bench(plan).again(kept(*known(a=0.9, b=0.8, c=0.7)))
    assert isinstance(lacking, Lacking)
    assert lacking.accepted == 0


def test_it_is_the_very_decision_function():
    """What replay decides is what `decide` decides on the same outcomes."""
    values = {"a": 0.2, "b": 0.9, "c": 0.9}
    rows = {name: {"s": value, "g": 1.0} for name, value in values.items()}
    made = worlds.outcomes(rows)
    assert Bench(OLD).again(kept(*known(**values))) == decide(
        OLD, Outcomes(made.candidates, made.table)
    )
