"""The cascade: what is asked next, of whom, and what that saves."""

from dataclasses import replace

import pytest

import worlds
from selector import cascade
from selector.policy import plan as p
from selector.policy.order import Rate
from selector.types import NOT_EVALUATED, Ask, Outcomes, Score, members_hash
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


def ranked(*weights: float, **rest) -> p.Plan:
    """Return a plan that ranks by scores "s0", "s1" … of these weights."""
    terms = (p.Term(ref(f"s{at}"), one, UP) for at, one in enumerate(weights))
    return worlds.plan(p.WeightedSum(tuple(terms)), **rest)


def rows(**scores: tuple[float, ...]) -> dict[str, dict[str, float]]:
    return {name: {f"s{at}": one for at, one in enumerate(row)} for name, row in scores.items()}


def asked(one: worlds.World) -> list[tuple[str, str]]:
    """Return the calls: of what, and of whom."""
    return [(ask.instance, "".join(ask.candidates)) for ask in one.asked]


FOUR = rows(a=(1.0, 0.5), b=(0.75, 1.0), c=(0.5, 1.0), d=(0.0, 1.0))
DEAR = [worlds.instance("s0", cost=0.001), worlds.instance("s1", cost=1.0)]


@pytest.mark.parametrize(
    ("parallelism", "calls"),
    [
        (1, [("s0", "abcd"), ("s1", "a"), ("s1", "b")]),
        (2, [("s0", "abcd"), ("s1", "ab")]),
        (3, [("s0", "abcd"), ("s1", "abc")]),
        (8, [("s0", "abcd"), ("s1", "abcd")]),
    ],
)
def test_the_dear_measure_is_asked_of_the_best_who_can_still_win(parallelism, calls):
    """As many at once as the plan says; the cheap one is asked of everybody in one call."""
    one = world(ranked(0.5, 0.5, instances=DEAR, parallelism=parallelism), FOUR)
    found = one.resolve()
    assert asked(one) == calls
    assert found.decision.verdicts["b"] == "accept"
    assert [len({ask.instance for ask in asks}) for asks in found.rounds] == [1] * len(calls)


@pytest.mark.parametrize(
    ("cost", "first"),
    [(0.0125, "abcd"), (0.0126, "bcd"), (0.025, "cd"), (0.0251, "d"), (0.1, "d")],
)
def test_what_takes_no_time_is_asked_of_many(cost, first):
    """A round may spend a few hundredths of a second on whom it may not need."""
    made = [worlds.instance("s0", cost=cost), worlds.instance("s1", cost=0.1)]
    one = world(ranked(0.5, 0.5, instances=made, parallelism=1), FOUR)
    one.resolve()
    by_hash = sorted(one.candidates, key=lambda each: each.content_hash)  # nothing else is known
    assert [each.id for each in by_hash] == ["d", "c", "b", "a"]
    assert asked(one)[0] == ("s0", first)


@pytest.mark.parametrize(("cost", "first"), [(1.0, "abcd"), (1.01, "d"), (9.0, "d")])
def test_what_is_cheap_beside_the_dearest_is_asked_of_all_who_are_alike(cost, first):
    """Up to a tenth of the dearest call, those whom nothing tells from the best go with it."""
    made = [worlds.instance("s0", cost=cost), worlds.instance("s1", cost=10.0)]
    one = world(ranked(0.5, 0.5, instances=made, parallelism=1), FOUR)
    one.resolve()
    assert asked(one)[0] == ("s0", first)


def test_what_is_cheap_is_not_asked_of_those_who_are_behind():
    """Whom an earlier score tells apart is asked after the better one, if at all."""
    made = [*DEAR[:1], worlds.instance("s1", cost=1.0), worlds.instance("s2", cost=10.0)]
    truth = rows(a=(1.0, 1.0, 1.0), b=(1.0, 0.5, 1.0), c=(0.5, 1.0, 1.0))
    one = world(ranked(0.4, 0.4, 0.2, instances=made, parallelism=1), truth)
    one.resolve()
    assert asked(one) == [("s0", "abc"), ("s1", "ab"), ("s2", "a")]


def test_filters_measure_everybody_at_once():
    """Whatever they are declared to cost."""
    plan = ranked(0.5, 0.5, instances=[worlds.instance("s0", "filter", cost=9.0)], parallelism=1)
    one = world(plan, FOUR)
    one.resolve()
    assert asked(one)[:2] == [("s0", "abcd"), ("s1", "a")]


def test_rates_that_were_measured_count_for_declared_costs():
    """What took long here is asked of few, whatever it declares."""
    one = world(ranked(0.5, 0.5, instances=DEAR, parallelism=1), FOUR)
    one.rates = {"s0": Rate(9.0, 100, 0)}
    one.resolve()
    assert asked(one)[:2] == [("s1", "d"), ("s0", "d")]


def test_what_can_not_reach_the_cut_costs_no_dear_call():
    """If even the best score could not save anybody, nobody is scored."""
    cut = p.Cut("quality", reject_below=0.8)
    one = world(ranked(0.5, 0.5, instances=DEAR, cut=cut), rows(a=(0.5, 1.0), b=(0.25, 1.0)))
    decision = one.resolve().decision
    assert asked(one) == [("s0", "ab")]
    assert decision.answer == "empty"
    assert [reason.kind for name in "ab" for reason in decision.reasons[name]] == ["cut", "cut"]
    assert decision.at_most == {"a": 0.75, "b": 0.625}


def test_what_a_constraint_refuses_costs_no_dear_call():
    """The infeasible are asked for nothing more, and only who comes up is asked at all."""
    bound = p.Gate(ref("bound"), reject_below=0.5)
    terms = ranked(0.5, 0.5).terms
    made = [worlds.instance("bound", cost=0.1), *DEAR]
    plan = worlds.plan(p.Constrained(terms, (bound,)), instances=made, parallelism=1)
    truth = {name: {**row, "bound": 0.0 if name == "a" else 1.0} for name, row in FOUR.items()}
    one = world(plan, truth)
    one.resolve()
    assert asked(one) == [("s0", "abcd"), ("bound", "a"), ("bound", "b"), ("s1", "b")]


def test_a_duplicate_costs_no_dear_call():
    """What is too near to something accepted is not scored."""
    near = worlds.instance("near", "filter", scope="set")
    distinct = p.Distinct(p.Ref("near", "nearest"), 0)
    plan = ranked(0.5, 0.5, instances=[near, *DEAR], distinct=distinct, deliver=2, parallelism=1)
    truth = rows(a=(1.0, 1.0), twin=(0.75, 1.0), c=(0.5, 1.0), d=(0.0, 1.0))
    one = world(plan, truth)
    one.places = {"a": 0, "twin": 0, "c": 5, "d": 9}
    decision = one.resolve().decision
    assert decision.verdicts == {"a": "accept", "twin": "reject", "c": "accept", "d": "reject"}
    assert [ask for ask in one.asked if ask.instance == "s1"] == [
        Ask("s1", ("a",)),
        Ask("s1", ("c",)),
    ]


def test_what_is_left_can_be_completed():
    """Everything that the plan refers to, of everybody; nothing that is known is measured again."""
    one = world(ranked(0.5, 0.5, instances=DEAR, parallelism=1), FOUR)
    table = one.resolve().table
    one.asked.clear()
    request = Outcomes(one.candidates, table)
    assert cascade.complete(one.plan, request, one.measure) == one.truth
    assert asked(one) == [("s1", "cd")]


def test_a_measure_that_answers_nothing_ends_the_request():
    """An answer that leaves everything unknown is a fault of whoever measures, not a wait."""

    def nothing(ask, _table):
        return [{"value": NOT_EVALUATED} for _ in ask.candidates]

    one = world(worlds.by_score(), {"a": {"s": 0.5}})
    with pytest.raises(RuntimeError, match="the same was asked twice"):
        cascade.resolve(one.plan, Outcomes(one.candidates, {}), nothing)


def test_an_output_that_is_gone_is_a_failure():
    """A measure that no longer gives what the plan names leaves its candidate to a person."""
    one = world(worlds.by_score(), {"a": {"s": 0.5}})

    def renamed(ask, _table):
        return [{"worth": Score(0.5)} for _ in ask.candidates]

    found = cascade.resolve(one.plan, Outcomes(one.candidates, {}), renamed)
    assert found.table["a"]["s.value"] == cascade.GONE
    assert found.decision.verdicts == {"a": "review"}
