"""Data that a program gives: let through if it is plain, copied, and named by its path."""

import datetime as dt
import threading
import types

import numpy as np
import pytest

from selector.policy import document
from selector.policy.document import UNREAD


def test_data_is_copied():
    """What a caller does to its dict afterwards changes nothing."""
    given = {"gates": [{"on": "a"}]}
    found = document.of(given)
    given["gates"][0]["on"] = "b"
    given["gates"].append({})
    assert found.data == {"gates": [{"on": "a"}]}


def test_mappings_and_tuples_are_read_as_dicts_and_lists():
    """Whatever is a mapping or a row of entries will do."""
    found = document.of({"a": types.MappingProxyType({"b": (1, 2)})})
    assert found.data == {"a": {"b": [1, 2]}}
    assert found.problems == ()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (threading.Lock(), "policy: a: not plain data (got lock). Give text, numbers, lists, mappings."),
        ({1, 2}, "policy: a: not plain data (got set). Give text, numbers, lists, mappings."),
        (b"x", "policy: a: not plain data (got bytes). Give text, numbers, lists, mappings."),
        (dt.date(2020, 1, 1), "policy: a: not plain data (got date). Give text, numbers, lists, mappings."),
        (np.float32(1), "policy: a: not plain data (got float32). Give text, numbers, lists, mappings."),
        (float("nan"), "policy: a: expected a finite number (got nan)."),
        (10**400, "policy: a: expected a number of at most 64 bits."),
        ("\ud800", "policy: a: half a character in the text. Write the whole one."),
        ({1: 2}, "policy: a: a key must be text (got 1). Write a word."),
        ([{"b": [0, {3}]}], "policy: a[0].b[1]: not plain data (got set). Give text, numbers, lists, mappings."),
    ],
)  # fmt: skip
def test_what_is_not_plain_is_told_with_its_path(value, said):
    """What has no place in a text is refused, wherever it stands."""
    assert [str(problem) for problem in document.of({"a": value}).problems] == [said]


def test_data_that_holds_itself_ends():
    """A dict inside itself is refused like any that is nested too deep."""
    given: dict[str, object] = {}
    given["a"] = given
    (problem,) = document.of(given).problems
    assert problem.said == "a: nested more than 32 deep. A policy needs six."
    assert len(problem.spot.words) < 100


def test_entries_of_data_are_in_its_order():
    """The order of problems is that of the keys, as it is that of the lines in a file."""
    found = document.of({"b": [1, {"x": 2}], "a": 3})
    spots = [found.spot(loc) for loc in [("b",), ("b", 0), ("b", 1), ("b", 1, "x"), ("a",)]]
    assert spots == sorted(spots, key=lambda spot: spot.order)


TEXT = b"a: 1\nb:\n  - c: 2\n  - d: 3\n  - e: 4\nf: {g: 5, h: 6}\n"


def test_without_entries_the_rest_keeps_its_lines():
    """Lists close up, and everything that is left is still found on its own line."""
    rest = document.read(TEXT, "p.yaml").without({("b", 0), ("f", "g"), ("a",)})
    assert rest.data == {"b": [{"d": 3}, {"e": 4}], "f": {"h": 6}}
    assert rest.where(("b", 0, "d")) == "p.yaml:4"
    assert rest.where(("b", 1)) == "p.yaml:5"
    assert rest.where(("f", "h")) == "p.yaml:6"


def test_changed_entries_say_so_and_the_others_keep_their_lines():
    """A change by a caller is told apart from what is written in the file."""
    read = document.read(TEXT, "p.yaml")
    found = read.changed(read.data, {"a": {"x": 1}, "n": 2})
    assert found.data == {**read.data, "a": {"x": 1}, "n": 2}
    assert found.where(("b", 1)) == "p.yaml:4"
    assert found.where(("a", "x")) == "p.yaml with a, n changed: a"
    assert found.where(("n",)) == "p.yaml with a, n changed"


def test_a_change_that_is_not_plain_is_told():
    """What a caller puts in goes through the same door."""
    read = document.read(TEXT, "p.yaml")
    found = read.changed(read.data, {"a": {1, 2}})
    assert found.data["a"] is UNREAD
    (problem,) = found.problems
    assert str(problem).startswith("p.yaml with a changed: a: not plain data (got set)")
