"""A calibrated file gives a plan its numbers, or is refused; what it leaves open waits."""

import json

import pytest

from calibrated import calibration, cut, factor, term, written
from selector.errors import CalibrationError
from selector.planning import lint, plan_of, planned
from selector.policy import plan as p
from selector.policy.calibration import Calibration
from selector.policy.policy import Policy

BLANK, SHARP = "filters.blank.structure", "filters.sharpness.sharpest"
CLIPPED, NOISE = "filters.clipping.highlights", "detectors.noise.sigma"
KNOTS = ((0.0, 0.0), (0.2, 0.5), (0.9, 1.0))
FALLING = ((0.0, 1.0), (20.0, 0.0))
POLICY = {
    "name": "p",
    "version": 1,
    "gates": [{"on": CLIPPED, "accept_below": "calibrated", "reject_above": 0.5}],
    "method": {"weighted_sum": [
        {"of": BLANK, "weight": "calibrated", "until_then": 1,
         "scale": {"ends": "calibrated", "until_then": [0, 1]}},
        {"of": SHARP, "weight": 1, "scale": {"ends": [0, 0.1]}},
        {"of": CLIPPED, "weight": "calibrated", "until_then": 2},
    ]},
    "cut": {"of": "probability", "reject_below": "calibrated", "accept_above": "calibrated"},
}  # fmt: skip
PARTS = {
    "scales": [{"of": BLANK, "knots": KNOTS, "spread": 0.1}],
    "weights": [{"of": BLANK, "weight": 3}, {"of": CLIPPED, "weight": 0.5}],
    "probability": [factor(term(BLANK, KNOTS, 3), term(SHARP), curve=((0.0, 0.2), (1.0, 0.9))),
                    factor(term(NOISE, FALLING))],
    "cuts": [cut(CLIPPED, "accept_below", 0.25), cut("cut", "reject_below", 0.25),
             cut("cut", "accept_above", 0.75)],
}  # fmt: skip


def made(policy=POLICY, holds=None, **parts) -> Calibration:
    return calibration(policy, holds=holds, **(PARTS | parts))


def refusals(policy, calibrated: Calibration) -> list[str]:
    with pytest.raises(CalibrationError) as caught:
        plan_of(policy, calibrated)
    return str(caught.value).splitlines()


def test_every_number_comes_from_the_file():
    """Scale, weights, lines and probability stand in the plan as the file has them."""
    plan = plan_of(POLICY, made())
    assert [term.weight for term in plan.terms] == [3 / 4.5, 1 / 4.5, 0.5 / 4.5]
    assert plan.terms[0].scale == p.Scale(0.0, 0.9, True, KNOTS)
    assert plan.gates[0].accept_below == 0.25
    assert plan.cut == p.Cut("probability", 0.25, 0.75)
    first, second = plan.probability.factors
    assert [one.weight for one in first.terms] == [0.75, 0.25]
    assert first.curve == ((0.0, 0.2), (1.0, 0.9))
    assert second.terms[0].scale == p.Scale(0.0, 20.0, False, FALLING)
    assert plan.uncertified == ()
    assert plan.certified == p.Certified(1, 16)
    assert "detectors.noise" in plan.instances


def test_without_a_file_everything_is_as_it_stands_until_then():
    """The lines wait and are named; a cut of the probability waits as a whole."""
    plan = plan_of(POLICY, None)
    assert [term.weight for term in plan.terms] == [0.25, 0.25, 0.5]
    assert plan.terms[0].scale == p.Scale(0.0, 1.0, higher_is_better=True)
    assert (plan.cut, plan.probability, plan.certified) == (None, None, None)
    assert plan.uncertified == (f"accept_below of {CLIPPED}", "cut of the probability")
    assert plan.policy_hash == Policy.load(POLICY).hash


def test_lines_that_are_numbers_do_not_make_a_probability():
    """Whatever its lines are, a cut of what nobody knows is not there."""
    numbers = POLICY | {"cut": {"of": "probability", "reject_below": 0.2}}
    plan = plan_of(numbers, None)
    assert plan.cut is None
    assert "cut of the probability" in plan.uncertified


def test_a_plan_reads_back_bit_for_bit():
    """What the journal keeps decides the same years later."""
    plan = plan_of(POLICY, made(holds={"generators": ["flux"]}))
    again = p.Plan.from_dict(json.loads(json.dumps(plan.to_dict())))
    assert again == plan
    assert again.hash == plan.hash


def test_the_file_that_lies_there_is_found(tmp_path, monkeypatch):
    """By the policy's name; None stands for as if it were not there."""
    monkeypatch.chdir(tmp_path)
    calibrated = made()
    written(calibrated, tmp_path)
    found = planned(POLICY)
    assert found.plan == plan_of(POLICY, calibrated)
    assert found.calibration == calibrated
    assert found.plan.written.calibrated == calibrated.text
    assert found.plan.written.claim == f"{calibrated.claim} (calibrated on 2026-03-01)"
    assert plan_of(POLICY, None).written.calibrated is None


def test_a_file_that_nothing_asks_for_is_not_read(tmp_path, monkeypatch):
    """A policy whose numbers are its own does not care what lies there."""
    monkeypatch.chdir(tmp_path)
    written(made(), tmp_path).write_text("not: {a calibration")
    own = POLICY | {"gates": [], "cut": None, "method": {"weighted_sum": [{"of": BLANK}]}}
    plan = plan_of(own)
    assert plan.written.calibrated is None
    assert plan.policy_hash == Policy.load(own).hash
    assert plan == plan_of(own, made())


def test_what_a_policy_means_follows_from_both():
    """Another calibration, another meaning; another wording of the claim, the same."""
    one, other = made(), made(cuts=[*PARTS["cuts"][1:], cut(CLIPPED, "accept_below", 0.3)])
    hashes = {plan_of(POLICY, each).policy_hash for each in (None, one, other)}
    assert len(hashes) == 3
    worded = one.model_copy(update={"claim": "Other words.", "date": "2026-04-01"})
    assert plan_of(POLICY, worded).policy_hash == plan_of(POLICY, one).policy_hash
    renamed = POLICY | {"on_empty": "regenerate"}
    assert plan_of(renamed, one).policy_hash != plan_of(POLICY, one).policy_hash


# -- what does not fit ----------------------------------------------------------------------


def test_a_file_of_another_policy_is_refused():
    """The policy changed, or it has another name: both are told with what to do."""
    changed = POLICY | {"target": {"bad_delivered": 0.01, "confidence": 0.9}}
    (said,) = refusals(changed, made())
    assert said.startswith("calibrated: made for another policy than there is now, p ")
    assert said.endswith("Calibrate again.")
    assert len(refusals(POLICY | {"name": "q"}, made())) == 1


@pytest.mark.parametrize("changes", [
    {"version": 7}, {"on_empty": "regenerate"}, {"uncertified": "accept"}, {"timeout_s": 5},
    {"cascade": {"audit": 0.5}}, {"deliver": 2},
])  # fmt: skip
def test_what_promises_nothing_else_leaves_the_file_fit(changes):
    """Neither a new version nor how measuring is arranged makes it another policy's."""
    assert plan_of(POLICY | changes, made()).cut is not None


def test_other_measures_are_refused_each_by_name():
    """A measure that gives other numbers, or that nobody wrote down, certifies nothing."""
    good = made().holds_for.measures
    other = {**good, "filters.blank": "0" * 32}
    del other["filters.clipping"]
    said = refusals(POLICY, made(holds={"measures": other}))
    assert [one.partition(": another measure than now")[0] for one in said] == [
        "calibrated: filters.clipping", "calibrated: filters.blank",
    ]  # fmt: skip
    assert "(got none)" in said[0]
    assert "(got 000000000000…)" in said[1]


def test_a_measure_that_nothing_refers_to_any_more_may_be_another():
    """A fingerprint beside those that count changes nothing."""
    more = made().holds_for.measures | {"filters.gone": "0" * 32}
    assert plan_of(POLICY, made(holds={"measures": more})).cut is not None


MISFITS = [
    ({"scales": []}, f"scales: {BLANK}: there is none"),
    ({"weights": [{"of": BLANK, "weight": 3}]}, f"weights: {CLIPPED}: there is none"),
    ({"weights": [*PARTS["weights"], {"of": SHARP, "weight": 1}]},
     f"weights: {SHARP}: the policy asks for no such number"),
    ({"scales": [*PARTS["scales"], *PARTS["scales"]]}, f"scales: {BLANK}: it is there twice"),
    ({"scales": [{"of": BLANK, "knots": ((0, 1), (1, 0)), "spread": 0}]},
     f"{BLANK}: higher is better, and its scale falls"),
    ({"probability": [factor(term(NOISE, ((0, 0), (20, 1))))]},
     f"{NOISE}: lower is better, and its scale rises"),
    ({"cuts": [*PARTS["cuts"], cut(SHARP, "accept_above", 0.1)]},
     f"cuts: {SHARP}: accept_above: the policy asks for no such number"),
    ({"cuts": [cut("cut", "accept_above", 0.2), cut("cut", "reject_below", 0.3)]},
     "cut: lines cross, reject_below 0.3 is over accept_above 0.2"),
    ({"cuts": [cut(CLIPPED, "accept_below", 0.6)]},
     f"{CLIPPED}: lines cross, accept_below 0.6 is over reject_above 0.5"),
    ({"cuts": [cut(CLIPPED, "accept_below", -1)]},
     f"{CLIPPED}: accept_below -1 is beyond what it can be, 0 to 1"),
    ({"cuts": [cut("cut", "accept_above", 1.5)]}, "cut: 1.5 is no share"),
    ({"cuts": [cut("cut", "reject_below", 0.5), cut("cut", "accept_above", 0.75),
               cut("cut", "accept_above", 0.4, "food")]},
     "cut: lines cross, reject_below 0.5 is over accept_above 0.4 (segment food)"),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "said"), MISFITS)
def test_what_does_not_fit_the_policy_is_told(parts, said):
    """Numbers too few, too many, twice, against the output's direction, or crossing."""
    (told,) = refusals(POLICY, made(**parts))
    assert told.startswith(f"calibrated: {said}")
    assert told.endswith("alibrate again.")


UNKNOWN = [
    ("filters.nix.structure", "filters.nix: no such measure"),
    ("filters.blank.nix", "filters.blank.nix: no such output"),
    ("filters.near_duplicates.nearest", "filters.near_duplicates.nearest: looks at all candidates"),
]


@pytest.mark.parametrize(("of", "said"), UNKNOWN)
def test_a_probability_of_what_is_not_there_is_refused(of, said):
    """An output that is gone, or one that compares candidates, tells of no single candidate."""
    data = made().model_dump(mode="json", by_alias=True)
    data["probability"][1]["terms"][0]["of"] = of
    told = refusals(POLICY, Calibration.model_validate(data))
    assert any(one.startswith(f"calibrated: {said}") for one in told)


def test_all_that_does_not_fit_is_told_at_once():
    """One run tells every problem, each with the file's name."""
    told = refusals(
        POLICY | {"name": "q"},
        made(scales=[], cuts=[cut("cut", "reject_below", 0.9), cut("cut", "accept_above", 0.2)]),
    )
    assert len(told) == 3
    assert all(one.startswith("calibrated: ") for one in told)


def test_a_file_that_can_not_be_read_is_refused(tmp_path, monkeypatch):
    """It is the calibrator's to mend, and it is named."""
    monkeypatch.chdir(tmp_path)
    path = written(made(), tmp_path)
    path.write_text("schema: 2\n")
    with pytest.raises(CalibrationError, match=r"policies/calibrated/p\.yaml"):
        plan_of(POLICY)
    path.unlink()
    path.mkdir()
    with pytest.raises(CalibrationError, match=r"policies/calibrated/p\.yaml: can't be read"):
        plan_of(POLICY)


# -- what labels leave open ------------------------------------------------------------------


def test_a_line_that_labels_do_not_support_waits_as_before():
    """A line without a number, or none at all; what is beside it holds."""
    for cuts in ([cut(CLIPPED, "accept_below", None)], []):
        plan = plan_of(POLICY, made(cuts=[*cuts, *PARTS["cuts"][1:]]))
        assert plan.gates[0].accept_below is None
        assert plan.uncertified == (f"accept_below of {CLIPPED}",)
        assert plan.cut.accept_above == 0.75


def test_a_rejecting_line_that_labels_do_not_support_is_just_not_there():
    """It promises nothing, so nothing waits for it."""
    plan = plan_of(POLICY, made(cuts=[PARTS["cuts"][0], PARTS["cuts"][2]]))
    assert plan.cut == p.Cut("probability", None, 0.75)
    assert plan.uncertified == ()


def test_a_probability_that_labels_do_not_support_waits():
    """Then there is no cut, and requests are uncertified."""
    plan = plan_of(POLICY, made(probability=[]))
    assert plan.cut is None
    assert plan.uncertified == ("cut of the probability",)


def test_a_term_that_labels_give_no_weight_is_dropped():
    """It does not rank, and what only it refers to is not measured; the linter does not stumble."""
    terms = [
        {"of": "noise", "weight": "calibrated", "until_then": 1, "if_absent": 0,
         "scale": {"ends": [0, 20]}},
        {"of": BLANK},
        {"of": "filters.resolution.short_side"},
    ]  # fmt: skip
    policy = {
        "name": "p", "version": 1, "method": {"weighted_sum": terms},
        "measures": {"noise": {"use": "detectors.noise"}},
    }  # fmt: skip
    before = {one.rule: one.spot for one in lint(planned(_scaled(policy), None))}
    dropped = planned(
        _scaled(policy), calibration(_scaled(policy), weights=[{"of": "noise", "weight": 0}])
    )
    assert [one.of.key for one in dropped.plan.terms] == [BLANK, "filters.resolution.short_side"]
    assert sum(one.weight for one in dropped.plan.terms) == 1
    assert "noise" not in dropped.plan.instances
    assert "noise" not in dropped.measures
    after = {one.rule: one.spot for one in lint(dropped)}
    assert "unused" not in after
    assert "wide-scale" in before
    assert after["wide-scale"] == before["wide-scale"]


def _scaled(policy) -> dict:
    first, second, third = policy["method"]["weighted_sum"]
    wide = third | {"scale": {"ends": [0, 100000]}}  # told at the third term, whoever is dropped
    return policy | {"method": {"weighted_sum": [first, second, wide]}}


def test_weights_that_are_all_nothing_are_refused():
    """Something must rank."""
    terms = [{"of": BLANK, "weight": "calibrated", "until_then": 1}]
    policy = {"name": "p", "version": 1, "method": {"weighted_sum": terms}}
    told = refusals(policy, calibration(policy, weights=[{"of": BLANK, "weight": 0}]))
    assert told == ["calibrated: weights: all are 0, so nothing ranks. Calibrate again."]


def test_criteria_and_axes_have_calibrated_scales_too():
    """A lexicographic step is clipped to the ends of its curve."""
    step = {"of": BLANK, "scale": {"ends": "calibrated", "until_then": [0, 1]}}
    policy = {"name": "p", "version": 1, "method": {"lexicographic": [step, {"of": SHARP,
              "scale": {"ends": [0, 1]}}]}}  # fmt: skip
    plan = plan_of(policy, calibration(policy, scales=PARTS["scales"]))
    assert plan.parts[0].scale == p.Scale(0.0, 0.9, True, KNOTS)
    assert plan.certified is None  # nothing is promised, so for nothing in particular


def test_what_may_be_absent_counts_in_the_probability_as_in_the_ranking():
    """An `if_absent` of the policy holds there too; without one nothing is wrong."""
    of = "detectors.hands.defect"
    terms = [{"of": of, "if_absent": 0.25}]
    policy = {"name": "p", "version": 1, "method": {"weighted_sum": terms},
              "cut": {"of": "probability", "accept_above": 0.5}}  # fmt: skip
    other = "detectors.faces.defect"
    falling = ((0.0, 1.0), (1.0, 0.0))
    plan = plan_of(
        policy, calibration(policy, probability=[factor(term(of, falling), term(other, falling))])
    )
    assert [one.if_absent for one in plan.probability.terms] == [0.25, None]


# -- for which requests ----------------------------------------------------------------------


def test_what_a_promise_holds_for_stands_in_the_plan():
    """Numbers of candidates, generators, segments with their own lines, segments without any."""
    cuts = [
        *PARTS["cuts"],
        cut("cut", "accept_above", 0.9, "food"),
        cut(CLIPPED, "accept_below", 0.125, "food"),
        cut("cut", "accept_above", None, "people"),
    ]
    plan = plan_of(POLICY, made(cuts=cuts, holds={"candidates": [4, 8], "generators": ["flux"]}))
    food = (p.Line("cut", "accept_above", 0.9), p.Line(CLIPPED, "accept_below", 0.125, (0,)))
    assert plan.certified == p.Certified(4, 8, ("flux",), {"food": food}, ("people",))


def test_a_segment_may_be_called_like_the_absence_of_one():
    """A line for "None" stands beside that for all; the same one twice is still told."""
    named = cut("cut", "accept_above", 0.9, "None")
    plan = plan_of(POLICY, made(cuts=[*PARTS["cuts"], named]))
    assert plan.certified.segments == {"None": (p.Line("cut", "accept_above", 0.9),)}
    (told,) = refusals(POLICY, made(cuts=[*PARTS["cuts"], named, named]))
    assert told.startswith("calibrated: cuts: cut: accept_above: None: it is there twice")


def test_a_segment_moves_just_the_lines_that_are_calibrated():
    """Of two bounds on one output, the one with a number of its own stays."""
    gates = [{"on": CLIPPED, "accept_below": 0.4}, *POLICY["gates"]]
    policy = POLICY | {"gates": gates}
    plan = plan_of(
        policy, made(policy, cuts=[*PARTS["cuts"], cut(CLIPPED, "accept_below", 0.1, "x")])
    )
    assert plan.certified.segments["x"][0].places == (1,)


def test_the_lines_of_constraints_are_counted_behind_the_gates():
    """So that a segment's own are found among both."""
    bound = {"on": SHARP, "accept_above": "calibrated"}
    method = {"constrained": {"objective": [{"of": BLANK}], "constraints": [bound]}}
    policy = {"name": "p", "version": 1, "method": method,
              "gates": [{"on": CLIPPED, "reject_above": 0.5}]}  # fmt: skip
    cuts = [cut(SHARP, "accept_above", 0.1), cut(SHARP, "accept_above", 0.2, "x")]
    plan = plan_of(policy, calibration(policy, cuts=cuts))
    assert plan.constraints[0].accept_above == 0.1
    assert plan.certified.segments["x"] == (p.Line(SHARP, "accept_above", 0.2, (1,)),)


def test_another_number_of_deliveries_is_not_certified():
    """The lines stay; what is delivered is no more what was looked at."""
    plan = plan_of(POLICY | {"deliver": 2}, made())
    assert plan.uncertified == ("deliver 2 (calibrated for 1)",)
    assert plan.cut.accept_above == 0.75
    assert plan_of(POLICY | {"deliver": "all"}, made(POLICY | {"deliver": "all"})).uncertified == ()


def test_where_nothing_is_promised_another_number_of_deliveries_is_none_of_labels_business():
    """Scales and weights rank whoever is delivered."""
    terms = [POLICY["method"]["weighted_sum"][0]]
    policy = {"name": "p", "version": 1, "method": {"weighted_sum": terms}}
    calibrated = calibration(policy, scales=PARTS["scales"], weights=PARTS["weights"][:1])
    plan = plan_of(policy | {"deliver": 3}, calibrated)
    assert (plan.uncertified, plan.certified) == ((), None)
