"""Which numbers of a candidate stay in sight, and which are folded."""

from dataclasses import replace

from selector.policy import plan as p
from selector.report.pictures import Room
from selector.report.readings import FEW, Readings, readings
from selector.report.sheet import sheet
from selector.types import Selection
from worlds import UP, decided, outcomes, plan, ref

BAND = {"reject_below": 0.2, "accept_above": 0.5}
FINE, DOUBTFUL, REFUSED = 0.9, 0.3, 0.1


def read(values: dict[str, float], **rest) -> Readings:
    """Return the readings of one candidate, all of whose numbers but "s" have a band."""
    gates = tuple(p.Gate(ref(name), **BAND) for name in values if name != "s")
    a_plan = plan(p.WeightedSum((p.Term(ref("s"), 1.0, UP),)), gates=gates, **rest)
    return shown(a_plan, {"s": FINE} | values)


def shown(a_plan: p.Plan, values: dict[str, float]) -> Readings:
    given = outcomes({"c": values})
    selection = Selection(
        "id", "now", "p", "t@1", "h", given.candidates, given.table, decided(a_plan, given),
        plan=a_plan,
    )  # fmt: skip
    (one,) = selection.candidates
    return readings(one, sheet(selection, Room(9, 9)), "0.900")


def names(found):
    return [one.bar.name.removesuffix(".value") for one in found]


def judged(found):
    return {name: one.judged for name, one in zip(names(found), found, strict=True)}


def test_what_does_not_meet_its_bounds_comes_first():
    """What is refused before what is in doubt, then the rest in the policy's order."""
    found = read({"a": FINE, "b": DOUBTFUL, "c": REFUSED, "d": FINE})
    assert names(found.shown) == ["c", "b", "a", "d", "s"]
    assert found.folded == ()


def test_a_doubt_beside_a_refusal_is_told_too():
    """A verdict names its own grounds only: what else misses its bounds is not called met."""
    found = read({"a": REFUSED, "b": DOUBTFUL})
    assert judged(found.shown[:2]) == {"a": "refused", "b": "review"}


def test_a_constraint_that_nobody_asked_about_is_told_too():
    """The walk ends before whoever is not needed; the number is past its bound all the same."""
    bound = p.Gate(ref("b"), **BAND)
    method = p.Constrained((p.Term(ref("s"), 1.0, UP),), (bound,))
    assert judged(shown(plan(method), {"s": FINE, "b": REFUSED}).shown)["b"] == "refused"


def test_a_quality_below_its_cut_is_in_sight():
    """It is no gate's, and is judged by the verdict."""
    found = read({"s": REFUSED}, cut=p.Cut("quality", 0.3, 0.6))
    assert judged(found.shown)["quality"] == "refused"


def test_many_that_meet_their_bounds_are_folded():
    """They are counted; what misses its bounds, and what decides the rank, never is."""
    many = {f"g{at}": FINE for at in range(FEW)}
    found = read(many | {"open": DOUBTFUL, "unsure": DOUBTFUL})
    assert names(found.shown) == ["open", "unsure", "quality", "s"]
    assert names(found.folded) == list(many)
    assert found.summary == f"{FEW} numbers within their bounds"


def test_few_are_not_folded():
    """So many that meet their bounds stay in sight, whatever there is besides; one more do not."""
    ranks = ["quality", "s"]
    many = {f"g{at}": FINE for at in range(FEW - len(ranks))}
    assert read(many | {"open": DOUBTFUL}).folded == ()
    assert names(read(many | {"more": FINE}).folded) == [*many, "more"]


def test_without_a_plan_no_bounds_are_claimed():
    """Numbers that were read from a file are only counted."""
    given = outcomes({"c": {f"m{at}": REFUSED for at in range(FEW + 1)}})
    decision = decided(plan(p.WeightedSum((p.Term(ref("m0"), 1.0, UP),))), given)
    selection = Selection("id", "now", "p", "t@1", "h", given.candidates, given.table, decision)
    (one,) = selection.candidates
    found = readings(one, sheet(selection, Room(9, 9)), "")
    assert found.summary == f"{FEW + 1} numbers"
    assert [each.value for each in found.folded] == ["0.1"] * (FEW + 1)


def test_one_number_is_said_in_the_singular():
    """Of seven that are folded one may have bounds."""
    found = read({f"g{at}": FINE for at in range(FEW)})
    alone = replace(found, folded=tuple(o for o in found.folded if o.bar.name == "g0.value"))
    assert alone.summary == "1 number within its bounds"
