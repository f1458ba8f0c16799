"""Who is to be trusted: each check finds whom it is meant for, and nobody else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from judgements import spam_world
from selector.errors import CalibrationError
from selector.labels import Label, Pair, Rating
from selector.labels.answers import answers
from selector.labels.checks import closeness, wilson
from selector.labels.raters import Gate, gated, judged, thin

GOOD = ("ann", "bo", "cy", "di")
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def rated(seed=0, *, images=40, extra=None):
    """Return ratings of four who look, and of one more who does as *extra* says."""
    random = np.random.default_rng(seed)
    labels = []
    for image in range(images):
        truth = random.normal(3.3, 1.1)
        for place, rater in enumerate((*GOOD, "odd")):
            value = float(np.clip(np.round(truth + random.normal(0, 0.5)), 1, 5))
            seconds = float(random.uniform(3, 20))
            one = Label(
                f"p{image // 4}", rater, Rating(str(image), value), "fidelity",
                (START + timedelta(seconds=60 * image + place)).isoformat(), seconds,
            )  # fmt: skip
            labels.append(extra(one, random) if rater == "odd" and extra else one)
    return labels


def asked(labels, right, of):
    """Add attention checks, of which "odd" gets so many right."""
    gold = Rating("check", 1.0)
    for at in range(of):
        for rater in (*GOOD, "odd"):
            said = gold if rater in GOOD or at < right else Rating("check", 5.0)
            labels.append(Label(f"check {at}", rater, said, "fidelity", gold=gold))
    return labels


def failed(labels, gate=Gate()):  # noqa: B008 - it is frozen
    """Return who fails which checks, and who is dropped."""
    found = judged(labels, gate)
    return (
        {one.name: {each.check for each in one.findings} for one in found if one.findings},
        [one.name for one in found if one.dropped],
    )


def test_who_looks_fails_nothing():
    """In twenty made-up teams of five at most one person is told, and nobody is dropped."""
    told = [failed(rated(seed)) for seed in range(20)]
    assert sum(len(found) for found, _ in told) <= 1
    assert [dropped for _, dropped in told if dropped] == []


def test_missed_gold_questions_drop():
    """So does the level: eight of twenty are not enough for 0.7, and are for 0.2."""
    labels = asked(rated(), right=8, of=20)
    found, dropped = failed(labels)
    assert (found, dropped) == ({"odd": {"gold"}}, ["odd"])
    assert failed(labels, Gate(level=0.2)) == ({}, [])


def test_too_few_gold_questions_drop_nobody():
    """Three, though all are missed: three right ones would not have shown anything either."""
    assert failed(asked(rated(), right=0, of=3)) == ({}, [])


def test_a_rating_near_the_gold_one_is_right():
    """One step off on five is; attention checks are no judgements of images."""
    labels = [
        Label("g", "r", Rating("a", value), "q", gold=Rating("a", 2.0)) for value in (1, 3, 4)
    ]
    (one,) = judged(labels)
    assert (one.gold.right, one.gold.asked) == (2, 3)
    assert answers(labels) == ()


def test_haste_is_seen():
    """Half of the answers in a second, where the others take three or more."""

    def hasty(one, random):
        return replace(one, seconds=0.5 if random.random() < 0.5 else one.seconds)

    found, dropped = failed(rated(extra=hasty, images=100))
    assert (found, dropped) == ({"odd": {"fast"}}, [])  # one sign alone drops nobody


def test_one_key_held_is_seen():
    """Always 4: the longest run is the sign; without times nothing is said of the order."""

    def held(one, _):
        return replace(one, said=Rating(one.said.candidate, 4.0))

    labels = rated(extra=held)
    found, _ = failed(labels)
    assert "run" in found["odd"]
    timeless, _ = failed([replace(one, created="") for one in labels])
    assert "run" not in timeless.get("odd", set())


def test_who_draws_lots_is_dropped():
    """Agrees with nobody, and the label model says so too."""

    def drawn(one, random):
        return replace(one, said=Rating(one.said.candidate, float(random.integers(1, 6))))

    found, dropped = failed(rated(extra=drawn, images=120))
    assert found["odd"] >= {"agreement", "reliability"}
    assert dropped == ["odd"]


def test_who_never_decides_is_seen():
    """Eight of ten pairs left undecided, where others decide."""
    random = np.random.default_rng(0)
    labels = [
        Label(f"p{at}", rater, Pair("a", "b", "tie" if rater == "odd" and at % 10 < 8 else
              ("left", "right")[int(random.integers(2))]), "q")
        for at in range(40) for rater in (*GOOD, "odd")
    ]  # fmt: skip
    found, _ = failed(labels)
    assert "ties" in found["odd"]


def test_labels_without_those_who_fail():
    """Theirs alone are gone; if all fail, the gold answers are asked about."""
    labels = asked(rated(), right=0, of=20)
    kept, dropped = gated(labels)
    assert [one.name for one in dropped] == ["odd"]
    assert {one.rater for one in kept} == set(GOOD)
    assert len(kept) == len([one for one in labels if one.rater != "odd"])
    with pytest.raises(CalibrationError, match="every rater fails"):
        gated([one for one in labels if one.rater == "odd"])


def test_spammers_have_less_reliability_than_good_raters():
    """Each below all who look, in at least nine of ten worlds of science: 200 votes each."""
    worse = []
    for seed in range(10):
        found = {one.name: one.reliability for one in judged(spam_world(seed, votes=80).labels)}
        spam = max(value for name, value in found.items() if name.startswith("spam"))
        good = min(value for name, value in found.items() if name.startswith("good"))
        worse.append(spam < good)
    assert sum(worse) >= 9


def test_agreement_is_with_the_others_alone():
    """Who says what all say has 1; who says the opposite has less than nothing."""
    labels = [
        Label("p", rater, Rating(str(at), float(value if rater != "odd" else 6 - value)), "q")
        for at, value in enumerate([1, 2, 3, 4, 5])
        for rater in (*GOOD, "odd")
    ]
    found = closeness(answers(labels))
    assert found["odd"][0] < -0.5
    assert all(found[one][0] > found["odd"][0] + 0.5 for one in GOOD)
    agreed = closeness(answers([one for one in labels if one.rater != "odd"]))
    assert {rater: value for rater, (value, _) in agreed.items()} == dict.fromkeys(GOOD, 1.0)


def test_wilson_is_as_published():
    """Newcombe 1998: 81 of 263 at 95 %, two-sided, is 0.2553 or more; 0 of 20 is 0."""
    assert wilson(81, 263, 0.975) == pytest.approx(0.2553, abs=1e-4)
    assert wilson(0, 20) == 0
    with pytest.raises(ValueError, match="one question or more"):
        wilson(0, 0)


def test_items_with_fewer_than_three_raters_are_counted():
    """Attention checks are none."""
    labels = [Label("p", rater, Rating("a", 3.0), "q") for rater in GOOD]
    labels += [Label("p", rater, Rating("b", 3.0), "q") for rater in GOOD[:2]]
    (found,) = answers(labels)
    assert thin(found) == 1
