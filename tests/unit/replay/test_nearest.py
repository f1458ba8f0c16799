"""What would turn a verdict: true at the number that is told, and not just before it."""

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest

import again
import worlds
from selector.policy import plan as p
from selector.replay.again import Lacking
from selector.replay.nearest import Nearest, nearest
from selector.replay.single import short
from selector.replay.what_if import WhatIf
from selector.types import Failure, NotApplicable, Output, Score
from worlds import DOWN, UP, World, candidate, ref

GATE = p.Gate(ref("g"), reject_above=0.31)
SUM = p.WeightedSum((p.Term(ref("s"), 0.75, UP), p.Term(ref("t"), 0.25, DOWN)))


def of(plan: p.Plan, rows: Mapping[str, Mapping], name: str = "a", **rest) -> Nearest:
    """Return what would turn the verdict of *name*, and check that it does."""
    made = worlds.outcomes(rows, **rest)
    table = {one: dict(row) for one, row in made.table.items()}
    what = WhatIf(plan, name, made.candidates, table, made.expect)
    found = nearest(what)
    before = what.state()
    if found.turn:
        assert what.state(found.turn.at) == found.turn.verdict != before
        for key in found.turn.at:  # each is needed
            fewer = {one: value for one, value in found.turn.at.items() if one != key}
            assert what.state(fewer) != found.turn.verdict or "quality" in _keys(found)
    if found.untold:
        assert isinstance(what.state(found.untold.at), Lacking)
    return found


def _keys(found: Nearest) -> list[str]:
    return [one.key for one in found.turn.changes] if found.turn else []


def the(found: Nearest) -> tuple[str, float | None, str, float, str | None]:
    """Return the one change that turns it."""
    (change,) = found.turn.changes
    return change.key, change.was, change.how, change.about, found.turn.verdict


def test_a_gate_that_refuses_is_met_at_its_line():
    """At most the line; the value that it was is told."""
    plan = worlds.plan(p.WeightedSum((p.Term(ref("s"), 1.0, UP),)), gates=(GATE,))
    found = of(plan, {"a": {"g": 0.34, "s": 0.5}})
    assert the(found) == ("g.value", 0.34, "at most", 0.31, "accept")
    assert found.turn.changes[0].value == 0.31


def test_who_is_accepted_loses_it_just_beyond_the_line():
    """Above the line, which itself is still good."""
    plan = worlds.plan(p.WeightedSum((p.Term(ref("s"), 1.0, UP),)), gates=(GATE,))
    assert the(of(plan, {"a": {"g": 0.3, "s": 0.5}})) == ("g.value", 0.3, "above", 0.31, "reject")


def test_the_nearest_is_nearest_in_usual_spans():
    """A number of a wide range may move further than one of a narrow range."""
    wide = replace(
        worlds.instance("w"), outputs={"value": Output("px", 0, None, None, usual=(0, 1000))}
    )
    plan = worlds.plan(
        p.WeightedSum((p.Term(ref("s"), 1.0, UP),)),
        gates=(GATE, p.Gate(ref("w"), reject_below=500)),
        instances=[wide],
    )
    assert the(of(plan, {"a": {"g": 0.21, "w": 520, "s": 0.5}}))[0] == "w.value"
    assert the(of(plan, {"a": {"g": 0.30, "w": 520, "s": 0.5}}))[0] == "g.value"


def test_an_outranked_one_needs_the_quality_of_the_last_that_was_taken():
    """One term alone, if that does; and the quality, however it comes about."""
    found = of(worlds.plan(SUM), {"a": {"s": 0.5, "t": 0.5}, "b": {"s": 0.6, "t": 0.4}})
    key, was, how, about, verdict = the(found)
    assert (key, was, how, verdict) == ("t.value", 0.5, "at most", "accept") or (
        key, was, how, verdict,
    ) == ("s.value", 0.5, "at least", "accept")  # fmt: skip
    assert found.quality.was == pytest.approx(0.5)
    assert found.quality.value == pytest.approx(0.6, abs=1e-9)
    assert found.quality.value >= 0.6 - 1e-12
    assert about in {0.633, 0.634, 0.1, 0.0999}


def test_gates_that_both_refuse_are_met_together():
    """The smallest set that does: both gates, and nothing that is fine already."""
    gates = (GATE, p.Gate(ref("h"), reject_below=0.5), p.Gate(ref("i"), reject_below=0.1))
    plan = worlds.plan(p.WeightedSum((p.Term(ref("s"), 1.0, UP),)), gates=gates)
    found = of(plan, {"a": {"g": 0.9, "h": 0.2, "i": 0.5, "s": 0.5}})
    said = {(one.key, one.how, one.about) for one in found.turn.changes}
    assert said == {("g.value", "at most", 0.31), ("h.value", "at least", 0.5)}


def test_a_gate_and_the_quality_together():
    """Refused, and behind another: the line is met and the quality reached."""
    plan = worlds.plan(SUM, gates=(GATE,))
    rows = {"a": {"g": 0.9, "s": 0.2, "t": 0.9}, "b": {"g": 0.1, "s": 0.9, "t": 0.1}}
    found = of(plan, rows)
    assert [one.key for one in found.turn.changes] == ["g.value", "quality"]
    assert found.turn.changes[1].value == pytest.approx(0.9, abs=1e-6)
    assert found.quality is None


def test_the_cut_is_reached():
    """Below the cut: the quality of its accept line."""
    plan = worlds.by_score(cut=p.Cut("quality", 0.3, 0.6))
    assert the(of(plan, {"a": {"s": 0.25}})) == ("s.value", 0.25, "at least", 0.6, "accept")


def test_whole_numbers_stay_whole():
    """A count is told as the next count, never as a fraction."""
    count = replace(
        worlds.instance("n"), outputs={"value": Output("people", 0, None, None, whole=True)}
    )
    score = p.WeightedSum((p.Term(ref("s"), 1.0, UP),))
    exactly = worlds.plan(score, gates=(p.Gate(ref("n"), equals="faces"),), instances=[count])
    few = worlds.plan(score, gates=(p.Gate(ref("n"), reject_above=2.5),), instances=[count])
    expect = {"expect": {"faces": 2.0}}
    assert the(of(exactly, {"a": {"n": 5, "s": 0.5}}, **expect)) == (
        "n.value", 5, "exactly", 2, "accept",
    )  # fmt: skip
    assert the(of(exactly, {"a": {"n": 2, "s": 0.5}}, **expect))[2:] in {
        ("at least", 3, "reject"), ("at most", 1, "reject"),
    }  # fmt: skip
    assert the(of(few, {"a": {"n": 5, "s": 0.5}})) == ("n.value", 5, "at most", 2, "accept")


def test_what_was_not_measured_can_not_be_told():
    """The gate met, more would have to be measured: how much, of what."""
    plan = worlds.plan(p.WeightedSum((p.Term(ref("s"), 1.0, UP),)), gates=(GATE,))
    found = of(plan, {"a": {"g": 0.34}, "b": {"g": 0.1, "s": 0.5}})
    assert found.turn is None
    assert (found.untold.verdict, found.untold.calls) == (None, {"s": 1})
    assert found.untold.changes[0].about == 0.31


@pytest.mark.parametrize("value", [Failure("broken"), NotApplicable("nothing there")])
def test_what_is_no_number_turns_nothing(value):
    """Where the only thing in the way was never a number, none is made up."""
    gate = replace(GATE, on_failure="reject", if_absent="reject")
    plan = worlds.plan(p.WeightedSum((p.Term(ref("s"), 1.0, UP),)), gates=(gate,))
    assert of(plan, {"a": {"g": value, "s": 0.5}}) == Nearest(None, None)


def test_a_copy_and_an_unread_picture_have_nothing_to_turn():
    """No number of theirs changes it."""
    made = (candidate("a", "same"), candidate("b", "same"), candidate("c", error="torn"))
    rows = {"a": {"s": 0.5}, "b": {"s": 0.5}, "c": {}}
    for name in "bc":
        assert of(worlds.by_score(), rows, name, candidates=made) == Nearest(None, None)


def test_where_nothing_is_accepted_a_person_is_the_goal():
    """Of a policy that waits for a calibration: what would bring it before a person."""
    plan = worlds.plan(
        p.WeightedSum((p.Term(ref("s"), 1.0, UP),)), gates=(GATE,), uncertified=("line",)
    )
    assert the(of(plan, {"a": {"g": 0.34, "s": 0.5}}))[-1] == "review"


def test_a_doubtful_one_meets_its_accept_line():
    """In the band of a gate: the line from which on it is accepted."""
    gate = p.Gate(ref("g"), reject_above=0.5, accept_below=0.1)
    plan = worlds.plan(p.WeightedSum((p.Term(ref("s"), 1.0, UP),)), gates=(gate,))
    assert the(of(plan, {"a": {"g": 0.3, "s": 0.5}})) == ("g.value", 0.3, "at most", 0.1, "accept")


def test_a_criterion_must_come_near_enough():
    """In an order of steps: as near to the best as the first step can't tell apart."""
    steps = (p.Criterion(ref("s"), UP, 0.1), p.Criterion(ref("t"), UP))
    rows = {"a": {"s": 0.5, "t": 0.9}, "b": {"s": 0.8, "t": 0.1}}
    key, was, how, about, verdict = the(of(worlds.plan(p.Lexicographic(steps)), rows))
    assert (key, was, how, verdict) == ("s.value", 0.5, "at least", "accept")
    assert about == pytest.approx(0.7, abs=0.01)


def test_a_double_must_be_further_away():
    """Its distance from whom it doubles, as the measure of the set left it."""
    near = p.Distinct(p.Ref("near", "nearest"), 3.0)
    plan = worlds.plan(
        p.WeightedSum((p.Term(ref("s"), 1.0, UP),)),
        instances=[worlds.instance("near", "filter", scope="set")],
        distinct=near,
        deliver=2,
    )
    made = {name: candidate(name) for name in "ab"}
    members = worlds.members_of(made.values())
    table = {
        name: {
            "s.value": Score(value),
            "near.nearest": Score(2.0, {"distances": distances}, members),
        }
        for name, value, distances in (("a", 0.5, [0, 2]), ("b", 0.9, [2, 0]))
    }
    ordered = sorted(made.values(), key=lambda one: one.content_hash)
    for row, one in ((table["a"], "a"), (table["b"], "b")):
        far = [0 if each.id == one else 2 for each in ordered]
        row["near.nearest"] = Score(2.0, {"distances": far}, members)
    what = WhatIf(plan, "a", tuple(made.values()), table)
    assert what.state() == "reject"
    (change,) = nearest(what).turn.changes
    assert (change.key, change.was, change.how, change.about) == ("near.nearest", 2.0, "above", 3.0)


def test_short_numbers_lie_on_the_side_where_it_holds():
    """Rounded up or down, tried, and with more digits where fewer do not do."""
    assert short(0.618033, lambda one: one >= 0.618033, up=True) == 0.619
    assert short(0.618033, lambda one: one <= 0.618033, up=False) == 0.618
    assert short(0.31, lambda one: one <= 0.31, up=False) == 0.31
    assert short(1234.5678, lambda one: 1234.5678 <= one < 1235, up=True) == 1234.6


def test_what_an_audit_measured_helps_to_tell():
    """Known now, though the decision did not know it: it is told instead of left open."""
    plan = worlds.plan(p.WeightedSum((p.Term(ref("s"), 1.0, UP),)), gates=(GATE,), parallelism=1)
    given = worlds.outcomes({"a": {"g": 0.34, "s": 0.9}, "b": {"g": 0.1, "s": 0.5}})
    world = World(plan, given.candidates, {n: dict(r) for n, r in given.table.items()}, {})
    for audited in (False, True):
        selection = again.selection(world, audited=audited)
        found = nearest(WhatIf.of(plan, selection, "a"))
        assert bool(found.turn) == (audited or "s.value" in _known(selection))


def _known(selection) -> list[str]:
    return [key for key, one in selection.outcomes["a"].items() if isinstance(one, Score)]


def test_a_bound_on_a_term_is_told_beside_the_quality():
    """What quality is needed may come from another term: the missed bound has to be met too."""
    plan = worlds.plan(
        p.WeightedSum((p.Term(ref("x"), 0.1, UP), p.Term(ref("y"), 0.9, UP))),
        gates=(p.Gate(ref("x"), accept_above=0.6),),
    )
    found = of(plan, {"w": {"x": 0.7, "y": 0.5}, "c": {"x": 0.5, "y": 0.2}}, name="c")
    assert {one.key for one in found.turn.changes} == {"x.value", "quality"}
    bound = next(one for one in found.turn.changes if one.key == "x.value")
    assert (bound.how, bound.value) == ("at least", 0.6)


def test_quality_alone_is_nothing_under_pareto():
    """There dominance goes before it: no quality, however it comes about, is told to do."""
    axes = tuple(p.Criterion(ref(name), UP) for name in "xy")
    pick = tuple(p.Term(ref(name), 0.5, UP) for name in "xz")
    plan = worlds.plan(p.Pareto(axes, pick), instances=[worlds.instance("z")])
    rows = {"w": {"x": 0.8, "y": 0.5, "z": 0.5}, "c": {"x": 0.6, "y": 0.4, "z": 0.5}}
    assert of(plan, rows, name="c").quality is None


def test_a_bound_on_the_other_side_of_a_term_is_kept_to():
    """Where the best value of a term is refused, the quality comes from as much as is allowed."""
    plan = worlds.plan(
        p.WeightedSum((p.Term(ref("x"), 0.5, UP), p.Term(ref("y"), 0.5, UP))),
        gates=(p.Gate(ref("x"), reject_above=0.9),),
    )
    found = of(plan, {"w": {"x": 0.9, "y": 0.95}, "c": {"x": 0.5, "y": 0.2}}, name="c")
    assert found.quality is not None


def likely(*names: str, **rest) -> p.Plan:
    """Return a plan that ranks by "s" and accepts from a probability of 0.8 on, by these."""
    terms = tuple(p.Term(ref(name), 1.0, UP) for name in names)
    of = p.Probability((p.Factor(terms, ((0.0, 0.0), (1.0, 1.0))),))
    return worlds.plan(
        p.WeightedSum((p.Term(ref("s"), 1.0, UP),)),
        instances=[worlds.instance(name) for name in names],
        cut=p.Cut("probability", 0.4, 0.8),
        probability=of,
        **rest,
    )


def test_a_number_that_makes_it_probable_enough_is_told():
    """Of a rejected one how high it would have to be, of an accepted one how low."""
    found = of(likely("d"), {"a": {"s": 0.5, "d": 0.3}})
    assert the(found) == ("d.value", 0.3, "at least", 0.8, "accept")
    lost = of(likely("d"), {"a": {"s": 0.5, "d": 0.9}})
    assert the(lost) == ("d.value", 0.9, "at most", 0.799, "review")
    assert math.nextafter(lost.turn.changes[0].value, 1) == 0.8


def test_where_one_number_is_not_enough_the_probability_is_told():
    """However it comes about; the walk reached it, so its rank is good enough."""
    found = of(likely("d", "e"), {"a": {"s": 0.5, "d": 0.5, "e": 0.5}})
    assert the(found) == ("probability", 0.5, "at least", 0.8, "accept")
    assert found.quality is not None
    assert found.quality.key == "probability"


def test_an_outranked_one_needs_quality_too():
    """Both are told, where what makes it probable also ranks."""
    plan = likely("s", "d", "e", deliver=1)
    rows = {"w": {"s": 0.9, "d": 0.9, "e": 0.9}, "c": {"s": 0.6, "d": 0.2, "e": 0.2}}
    found = of(plan, rows, name="c")
    assert [one.key for one in found.turn.changes] == ["quality", "probability"]
    assert found.quality is None


def test_what_ranks_elsewhere_can_not_make_up_for_a_rank():
    """No probability lifts one over another that ranks before it and is accepted."""
    rows = {"w": {"s": 0.9, "d": 0.9}, "c": {"s": 0.6, "d": 0.9}}
    assert the(of(likely("d"), rows, name="c"))[0] == "s.value"
    rows["w"]["e"], rows["c"]["e"] = 0.9, 0.1  # in doubt now, however high it ranks
    assert of(likely("d", "e"), rows, name="c").turn.verdict == "review"


def test_the_lines_of_its_segment_are_those_that_count():
    """A request of a segment is told the line that held for it."""
    plan = worlds.plan(
        p.WeightedSum((p.Term(ref("s"), 1.0, UP),)),
        gates=(p.Gate(ref("g"), accept_above=0.9),),
        certified=p.Certified(1, 9, segments={"food": (p.Line("g", "accept_above", 0.6, (0,)),)}),
    )
    named = (replace(candidate("a"), metadata={"segment": "food"}),)
    found = of(plan, {"a": {"s": 0.5, "g": 0.5}}, candidates=named)
    assert the(found) == ("g.value", 0.5, "at least", 0.6, "accept")
