"""How far people agree: the textbooks' own examples, and what must always hold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from selector.labels import Label, Pair, Ranking
from selector.labels.agreement import LEVELS, alpha, between, cohen, fleiss
from selector.labels.answers import BOTH_BAD, FIRST, SECOND, TIE, answers

# Krippendorff 2011, section D: four coders, twelve units, some values missing.
CODERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
UNITS = [
    {f"coder {who}": float(value) for who, value in enumerate(unit) if value != "."}
    for unit in zip(*(row.split() for row in CODERS), strict=True)
]
# Fleiss 1971: ten subjects, fourteen raters, five diagnoses.
SUBJECTS = (
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
)  # fmt: skip
RATINGS = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.integers(1, 5).map(float), min_size=1),
    min_size=2, max_size=12,
)  # fmt: skip


@pytest.mark.parametrize(
    ("level", "value"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_krippendorffs_own_example(level, value):
    """At every level, with values missing; a unit that one coder judged does not count."""
    found = alpha(UNITS, level)
    assert found.value == pytest.approx(value, abs=5e-4)
    assert found.items == 11
    assert found.low < found.value <= found.high


def test_fleiss_own_example():
    """0.210 as published."""
    ratings = [
        {f"{answer} {n}": float(answer) for answer, many in enumerate(row) for n in range(many)}
        for row in SUBJECTS
    ]
    assert fleiss(ratings) == pytest.approx(0.210, abs=5e-4)
    assert fleiss([*ratings, {"one": 1.0, "two": 2.0}]) is None
    assert fleiss([{"one": 1.0}]) is None


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=2, max_size=30))
def test_cohens_kappa_is_scikit_learns(pairs):
    """Plain and weighted."""
    one, other = ([float(value) for value in side] for side in zip(*pairs, strict=True))
    if len({*one, *other}) == 1:
        assert math.isnan(cohen(one, other))
        return
    # scikit-learn counts steps between answers that are there, as we do.
    for weights in (None, "linear", "quadratic"):
        expected = cohen_kappa_score([*map(int, one)], [*map(int, other)], weights=weights)
        assert cohen(one, other, weights) == pytest.approx(expected)


def by_pairs(ratings, level):
    """Alpha from its definition: every pair of values inside units, against every pair at all."""
    units = [list(one.values()) for one in ratings if len(one) > 1]
    every = [value for unit in units for value in unit]
    answered = sorted(set(every))

    def apart(x, y):
        if level == "nominal":
            return float(x != y)
        if level == "interval":
            return (x - y) ** 2
        low, high = min(x, y), max(x, y)
        between_them = sum(low <= value <= high for value in every)
        return (between_them - (every.count(low) + every.count(high)) / 2) ** 2 if x != y else 0.0

    seen = sum(
        apart(x, y) / (len(unit) - 1)
        for unit in units
        for i, x in enumerate(unit)
        for j, y in enumerate(unit)
        if i != j
    ) / max(len(every), 1)
    chance = sum(apart(x, y) for x in every for y in every) / max(len(every) * (len(every) - 1), 1)
    return 1 - seen / chance if len(answered) > 1 else math.nan


@settings(max_examples=60)
@given(RATINGS, st.sampled_from(LEVELS))
def test_alpha_is_its_definition(ratings, level):
    """Whatever is missing; with one answer only it has no meaning."""
    found = alpha(ratings, level, draws=1).value
    assert found == pytest.approx(by_pairs(ratings, level), abs=1e-9, nan_ok=True)


@given(RATINGS, st.sampled_from(LEVELS))
def test_whoever_says_it_and_of_which_item_makes_no_difference(ratings, level):
    """Raters may change places, items their order."""
    called = {"a": "x", "b": "y", "c": "z", "d": "w"}
    other = [{called[who]: value for who, value in one.items()} for one in reversed(ratings)]
    values = [alpha(each, level, draws=1).value for each in (ratings, other)]
    assert values[0] == pytest.approx(values[1], nan_ok=True)


def test_the_interval_covers_the_truth():
    """Of 120 samples of 60 items from a big world, about 95 % of intervals hold its alpha."""
    random = np.random.default_rng(0)
    truth = random.normal(0, 1, 6000)
    said = np.clip(np.round(3 + truth[:, None] + random.normal(0, 0.8, (6000, 3))), 1, 5)
    whole = [dict(zip("abc", row, strict=True)) for row in said.tolist()]
    value = alpha(whole, "ordinal", draws=1).value
    held = 0
    for _ in range(120):
        found = alpha([whole[at] for at in random.integers(0, 6000, 60)], "ordinal", draws=300)
        held += found.low <= value <= found.high
    assert 0.88 <= held / 120 <= 0.99


@pytest.mark.parametrize(
    ("ratings", "word"),
    [
        ([{"a": 1.0, "b": 1.0}, {"a": 2.0, "b": 2.0}] * 5, "firm"),
        ([{"a": 1.0, "b": 2.0}, {"a": 2.0, "b": 1.0}] * 5, "too low"),
        ([{"a": 1.0}], "can't be told"),
        ([{"a": 1.0, "b": 1.0}], "can't be told"),
        ([], "can't be told"),
    ],
)
def test_what_it_means_in_words(ratings, word):
    """The usual cuts; where nothing can be said, that is said."""
    assert alpha(ratings, "nominal").reading.startswith(word)


def test_huge_numbers_do_not_overflow():
    """A scale in the range of floats is a scale."""
    ratings = [{"a": 1e300, "b": 1e300}, {"a": -1e300, "b": -1e300}]
    assert alpha(ratings, "interval", draws=1).value == pytest.approx(1)


def test_pairs_are_items_whichever_side_they_were_on():
    """A preference names the same candidate from both sides; a ranking is its pairs."""
    labels = [
        Label("p", "a", Pair("x", "y", "left"), "q"),
        Label("p", "b", Pair("y", "x", "right"), "q"),
        Label("p", "c", Pair("y", "x", "left"), "q"),
        Label("p", "d", Pair("y", "x", "tie"), "q"),
        Label("p", "e", Pair("x", "y", "both_bad"), "q"),
        Label("p", "f", Ranking(("z", "y", "x")), "q"),
    ]
    (found,) = answers(labels)
    assert found.form == "comparison"
    assert found.items["p", "x", "y"] == {
        "a": FIRST, "b": FIRST, "c": SECOND, "d": TIE, "e": BOTH_BAD, "f": SECOND,
    }  # fmt: skip
    assert found.items["p", "y", "z"] == {"f": SECOND}


def test_only_raters_with_enough_in_common_are_compared():
    """Kappa of two items says nothing."""
    ratings = [{"a": 1.0, "b": 1.0}] * 12 + [{"a": 1.0, "c": 2.0}] * 3
    assert list(between(ratings)) == [("a", "b")]
