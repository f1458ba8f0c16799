"""The label model: one worth a candidate, whatever form people said it in."""

import itertools
from dataclasses import replace

import choix
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from judgements import LABELS, spam_world
from selector.errors import CalibrationError
from selector.labels import Flag, Label, Pair, Ranking, Rating, Verdict
from selector.labels.likelihood import Likelihood
from selector.labels.model import LAM, Settings, fit
from selector.labels.terms import terms

PLAIN = Settings(raters=False, position=False)
NAMES = "abcde"
PAIRS = st.lists(
    st.tuples(
        st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from(["left", "right", "tie"]),
        st.sampled_from(["ann", "bo"]),
    ).filter(lambda one: one[0] != one[1]),
    min_size=1, max_size=30,
)  # fmt: skip


def paired(votes, **rest):
    return [Label("p", rater, Pair(x, y, said, **rest), "quality") for x, y, said, rater in votes]


def near(found, other, tolerance=1e-3):
    assert found.keys() == other.keys()
    assert all(abs(found[key] - other[key]) < tolerance for key in found), (found, other)


@settings(max_examples=25)
@given(PAIRS)
def test_it_is_bradley_and_terry_where_raters_are_not_asked(votes):
    """The same worth as choix, of the same prior, from the same comparisons."""
    decided = [one for one in votes if one[2] != "tie"] or [("a", "b", "left", "ann")]
    found = fit(paired(decided), "quality", PLAIN).worth
    names = [name for _, name in sorted(found)]
    wins = [(x, y) if said == "left" else (y, x) for x, y, said, _ in decided]
    data = [(names.index(one), names.index(other)) for one, other in wins]
    expected = choix.opt_pairwise(len(names), data, alpha=LAM / 2)
    near(found, {("p", name): value for name, value in zip(names, expected, strict=True)})


@settings(max_examples=25)
@given(st.lists(st.permutations("abcd"), min_size=1, max_size=8))
def test_it_is_plackett_and_luce_for_rankings(orders):
    """Likewise."""
    labels = [Label("p", "r", Ranking(tuple(order)), "quality") for order in orders]
    data = [tuple("abcd".index(name) for name in order) for order in orders]
    expected = choix.opt_rankings(4, data, alpha=LAM / 2)
    near(
        fit(labels, "quality", PLAIN).worth,
        {("p", x): v for x, v in zip("abcd", expected, strict=True)},
    )


@settings(max_examples=25)
@given(PAIRS)
def test_sides_that_are_turned_change_nothing(votes):
    """(i, j, y) and (j, i, 1 - y) are the same vote, where sides are not known."""
    turn = {"left": "right", "right": "left", "tie": "tie"}
    turned = [(y, x, turn[said], rater) for x, y, said, rater in votes]
    one, other = (fit(paired(each, shown=False), "quality") for each in (votes, turned))
    near(one.worth, other.worth)
    near(one.error, other.error)


@settings(max_examples=25)
@given(PAIRS, st.permutations(NAMES))
def test_names_change_nothing(votes, names):
    """Called otherwise, candidates are worth the same."""
    called = dict(zip(NAMES, names, strict=True))
    renamed = [(called[x], called[y], said, rater) for x, y, said, rater in votes]
    one = fit(paired(votes), "quality").worth
    other = fit(paired(renamed), "quality").worth
    near({("p", called[name]): value for (_, name), value in one.items()}, other)


@settings(max_examples=25)
@given(PAIRS)
def test_nothing_but_ties_is_worth_nothing(votes):
    """All-half votes: every candidate at 0."""
    tied = [(x, y, "tie", rater) for x, y, _, rater in votes]
    assert all(abs(one) < 1e-6 for one in fit(paired(tied), "quality").worth.values())


@settings(max_examples=15)
@given(PAIRS, PAIRS)
def test_a_rater_of_whom_nothing_is_meant_changes_nothing(votes, noise):
    """With reliability 0 it is as if they had never voted."""
    spam = [(x, y, said, "spam") for x, y, said, _ in noise]
    heard = fit([*paired(votes), *paired(spam)], "quality", Settings(reliability={"spam": 0.0}))
    alone = fit(paired(votes), "quality")
    near({key: heard.worth[key] for key in alone.worth}, alone.worth)
    near({key: heard.error[key] for key in alone.error}, alone.error)
    assert heard.raters["spam"].reliability == 0


@settings(max_examples=20)
@given(st.lists(LABELS, min_size=1, max_size=20), st.integers(0, 100))
def test_its_slopes_are_its_slopes(labels, seed):
    """Of every form at once: the gradient is what the value does."""
    every = [replace(one, gold=None, aspect="all") for one in labels]
    said = terms(every, "all")
    one = Likelihood(said, LAM, position=True, held=np.full(len(said.raters), np.nan))
    start = one.start()
    at = start + np.random.default_rng(seed).normal(0, 0.3, len(start))
    steps = np.eye(len(at)) * 1e-5
    rises = [(one.value(at + step)[0] - one.value(at - step)[0]) / 2e-5 for step in steps]
    np.testing.assert_allclose(one.value(at)[1], rises, atol=1e-4)


def test_ratings_and_verdicts_make_requests_comparable():
    """Images that are rated higher are worth more, in another request too; errors fall with raters."""
    labels = [
        Label(request, f"r{rater}", Rating(name, float(step)), "quality")
        for request, name, step in [("p", "a", 5), ("p", "b", 4), ("q", "a", 2), ("q", "b", 1)]
        for rater in range(4)
    ]
    found = fit(labels, "quality")
    assert sorted(found.worth, key=found.worth.__getitem__) == [
        ("q", "b"), ("q", "a"), ("p", "b"), ("p", "a"),
    ]  # fmt: skip
    fewer = fit([one for one in labels if one.rater == "r0"], "quality")
    assert all(found.error[key] < fewer.error[key] for key in found.error)
    verdicts = [Label("p", "r", Verdict(name, good)) for name, good in (("a", True), ("b", False))]
    worth = fit(verdicts, "verdict").worth
    assert worth["p", "a"] > 0 > worth["p", "b"]


def test_a_severe_rater_is_understood():
    """Whoever gives everybody two steps less is no reason to hold an image worse."""
    random = np.random.default_rng(0)
    truth, off = random.normal(0, 1.4, 240), {"mild": 1.0, "severe": -1.0}
    labels = []
    for image, worth in enumerate(truth):
        rater = ("mild", "severe")[int(random.integers(2))]  # each image is seen by one of them
        step = float(np.clip(np.round(3 + worth + off[rater]), 1, 5))
        labels.append(Label(f"p{image // 4}", rater, Rating(str(image), step), "q"))
    steps = [one.said.value for one in labels]
    worth = fit(labels, "q").worth
    found = [worth[one.request, one.said.candidate] for one in labels]
    assert spearmanr(found, truth)[0] > spearmanr(steps, truth)[0] + 0.1


def test_flags_count_against():
    """Whoever has the fault is worth less; faults are left out of "all aspects"."""
    labels = [Label("p", f"r{n}", Flag(name, present), "hands")
              for n in range(3) for name, present in (("a", True), ("b", False))]  # fmt: skip
    worth = fit(labels, "hands").worth
    assert worth["p", "a"] < worth["p", "b"]
    with pytest.raises(CalibrationError, match="nobody said anything of any aspect"):
        fit(labels, None)


def test_what_is_not_there_is_told():
    """With the aspects that are; attention checks are no opinions."""
    label = Label("p", "r", Verdict("a", good=True), gold=Verdict("a", good=True))
    with pytest.raises(CalibrationError, match="nobody said anything of fidelity"):
        fit([label], "fidelity")
    with pytest.raises(CalibrationError, match="nobody said anything of verdict"):
        fit([label], "verdict")


@pytest.mark.parametrize("said", [Verdict("a", good=True), Rating("a", 5.0)])
def test_one_answer_to_everything_tells_nothing(said):
    """One rater, one class: worth 0, as uncertain as the prior, and no crash."""
    found = fit([Label("p", "r", said, "q")], "q")
    assert found.worth["p", "a"] == 0
    assert found.error["p", "a"] == pytest.approx(LAM**-0.5)


def test_scales_of_a_hundred_steps_are_cut_into_ten():
    """A slider is a rating too."""
    labels = [Label("p", f"r{n}", Rating(str(at), at + n / 7, 0, 100), "q")
              for at in range(0, 100, 7) for n in range(3)]  # fmt: skip
    worth = fit(labels, "q").worth
    found = [worth["p", str(at)] for at in range(0, 100, 7)]
    assert all(one <= other + 0.3 for one, other in itertools.pairwise(found))


def test_differences_know_that_errors_go_together():
    """The error of a difference is not that of two strangers."""
    votes = [("a", "b", "left", "ann")] * 6 + [("a", "b", "right", "ann")] * 5
    found = fit(paired(votes), "quality", PLAIN)
    gap, error = found.difference("p", "a", "b")
    assert gap == pytest.approx(found.worth["p", "a"] - found.worth["p", "b"])
    assert error == pytest.approx((0.5 * LAM + 11 / 4) ** -0.5, rel=0.05)  # by hand, at worth 0


def test_fifty_requests_take_about_a_second():
    """50 x 8 images, 40 votes each; measured in seconds of this process alone."""
    import time

    world = spam_world(0)
    start = time.process_time()
    fit(world.labels, "quality")
    assert time.process_time() - start < 3
