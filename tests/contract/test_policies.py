"""What every shipped policy promises. A new file under policies/ is picked up by itself."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import jsonschema
import pytest

from selector import cases
from selector.measures.judges import NOBODY
from selector.planning import lint, plan_of, planned
from selector.policy import find, schema
from selector.policy.document import read
from selector.policy.plan import Plan

NAMES = find.names()
FIRST_LINE = "# yaml-language-server: $schema=policy.schema.json"
OWN_WORDS = "in this project's own words"
BEYOND = 1e9  # more than any output without an upper end ever is
LINES = {"reject_below", "accept_above", "reject_above", "accept_below"}


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


@pytest.fixture
def no_judge(monkeypatch):
    """Let the environment name no judge."""
    for name in ("URL", "MODEL", "KEY", "HTTP"):
        monkeypatch.delenv(f"SELECTOR_JUDGE_{name}", raising=False)


@pytest.fixture
def some_judge(no_judge, monkeypatch):  # noqa: ARG001 - what is named replaces what was there
    """Let the environment name a judge, which need not be there to plan."""
    monkeypatch.setenv("SELECTOR_JUDGE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("SELECTOR_JUDGE_MODEL", "a-judge")


@pytest.mark.usefixtures("some_judge")
@pytest.mark.parametrize("name", NAMES)
def test_policy_says_what_its_author_meant(name, root):
    """The linter warns of nothing in it, where a judge is named for those that ask one.

    Words that a judge was trained with are fetched, so a machine may lack them.
    """
    warned = lint(planned(root / "policies" / f"{name}.yaml"))
    assert [
        str(one) for one in warned if not (one.rule == "caution" and OWN_WORDS in one.said)
    ] == []


@pytest.mark.usefixtures("no_judge")
@pytest.mark.parametrize("name", NAMES)
def test_policy_warns_of_nothing_but_a_judge_that_is_not_named(name, root):
    """Each question of it says so, with what to set; a policy without questions says nothing."""
    made = planned(root / "policies" / f"{name}.yaml")
    asks = [one for one, measure in made.measures.items() if measure.yours == "a judge"]
    warned = [(one.rule, one.said.partition(NOBODY)[0]) for one in lint(made)]
    assert sorted(warned) == sorted(("caution", f"{one}: ") for one in asks)
    assert bool(asks) == (name in {"portrait", "editorial", "patient-education", "edit"})


@pytest.mark.parametrize("name", NAMES)
def test_policy_gives_its_reasons(name, root):
    """Every entry of a list (gate, term, criterion) stands right under a comment that says why."""
    reasoned = False
    for line in (root / "policies" / f"{name}.yaml").read_text().splitlines()[1:]:
        entry = line.lstrip().startswith(("- {", "reject_", "accept_", "if_absent"))
        assert reasoned or not entry, f"no reason: {line.strip()}"
        reasoned = line.lstrip().startswith("#") or (reasoned and entry)


def test_every_policy_has_cases_and_every_file_of_cases_a_policy(root):
    """tests/cases/ mirrors policies/."""
    on_disk = {path.stem for path in (root / "tests" / "cases").glob("*.yaml")}
    assert on_disk == {path.stem for path in (root / "policies").glob("*.yaml")}


@pytest.mark.parametrize("name", NAMES)
def test_policy_decides_its_cases_as_expected(name, root):
    """Each of its cases comes out with the verdicts, ranking, answer and advice it names."""
    results = cases.run(
        root / "policies" / f"{name}.yaml", root / "tests" / "cases" / f"{name}.yaml"
    )
    assert [(one.where, one.problems) for one in results if one.problems] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_bound_of_a_policy_is_held_by_a_case(name, root, tmp_path):
    """Take any one bound away, and at least one of the policy's cases comes out otherwise."""
    path = root / "policies" / f"{name}.yaml"
    files = _alone(
        read((root / "tests" / "cases" / f"{name}.yaml").read_bytes(), name).data, tmp_path
    )
    unheld = [
        what
        for what, looser in _loosened(read(path.read_bytes(), name).data, plan_of(path))
        if not _is_held(what.partition(":")[0], looser, files)
    ]
    assert unheld == []


def _alone(every: dict, folder: Path) -> dict[Path, str]:
    """Write each case into a file of its own; return them with what they say."""
    said = {
        folder / f"{at}.yaml": json.dumps(every | {"cases": [case]})
        for at, case in enumerate(every["cases"])
    }
    for file, text in said.items():
        file.write_text(text)
    return {file: json.dumps(case) for file, case in zip(said, every["cases"], strict=True)}


def _is_held(by: str, looser: dict, files: dict[Path, str]) -> bool:
    """Return whether any case comes out otherwise; those that name the output are tried first."""
    likely_first = sorted(files, key=lambda file: by not in files[file])
    return any(one.problems for file in likely_first for one in cases.run(looser, file))


def _loosened(policy: dict, plan: Plan) -> Iterator[tuple[str, dict]]:
    """Give the policy again and again, each time with one bound that lets everything through."""
    for at, bound in enumerate(_bounds(policy)):
        ref = (*plan.gates, *plan.constraints)[at].on
        output = plan.instances[ref.instance].outputs[ref.output]
        for key in bound.keys() - {"on", "on_failure"}:
            changed = deepcopy(policy)
            one = _bounds(changed)[at]
            taken = one.pop(key)
            if key == "equals":
                one["at_least"] = taken
            elif not one.keys() & LINES:  # a gate needs one, and this one everything meets
                high = BEYOND if output.high is None else output.high
                one |= {"accept_below": high} if "below" in key else {"accept_above": 0}
            yield f"{bound['on']}: {key}", changed
    if plan.distinct and plan.deliver != 1:  # with one, nothing is left to be a duplicate
        yield "distinct", policy | {"distinct": policy["distinct"] | {"within": 0}}
    for key in ("cut", "review_at_most"):
        if key in policy:
            yield key, {entry: policy[entry] for entry in policy if entry != key}


def _bounds(policy: dict) -> list[dict]:
    return policy["gates"] + policy["method"].get("constrained", {}).get("constraints", [])
