"""All that can be told of labels: counts, agreement, what to mend."""

from dataclasses import replace

import pytest

from selector.labels import Label, Pair, Rating, Verdict
from selector.labels.summary import overview, summaries, warnings


def rated(steps, aspect="fidelity"):
    """Return labels: by rater, the steps of image after image."""
    return [
        Label("p", rater, Rating(str(image), float(step)), aspect)
        for rater, row in steps.items()
        for image, step in enumerate(row)
    ]


THREE = {"ann": [1, 2, 4, 5] * 6, "bo": [1, 2, 4, 5] * 6, "cy": [1, 2, 4, 4] * 6}


def test_counts_agreement_and_what_others_said():
    """By hand: of those who say 5, the other two say 5 and 4; rows of the table are shares."""
    (one,) = summaries(rated(THREE))
    assert (one.judgements, one.items, one.raters, one.thin) == (72, 24, 3, 0)
    assert one.level == "ordinal"
    assert one.alpha.value > 0.9
    assert set(one.alphas) == {"nominal", "ordinal", "interval"}
    assert one.shares == pytest.approx({"1": 3 / 12, "2": 3 / 12, "4": 4 / 12, "5": 2 / 12})
    assert one.confusion[3] == pytest.approx((0, 0, 0.5, 0.5))
    assert one.confusion[0] == pytest.approx((1, 0, 0, 0))
    assert {(each.one, each.other) for each in one.kappas} == {
        ("ann", "bo"), ("ann", "cy"), ("bo", "cy"),
    }  # fmt: skip
    assert one.fleiss is not None


def test_what_is_no_number_is_compared_as_names():
    """Verdicts and pairs have no order."""
    labels = [Label("p", rater, Verdict(str(n), good=n < 2)) for rater in "ab" for n in range(4)]
    labels += [Label("p", rater, Pair("x", "y", "left"), "better") for rater in "ab"]
    pair, verdict = summaries(labels)
    assert set(pair.alphas) == set(verdict.alphas) == {"nominal"}
    assert set(verdict.shares) == {"good", "not good"}
    assert verdict.alpha.value == 1


def test_what_to_mend_is_told():
    """One rater, too few raters, only one answer."""
    one = " ".join(warnings(summaries(rated({"ann": [1, 2]}))))
    assert "one rater only" in one
    two = " ".join(warnings(summaries(rated({"ann": [1, 2], "bo": [1, 2]}))))
    assert "2 of 2 candidates have fewer than 3 raters" in two
    same = " ".join(warnings(summaries(rated({"ann": [3, 3], "bo": [3, 3], "cy": [3, 3]}))))
    assert "only one answer was ever given" in same


def test_agreement_without_those_who_fail():
    """Where nobody fails it is not told twice."""
    labels = rated(THREE)
    assert overview(labels).cleaned == ()
    gold = Rating("check", 1.0)
    spoiled = [replace(one, rater="odd", said=Rating(one.said.candidate, 6.0 - one.said.value))
               for one in labels if one.rater == "ann"]  # fmt: skip
    checks = [Label(f"c{n}", "odd", Rating("check", 5.0), "fidelity", gold=gold) for n in range(9)]
    made = overview([*labels, *spoiled, *checks])
    assert made.cleaned[0].alpha.value > made.aspects[0].alpha.value + 0.3
    assert made.cleaned[0].alpha == summaries(labels)[0].alpha
