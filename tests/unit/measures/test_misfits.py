"""Whatever does not fit is told once, by the name that was written, as what it was meant to be."""

import json
from typing import Literal

import pytest
from pydantic import BaseModel, ValidationError

from selector.measures.misfits import misfits


class A(BaseModel, extra="forbid"):
    """One kind of mapping."""

    x: int


class B(BaseModel, extra="forbid"):
    """Another kind of mapping."""

    y: int


class Kind(BaseModel, extra="forbid"):
    """Parameters that may be of several kinds."""

    word: Literal["v1", "v2"] = "v1"
    head: Literal["v1", "v2"] | A = "v1"
    either: A | B | None = None
    many: list[A] = []
    words: list[Literal["en", "zh"]] = []
    by: dict[str, int] = {}
    named: dict[str, Literal["a", "b"]] = {}
    Tall: int = 1


def told(given: dict) -> list[str]:
    try:
        Kind.model_validate_json(json.dumps(given), strict=True)
    except ValidationError as error:
        return misfits(Kind, error, given)
    return []


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"Word": "v1"}, ["unknown parameter 'Word'; did you mean 'word'?"]),
        ({"Tall": "x"}, ["parameter 'Tall': "]),
        ({"word": "v3"}, ["parameter 'word': "]),
        ({"word": {"x": 1}, "by": 2}, ["parameter 'word': ", "parameter 'by': "]),
        ({"head": "v3"}, ["parameter 'head': expected 'v1' or 'v2'"]),
        ({"head": {"x": "q"}}, ["parameter 'head.x': "]),
        ({"head": {}}, ["parameter 'head.x' is missing."]),
        ({"head": {"x": 1, "more": 2}}, ["unknown parameter 'head.more'; drop it."]),
        ({"many": ["a", {"x": "q"}]}, ["parameter 'many.0': ", "parameter 'many.1.x': "]),
        ({"words": [{"a": 1}, {"b": 2}]}, ["parameter 'words.0': ", "parameter 'words.1': "]),
        ({"by": {"Foo": "q"}}, ["parameter 'by.Foo': "]),
        ({"named": {"p": {}, "q": {}}}, ["parameter 'named.p': ", "parameter 'named.q': "]),
    ],
)
def test_each_misfit_is_told_by_the_name_that_was_written(given, names):
    """A word as a word, a mapping as a mapping; nothing of how pydantic tells kinds apart."""
    found = told(given)
    assert [one[: len(name)] for one, name in zip(found, names, strict=True)] == names
    assert not any(word in one for one in found for word in ("literal[", "'A'", ".A", ".B"))


def test_where_nothing_was_meant_all_is_told():
    """Of two mappings neither is nearer to a word: something is said all the same."""
    found = told({"either": "z"})
    assert found
    assert all(one.startswith("parameter 'either': ") for one in found)
