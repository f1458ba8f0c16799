"""The cascade: what is asked next, of whom, and what that saves."""

from dataclasses import replace

import worlds
from selector import cascade
from selector.policy import plan as p
from selector.types import Ask, Outcomes, Score, members_hash
from worlds import UP, ref


def world(plan: p.Plan, truth: dict[str, dict[str, float]], **rest) -> worlds.World:
    rows = {
        name: {f"{key}.value": Score(value) for key, value in row.items()}
        for name, row in truth.items()
    }
    places = dict.fromkeys(truth, 0)
    return worlds.World(plan, tuple(map(worlds.candidate, truth)), rows, places, **rest)


def test_refused_candidates_cost_nothing_further():
    """Whoever a cheap filter refuses is never shown to a dear scorer."""
    made = [worlds.instance("f", "filter")]
    plan = worlds.by_score(gates=(p.Gate(ref("f"), reject_below=0.5),), instances=made)
    one = world(plan, {"a": {"f": 1.0, "s": 0.5}, "b": {"f": 0.0, "s": 1.0}})
    found = one.resolve()
    assert one.asked == [Ask("f", ("a", "b")), Ask("s", ("a",))]
    assert found.decision.verdicts == {"a": "accept", "b": "reject"}
    assert "s.value" not in found.table["b"]


def test_within_a_kind_a_cheap_refusal_spares_the_dear_measure():
    """The cheap filter is asked of all, the dear one only of those whom it leaves."""
    made = [worlds.instance("dear", "filter", cost=9.0), worlds.instance("low", "filter", cost=0.1)]
    gates = (p.Gate(ref("dear"), reject_below=0.5), p.Gate(ref("low"), reject_below=0.5))
    plan = worlds.by_score(gates=gates, instances=made)
    one = world(plan, {"a": {"dear": 1, "low": 1, "s": 1}, "b": {"dear": 1, "low": 0, "s": 1}})
    one.resolve()
    assert one.asked[:2] == [Ask("low", ("a", "b")), Ask("dear", ("a",))]


def test_exhaustive_mode_measures_everything_on_everyone_readable():
    """Every instance is asked once of every candidate that can be read, copies left out."""
    made = [worlds.instance("f", "filter")]
    plan = worlds.by_score(gates=(p.Gate(ref("f"), reject_below=0.5),), instances=made)
    plan = replace(plan, mode="exhaustive")
    one = world(plan, {"a": {"f": 1.0, "s": 0.5}, "b": {"f": 0.0, "s": 1.0}})
    table = one.resolve().table
    assert set(table["b"]) == {"f.value", "s.value"}
    assert len(one.asked) == 2


def test_equal_fingerprints_are_measured_once():
    """Two instances that give the same numbers share one measurement."""
    twin = replace(worlds.instance("t"), fingerprint=worlds.instance("s").fingerprint)
    terms = (p.Term(ref("s"), 0.5, UP), p.Term(ref("t"), 0.5, UP))
    plan = worlds.plan(p.WeightedSum(terms), instances=[twin])
    one = world(plan, {"a": {"s": 0.5, "t": 0.5}})
    table = one.resolve().table
    assert len(one.asked) == 1
    assert table["a"]["t.value"] == table["a"]["s.value"] == Score(0.5)


def test_evidence_is_measured_before_who_needs_it():
    """An instance that needs another's evidence waits for it, and it is measured once."""
    judge = replace(worlds.instance("judge"), needs=("evidence of hands",))
    hands = worlds.instance("hands", "detector")
    terms = (p.Term(ref("judge"), 1.0, UP),)
    plan = worlds.plan(p.WeightedSum(terms), instances=[judge, hands])
    one = world(plan, {"a": {"judge": 0.5, "hands": 1.0}, "b": {"judge": 0.1, "hands": 0.0}})
    one.resolve()
    assert [ask.instance for ask in one.asked] == ["hands", "judge"]


def test_what_is_known_already_is_not_measured_again():
    """Outcomes that come with the request are used."""
    one = world(worlds.by_score(), {"a": {"s": 0.5}, "b": {"s": 0.1}})
    known = Outcomes(one.candidates, {"a": {"s.value": Score(0.9)}})
    decision = cascade.resolve(one.plan, known, one.measure).decision
    assert one.asked == [Ask("s", ("b",))]
    assert decision.quality["a"] == 0.9


def test_sets_are_stamped_with_their_members():
    """An outcome of a set names the set that it was measured over."""
    near = worlds.instance("near", "filter", scope="set")
    gate = p.Gate(p.Ref("near", "nearest"), reject_below=0.0)
    plan = worlds.by_score(gates=(gate,), instances=[near])
    one = world(plan, {"a": {"s": 0.5}, "b": {"s": 0.1}})
    table = one.resolve().table
    name = members_hash(each.content_hash for each in one.candidates)
    assert {table[one_]["near.nearest"].members for one_ in "ab"} == {name}
