"""How measuring is arranged: which words of `cascade` go together, and that none means anything else."""

import pytest

from policies import small
from selector.errors import PolicyError
from selector.policy.grammar import Cascade
from selector.policy.policy import Policy

WORTH = {"value_of_quality": 5, "price_of_call": 0.01}
MORE = WORTH | {"price_of_candidate": 0.04}


def cascade(**entries) -> Cascade:
    return Policy.load(small(cascade=entries)).cascade


def refusals(**entries) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        cascade(**entries)
    return caught.value.problems


MISTAKES = [
    ({"parallelism": 0}, "parallelism: expected a whole number from 1 (got 0)."),
    ({"parallelism": 1.5}, "parallelism: expected a whole number from 1 (got 1.5)."),
    ({"parallelism": "two"}, "parallelism: expected a whole number from 1 (got 'two')."),
    ({"parallelism": True}, "parallelism: expected a whole number from 1 (got true)."),
    ({"audit": 1.5}, "audit: expected a number from 0 to 1 (got 1.5)."),
    ({"audit": -1}, "audit: expected a number from 0 to 1 (got -1)."),
    ({"regret": 0}, "regret: expected a number between 0 and 1 (got 0)."),
    ({"regret": 1}, "regret: expected a number between 0 and 1 (got 1)."),
    ({"regret": 0.01, "confidence": 1}, "confidence: expected a number between 0 and 1 (got 1)."),
    (WORTH | {"value_of_quality": 0}, "value_of_quality: expected a number above 0 (got 0)."),
    (WORTH | {"price_of_call": 0}, "price_of_call: expected a number above 0 (got 0)."),
    (MORE | {"price_of_candidate": -1}, "price_of_candidate: expected a number above 0 (got -1)."),
    (MORE | {"more": 0}, "more: expected a whole number from 1 (got 0)."),
    ({"paralelism": 2}, "unknown key 'paralelism'; did you mean 'parallelism'?"),
]


@pytest.mark.parametrize(("entries", "said"), MISTAKES)
def test_a_number_that_does_not_fit_is_told(entries, said):
    """The message says what was expected and what was given."""
    assert refusals(**entries) == (f"policy: cascade: {said}",)


APART = [
    ({"regret": 0.01} | WORTH, "'regret' and 'value_of_quality' are two ways to save; keep one of them."),
    ({"regret": 0.01, "mode": "exhaustive"}, "'regret' saves nothing where all is measured; drop one of them."),
    (WORTH | {"mode": "exhaustive"}, "'value_of_quality' saves nothing where all is measured; drop one of them."),
    ({"confidence": 0.9}, "'confidence' says nothing without 'regret'; give both, or neither."),
    ({"price_of_call": 1}, "'price_of_call' says nothing without 'value_of_quality'; give both, or neither."),
    ({"price_of_candidate": 1}, "'price_of_candidate' says nothing without 'value_of_quality'; give both, or neither."),
    ({"more": 4}, "'more' says nothing without 'price_of_candidate'; give both, or neither."),
    (WORTH | {"more": 4}, "'more' says nothing without 'price_of_candidate'; give both, or neither."),
    ({"value_of_quality": 5}, "'value_of_quality' needs a price to weigh it with; add 'price_of_call'."),
]  # fmt: skip


@pytest.mark.parametrize(("entries", "said"), APART)
def test_words_that_do_not_go_together_are_told(entries, said):
    """What contradicts another word, or means nothing without it, is named with the way out."""
    assert refusals(**entries) == (f"policy: cascade: {said}",)


@pytest.mark.parametrize(
    "entries",
    [
        {},
        {"parallelism": 1},
        {"parallelism": 64},
        {"audit": 0},
        {"audit": 1},
        {"mode": "exhaustive", "parallelism": 4, "audit": 0.5},
        {"regret": 0.01},
        {"regret": 0.01, "confidence": 0.9, "parallelism": 1, "audit": 1},
        {"mode": "exact"} | WORTH,
        MORE,
        MORE | {"more": 8},
    ],
)
def test_what_goes_together_is_read_as_it_is_written(entries):
    """Each word arrives; the others are what they are where nothing is said."""
    assert cascade(**entries).model_dump() == Cascade().model_dump() | entries


def test_where_nothing_is_said_measuring_is_exact_and_audited():
    """Two are measured at once, one request in a hundred is audited, nothing is lost for saving."""
    assert Policy.load(small()).cascade == Cascade(mode="exact", parallelism=2, audit=0.01)


def test_how_measuring_is_arranged_makes_no_other_policy():
    """No word of `cascade` is in the hash: calibrations and journals stay of the same policy."""
    arranged = [{}, {"mode": "exhaustive"}, {"parallelism": 1}, {"audit": 0}, {"regret": 0.5}, MORE]
    assert len({Policy.load(small(cascade=one)).hash for one in arranged}) == 1
