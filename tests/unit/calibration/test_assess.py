"""Every way to choose beside every other: which rows there are, and what is said of them."""

from dataclasses import replace

import numpy as np
import pytest

from labelled import World, sample
from selector.calibration.assess import EQUAL, LEARNED, PERSON, RANDOM, assess
from selector.calibration.assessment import Asked
from selector.calibration.labelled import only
from selector.calibration.sample import Sample
from selector.errors import CalibrationError
from selector.policy.grammar import Costs

ASKED = Asked(good_from=0.0)
SEVERAL = World(requests=120, candidates=6, rhos=(0.5, 0.4), raters=3)


@pytest.fixture(scope="module")
def found():
    """Two measures, three raters, prices and costs."""
    costs = Costs(false_accept=20, false_reject=2, review=1)
    return assess(sample(SEVERAL), replace(ASKED, prices=(0.02, 1.0), costs=costs))


def row(found, name):
    return next(one for one in found.rows if one.name == name)


def test_everything_stands_beside_everything(found):
    """Learned, equal, ranks, the best of others, each measure, a person and chance; best first."""
    assert {one.kind for one in found.rows} == {"blend", "measure", "person", "random"}
    assert len(found.rows) == 8
    values = [one.efficiency for one in found.rows]
    assert values == sorted(values, reverse=True)
    assert row(found, RANDOM).efficiency == 0
    assert found.subject.name == LEARNED
    assert (found.requests, found.candidates) == (120, 720)
    assert (found.judgements, found.raters) == (2160, 3)


def test_bounds_stand_in_order(found):
    """By the mean judgement, without noise, by other people: each above the one before."""
    for one in found.rows:
        if one.kind in {"blend", "measure"} and one.without_noise is not None:
            assert one.efficiency <= one.without_noise <= one.upper


def test_measures_by_themselves_are_no_fair_comparison(found):
    """The best of several was picked by these labels; one alone was not."""
    assert not row(found, "m0").fair
    assert row(found, LEARNED).fair
    alone = assess(sample(replace(SEVERAL, rhos=(0.5,))), ASKED)
    assert row(alone, "m0").fair
    assert alone.subject.name == "m0"
    assert (alone.weights, alone.lead) == ((), None)


def test_a_lead_is_paired(found):
    """It is the difference of the two rows, with a narrower interval than theirs."""
    learned, equal = row(found, LEARNED), row(found, EQUAL)
    assert found.lead.by == pytest.approx(learned.efficiency - equal.efficiency)
    width = found.lead.interval[1] - found.lead.interval[0]
    assert width < learned.interval[1] - learned.interval[0]


def test_a_policy_is_the_subject():
    """Its own choice is judged, by its own name."""
    made = sample(SEVERAL)
    found = assess(made, replace(ASKED, policy=("mine", made.scores["m1"])))
    assert (found.subject.name, found.subject.kind) == ("mine", "policy")
    assert found.subject.efficiency == row(found, "m1").efficiency


def test_less_can_be_better():
    """An output of which less is better is turned around."""
    made = sample(SEVERAL)
    turned = replace(made, scores={"m0": -made.scores["m0"], "m1": made.scores["m1"]})
    found = assess(turned, replace(ASKED, lower=frozenset({"m0"})))
    assert row(found, "m0").efficiency == row(assess(made, ASKED), "m0").efficiency
    notes = assess(turned, ASKED).notes
    assert any("m0" in one and "worse than chance" in one for one in notes)


def test_the_same_gives_the_same(found):
    """Nothing is left to chance, whatever the order of requests."""
    made = sample(SEVERAL)
    again = assess(made, ASKED)
    assert again.rows == found.rows
    order = np.argsort([int(one[1:]) % 7 for one in made.requests], kind="stable")
    other = assess(only_in(made, order), ASKED)
    for one in found.rows:
        assert row(other, one.name).efficiency == pytest.approx(one.efficiency, abs=0.05)


def only_in(made, order):
    """Return a sample in another order."""
    return replace(
        made,
        requests=tuple(made.requests[at] for at in order),
        candidates=tuple(made.candidates[at] for at in order),
        scores={name: column[order] for name, column in made.scores.items()},
        worth=made.worth[order],
        ratings=tuple(made.ratings[at] for at in order),
    )


def test_candidates_that_nobody_judged_are_not_asked_about():
    """They leave every number as it is."""
    made = sample(World(requests=30, candidates=4))
    silent = np.zeros(len(made), dtype=bool)
    silent[::4] = True
    worth = np.where(silent, np.nan, made.worth)
    ratings = tuple({} if gone else one for one, gone in zip(made.ratings, silent, strict=True))
    with_silent = assess(replace(made, worth=worth, ratings=ratings), ASKED)
    assert with_silent.rows == assess(only(made, ~silent), ASKED).rows
    assert with_silent.candidates == 90


def test_one_rater_is_a_lower_bound_and_said_so():
    """No second opinion, no upper bound, no person."""
    found = assess(sample(World(requests=60, raters=1)), ASKED)
    assert found.subject.upper is None
    assert not [one for one in found.rows if one.name == PERSON]
    assert any("judged once" in one for one in found.notes)


def test_labels_that_end_where_many_lie_have_bounds_alone():
    """On a scale that most candidates fill no bell holds, and no number stands between."""
    made = sample(World(requests=300, candidates=5, raters=5))
    steps = tuple({who: float(said > -1.5) for who, said in one.items()} for one in made.ratings)
    worth = np.array([np.mean(list(one.values())) for one in steps])
    found = assess(replace(made, worth=worth, ratings=steps), ASKED)
    assert found.subject.without_noise is None
    assert any("spread like a bell" in one for one in found.notes)


def test_a_measure_made_of_the_labels_is_suspected():
    """What agrees with people in nearly all pairs is no measure."""
    made = sample(World(requests=60))
    found = assess(replace(made, scores={"leak": made.worth}), ASKED)
    assert found.suspects == ("leak",)


@pytest.mark.parametrize(
    ("worth", "said"),
    [
        (lambda made: np.full(len(made), np.nan), "nobody judged"),
        (lambda made: np.ones(len(made)), "worth the same"),
        (
            lambda made: np.where([one == "c0" for one in made.candidates], made.worth, np.nan),
            "but one candidate",
        ),
    ],
)
def test_what_says_nothing_is_refused(worth, said):
    """No labels, all equal, one candidate a request: said, and no division by zero."""
    made = sample(World(requests=10))
    with pytest.raises(CalibrationError, match=said):
        assess(replace(made, worth=worth(made), ratings=()), ASKED)


def test_few_requests_are_told():
    """With two there is a table still, and a word on how little it says."""
    found = assess(sample(World(requests=2, candidates=3, rhos=(0.5, 0.4))), ASKED)
    assert any("Only 2 requests" in one for one in found.notes)
    assert not [one for one in found.rows if one.kind == "blend"]


def test_one_choice_among_single_candidates_is_told():
    """Requests without a choice are counted in words."""
    made = sample(World(requests=40, candidates=3))
    alone = np.array(
        [at >= 9 or one == "c0" for at, one in zip(made.groups, made.candidates, strict=True)]
    )
    found = assess(only(made, alone), ASKED)
    assert any(one.startswith("9 requests have one candidate") for one in found.notes)


def test_measures_that_are_the_same_everywhere_choose_nothing():
    """They are no rows beside others, and without others there is nothing to ask."""
    made = sample(World(requests=40, candidates=3))
    flat = np.full(len(made), 7.0)
    both = assess(replace(made, scores={**made.scores, "flat": flat}), ASKED)
    assert [one.name for one in both.rows if one.kind == "measure"] == ["m0"]
    with pytest.raises(CalibrationError, match="all are the same"):
        assess(replace(made, scores={"flat": flat}), ASKED)


def test_without_blends_the_best_measure_is_asked_about():
    """With too few requests to learn from, it is the best by these labels, and marked so."""
    found = assess(sample(World(requests=3, candidates=6, rhos=(0.1, 0.9))), ASKED)
    assert found.subject.name == "m1"
    assert not found.subject.fair


def test_where_every_score_of_a_request_failed_numbers_stay_finite():
    """No probability, and a request without any score: its line is the lowest of the others."""
    made = sample(World(requests=3, candidates=3))
    gone = np.where(made.groups == 0, np.nan, made.scores["m0"])
    found = assess(replace(made, scores={"m0": gone}), replace(ASKED, good_from=-99.0))
    assert not found.coverage.is_probability
    assert all(np.isfinite(one.line) for one in found.coverage.points)


def test_without_a_word_on_what_is_good_there_is_no_coverage():
    """People who only compared say what is better, not what is good enough."""
    found = assess(sample(World(requests=30, candidates=3)), Asked(good_from=None))
    assert (found.coverage, found.shares_good) == (None, None)
    assert found.curve is not None


def test_of_equal_scores_a_lot_decides_whatever_the_order_of_rows():
    """Were it the first of the file, one order would deliver only good ones, another only bad."""
    worth, scores = np.array([5.0, 1.0, 1.0, 3.0] * 90), np.array([1.0, 1.0, 1.0, 0.0] * 90)
    names = [(f"r{at // 4}", f"c{at % 4}") for at in range(len(worth))]
    requests, candidates = zip(*names, strict=True)
    said = tuple({"ann": float(one)} for one in worth)
    made = Sample(requests, candidates, {"m": scores}, worth, said)
    asked = Asked(good_from=4.0)
    found = [assess(only_in(made, order), asked).coverage for order in orders(len(made))]
    assert found[0] == found[1] == found[2]
    delivered = found[0].points[-1].bad
    assert delivered.of == 90
    assert delivered.count == pytest.approx(60, abs=15)


def orders(count):
    """Give the order of the file, the one turned around, and one of each request turned."""
    place = np.arange(count)
    return place, place[::-1], place.reshape(-1, 4)[:, ::-1].ravel()


def test_a_measure_made_of_some_of_the_labels_is_suspected():
    """It captures more of the others' judgements than these capture of each other's."""
    made = sample(World(requests=100, candidates=5, rhos=(0.4,), raters=3, noise=1.0))
    two = np.array([one["a"] + one["b"] for one in made.ratings])
    found = assess(replace(made, scores={**made.scores, "leak": two}), ASKED)
    assert row(found, "leak").upper > 1
    assert row(found, "leak").accuracy < 0.95
    assert found.suspects == ("leak",)
