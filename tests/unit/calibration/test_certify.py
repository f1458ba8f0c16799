"""What of the labelled deliveries is bad along a path, and what that promises."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from scipy import stats

from selector.calibration.certify import Counted, Target, certain, counted, so_few
from selector.calibration.delivered import Course
from selector.calibration.gather import Known
from selector.types import Outcomes

TARGET = Target(0.05, 0.95)
FLAWLESS = 59  # labels that promise 5 % with 95 % confidence if none is bad


def course(request: str, *units: str | None, standing=("a", "b")) -> Course:
    """Return what a request gets, place by place."""
    return Course(Known(request, Outcomes((), {}), standing, None, None), {}, units)


def all_of(courses, name="a"):
    return {(one.known.id, name) for one in courses}


def counts(labelled, bad, assumed=None, reach=None) -> Counted:
    """Return counts by place, all deliveries being labelled."""
    labelled, bad = np.array(labelled), np.array(bad)
    zero = np.zeros_like(bad)
    return Counted(labelled, labelled, bad, zero if assumed is None else np.array(assumed),
                   len(bad) if reach is None else reach)  # fmt: skip


def test_one_delivery_of_each_request_counts():
    """By place: how many deliver, of how many that is known, how many are bad."""
    courses = [course("r", None, "a"), course("s", "a", "b"), course("t", "a", "a")]
    good = {("r", "a"): False, ("s", "a"): True, ("s", "b"): False}
    found = counted(courses, good, frozenset([*good, ("r", "b")]))
    assert found.delivered.tolist() == [2, 3]
    assert found.labelled.tolist() == [1, 2]
    assert found.bad.tolist() == [0, 2]
    assert found.wanted == {("t", "a"): 0}


def test_what_raters_are_tied_about_counts_as_bad():
    """It was judged, so nobody is asked again; left out, it would hide what is doubtful."""
    found = counted([course("r", "a")], {}, frozenset({("r", "a")}))
    assert (found.labelled.tolist(), found.bad.tolist(), found.wanted) == ([1], [1], {})


def test_where_ties_are_many_nothing_is_promised():
    """A hundred clearly good deliveries say nothing of ten that raters could not agree on."""
    courses = [course(f"r{at}", "a") for at in range(110)]
    good = dict.fromkeys(all_of(courses[:100]), True)
    agreed = certain(counted(courses[:100], good, frozenset(good)), TARGET)
    tied = certain(counted(courses, good, frozenset(all_of(courses))), TARGET)
    assert (agreed.place, tied.place) == (0, None)
    assert (tied.labels, tied.bad) == (110, 10)


def test_where_deliveries_were_picked_to_be_judged_another_one_counts_as_bad():
    """A laxer line delivers b where a was judged: that a is good says nothing of b."""
    courses = [course(f"r{at}", "a", "a" if at else "b") for at in range(10)]
    found = counted(courses, dict.fromkeys(all_of(courses), True), frozenset(all_of(courses)))
    assert found.assumed.tolist() == [0, 1]
    assert (found.labelled.tolist(), found.bad.tolist()) == ([10, 10], [0, 1])
    assert found.wanted == {("r0", "b"): 1}


def test_where_any_candidates_were_judged_one_that_was_not_counts_for_nothing():
    """Half of all candidates, whatever would be delivered, are a sample of deliveries as well."""
    courses = [course(f"r{at}", "a") for at in range(40)]
    seen = {(f"r{at}", "a" if at % 2 else "b") for at in range(40)}
    found = counted(courses, dict.fromkeys(seen, True), frozenset(seen))
    assert (found.assumed.tolist(), found.labelled.tolist()) == ([0], [20])


def test_a_request_that_nobody_looked_at_counts_for_nothing():
    """It may be labelled later; until then it is told."""
    courses = [course(f"r{at}", "a") for at in range(10)]
    seen = frozenset(all_of(courses[:5]))
    found = counted(courses, dict.fromkeys(seen, True), seen)
    assert (found.assumed.tolist(), found.labelled.tolist()) == ([0], [5])
    assert len(found.wanted) == 5


def test_a_path_ends_where_labels_end():
    """Labels of what a strict line delivers say nothing of what a laxer one adds."""
    strict = [course(f"s{at}", "a", "a", "a") for at in range(200)]
    lax = [course(f"l{at}", None, "a", "a") for at in range(60)]
    seen = frozenset(all_of(strict))
    found = counted([*strict, *lax], dict.fromkeys(seen, True), seen)
    assert found.reach == 1
    everything = all_of([*strict, *lax])
    assert (
        counted([*strict, *lax], dict.fromkeys(everything, True), frozenset(everything)).reach == 3
    )


@given(st.lists(st.integers(1, 9), min_size=2, max_size=12))
def test_a_path_ends_where_labels_end_however_small_its_steps(steps):
    """One delivery more at each place is too little to tell; all that was added together is not."""
    strict = [course(f"s{at}", *["a"] * (len(steps) + 1)) for at in range(60)]
    begins = [place for place, count in enumerate(steps, 1) for _ in range(count)]
    lax = [
        course(f"l{at}", *[None] * place, *["a"] * (len(steps) + 1 - place))
        for at, place in enumerate(begins)
    ]
    seen = frozenset(all_of(strict))
    assert counted([*strict, *lax], dict.fromkeys(seen, True), seen).reach == 1


def test_a_path_ends_before_labels_grow_thin():
    """Every label up to a place and one in six beyond, one request a step: the thin ones don't count."""
    places = 160
    courses = [course(f"r{at:03}", *[None] * at, *["a"] * (places - at)) for at in range(places)]
    seen = frozenset(
        (one.known.id, "a") for at, one in enumerate(courses) if at < 80 or at % 6 == 0
    )
    assert 80 <= counted(courses, dict.fromkeys(seen, True), seen).reach <= 90


def test_labels_at_random_reach_to_the_end():
    """Half of the deliveries labelled by chance: no place has too few by more than chance."""
    dice = np.random.default_rng(0)
    courses = [course(f"r{at}", *[None] * (at % 20), *["a"] * (20 - at % 20)) for at in range(600)]
    ends = []
    for _ in range(20):
        seen = {key for key in sorted(all_of(courses)) if dice.random() < 0.5}
        ends.append(counted(courses, dict.fromkeys(seen, True), frozenset(seen)).reach)
    assert sum(end == 20 for end in ends) >= 15


@given(*[st.integers(0, 60)] * 4)
def test_how_few_is_fishers_exact_test(labelled, others, labelled_before, others_before):
    """Of any two-by-two table, also where a row or a column of it is empty."""
    new, before = (labelled, others), (labelled_before, others_before)
    expected = stats.fisher_exact([new, before], alternative="less").pvalue
    assert so_few(new, before) == pytest.approx(expected, abs=1e-9)


def test_the_laxest_place_of_which_the_promise_holds():
    """In the order from strict to lax, up to the first that fails."""
    found = certain(counts([50, 120, 200, 300], [0, 1, 4, 40]), TARGET)
    assert (found.place, found.labels, found.bad) == (2, 200, 4)
    assert found.risk_at_most < 0.05
    assert found.open_to == 2  # 40 of 300 shows that the next breaks it


def test_what_labels_can_not_tell_lies_between_two_lines():
    """The certified one, and the laxest that is not shown to break the promise."""
    found = certain(counts([100, 200, 300, 400], [0, 4, 14, 60]), TARGET)
    assert (found.place, found.open_to) == (1, 2)


@pytest.mark.parametrize(("labels", "place"), [(FLAWLESS - 1, None), (FLAWLESS, 0)])
def test_too_few_labels_promise_nothing(labels, place):
    """Not even flawless ones; what would do is told."""
    found = certain(counts([labels], [0]), TARGET)
    assert (found.place, found.lacking.flawless) == (place, FLAWLESS)
    assert found.lacking.realistic > FLAWLESS


def test_nothing_laxer_than_labels_reach_is_promised():
    """Places beyond have labels too, but of strict deliveries."""
    assert certain(counts([100, 101, 102], [0, 0, 0], reach=1), TARGET).place == 0


def test_where_much_is_assumed_bad_the_path_begins_behind_it():
    """Strict places that deliver what nobody judged are passed over, by what is judged alone."""
    found = certain(counts([120, 150, 200], [30, 2, 3], assumed=[30, 1, 0]), TARGET)
    assert (found.place, found.labels, found.bad) == (2, 200, 3)
    nowhere = certain(counts([120, 150], [30, 30], assumed=[30, 30]), TARGET)
    assert (nowhere.place, nowhere.assumed) == (None, 30)
    few = certain(counts([1, 120, 150], [0, 30, 2], assumed=[0, 30, 0]), TARGET)
    assert few.place == 2  # one label at the strictest place is no beginning


def test_counts_need_not_rise():
    """A laxer line may deliver another candidate of a request, of which nothing is known."""
    assert certain(counts([100, 98, 130], [0, 0, 1]), TARGET).place == 2
