"""What every shipped policy promises. A new file under policies/ is picked up by itself."""

import json

import jsonschema
import pytest
import yaml

from selector.planning import plan_of
from selector.policy import find, schema
from selector.policy.document import read
from selector.policy.plan import Plan

NAMES = find.names()
FIRST_LINE = "# yaml-language-server: $schema=policy.schema.json"


def test_policies_are_found_from_anywhere(root, tmp_path, monkeypatch):
    """The shipped policies are found by name whatever the working directory is."""
    on_disk = {path.stem for path in (root / "policies").glob("*.yaml")}
    monkeypatch.chdir(tmp_path)
    assert set(find.names()) == on_disk
    assert "starter" in on_disk


def test_schema_is_current(root):
    """policies/policy.schema.json is what the grammar says now (`make fmt` rewrites it)."""
    assert (root / "policies" / "policy.schema.json").read_text() == schema.text()


@pytest.mark.parametrize("name", NAMES)
def test_policy_plans_and_fits_its_schema(name, root):
    """It plans without a problem, validates against the schema, and starts with its line."""
    path = root / "policies" / f"{name}.yaml"
    assert path.read_text().splitlines()[0] == FIRST_LINE
    assert read(path.read_bytes(), name).data["name"] == name
    jsonschema.validate(read(path.read_bytes(), name).data, json.loads(schema.text()))
    plan = plan_of(path)
    assert plan.policy == name
    assert Plan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan


@pytest.mark.parametrize("name", NAMES)
def test_policy_gives_its_reasons(name, root):
    """Every bound stands under or beside a comment that says why."""
    text = (root / "policies" / f"{name}.yaml").read_text()
    comments = [line for line in text.splitlines()[1:] if "#" in line]
    gates = [token for token in yaml.scan(text) if getattr(token, "value", "") == "on"]
    assert len(comments) >= len(gates)
