"""A small plan, and requests that it decided."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from selector.journal import Journal
from selector.policy.plan import Instance, Plan, Ref, Scale, Term, WeightedSum
from selector.types import (
    Candidate,
    Cost,
    Decision,
    Failure,
    NotApplicable,
    NotEvaluated,
    Output,
    Reason,
    Score,
    Selection,
    Spent,
)

Build = Callable[..., Selection]


def _instance(name: str, *outputs: str) -> Instance:
    return Instance(
        name=name,
        use=name,
        kind="scorer",
        scope="candidate",
        version=1,
        fingerprint=f"print of {name}",
        parameters={"low": -0.5},
        outputs={output: Output("points", 0, 1, higher_is_better=True) for output in outputs},
        needs=("prompt",),
        cost=Cost(0.1),
    )


@pytest.fixture(scope="session")
def plan() -> Plan:
    """A plan of two instances, one of which has two outputs."""
    term = Term(of=Ref("scorers.taste", "score"), weight=1.0, scale=Scale(0, 1, True))
    return Plan(
        policy="portrait",
        version=3,
        policy_hash="resolved meaning",
        instances={
            "scorers.taste": _instance("scorers.taste", "score"),
            "hands": _instance("hands", "count", "defect"),
        },
        gates=(),
        method=WeightedSum((term,)),
    )


@pytest.fixture(scope="session")
def build(plan: Plan) -> Build:
    """Make a selection of three candidates by its id; keywords replace what differs."""

    def make(request_id: str, **changes: Any) -> Selection:
        selection = Selection(
            request_id=request_id,
            created="2026-03-01T12:00:00.000001+00:00",
            prompt="two hands, 'folded'",
            policy="portrait@3",
            plan_hash=plan.hash,
            candidates=(
                Candidate(id="b", content_hash="b" * 64, metadata={"generator": "g", "seed": 7}),
                Candidate(id="a", content_hash="a" * 64, metadata={"generator": "g"}, path="a.png"),
                Candidate(
                    id="broken", error="cut short", metadata={"generator": "g"}, notes=("?",)
                ),
            ),
            outcomes={
                "b": {
                    "scorers.taste.score": Score(0.25),
                    "hands.count": Score(2.0, [{"box": [0.5, 1, 2, 3], "text": "“left”"}], "set"),
                    "hands.defect": Failure("crashed"),
                },
                "a": {
                    "scorers.taste.score": Score(0.75),
                    "hands.count": Score(0.0),
                    "hands.defect": NotApplicable("no hands", evidence={"seen": None}),
                },
                "broken": {"scorers.taste.score": NotEvaluated()},
            },
            decision=Decision(
                ranking=("a", "b"),
                verdicts={"a": "accept", "b": "review", "broken": "reject"},
                reasons={
                    "a": (),
                    "b": (Reason("failure", "hands", "defect", note="crashed"),),
                    "broken": (Reason("refused", note="cut short"),),
                },
                quality={"a": 0.75, "b": 0.25},
                answer="complete",
                needs_person=False,
            ),
            expect={"faces": 2.0},
            spent=Spent(calls={"hands": 2}, seconds={"images": 0.5, "total": 1.25}),
        )
        return replace(selection, **changes)

    return make


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a journal may be made, in a folder that is not there yet."""
    return tmp_path / "a folder" / "journal%20?#.sqlite"


@pytest.fixture
def written(path: Path, plan: Plan, build: Build) -> Path:
    """A closed journal that holds the request "one"."""
    with Journal(path) as journal:
        journal.append(plan, build("one"))
    return path


@pytest.fixture
def old(path: Path) -> Path:
    """A journal of version 1 that holds the request "one", with all that it was decided from."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(Path(__file__).with_name("version_1.sql").read_text("utf-8"))
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, path: Path) -> str:
    """Where a journal may be made, in each database."""
    if request.param == "sqlite":
        return str(path)
    address: str = request.getfixturevalue("postgres")
    return address
