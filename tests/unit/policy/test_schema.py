"""The JSON Schema takes what the grammar takes, refuses what it refuses, and explains each key."""

import json

import jsonschema
import pytest

from policies import EXAMPLE
from selector.policy import document, schema

SCHEMA = json.loads(schema.text())
TERM = {"of": "filters.blank.structure"}
EVERYTHING = document.read(EXAMPLE.encode(), "p.yaml").data


def fits(data) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(data)


def test_the_schema_is_one():
    """It is a schema of the draft that it names."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == jsonschema.Draft202012Validator.META_SCHEMA["$id"]


def test_a_policy_with_everything_fits():
    """The largest policy is taken, and so is every other method and form."""
    assert fits(EVERYTHING)
    assert fits(EVERYTHING | {"method": {"lexicographic": [TERM | {"eps": 0.1}]}, "deliver": "all"})
    assert fits(EVERYTHING | {"method": {"pareto": {"objectives": [TERM, TERM], "pick": [TERM]}}})
    bounds = {"objective": [TERM], "constraints": [{"on": "a", "at_least": 1}]}
    assert fits(EVERYTHING | {"method": {"constrained": bounds}, "cut": None})


@pytest.mark.parametrize(
    "change",
    [
        {"delivr": 2},
        {"gates": [{"on": "a", "reject_blow": 1}]},
        {"method": {"weighted_sum": [TERM | {"wieght": 1}]}},
        {"method": {"weighted_sum": []}},
        {"method": {"weighted_sum": [TERM | {"weight": 0}]}},
        {"method": {"weighted_sum": [TERM | {"weight": "heavy"}]}},
        {"method": {"weighted_sum": [TERM | {"scale": {"ends": [1]}}]}},
        {"method": {"pareto": {"objectives": [TERM]}}},
        {"method": {"lexicographic": [TERM | {"eps": -1}]}},
        {"method": {"constrained": {"objective": [TERM]}}},
        {"cut": {"of": "quality", "reject_below": 2}},
        {"cut": {"of": "beauty"}},
        {"gates": [{"on": "a b", "equals": 1}]},
        {"gates": [{"on": "a", "equals": "faces"}]},
        {"gates": [{"on": "a", "reject_below": "1"}]},
        {"gates": [{"on": "a", "reject_below": True}]},
        {"gates": {"on": "a"}},
        {"measures": {"a b": {"use": "filters.blank"}}},
        {"measures": {"a": {"question": "why?"}}},
        {"name": "two words"},
        {"version": 0},
        {"deliver": 0},
        {"deliver": "some"},
        {"timeout_s": 0},
        {"on_empty": "weep"},
        {"target": {"bad_delivered": 1, "confidence": 0.9}},
    ],
    ids=str,
)
def test_what_the_grammar_refuses_an_editor_underlines(change):
    """Unknown keys, wrong words and values out of range do not fit."""
    assert not fits(EVERYTHING | change)


def properties(part, path: str = "") -> list[tuple[str, dict]]:
    """Every key that the schema knows, with what it says of it."""
    found = []
    if isinstance(part, dict):
        found += [(f"{path}.{key}", said) for key, said in part.get("properties", {}).items()]
        for name, inner in part.items():
            found += properties(inner, f"{path}.{name}")
    return found


def test_every_key_is_explained():
    """An editor shows a sentence at each key, and one at each part."""
    keys = properties(SCHEMA)
    assert len(keys) > 50
    assert [path for path, said in keys if not said.get("description", "").endswith(".")] == []
    parts = {name: part for name, part in SCHEMA["$defs"].items() if "properties" in part}
    assert [name for name, part in parts.items() if not part.get("description")] == []
