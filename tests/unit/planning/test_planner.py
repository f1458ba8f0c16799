"""A policy and what its measures declare become a plan."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import EXAMPLE, small
from selector.errors import PolicyError
from selector.measures.filters.sharpness import Sharpness
from selector.planning import measure_of, plan_of
from selector.policy import plan as p
from selector.policy.policy import Policy

BLANK = {"of": "filters.blank.structure"}
SHARP = {"of": "filters.sharpness.overall"}


def refusals(source) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        plan_of(source)
    return caught.value.problems


def with_terms(*terms: dict) -> dict:
    return small(method={"weighted_sum": list(terms)})


# -- the example ----------------------------------------------------------------------------

EXISTING = (
    ('scorers.vlm_question, question: "Is an injury visible?"', "filters.blank"),
    ("on: injury,", "on: injury.structure,"),
    ("scorers.pickscore", "filters.resolution.short_side"),
    ("scorers.aesthetic", "filters.sharpness.overall"),
    ("parallelism: 2, audit: 0.01", "audit: 0"),
)  # fmt: skip


def existing() -> bytes:
    """The example, with measures that exist and without what is not built yet."""
    text = EXAMPLE
    for before, after in EXISTING:
        assert before in text
        text = text.replace(before, after)
    return text.encode()


def test_the_example_plans():
    """Every part of it arrives in the plan, as numbers."""
    plan = plan_of(existing())
    assert (plan.policy, plan.version, plan.deliver) == ("portrait", 3, 2)
    assert (plan.on_empty, plan.journal, plan.timeout_s, plan.mode) == (
        "regenerate", "required", 30, "exact"
    )  # fmt: skip
    assert plan.gates == (
        p.Gate(p.Ref("filters.resolution", "short_side"), reject_below=768),
        p.Gate(p.Ref("detectors.faces", "count"), equals="faces"),
        p.Gate(p.Ref("injury", "structure"), reject_above=0.5, accept_below=0.1),
    )
    assert plan.method == p.WeightedSum((
        p.Term(p.Ref("filters.resolution", "short_side"), 2 / 3,
               p.Scale(17, 25, higher_is_better=True)),
        p.Term(p.Ref("filters.sharpness", "overall"), 1 / 3,
               p.Scale(0, 16, higher_is_better=True)),
    ))  # fmt: skip
    assert plan.cut == p.Cut("quality", 0.3, None)
    assert plan.distinct == p.Distinct(p.Ref("filters.near_duplicates", "nearest"), 6)
    assert plan.policy_hash == Policy.load(existing()).hash


def test_a_plan_holds_what_each_instance_is():
    """The instances come filters first and cheap before dear, with all that identifies them."""
    plan = plan_of(existing())
    names = list(plan.instances)
    assert sorted(names) == ["detectors.faces", "filters.near_duplicates", "filters.resolution",
                             "filters.sharpness", "injury"]  # fmt: skip
    assert names[0] == "filters.resolution"
    assert names[-1] == "detectors.faces"
    sharpness = plan.instances["filters.sharpness"]
    assert sharpness.fingerprint == Sharpness().fingerprint()
    assert sharpness.outputs == Sharpness().outputs
    assert plan.instances["injury"].use == "filters.blank"
    assert measure_of(sharpness) == Sharpness()


def test_a_plan_reads_back_from_its_json():
    """The journal keeps a plan as text; it is the same plan, with the same hash."""
    plan = plan_of(existing())
    again = p.Plan.from_dict(json.loads(json.dumps(plan.to_dict())))
    assert again == plan
    assert again.hash == plan.hash


def test_the_example_as_written_is_told_what_it_can_not_have():
    """What has no bounds and what no licence allows, each with its line."""
    said = refusals(EXAMPLE.encode())
    unstated = "does not state that commercial use is allowed"
    assert [one.partition(" (got")[0].partition(". ")[0] for one in said] == [
        f"policy:11: scorers.pickscore: the licence of its model pickscore {unstated}",
        "policy:12: scorers.aesthetic: has no bounds",
        f"policy:12: scorers.aesthetic: the licence of its model clip_vit_l_14 {unstated}",
    ]


# -- cold start -----------------------------------------------------------------------------


def test_lines_that_wait_for_calibration_are_left_out_and_named():
    """The plan is walked as if they were not there, and says which they are."""
    bounds = [{"on": "filters.sharpness.overall", "accept_above": "calibrated"}]
    plan = plan_of(small(
        gates=[{"on": "filters.blank.structure", "reject_below": 0.1, "accept_above": "calibrated"},
               {"on": "filters.blank.spread", "accept_below": "calibrated"}],
        method={"constrained": {"objective": [BLANK], "constraints": bounds}},
        cut={"of": "quality", "accept_above": "calibrated"},
        uncertified="accept",
    ))  # fmt: skip
    assert [(gate.accept_above, gate.accept_below) for gate in plan.gates] == [(None, None)] * 2
    assert plan.constraints[0].accept_above is None
    assert plan.cut == p.Cut("quality", None, None)
    assert plan.uncertified == (
        "accept_above of filters.blank.structure",
        "accept_below of filters.blank.spread",
        "accept_above of filters.sharpness.overall",
        "cut.accept_above",
    )
    assert plan.if_uncertified == "accept"


def test_weights_and_scales_start_with_what_stands_until_then():
    """Before calibration a weight and a scale are the numbers given for that time."""
    scale = {"ends": "calibrated", "until_then": [10, 20]}
    plan = plan_of(with_terms(
        {"of": "filters.resolution.short_side", "scale": scale},
        SHARP | {"weight": "calibrated", "until_then": 3},
    ))  # fmt: skip
    assert [term.weight for term in plan.terms] == [0.25, 0.75]
    assert plan.terms[0].scale == p.Scale(10, 20, higher_is_better=True)
    assert plan.uncertified == ()


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=5))
def test_weights_are_divided_by_their_sum(weights):
    """What counts is how weights compare: they sum to 1, in the proportions written."""
    plan = plan_of(with_terms(*(SHARP | {"weight": weight} for weight in weights)))
    shares = [term.weight for term in plan.terms]
    assert math.isclose(sum(shares), 1)
    assert all(
        math.isclose(share / shares[0], weight / weights[0], rel_tol=1e-9)
        for share, weight in zip(shares, weights, strict=True)
    )


def test_a_weight_that_vanishes_beside_the_others_is_told():
    """Weights stay above 0 after the division, or the term is named."""
    tiny, huge = SHARP | {"weight": 1e-300}, BLANK | {"weight": 1e300}
    assert refusals(with_terms(huge, tiny)) == (
        "policy: method.weighted_sum[1]: filters.sharpness.overall: counts for nothing beside the others. Give a larger weight.",
    )


def test_the_worse_direction_is_kept():
    """A scale knows which end is best, from what the measure declares."""
    (term,) = plan_of(with_terms({"of": "filters.clipping.shadows"})).terms
    assert term.scale == p.Scale(0, 1, higher_is_better=False)


def test_all_four_methods_plan():
    """Each method arrives with its parts in their order."""
    steps = [SHARP | {"eps": 0.5}, BLANK]
    lexicographic = plan_of(small(method={"lexicographic": steps})).method
    assert [(step.of.instance, step.eps) for step in lexicographic.criteria] == [
        ("filters.sharpness", 0.5), ("filters.blank", 0)
    ]  # fmt: skip
    bounds = [{"on": "filters.blank.spread", "reject_below": 0.1}]
    constrained = plan_of(
        small(method={"constrained": {"objective": [SHARP], "constraints": bounds}})
    )
    assert constrained.constraints == (p.Gate(p.Ref("filters.blank", "spread"), reject_below=0.1),)
    pareto = plan_of(small(method={"pareto": {"objectives": [SHARP, BLANK], "pick": [BLANK]}}))
    assert [axis.of.instance for axis in pareto.method.objectives] == [
        "filters.sharpness", "filters.blank"
    ]  # fmt: skip
    assert [term.of.instance for term in pareto.terms] == ["filters.blank"]


def test_what_is_not_written_is_the_default():
    """One candidate is delivered, nothing else is asked, and every line is certified."""
    plan = plan_of(small())
    assert (plan.deliver, plan.review_at_most, plan.distinct, plan.cut) == (1, None, None, None)
    assert (plan.gates, plan.uncertified, plan.if_uncertified) == ((), (), "review")
    assert (plan.on_empty, plan.timeout_s, plan.mode) == ("none", None, "exact")
    assert [term.weight for term in plan.terms] == [1]


def test_all_is_no_number_of_them():
    """`deliver: all` has no number in the plan."""
    assert plan_of(small(deliver="all")).deliver is None


def test_a_plan_has_the_file_that_it_was_made_from():
    """The policy's text as it stands in the file; of its calibrated file see test_calibrated."""
    text = b"# ours\n" + existing()
    assert plan_of(text).written == p.Written(text.decode())
