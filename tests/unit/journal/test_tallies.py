"""What measuring costs here and how often it refuses, as requests have shown."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from selector.errors import JournalError
from selector.journal import Journal, rows
from selector.journal.database import Database
from selector.journal.ledger import Ledger, sealed
from selector.policy.order import Rate
from selector.policy.plan import Plan
from selector.types import (
    Candidate,
    Decision,
    Failure,
    NotEvaluated,
    Reason,
    Score,
    Selection,
    Spent,
)

Build = Callable[..., Selection]
HANDS, TASTE = "print of hands", "print of scorers.taste"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """A journal that nothing was written to yet."""
    with Journal(path) as opened:
        yield opened


def judged(one: Selection, *grounds: tuple[str, Reason | None], **spent: float) -> Selection:
    """Return a request of as many candidates as grounds, all measured by hands.

    Each ground is a verdict and its reason; *spent* are calls and seconds of hands.
    """
    names = [str(number) for number in range(len(grounds))]
    both = {"hands.count": Score(1.0), "hands.defect": Score(0.5)}
    return replace(
        one,
        candidates=tuple(Candidate(id=name) for name in names),
        outcomes={name: {**both, "scorers.taste.score": NotEvaluated()} for name in names},
        decision=Decision(
            ranking=(),
            verdicts={name: verdict for name, (verdict, _) in zip(names, grounds, strict=True)},
            reasons={
                name: (reason,) if reason else ()
                for name, (_, reason) in zip(names, grounds, strict=True)
            },
            quality={},
            answer="empty",
            needs_person=False,
        ),
        spent=Spent({"hands": int(spent["calls"])}, {"hands": spent["seconds"]})
        if spent
        else Spent(),
    )


REFUSED = ("reject", Reason("refused", "hands", "count"))
PASSED = ("accept", None)


def test_who_was_measured_and_refused(journal: Journal, plan: Plan, build: Build) -> None:
    """A candidate counts once, however many outputs it has; what was not evaluated, not at all."""
    journal.append(plan, judged(build("one"), REFUSED, PASSED, PASSED, calls=3, seconds=1.5))
    journal.append(plan, judged(build("two"), REFUSED, calls=1, seconds=0.1))
    assert journal.rates([HANDS, TASTE, "unknown"]) == {HANDS: Rate(None, 4, 2)}


OUTRANKED = Reason("outranked", note="rank 2; one was wanted")
FAILED = Reason("failure", "hands", "defect", note="crashed")


@pytest.mark.parametrize(
    ("verdict", "reasons", "refused"),
    [
        ("reject", (Reason("refused", "hands", "count"),), 1),
        ("reject", (Reason("infeasible", "hands", "defect"),), 1),
        ("review", (Reason("infeasible", "hands", "defect"), Reason("promoted")), 1),
        ("reject", (FAILED,), 1),
        ("reject", (FAILED, Reason("cut", "quality")), 1),
        ("reject", (Reason("refused", "hands", "count"), FAILED), 1),
        ("reject", (OUTRANKED, FAILED), 0),
        ("review", (FAILED,), 0),
        ("review", (Reason("band", "hands", "count"),), 0),
        ("reject", (Reason("refused", "scorers.taste", "score"),), 0),
        ("reject", (Reason("cut", "quality"),), 0),
        ("reject", (Reason("duplicate", "hands", "count", other="1"),), 0),
        ("accept", (), 0),
    ],
)
def test_what_refuses(
    journal: Journal, plan: Plan, build: Build, verdict: str, reasons: tuple[Reason], refused: int
) -> None:
    """A hard line, a constraint, or a failure that rejects; not what merely stands beside it."""
    one = judged(build("one"), (verdict, None))
    journal.append(plan, replace(one, decision=replace(one.decision, reasons={"0": reasons})))
    assert journal.rates([HANDS]) == {HANDS: Rate(None, 1, refused)}


def test_whom_it_did_not_measure_it_did_not_refuse(
    journal: Journal, plan: Plan, build: Build
) -> None:
    """A rate is never above one, whatever the reasons name; a failure is measured too."""
    one = judged(build("one"), REFUSED, REFUSED)
    table = {"1": {"hands.count": Failure("crashed"), "hands.defect": Failure("crashed")}}
    journal.append(plan, replace(one, outcomes=table))
    assert journal.rates([HANDS]) == {HANDS: Rate(None, 1, 1)}


@pytest.mark.parametrize("how", ["audited", "exhaustive"])
def test_what_was_measured_whatever_the_verdict_tells_of_seconds_only(
    journal: Journal, plan: Plan, build: Build, how: str
) -> None:
    """Nine whom another had refused, measured all the same, do not make it look lenient."""
    elsewhere = ("reject", Reason("refused", "scorers.taste", "score"))
    journal.append(plan, judged(build("one"), REFUSED, PASSED, calls=2, seconds=1.0))
    thorough = replace(plan, mode="exhaustive") if how == "exhaustive" else plan
    for name in ("two", "three", "four", "five"):
        rest = judged(build(name), REFUSED, *([elsewhere] * 9), calls=10, seconds=8.0)
        audited = replace(rest, audited=how == "audited", plan_hash=thorough.hash)
        journal.append(thorough, audited)
    assert journal.rates([HANDS]) == {HANDS: Rate(0.8, 2, 1)}


def test_seconds_without_calls_are_left_out(journal: Journal, plan: Plan, build: Build) -> None:
    """A request that waited for a measure that then measured nobody tells nothing of a call."""
    journal.append(plan, judged(build("waited"), PASSED, calls=0, seconds=30.0))
    for number in range(4):
        journal.append(plan, judged(build(f"{number}"), PASSED, calls=1, seconds=0.25))
    assert journal.rates([HANDS])[HANDS].seconds is None
    journal.append(plan, judged(build("fifth"), PASSED, calls=1, seconds=0.25))
    assert journal.rates([HANDS])[HANDS].seconds == 0.25


def test_the_request_that_loaded_the_model_does_not_count_for_more(
    journal: Journal, plan: Plan, build: Build
) -> None:
    """Seconds are the middle of the requests', each by its calls, however many calls one had."""
    spent = [(1, 60.0), (1, 0.5), (4, 0.4), (1, 0.3), (1, 0.2)]
    for number, (calls, seconds) in enumerate(spent):
        one = judged(build(f"{number}"), *[PASSED] * calls, calls=calls, seconds=seconds)
        journal.append(plan, one)
    assert journal.rates([HANDS]) == {HANDS: Rate(0.3, 8, 0)}


def test_what_came_too_late_was_not_measured(journal: Journal, plan: Plan, build: Build) -> None:
    """Who got no answer in time is no call that took no time, and nobody who was let pass."""
    late = {"hands.count": Failure("deadline"), "hands.defect": Failure("deadline")}
    for number in range(5):
        one = judged(build(f"{number}"), PASSED, REFUSED, REFUSED, calls=3, seconds=0.5)
        both = {"1": late, "2": late}
        journal.append(plan, replace(one, outcomes={**one.outcomes, **both}))
    assert journal.rates([HANDS]) == {HANDS: Rate(0.5, 5, 0)}


def test_the_newest_count(journal: Journal, plan: Plan, build: Build) -> None:
    """Of each fingerprint the newest requests that it measured in, however long ago those are."""
    for number, seconds in enumerate((9.0, 1.0, 2.0, 3.0, 4.0, 5.0)):
        journal.append(plan, judged(build(f"{number}"), PASSED, calls=1, seconds=seconds))
    nobody = build("nobody", outcomes={}, spent=Spent())
    journal.append(plan, nobody)
    assert journal.rates([HANDS], limit=5) == {HANDS: Rate(3.0, 5, 0)}
    assert journal.rates([HANDS]) == {HANDS: Rate(3.5, 6, 0)}


def test_instances_of_one_fingerprint_count_together(
    journal: Journal, plan: Plan, build: Build
) -> None:
    """The same measure under two names is one: a candidate counts once, refused by either."""
    twin = replace(plan.instances["scorers.taste"], fingerprint=HANDS)
    twins = replace(plan, instances={**plan.instances, "scorers.taste": twin})
    elsewhere = ("reject", Reason("refused", "scorers.taste", "score"))
    seen = {"hands.count": Score(1.0), "scorers.taste.score": Score(1.0)}
    spent = Spent({"hands": 1, "scorers.taste": 1}, {"hands": 1.0, "scorers.taste": 3.0})
    rest = {"outcomes": dict.fromkeys(("0", "1"), seen), "spent": spent, "plan_hash": twins.hash}
    for number in range(5):
        journal.append(twins, replace(judged(build(f"{number}"), REFUSED, elsewhere), **rest))
    assert journal.rates([HANDS]) == {HANDS: Rate(2.0, 10, 10)}


def test_another_policy_tells_of_the_same_measure(
    journal: Journal, plan: Plan, build: Build
) -> None:
    """What a fingerprint came to is known whatever policy asked, and whatever it was called."""
    hands = replace(plan.instances["hands"], name="fingers")
    other = replace(plan, instances={"fingers": hands})
    table = {"a": {"fingers.count": Score(1.0)}}
    spent = Spent({"fingers": 1}, {"fingers": 3.0})
    for name in ("one", "two"):
        journal.append(plan, judged(build(name), PASSED, calls=1, seconds=1.0))
    for name in ("three", "four", "five"):
        found = build(name, plan_hash=other.hash, outcomes=table, spent=spent)
        journal.append(other, found)
    assert journal.rates([HANDS]) == {HANDS: Rate(3.0, 5, 0)}


def test_a_foreign_row_is_named(path: Path, journal: Journal, plan: Plan, build: Build) -> None:
    """Counts that another program wrote wrongly are an error that says whose."""
    journal.append(plan, build("one"))
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("INSERT INTO tallies VALUES ('foreign', 1, 1, 'long', 1, 0, 0)")
    with pytest.raises(JournalError, match="what 'foreign' came to is damaged"):
        journal.rates([HANDS, "foreign"])


@pytest.mark.parametrize(
    "damage",
    [
        "seconds = -5",
        "seconds = 9e999",
        "seconds = 'long'",
        "calls = -1",
        "calls = 'many'",
        "measured = -1",
        "measured = x'00'",
        "refused = -1",
        "refused = 2",  # of one who was measured
    ],
)
def test_counts_that_are_none_are_named(path: Path, plan: Plan, build: Build, damage: str) -> None:
    """Numbers that no request can have come to are an error, never an order of measuring."""
    with Journal(path) as journal:
        journal.append(plan, judged(build("one"), PASSED, calls=1, seconds=1.0))
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("DROP TRIGGER IF EXISTS tallies_no_update")
        other.execute(f"UPDATE tallies SET {damage}")  # noqa: S608 - made here
    with Journal(path) as journal, pytest.raises(JournalError, match="came to is damaged"):
        journal.rates([HANDS])


def test_it_takes_a_moment_in_a_long_journal(path: Path, plan: Plan, build: Build) -> None:
    """Five thousand requests later, the answer still comes from the newest alone."""
    made = rows.to_rows(plan, judged(build("one"), REFUSED, PASSED, calls=2, seconds=1.0))
    database = Database(path)
    with database.writing() as connection:
        ledger = Ledger(connection, "me")
        ledger.add("plan", rows.plan_row(plan, ""))
        for number in range(5000):
            one = replace(made, request={**made.request, "id": str(number)})
            ledger.add_request(sealed(one))
        ledger.close()
    database.close()
    with Journal(path) as journal:
        journal.requests(1)
        started = time.perf_counter()
        found = journal.rates([HANDS, "unknown"])
        assert time.perf_counter() - started < 0.3  # seconds; takes 5 ms
    assert found == {HANDS: Rate(0.5, 1000, 500)}
