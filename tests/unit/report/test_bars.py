"""The bars that a plan gives: their zones, lines and words."""

from dataclasses import replace

from selector.policy import plan as p
from selector.report.bars import bars
from selector.types import Decision, Score, Selection
from worlds import UP, candidate, instance, plan, ref


def shown(a_plan: p.Plan, values: dict[str, float], **rest) -> dict:
    """Return the bars of a plan by name, for one candidate with these values."""
    decision = Decision(
        ("c",), {"c": "accept"}, {"c": ()}, rest.pop("quality", {}), "complete", False
    )
    outcomes = {"c": {f"{name}.value": Score(value) for name, value in values.items()}}
    selection = Selection(
        "id", "now", "p", "t@1", "h", (candidate("c"),), outcomes, decision, **rest
    )
    return {bar.name: bar for bar in bars(selection, a_plan)}


def ranked(*gates: p.Gate, **rest) -> p.Plan:
    return plan(p.WeightedSum((p.Term(ref("s"), 1.0, UP),)), gates=gates, **rest)


def standing(bar, value: float) -> str:
    """Return what a bar shows at *value*: the last zone drawn there, or "fine"."""
    at = bar.span.at(value)
    here = [zone.standing for zone in bar.zones if zone.start <= at < zone.end]
    return here[-1] if here else "fine"


def test_zones_are_what_the_gate_makes_of_values():
    """Below the reject line refused, up to the accept line for review, beyond it fine."""
    gate = p.Gate(ref("g"), reject_below=0.2, accept_above=0.5)
    bar = shown(ranked(gate), {"g": 0.7})["g.value"]
    assert [standing(bar, at) for at in (0.1, 0.3, 0.6)] == ["refused", "review", "fine"]
    assert bar.lines == (20, 50)
    assert bar.asks == ("refused below 0.2", "accepted from 0.5")


def test_zones_of_several_gates_on_one_output_lie_on_one_bar():
    """Both ends of an allowed range are shown; refusing is drawn over review."""
    gates = (
        p.Gate(ref("g"), reject_above=0.8, accept_below=0.6),
        p.Gate(ref("g"), reject_below=0.1),
    )
    found = shown(ranked(*gates), {})
    assert list(found) == ["g.value", "s.value"]
    states = [standing(found["g.value"], at) for at in (0.05, 0.3, 0.7, 0.9)]
    assert states == ["refused", "fine", "review", "refused"]


def test_expectations_become_zones_when_the_request_gives_them():
    """`equals: expect.faces` refuses all but that number; not given, the bar says so."""
    gate = p.Gate(ref("g"), equals="faces")
    given = shown(ranked(gate), {}, expect={"faces": 0.5})["g.value"]
    assert [standing(given, at) for at in (0.4, 0.6)] == ["refused", "refused"]
    assert given.asks == ("wanted exactly 0.5",)
    silent = shown(ranked(gate), {})["g.value"]
    assert [standing(silent, at) for at in (0.0, 0.5, 0.99)] == ["review"] * 3
    assert silent.asks == ("for a person, as this request did not say \u2068expect.faces\u2069",)


def test_what_only_ranks_has_a_bar_without_zones():
    """A term says its share of the quality and its scale; the quality has a bar with the cut."""
    found = shown(ranked(cut=p.Cut("quality", 0.2, 0.6)), {"s": 0.3}, quality={"c": 0.3})
    assert list(found) == ["quality", "s.value"]
    assert found["s.value"].zones == ()
    assert found["s.value"].counts == "100 % of the quality; worst at 0, best at 1"
    assert [standing(found["quality"], at) for at in (0.1, 0.3, 0.7)] == [
        "refused",
        "review",
        "fine",
    ]


def test_criteria_and_constraints_have_bars():
    """Lexicographic steps, Pareto axes and constraints are shown like gates and terms."""
    steps = p.Lexicographic((p.Criterion(ref("a"), UP, eps=0.1), p.Criterion(ref("b"), UP)))
    assert list(shown(plan(steps), {})) == ["a.value", "b.value"]
    assert "closer than 0.1" in shown(plan(steps), {})["a.value"].counts
    bound = p.Gate(ref("c"), reject_above=0.5)
    both = p.Constrained((p.Term(ref("s"), 1.0, UP),), (bound,))
    assert list(shown(plan(both), {})) == ["c.value", "s.value"]
    axes = p.Pareto((p.Criterion(ref("a"), UP), p.Criterion(ref("b"), UP)), ())
    assert list(shown(plan(axes), {})) == ["a.value", "b.value"]


def test_words_of_a_measure_that_has_none():
    """Where a measure says nothing in everyday words, the policy's name stands."""
    own = instance("own")
    found = shown(ranked(p.Gate(ref("own"), reject_below=0.5), instances=[own]), {})
    assert found["own.value"].words == "\u2068own.value\u2069"


def test_a_probability_has_a_bar_with_the_lines_of_its_cut():
    """And so has what only it follows from; the quality's bar has none of these lines."""
    of = p.Probability((p.Factor((p.Term(ref("d"), 1.0, UP),), ((0.0, 0.1), (1.0, 0.9))),))
    made = ranked(cut=p.Cut("probability", 0.3, 0.8), probability=of)
    made = replace(made, instances={**made.instances, "d": instance("d")})
    found = shown(made, {"s": 0.5, "d": 0.5}, quality={"c": 0.5})
    assert list(found) == ["quality", "probability", "s.value", "d.value"]
    assert found["quality"].asks == ()
    assert found["probability"].asks == ("refused below 0.3", "accepted from 0.8")
    assert found["d.value"].counts == "tells of the probability of being good"
    assert "probability" not in shown(ranked(cut=p.Cut("quality", 0.3)), {"s": 0.5})
