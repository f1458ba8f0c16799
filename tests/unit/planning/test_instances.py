"""The instances that a policy names, and what they need of each other."""

import pytest

import outside
from policies import small
from selector.errors import MeasureError, PolicyError
from selector.planning import measure_of, plan_of
from selector.policy import plan as p


def refusals(source) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        plan_of(source)
    return caught.value.problems


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Write measures of a team's own, whose `run` is of no interest; return their paths."""
    monkeypatch.syspath_prepend(tmp_path)
    return lambda name, *needs: outside.write(tmp_path, name, "return []", needs)


def test_one_measure_can_be_used_twice(made):
    """Two instances of one measure are two, each with its parameters and its own numbers."""
    path = made("twice")
    uses = {"low": {"use": path, "level": 0.1}, "high": {"use": path, "level": 0.9}}
    gates = [{"on": name, "reject_below": 0.5} for name in ("low", "high.value")]
    plan = plan_of(small(measures=uses, gates=gates))
    low, high = plan.instances["low"], plan.instances["high"]
    assert low.use == high.use == path
    assert (low.parameters, high.parameters) == ({"level": 0.1}, {"level": 0.9})
    assert low.fingerprint != high.fingerprint
    assert measure_of(high).level == 0.9


def test_a_measure_from_outside_is_named_by_its_path(made):
    """Its module, with or without the output, or any name under `measures`."""
    path = made("theirs")
    for on in (path, f"{path}.value"):
        plan = plan_of(small(gates=[{"on": on, "reject_below": 0.5}]))
        assert plan.gates[0].on == p.Ref(path, "value")
        assert plan.instances[path].use == path
    named = plan_of(small(measures={"x": {"use": path}}, method={"weighted_sum": [{"of": "x"}]}))
    assert named.terms[0].of == p.Ref("x", "value")


def test_an_instance_goes_before_a_package_of_its_name(made):
    """What the policy declares is what its references mean."""
    made("shadow")
    uses = {"shadow": {"use": "filters.blank"}}
    plan = plan_of(small(measures=uses, gates=[{"on": "shadow.spread", "equals": 1}]))
    assert plan.gates[0].on == p.Ref("shadow", "spread")


def test_an_instance_that_nothing_refers_to_is_not_run(made):
    """The plan holds what the policy depends on, no more."""
    path = made("unused")
    assert list(plan_of(small(measures={"x": {"use": path}})).instances) == ["filters.blank"]


def test_parameters_that_do_not_fit_are_told(made):
    """Of an outside measure too: which parameter, what was expected, what is known."""
    path = made("strict")
    for parameters, said in (
        ({"level": "much"}, "parameter 'level': expected a number (got 'much')."),
        ({"level": "0.5"}, "parameter 'level': expected a number (got '0.5'). Write 0.5, without quotes."),
        ({"levl": 1}, "unknown parameter 'levl'; did you mean 'level'?"),
    ):  # fmt: skip
        uses = {"x": {"use": path} | parameters}
        assert refusals(small(measures=uses)) == (f"policy: measures.x: {path}: {said}",)


# -- evidence -------------------------------------------------------------------------------


def needing(made, *links: tuple[str, ...]) -> dict:
    """A policy whose instances a, b, … need evidence as *links* say; it refers to the first."""
    uses = {}
    for name, *others in links:
        path = made(
            f"team_{name}_{'_'.join(others).replace('.', '_')}",
            *(f"evidence of {other}" for other in others),
        )
        uses[name] = {"use": path}
    return small(measures=uses, method={"weighted_sum": [{"of": links[0][0]}]})


def test_evidence_brings_its_instance_into_the_plan(made):
    """What is needed, directly or by what is needed, is measured too."""
    plan = plan_of(needing(made, ("a", "b", "filters.blank"), ("b", "c"), ("c",), ("d",)))
    assert sorted(plan.instances) == ["a", "b", "c", "filters.blank"]
    assert plan.instances["a"].needs == ("evidence of b", "evidence of filters.blank")


def test_evidence_may_be_shared(made):
    """Two that need the same are no cycle."""
    plan = plan_of(needing(made, ("a", "b", "c"), ("b", "d"), ("c", "d"), ("d",)))
    assert sorted(plan.instances) == ["a", "b", "c", "d"]


def test_numbers_are_named_by_the_evidence_that_they_follow_from(made):
    """Another measure behind the evidence, or another parameter, is another fingerprint."""
    looks, asks = made("looks"), made("asks", "evidence of parts")
    judges = made("judges", "evidence of asks")

    def fingerprints(parts: str, **parameters: float) -> tuple[str, ...]:
        uses = {
            "parts": {"use": parts, **parameters},
            "asks": {"use": asks},
            "judge": {"use": judges},
        }
        plan = plan_of(small(measures=uses, method={"weighted_sum": [{"of": "judge"}]}))
        return tuple(plan.instances[name].fingerprint for name in ("asks", "judge"))

    first = fingerprints(looks)
    assert fingerprints(looks) == first
    other, stricter = fingerprints(made("others")), fingerprints(looks, level=0.9)
    assert len({*first, *other, *stricter}) == 6  # however far behind it is


@pytest.mark.parametrize(
    ("links", "said"),
    [
        ((("a", "a"),), "measures.a: a: needs evidence of a: a cycle."),
        ((("a", "b"), ("b", "a")), "measures.a: a: needs evidence of b, which needs that of a: a cycle."),
        ((("a", "b"), ("b", "c"), ("c", "b")), "measures.b: b: needs evidence of c, which needs that of b: a cycle."),
    ],
)  # fmt: skip
def test_a_cycle_of_evidence_is_told(made, links, said):
    """What needs its own evidence can never be measured; the way round is named."""
    assert refusals(needing(made, *links)) == (f"policy: {said} Let one of them do without.",)


def test_evidence_of_nothing_is_told(made):
    """The instance that a measure needs must exist, and look at each candidate alone."""
    (said,) = refusals(needing(made, ("a", "gone")))
    assert said.startswith("policy: measures.a: a: needs evidence of gone. gone: no such instance")
    (said,) = refusals(needing(made, ("a", "filters.gone")))
    assert "a: needs evidence of filters.gone. filters.gone: no such measure." in said
    assert refusals(needing(made, ("a", "filters.near_duplicates"))) == (
        "policy: measures.a: a: needs evidence of filters.near_duplicates, which looks at all candidates together. Name one that looks at each alone.",
    )


def test_a_plan_whose_measure_is_gone_says_so(made):
    """A plan from a journal can outlive a measure, or fit it no more."""
    path = made("leaving")
    plan = plan_of(small(measures={"x": {"use": path}}, gates=[{"on": "x", "equals": 1}]))
    data = plan.to_dict()
    data["instances"]["x"]["use"] = "leaving.gone"
    with pytest.raises(MeasureError, match=r"^leaving\.gone: no such measure\."):
        measure_of(p.Plan.from_dict(data).instances["x"])
    data["instances"]["x"] |= {"use": path, "parameters": {"depth": 1}}
    with pytest.raises(MeasureError, match="unknown parameter 'depth'"):
        measure_of(p.Plan.from_dict(data).instances["x"])
