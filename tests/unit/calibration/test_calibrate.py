"""From a journal and labels to a calibrated file that the policy is planned with."""

from dataclasses import replace

import numpy as np
import pytest

from remembered import BLANK, FADED, HANDS, SHARP, World, policy
from selector.calibration import calibrate as room
from selector.calibration.calibrate import Asked, Made
from selector.errors import CalibrationError
from selector.journal import Journal
from selector.labels import Flag, Label, Pair, Verdict
from selector.planning import plan_of
from selector.policy.calibration import Calibration

ASKED = Asked(date="2026-03-02", command="selector calibrate portrait")
COSTS = {"false_accept": 20, "false_reject": 2, "review": 1}
FITTED = {"weight": "calibrated", "until_then": 1}
SCALE = {"ends": "calibrated", "until_then": [0, 1]}
CUT = {"of": "probability", "reject_below": "calibrated", "accept_above": "calibrated"}
BOTH = {"weighted_sum": [{"of": BLANK, **FITTED, "scale": SCALE}, {"of": FADED, **FITTED}]}
WIDE = World(policy(), requests=300, clear=1.5)


def made(world: World, labels=None, asked=ASKED, journal=None) -> Made:
    """Return what labels support of a world's policy; of all candidates if none are given."""
    said = world.labels() if labels is None else labels
    return room.calibrate(journal, said, policy=world.policy, asked=asked)


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """Give the journal of a world, written once for all tests."""
    opened = {}
    folder = tmp_path_factory.mktemp("journals")

    def book(world: World) -> Journal:
        if (key := repr(world)) not in opened:
            opened[key] = Journal(folder / f"{len(opened)}.sqlite")
            world.remember(opened[key])
        return opened[key]

    yield book
    for one in opened.values():
        one.close()


@pytest.fixture(scope="module")
def wide(books):
    """A world whose policy cuts the quality."""
    return books(WIDE)


def test_the_line_of_a_cut_is_certified_and_the_policy_planned_with_it(wide):
    """What is written holds the number, what it rests on, and one sentence of what it promises."""
    found = made(WIDE, journal=wide)
    (cut,) = found.calibration.cuts
    assert found.whole
    assert (cut.on, cut.line, cut.segment) == ("cut", "accept_above", None)
    assert cut.risk_at_most <= 0.05
    assert found.calibration.claim == (
        "With 95 % confidence at most 5 % of what portrait@3 delivers is bad, for requests of 4 "
        f"candidates of sdxl-turbo: {cut.labels} labelled deliveries, {cut.bad} bad."
    )
    data = found.calibration.data
    assert (data.requests, data.candidates, data.labels, data.raters) == (300, 1200, 3600, 3)
    assert data.bad == sum(not good for good in WIDE.truth().values())
    plan = plan_of(WIDE.policy, found.calibration)
    assert (plan.cut.accept_above, plan.uncertified) == (cut.value, ())


def test_where_nothing_is_fitted_all_labels_certify(wide):
    """One line on one output needs no half of them."""
    assert "on 300 requests" in made(WIDE, journal=wide).calibration.cuts[0].why


def test_the_same_input_gives_the_same_file(wide):
    """Byte for byte, in whatever order labels come; and it is read back equal."""
    once, again = made(WIDE, journal=wide), made(WIDE, WIDE.labels()[::-1], journal=wide)
    assert once.calibration.text == again.calibration.text
    assert Calibration.read(once.calibration.text) == once.calibration


def test_the_data_hash_follows_every_label_and_outcome(wide, tmp_path):
    """A label that turns, or a score that moves, is another sample."""
    labels = WIDE.labels()
    turned = [replace(labels[0], said=Verdict(labels[0].said.candidate, good=False)), *labels[1:]]
    hashes = {made(WIDE, each, journal=wide).calibration.data.hash for each in (labels, turned)}
    other = replace(WIDE, seed=1)
    with Journal(tmp_path / "j.sqlite") as book:
        other.remember(book)
        hashes.add(made(other, journal=book).calibration.data.hash)
    assert len(hashes) == 3


def test_everything_fitted_rests_on_requests_that_certify_nothing(books):
    """Scales, weights, the probability on one part; the lines on the other; all in one plan."""
    world = World(policy(method=BOTH, cut=CUT, costs=COSTS), requests=450)
    found = made(world, journal=books(world))
    calibration = found.calibration
    assert [one.of for one in calibration.scales] == [BLANK]
    assert [one.of for one in calibration.weights] == [BLANK, FADED]
    assert [one.of for one in calibration.probability] == ["verdict"]
    accept, reject = calibration.cuts
    assert (accept.line, reject.line, reject.value) == ("accept_above", "reject_below", 0.5)
    assert accept.value >= 0.95
    certifying = int(accept.why.split("on ")[1].split()[0])
    assert 450 * 0.5 < certifying < 450 * 0.8
    assert accept.labels <= certifying
    plan = plan_of(world.policy, calibration)
    assert plan.uncertified == ()
    assert plan.probability.factors[0].curve == calibration.probability[0].curve


def test_numbers_of_the_file_have_six_digits(books):
    """So that a diff can be read."""
    world = World(policy(method=BOTH, cut=CUT, costs=COSTS), requests=450)
    calibration = made(world, journal=books(world)).calibration
    numbers = [one.value for one in calibration.cuts] + [one.weight for one in calibration.weights]
    for knots in (calibration.scales[0].knots, calibration.probability[0].curve):
        numbers += [value for point in knots for value in point]
    numbers += [term.weight for term in calibration.probability[0].terms]
    assert all(float(f"{one:.6g}") == one for one in numbers)


def test_too_few_labels_support_no_line_and_say_how_many_would(books):
    """Nothing is made up: the line is left open, with what is lacking."""
    world = World(policy(), requests=20)
    found = made(world, journal=books(world))
    assert found.calibration is None
    (cut,) = found.cuts
    assert cut.value is None
    assert "takes 59 labelled deliveries with none bad; at the line" in cut.why
    assert "more labelled deliveries would do" in cut.why


def test_what_was_fitted_is_kept_where_a_line_is_not_supported(books):
    """Weights are of use before anything is promised; the claim says that nothing is."""
    world = World(policy(method=BOTH), requests=60)
    found = made(world, journal=books(world))
    assert not found.whole
    assert found.calibration.weights
    assert found.calibration.cuts[0].value is None
    assert found.calibration.claim.startswith("Nothing is promised of portrait@3")
    assert plan_of(world.policy, found.calibration).uncertified == ("cut.accept_above",)


def test_weights_alone_need_no_target_and_promise_nothing(books):
    """A policy without a line asks for no certificate; the claim says just that."""
    world = World(policy(method=BOTH, cut=None, target=None), requests=40)
    found = made(world, journal=books(world))
    assert found.whole
    assert found.calibration.claim == (
        "Nothing is promised: 1 scale, 2 weights of portrait@3 fitted on 40 requests, for requests "
        "of 4 candidates of sdxl-turbo."
    )


def test_weights_stand_beside_those_that_are_given(books):
    """A measure that tells as much as one of weight 2 gets about that; one that tells nothing, none."""
    terms = [{"of": BLANK, "weight": 2}, {"of": FADED, **FITTED}, {"of": SHARP, **FITTED,
             "scale": {"ends": [0, 16]}}]  # fmt: skip
    world = World(
        policy(method={"weighted_sum": terms}, cut=None, target=None), requests=250, clear=1,
        likes={SHARP: 0.0}, bad=0.4,
    )  # fmt: skip
    found = made(world, journal=books(world)).calibration
    weights = {one.of: one.weight for one in found.weights}
    assert weights[FADED] == pytest.approx(2, abs=0.7)
    assert weights[SHARP] < 0.5
    assert "learned" in found.weights_by


def test_comparisons_teach_weights(books):
    """Who is better of two is enough to rank by, and says nothing of good or bad."""
    world = World(policy(method=BOTH, cut=None, target=None), requests=60, bad=0.4)
    truth = world.truth()
    pairs = [
        Label(request, "ann", Pair(name, "c3", "left" if good else "right"))
        for (request, name), good in truth.items()
        if name != "c3" and good != truth[request, "c3"]
    ]
    assert made(world, pairs, journal=books(world)).calibration.weights
    cuts = World(policy(), requests=60, bad=0.4)
    with pytest.raises(CalibrationError, match="nobody said whether a candidate is good"):
        made(cuts, pairs, journal=books(cuts))


def test_lines_of_several_gates_are_certified_along_one_path(books):
    """Each stands where being good is equally probable; all of them go into the plan."""
    gates = [
        {"on": FADED, "accept_below": "calibrated"},
        {"on": SHARP, "accept_above": "calibrated"},
    ]
    world = World(policy(gates=gates, cut=None), requests=450)
    found = made(world, journal=books(world))
    assert {(one.on, one.line) for one in found.cuts} == {
        (FADED, "accept_below"), (SHARP, "accept_above"),
    }  # fmt: skip
    assert found.whole
    assert len({one.labels for one in found.cuts}) == 1
    plan = plan_of(world.policy, found.calibration)
    values = {one.on: one.value for one in found.cuts}
    assert plan.gates[0].accept_below == values[FADED]
    assert plan.gates[1].accept_above == values[SHARP]
    strict = found.accepting.places[0], found.accepting.places[-1]
    assert strict[0][0] < strict[1][0]
    assert strict[0][1] > strict[1][1]


def test_costs_draw_lines_on_the_quality_too(books):
    """Through how probable being good is at each quality; no line is laxer than they say."""
    cut = {"of": "quality", "reject_below": "calibrated", "accept_above": "calibrated"}
    lax = World(policy(cut=cut, costs=COSTS), requests=450, clear=1.2)
    dear = replace(lax, policy=policy(cut=cut, costs=COSTS | {"false_accept": 200}))
    book = books(lax)
    cuts = {one.line: one for one in made(lax, journal=book).cuts}
    dearer = {one.line: one for one in made(dear, journal=book).cuts}
    assert 0 < cuts["reject_below"].value < cuts["accept_above"].value
    assert dearer["accept_above"].value >= cuts["accept_above"].value
    assert dearer["reject_below"].value == cuts["reject_below"].value
    assert "by your costs" in cuts["accept_above"].why


@pytest.mark.parametrize("named", [{}, {"hands": HANDS}])
def test_a_fault_that_people_flag_is_a_factor_of_its_own(books, named):
    """Of the instance that is named like it, or of what a person says; others are told."""
    gates = [{"on": HANDS, "reject_above": 0.99}]
    world = World(policy(cut=CUT, costs=COSTS, gates=gates), requests=300, bad=0.3)
    flags = [
        Label(request, "ann", Flag(name, present=not good), "hands")
        for (request, name), good in world.truth().items()
    ]
    asked = replace(ASKED, faults=named)
    found = made(world, [*world.labels(), *flags], asked, books(world)).calibration
    assert [one.of for one in found.probability] == ["verdict", "hands"]
    assert [term.of for term in found.probability[1].terms] == [HANDS]
    assert plan_of(world.policy, found).probability is not None


def test_a_fault_of_which_no_output_tells_is_told(books):
    """It is left out, and said to be."""
    world = World(policy(cut=CUT, costs=COSTS), requests=200)
    label = Label("r0-00001", "ann", Flag("c1", present=True), "six legs")
    found = made(world, [*world.labels(), label], journal=books(world))
    assert [one.of for one in found.calibration.probability] == ["verdict"]
    assert any("six legs" in one for one in found.calibration.data.left_out)


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        ({"hands": HANDS}, r"nobody looked for it \(got 'hands'; flags are of legs\)"),
        ({"legs": "nowhere.at"}, "no such output .*'nowhere.at'"),
    ],
)
def test_a_fault_that_can_not_be_meant_is_refused(books, faults, said):
    """Neither a fault that nobody flagged, nor an output that is not there."""
    world = World(policy(cut=CUT, costs=COSTS), requests=200)
    label = Label("r0-00001", "ann", Flag("c1", present=True), "legs")
    with pytest.raises(CalibrationError, match=said):
        made(world, [*world.labels(), label], replace(ASKED, faults=faults), books(world))


def test_an_order_without_a_sum_has_a_probability_too(books):
    """What it ranks by is added up with the weights that labels give it."""
    method = {"lexicographic": [{"of": BLANK, "eps": 0.1}, {"of": FADED}]}
    world = World(policy(method=method, cut=CUT, costs=COSTS), requests=300)
    found = made(world, journal=books(world))
    assert {term.of for term in found.calibration.probability[0].terms} == {BLANK, FADED}
    assert plan_of(world.policy, found.calibration).cut.reject_below == 0.5


def test_segments_with_enough_labels_have_lines_of_their_own(books):
    """The others share one; without asking for it there is one line for all."""
    world = World(policy(), requests=330, segments=("faces", "faces", "rooms"), clear=2)
    book = books(world)
    apart = made(world, asked=replace(ASKED, by_segment=True), journal=book)
    lines = {one.segment: one for one in apart.cuts}
    assert set(lines) == {"faces", "rooms"} or set(lines) == {"faces", None}
    assert lines["faces"].labels <= 220
    assert plan_of(world.policy, apart.calibration).certified.segments.keys() == (
        lines.keys() - {None}
    )
    together = made(world, journal=book)
    assert [one.segment for one in together.cuts] == [None]
    counted = together.accepting.segments
    assert set(counted) == {"faces", "rooms"}
    assert sum(labels for labels, _ in counted.values()) == together.cuts[0].labels


def test_a_segment_that_labels_do_not_support_is_left_open(books):
    """Enough labels, too many of them bad: it has no line, and the others have theirs."""
    world = World(policy(), requests=330, segments=("faces", "rooms"), clear=2)
    labels = [
        replace(one, said=Verdict(one.said.candidate, good=False))
        if int(one.request[-5:]) % 2 and int(one.request[-5:]) % 3 == 0 else one
        for one in world.labels()
    ]  # fmt: skip
    found = made(world, labels, replace(ASKED, by_segment=True), books(world))
    values = {one.segment: one.value for one in found.cuts}
    assert values["faces"] is not None
    assert values["rooms"] is None
    assert not found.whole
    assert plan_of(world.policy, found.calibration).certified.open == ("rooms",)


def test_what_would_be_delivered_and_nobody_judged_is_wanted(wide):
    """In the order of the path: labels of what strict lines deliver tell first."""
    some = WIDE.labels(lambda request, _: int(request[-5:]) % 3 > 0)
    found = made(WIDE, some, journal=wide)
    wanted = list(found.accepting.wanted.items())
    assert len(wanted) == 100
    assert all(int(request[-5:]) % 3 == 0 for (request, _), _ in wanted)
    assert [place for _, place in wanted] == sorted(place for _, place in wanted)


def test_it_holds_for_what_it_was_made_of(books):
    """The fewest and the most candidates, the generators, and how many were delivered."""
    small = World(policy(deliver=2), requests=100, count=3, clear=3)
    large = replace(small, count=5, seed=1, generator="flux")
    book = books(small)
    large.remember(book)
    labels = [*small.labels(), *large.labels()]
    holds = made(small, labels, journal=book).calibration.holds_for
    assert (holds.candidates, holds.generators, holds.deliver) == (
        (3, 5),
        ("flux", "sdxl-turbo"),
        2,
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cut": {"of": "quality", "accept_above": 0.9}}, "asks labels for nothing"),
        ({"target": None}, r"got no target\). Add 'target:"),
        ({"cut": CUT}, r"got no costs\). Add 'costs:"),
    ],
)
def test_a_policy_that_can_not_be_calibrated_is_told_why(books, changes, said):
    """It asks for nothing, or says too little of what is wanted."""
    world = World(policy(**changes), requests=60)
    with pytest.raises(CalibrationError, match=said):
        made(world, journal=books(world))


@pytest.mark.parametrize(("good", "kind"), [(True, "good"), (False, "bad")])
def test_one_class_only_is_told(books, good, kind):
    """What is to tell good from bad needs both."""
    world = World(policy(cut=CUT, costs=COSTS), requests=60)
    labels = [replace(one, said=Verdict(one.said.candidate, good=good)) for one in world.labels()]
    with pytest.raises(CalibrationError, match=f"are {kind} .*one class only"):
        made(world, labels, journal=books(world))


def test_a_line_on_quality_alone_is_certified_by_good_labels_too(wide):
    """Where nothing is fitted, none bad is the best that there is."""
    labels = [replace(one, said=Verdict(one.said.candidate, good=True)) for one in WIDE.labels()]
    assert made(WIDE, labels, journal=wide).calibration.cuts[0].bad == 0


def test_a_column_of_constants_is_told(tmp_path):
    """It has no scale, and a line on it tells nothing."""
    world = World(policy(method=BOTH, cut=None, target=None), requests=5)
    with Journal(tmp_path / "j.sqlite") as book:
        for one in world.selections():
            flat = {name: {**row, BLANK: replace(row[BLANK], value=0.5)}
                    for name, row in one.outcomes.items()}  # fmt: skip
            book.append(world.plan, replace(one, outcomes=flat))
        with pytest.raises(CalibrationError, match=rf"scale of {BLANK} can't be fitted"):
            made(world, journal=book)


def test_no_signal_promises_nothing(books):
    """Labels that follow no score, a fifth of them bad: no line keeps 5 %."""
    world = World(policy(), requests=300, clear=0, bad=0.2)
    found = made(world, journal=books(world))
    assert found.calibration is None
    assert "no number of labels would do" in found.cuts[0].why or "more" in found.cuts[0].why


def test_labels_that_nobody_can_learn_from_leave_equal_weights(books):
    """The stated fallback, with its reason."""
    world = World(policy(method=BOTH, cut=None, target=None), requests=40)
    dice = np.random.default_rng(0)
    labels = [
        replace(one, said=Verdict(one.said.candidate, good=bool(dice.random() < 0.5)))
        for one in world.labels(raters=1)
    ]
    assert "weighs the same" in made(world, labels, journal=books(world)).calibration.weights_by


def test_too_few_requests_to_part_are_told(books):
    """What fits never certifies, so one request is not enough."""
    world = World(policy(method=BOTH), requests=60)
    labels = world.labels(lambda request, _: request.endswith("00001"))
    with pytest.raises(CalibrationError, match=r"too few requests .* \(got 1\)|one class only"):
        made(world, labels, journal=books(world))


def test_labels_of_the_best_ranked_certify_where_these_are_delivered(books):
    """A stricter gate would deliver others, of which nobody said anything: these are asked for."""
    gates = [{"on": FADED, "accept_below": "calibrated"}]
    world = World(policy(gates=gates, cut=None), requests=300, clear=2, bad=0.3)
    best = world.winners()
    found = made(world, world.labels(lambda *key: key in best), journal=books(world))
    assert found.cuts[0].value == found.accepting.places[-1][0]
    assert found.cuts[0].labels == 300
    wanted = found.accepting.wanted
    assert wanted
    assert not best & set(wanted)
