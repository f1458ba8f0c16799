"""Damaged numbers in a journal: they cost the order of measuring or a choice, never a request."""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict

import pytest

from asking import png
from selector import Selector
from selector.journal import Event, Journal
from selector.planning import plan_of
from selector.policy.plan import Prediction
from selector.predicting import basis
from selector.predicting.basis import depends

CHEAP = "return [{'value': Score(one.image.size[0] / 100)} for one in subjects]"
PICTURES = [png(60 + at, at) for at in range(3)]

TALLIES = [
    "UPDATE tallies SET seconds = 0",
    "UPDATE tallies SET seconds = -5",
    "UPDATE tallies SET seconds = 1e300",
    "UPDATE tallies SET seconds = 9e999",
    "UPDATE tallies SET seconds = 'long'",
    "UPDATE tallies SET calls = -1",
    "UPDATE tallies SET calls = 'many'",
    "UPDATE tallies SET measured = -100",
    "UPDATE tallies SET measured = 0",
    "UPDATE tallies SET refused = 100000",
    "UPDATE tallies SET refused = -100000",
]


@pytest.fixture
def policy(written):
    """Give a maker of policies of a gate, a cheap term and a dear one."""
    gate, cheap, dear = (written(CHEAP, cost=cost) for cost in (0.1, 0.001, 1.0))

    def make(**cascade):
        return {
            "name": "p",
            "version": 1,
            "gates": [{"on": gate, "reject_above": 0.9}],
            "method": {"weighted_sum": [{"of": one, "weight": 1} for one in (cheap, dear)]},
            "cascade": {"audit": 0, **cascade},
        }

    make.dear = dear
    return make


def tamper(place, *statements):
    """Change a journal as no program should."""
    with closing(sqlite3.connect(place)) as database, database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            database.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            database.execute(statement)


def ask(policy, place, count=1):
    with Selector(policy, journal=place) as selector:
        return [selector.select("p", PICTURES) for _ in range(count)]


def test_damaged_tallies_stop_no_request(policy, tmp_path):
    """Whatever they say that measuring came to: the answer is that of an undamaged journal."""
    usual, *_ = ask(policy(), tmp_path / "good", 6)
    for number, damage in enumerate(TALLIES):
        place = tmp_path / f"{number}.sqlite"
        shutil.copy(tmp_path / "good", place)
        tamper(place, damage)
        (found,) = ask(policy(), place)
        assert found.decision.verdicts == usual.decision.verdicts, damage
        with Journal(place) as journal:
            assert journal.read(found.request_id)[1] == found


@pytest.fixture
def promising(policy):
    """A policy that may lose 5 %, and an event that chooses for it."""
    given = policy(regret=0.05, audit=1)
    plan = plan_of(given)
    blank = Prediction(policy.dear, 0.1, (0.1, 0.0), 0.1, 0.1, 0.2, 0.1, 1, 100, (), "")
    line = {**asdict(blank), "basis": basis(plan, blank)}
    body = json.loads(json.dumps({"prediction": line, "of": depends(plan)}))
    return given, Event("prediction", plan.policy_hash, "w", 0.1, body)


@pytest.mark.parametrize("body", [None, {}, [], "x", {"prediction": None, "of": None}])
def test_a_damaged_choice_stops_no_request(promising, tmp_path, body):
    """What is no choice chooses nothing."""
    policy, event = promising
    with Journal(tmp_path / "j") as journal:
        journal.record(Event(event.kind, event.subject, "w", 0.1, body))
    (found,) = ask(policy, tmp_path / "j")
    assert found.plan.prediction is None


@pytest.mark.parametrize(
    ("what", "now"),
    [("regret", {"a": 1}), ("regret", "\x1b[31m"), ("regret", True), ("parallelism", [1]),
     ("the measures", 5), ("the measures", {"\x1b[31mx": 1}), ("the policy", None)],
)  # fmt: skip
def test_a_choice_of_something_unheard_of_stops_no_request(promising, tmp_path, caplog, what, now):
    """Why it no longer holds is told in words, whatever stands there."""
    policy, event = promising
    line = event.body["prediction"] | {"offset": 0.9}
    body = {"prediction": line, "of": event.body["of"] | {what: now}}
    with Journal(tmp_path / "j") as journal:
        journal.record(Event(event.kind, event.subject, "w", 0.1, body))
    (found,) = ask(policy, tmp_path / "j")
    assert found.plan.prediction is None
    assert caplog.text
    assert "\x1b" not in caplog.text


@pytest.mark.parametrize("value", [-1, "9e999", "'x'", "x'00'"])
@pytest.mark.parametrize("kind", ["regret", "regret broken"])
def test_a_damaged_bet_stops_no_request(promising, tmp_path, value, kind):
    """What audits were said to have lost is no number that they can: the request is kept."""
    policy, event = promising
    with Journal(tmp_path / "j") as journal:
        journal.record(event)
        subject = event.body["prediction"]["basis"]
        journal.record(Event(kind, subject, "engines", 1.0))
    tamper(tmp_path / "j", f"UPDATE events SET value = {value} WHERE subject = '{subject}'")  # noqa: S608 - made here
    for found in ask(policy, tmp_path / "j", 2):
        assert found.answer == "complete"
        with Journal(tmp_path / "j") as journal:
            assert journal.read(found.request_id)[1].decision == found.decision


@pytest.mark.parametrize(
    "body",
    [{"risk": 5, "seen": -3, "staked": [1]}, {"risk": 0, "seen": 3, "staked": [1]}, {"x": 1}, [7]],
)
def test_a_damaged_stake_stops_no_request(promising, tmp_path, caplog, body):
    """No bet goes on from it, which is an error in the log."""
    policy, event = promising
    with Journal(tmp_path / "j") as journal:
        journal.record(event)
        journal.record(Event("regret", event.body["prediction"]["basis"], "engines", 1.0, body))
    (found,) = ask(policy, tmp_path / "j")
    assert found.plan.prediction is not None
    assert "engine.promise_not_watched" in caplog.text
