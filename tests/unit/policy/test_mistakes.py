"""Every mistake at every key is told in words that its author can act on."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from selector.errors import PolicyError
from selector.policy.policy import Policy

TERM = {"of": "filters.blank.structure"}
BY_SCORE = {"weighted_sum": [TERM]}


def load(**entries) -> Policy:
    return Policy.load({"name": "p", "version": 1, "method": BY_SCORE} | entries)


def refusals(**entries) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        load(**entries)
    return caught.value.problems


def gate(**lines) -> dict:
    return {"on": "filters.blank.structure", **lines}


MISTAKES = [
    ("name", "two words", "expected one word of letters, digits, '-', '_' and '.' (got 'two words')."),
    ("name", "../up", "expected one word of letters, digits, '-', '_' and '.' (got '../up')."),
    ("name", 3, "expected one word of letters, digits, '-', '_' and '.' (got 3)."),
    ("version", 0, "expected a whole number from 1 (got 0)."),
    ("version", 1.5, "expected a whole number from 1 (got 1.5)."),
    ("version", True, "expected a whole number from 1 (got true)."),
    ("version", "2", "expected a whole number from 1 (got '2'). Write 2, without quotes."),
    ("deliver", 0, "expected a whole number from 1, or 'all' (got 0)."),
    ("deliver", True, "expected a whole number from 1, or 'all' (got true)."),
    ("deliver", "7x", "expected a whole number from 1, or 'all' (got '7x')."),
    ("deliver", 10**12, "expected a whole number from 1, or 'all' (got 1000000000000)."),
    ("review_at_most", 0, "expected a whole number from 1 (got 0)."),
    ("timeout_s", 0, "expected a number above 0 (got 0)."),
    ("timeout_s", "30", "expected a number (got '30'). Write 30, without quotes."),
    ("timeout_s", "30,5", "expected a number (got '30,5'). Write 30.5, without quotes."),
    ("timeout_s", "inf", "expected a number (got 'inf')."),
    ("timeout_s", "30 s", "expected a number (got '30 s')."),
    ("timeout_s", "calibrated", "expected a number (got 'calibrated'). Only accept lines, the lines of a cut, weights and scales can be calibrated."),
    ("gates", None, "expected a list of entries, each beginning with '- ' (got nothing). Write it, or drop the key."),
    ("gates", {"on": "a"}, "expected a list of entries, each beginning with '- '."),
    ("method", "weighted_sum", "expected a mapping of keys to values (got 'weighted_sum')."),
    ("method", {}, "expected exactly one of weighted_sum, lexicographic, constrained, pareto (got none)."),
    ("cut", [], "expected a mapping of keys to values (got [])."),
    ("on_empty", "regenrate", "unknown word 'regenrate'; did you mean 'regenerate'?"),
    ("on_empty", 3, "expected 'review', 'regenerate' or 'none' (got 3)."),
    ("uncertified", "xx", "unknown word 'xx'; there are: review, accept."),
    ("journal", True, "expected 'required' or 'best_effort' (got true)."),
    ("licences", None, "expected 'any' or 'commercial' (got nothing). Write it, or drop the key."),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "said"), MISTAKES)
def test_a_value_that_does_not_fit_is_told(key, value, said):
    """The message says what was expected, what was given, and what to write."""
    assert refusals(**{key: value}) == (f"policy: {key}: {said}",)


PARTS = [
    ({"gates": [gate(reject_below=True)]}, "gates[0]: reject_below: expected a number (got true)."),
    ({"gates": [gate(reject_below="0x1F")]}, "gates[0]: reject_below: expected a number (got '0x1F'). Write 31, without quotes."),
    ({"gates": [gate(reject_below="calibrated")]}, "gates[0]: reject_below: expected a number (got 'calibrated'). Only accept lines, the lines of a cut, weights and scales can be calibrated."),
    ({"gates": [gate(accept_above="calibratd")]}, "gates[0]: accept_above: expected a number, or 'calibrated' (got 'calibratd')."),
    ({"gates": [gate(equals="faces")]}, "gates[0]: equals: expected a number, or expect.NAME (got 'faces')."),
    ({"gates": [gate(equals="expect.a-b")]}, "gates[0]: equals: expected a number, or expect.NAME (got 'expect.a-b')."),
    ({"gates": [gate(at_least="expect.")]}, "gates[0]: at_least: expected a number, or expect.NAME (got 'expect.')."),
    ({"gates": [{"on": "a b", "equals": 1}]}, "gates[0]: on: expected a name such as filters.blank.structure (got 'a b')."),
    ({"gates": [{"equals": 1}]}, "gates[0]: 'on' is missing. Add it."),
    ({"gates": ["on"]}, "gates[0]: expected a mapping of keys to values (got 'on')."),
    ({"gates": [gate(reject_blow=1, equals=1)]}, "gates[0]: unknown key 'reject_blow'; did you mean 'reject_below'?"),
    ({"gates": [gate(equals=1, if_absent="skip")]}, "gates[0]: if_absent: unknown word 'skip'; there are: pass, review, reject."),
    ({"method": {"weighted_sum": []}}, "method: weighted_sum: expected a list of one or more entries, each beginning with '- ' (got [])."),
    ({"method": {"weighted_sum": [TERM | {"weight": 0}]}}, "method.weighted_sum[0]: weight: expected a number above 0, or 'calibrated' (got 0)."),
    ({"method": {"weighted_sum": [TERM | {"weight": "calibrated"}]}}, "method.weighted_sum[0]: 'weight: calibrated' needs a value before calibration; add 'until_then'."),
    ({"method": {"weighted_sum": [TERM | {"until_then": 1}]}}, "method.weighted_sum[0]: 'until_then' is for 'weight: calibrated' only; drop one of them."),
    ({"method": {"weighted_sum": [TERM | {"scale": {"ends": [2, 1]}}]}}, "method.weighted_sum[0].scale: ends: expected the low end before the high end, or 'calibrated' (got [2, 1])."),
    ({"method": {"weighted_sum": [TERM | {"scale": {"ends": [1, 1]}}]}}, "method.weighted_sum[0].scale: ends: expected the low end before the high end, or 'calibrated' (got [1, 1])."),
    ({"method": {"weighted_sum": [TERM | {"scale": {"ends": [17]}}]}}, "method.weighted_sum[0].scale: ends: expected [LOW, HIGH], or 'calibrated' (got [17])."),
    ({"method": {"weighted_sum": [TERM | {"scale": {"ends": [-1.7e308, 1.7e308]}}]}},
     "method.weighted_sum[0].scale: ends: expected ends that are less far apart, or 'calibrated' (got [-1.7e+308, 1.7e+308])."),
    ({"method": {"weighted_sum": [TERM | {"scale": {"ends": "calibrated"}}]}},
     "method.weighted_sum[0]: scale: 'ends: calibrated' needs a value before calibration; add 'until_then'."),
    ({"method": {"weighted_sum": [TERM | {"scale": {"ends": [0, 1], "until_then": [0, 1]}}]}},
     "method.weighted_sum[0]: scale: 'until_then' is for 'ends: calibrated' only; drop one of them."),
    ({"method": {"weighted_sum": [TERM | {"scale": {"ends": "calibrated",
      "until_then": "calibrated"}}]}}, "method.weighted_sum[0].scale: until_then: expected [LOW, HIGH] (got 'calibrated'). Only accept lines, the lines of a cut, weights and scales can be calibrated."),
    ({"method": {"lexicographic": [TERM | {"eps": -0.1}]}}, "method.lexicographic[0]: eps: expected a number from 0 (got -0.1)."),
    ({"method": {"lexicographic": [TERM | {"weight": 1}]}}, "method.lexicographic[0]: unknown key 'weight'; there are: of, eps, scale, if_absent, on_failure."),
    ({"method": {"constrained": {"objective": [TERM]}}}, "method: constrained: 'constraints' is missing. Add it."),
    ({"method": {"pareto": {"objectives": [TERM]}}}, "method.pareto: objectives: expected a list of two or more entries, each beginning with '- ' (got [{'of': 'filters.blank.structure'}])."),
    ({"method": BY_SCORE | {"lexicographic": [TERM]}}, "method: expected exactly one of weighted_sum, lexicographic, constrained, pareto (got weighted_sum, lexicographic)."),
    ({"method": {"wieghted_sum": [TERM]}}, "method: unknown key 'wieghted_sum'; did you mean 'weighted_sum'?"),
    ({"cut": {"of": "quality"}}, "cut: a cut without a bound cuts nothing; give it one, or drop it."),
    ({"cut": {"of": "quality", "reject_below": 30}}, "cut: reject_below: expected a number from 0 to 1, or 'calibrated' (got 30)."),
    ({"cut": {"of": "quality", "accept_above": -1}}, "cut: accept_above: expected a number from 0 to 1, or 'calibrated' (got -1)."),
    ({"distinct": {"by": "filters.near_duplicates", "within": -1}}, "distinct: within: expected a number from 0 (got -1)."),
    ({"costs": {"false_accept": 1, "false_reject": 1}}, "costs: 'review' is missing. Add it."),
    ({"target": {"bad_delivered": 1, "confidence": 0.9}}, "target: bad_delivered: expected a number between 0 and 1 (got 1)."),
    ({"cascade": {"audit": 2}}, "cascade: audit: expected a number from 0 to 1 (got 2)."),
    ({"cascade": {"mode": "lazy"}}, "cascade: mode: unknown word 'lazy'; there are: exact, exhaustive."),
    ({"measures": {"a b": {"use": "filters.blank"}}}, "measures: a b: expected one word of letters, digits and '_', not beginning with a digit (got 'a b')."),
    ({"measures": {"é": {"use": "filters.blank"}}}, "measures: é: expected one word of letters, digits and '_', not beginning with a digit (got 'é')."),
    ({"measures": {"filters": {"use": "filters.blank"}}}, "measures: filters: expected another name than filters, detectors, scorers, which are taken (got 'filters')."),
    ({"measures": {"a": {}}}, "measures: a: 'use' is missing. Add it."),
    ({"measures": {"a": {"use": "../x"}}}, "measures.a: use: expected a name such as filters.blank.structure (got '../x')."),
    ({"mesures": {}}, "unknown key 'mesures'; did you mean 'measures'?"),
]  # fmt: skip


@pytest.mark.parametrize(("entries", "said"), PARTS)
def test_a_part_that_does_not_fit_is_told(entries, said):
    """The message names the entry and the key, and says what to do about it."""
    assert refusals(**entries) == (f"policy: {said}",)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(0, 2)
    | st.sampled_from(["calibrated", "all", "quality", "x", "filters.blank", "expect.n", "1"]),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(st.sampled_from(["of", "on", "use", "x", "ends", "weighted_sum"]), inner,
                      max_size=2),
    max_leaves=4,
)  # fmt: skip


def keys(model: type[BaseModel] = Policy, *above: str) -> list[tuple[str, ...]]:
    """The path of every key of the grammar."""
    found = []
    for name, key in model.model_fields.items():
        parts = [one for one in _models(key.annotation) if one is not model]
        found += [(*above, name), *(path for part in parts for path in keys(part, *above, name))]
    return found


def _models(annotation) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def full() -> dict:
    """A policy with every part in it, one entry in every list; each method in turn is right."""
    every = gate(equals=1)
    return {
        "name": "p", "version": 1, "measures": {"a": {"use": "filters.blank"}}, "gates": [every],
        "method": {
            "weighted_sum": [TERM | {"scale": {"ends": [0, 1]}}],
            "lexicographic": [TERM | {"scale": {"ends": [0, 1]}}],
            "constrained": {"objective": [TERM | {"scale": {"ends": [0, 1]}}],
                            "constraints": [every]},
            "pareto": {"objectives": [TERM | {"scale": {"ends": [0, 1]}}],
                       "pick": [TERM | {"scale": {"ends": [0, 1]}}]},
        },
        "cut": {"of": "quality", "reject_below": 0.5}, "distinct": {"by": "a", "within": 1},
        "costs": {"false_accept": 1, "false_reject": 1, "review": 1},
        "target": {"bad_delivered": 0.1, "confidence": 0.9}, "cascade": {},
    }  # fmt: skip


def put(data: dict, path: tuple[str, ...], value) -> None:
    """Write *value* at *path*, through the first entry of lists and named measures."""
    *above, last = path
    for key in above:
        data = data[key]
        data = data[0] if isinstance(data, list) else data.get("a", data)
    data[last] = value


@pytest.mark.parametrize("path", keys(), ids=".".join)
@settings(max_examples=15)
@given(value=plain)
def test_whatever_stands_at_a_key_is_taken_or_told_in_our_words(path, value):
    """No value of any key brings the reader down, or is refused in the words of a library."""
    data = full()
    put(data, path, value)
    try:
        Policy.load(data)
    except PolicyError as error:
        for said in error.problems:
            assert said.startswith("policy: ")
            assert said.endswith((".", "?"))
            assert "Input" not in said
            assert "valid" not in said
