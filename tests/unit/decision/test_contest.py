"""A request while it is measured: what settles a set, and what is asked next."""

import worlds
from selector.decision.contest import Contest
from selector.decision.decide import decide, decided
from selector.policy import plan as p
from selector.types import Ask, Decision, Outcomes, Score, Undecided
from worlds import UP, outcomes, plan, ref

NEAR = p.Ref("near", "nearest")


def gate(name: str) -> p.Gate:
    return p.Gate(ref(name), reject_below=0.5)


def distinct_by(kind: str, **rest) -> p.Plan:
    """Return a plan with a filter "f" and a detector "d" as gates, and distances of some *kind*."""
    made = [
        worlds.instance("f", "filter"),
        worlds.instance("d", "detector"),
        worlds.instance("near", kind, scope="set"),
    ]
    return worlds.by_score(
        gates=(gate("f"), gate("d")),
        instances=made,
        distinct=p.Distinct(NEAR, 1.0),
        deliver=2,
        **rest,
    )


PASSED = {"f": 1.0, "d": 1.0}


def test_a_set_is_settled_by_the_gates_of_earlier_kinds():
    """Of those whom one refuses nothing more is asked; then the set is asked of the others."""
    a_plan = distinct_by("scorer")
    rows: dict = {"a": {**PASSED, "s": 1.0}, "b": {"f": 0.0}, "c": {"s": 0.75}, "e": {"s": 0.5}}
    assert decide(a_plan, outcomes(rows)) == Undecided((Ask("f", ("c", "e")),))
    rows["c"]["f"] = rows["e"]["f"] = 1.0
    assert decide(a_plan, outcomes(rows)) == Undecided((Ask("d", ("c", "e")),))
    rows["c"]["d"], rows["e"]["d"] = 1.0, 0.0
    found = decide(a_plan, outcomes(rows))
    assert isinstance(found, Undecided)
    assert [(ask.instance, set(ask.candidates)) for ask in found.asks] == [("near", {"a", "c"})]


def test_a_set_of_an_early_kind_waits_for_no_later_gate():
    """Filters look at everybody who can be read, detectors at those whom no filter refuses."""
    rows: dict = {"a": {**PASSED, "s": 1.0}, "b": {"f": 0.0}, "c": {"f": 1.0, "s": 0.75}}
    for kind, members in (("filter", {"a", "b", "c"}), ("detector", {"a", "c"})):
        found = decide(distinct_by(kind), outcomes(rows))
        assert isinstance(found, Undecided)
        assert [(ask.instance, set(ask.candidates)) for ask in found.asks] == [("near", members)]


def test_what_is_known_of_a_set_counts_as_soon_as_it_is_settled():
    """Outcomes that came before the last gate was known are read when it is."""
    near = worlds.instance("near", "scorer", scope="set")
    bounds = (gate("d"), p.Gate(NEAR, reject_below=3.0))
    made = [worlds.instance("d", "detector"), near]
    a_plan = worlds.by_score(gates=bounds, instances=made)
    rows: dict = {"a": {"d": 1.0, "s": 1.0}, "b": {"s": 0.5}}
    given = outcomes(rows)
    stamp = worlds.members_of(given.candidates)
    for name, far in (("a", 2.0), ("b", 4.0)):
        given.table[name]["near.nearest"] = Score(far, None, stamp)
    contest = Contest(a_plan, given)
    assert decided(contest) == Undecided((Ask("d", ("b",)),))
    given.table["b"]["d.value"] = Score(1.0)
    contest.learn("d", ["b"])
    found = decided(contest)
    assert isinstance(found, Decision)
    assert found.verdicts == {"a": "reject", "b": "accept"}


def test_the_next_stages_are_asked_in_the_order_of_measuring():
    """Of a group that is needed together, whoever waits for the earliest stage comes first."""
    axes = tuple(p.Criterion(ref(name), UP) for name in ("x", "y"))
    rows: dict = {"a": {"x": 1.0}, "b": {}, "c": {"x": 1.0}}
    found = decide(plan(p.Pareto(axes)), outcomes(rows))
    assert found == Undecided((Ask("x", ("b",)), Ask("y", ("a", "c"))))


def test_a_measure_of_which_one_output_is_known_has_not_measured():
    """Half of what an instance gives leaves it to be asked; what is known of it counts."""
    both = worlds.instance("m", outputs=("value", "beside"))
    terms = tuple(p.Term(p.Ref("m", name), 0.5, UP) for name in ("value", "beside"))
    a_plan = plan(p.WeightedSum(terms), instances=[both])
    given = Outcomes((worlds.candidate("a"),), {"a": {"m.value": Score(0.5)}})
    found = decide(a_plan, given)
    assert found == Undecided((Ask("m", ("a",)),))
    assert [ask.at_most for ask in found.asks] == [0.75]
