"""Some requests are measured in full after their verdict, which that never changes."""

import dataclasses
import time

import pytest

import worlds
from asking import png
from selector import Selection, Selector, select
from selector.engine import audit
from selector.journal import Journal
from selector.types import NotEvaluated, Score
from told import ids

JUDGE = 'return [{"value": Score(one.image.size[0] * 7 % 31 / 31)} for one in subjects]'
LATE = "time.sleep(20); " + JUDGE
PICTURES = [png(60 + at, at) for at in range(8)]


@pytest.fixture
def judged(written):
    """Return a maker of policies that a cheap term all but decides, and a dear one finishes."""

    def make(body: str = JUDGE, **cascade) -> dict:
        cheap = {"of": "filters.resolution.short_side", "scale": {"ends": [60, 67]}, "weight": 3}
        terms = [cheap, {"of": written(body, cost=1.0), "weight": 1}]
        return {"name": "p", "version": 1, "method": {"weighted_sum": terms}, "cascade": cascade}

    return make


def measured(selection: Selection) -> int:
    every = [outcome for row in selection.outcomes.values() for outcome in row.values()]
    return sum(not isinstance(one, NotEvaluated) for one in every)


def test_an_audit_measures_all_the_rest_and_changes_nothing(judged, tmp_path):
    """Verdicts, ranking, calls, rounds and what was saved are those of the request unaudited."""
    policy = judged(audit=0)
    plain = select("p", PICTURES, policy)
    with Journal(tmp_path / "j.sqlite") as journal:
        whole = select("p", PICTURES, policy | {"cascade": {"audit": 1}}, journal=journal)
        assert journal.read(whole.request_id)[1] == whole
        assert [one for _, one in journal.measured_whole(whole.plan.policy_hash, 9)] == [whole]
    assert (plain.audited, whole.audited) == (False, True)
    assert whole.decision == plain.decision
    for what in ("calls", "rounds", "saved", "tokens"):
        assert getattr(whole.spent, what) == getattr(plain.spent, what)
    assert whole.rounds == plain.rounds
    assert sum(plain.spent.saved.values()) > 0
    assert measured(plain) < measured(whole) == sum(map(len, whole.outcomes.values()))


def test_what_an_audit_measures_is_what_would_have_been_measured(judged):
    """Its outcomes are those of a request that measures everything."""
    policy = judged(audit=1)
    audited = select("p", PICTURES, policy)
    exhaustive = select("p", PICTURES, policy | {"cascade": {"mode": "exhaustive"}})
    assert audited.outcomes == exhaustive.outcomes
    assert audited.decision.verdicts == exhaustive.decision.verdicts


def test_an_audit_that_runs_out_of_time_is_dropped(judged, caplog):
    """The request is as late as its time-out at most, and keeps what decided it, no failures."""
    policy = judged(LATE, audit=1) | {"timeout_s": 1.5, "cut": {"of": "quality", "reject_below": 1}}
    started = time.monotonic()
    selection = select("p", PICTURES[:-1], policy)  # without the one that could reach the cut
    assert time.monotonic() - started < 3
    assert "engine.audit_out_of_time" in caplog.text
    assert not selection.audited
    assert selection.answer == "empty"
    late = [key for row in selection.outcomes.values() for key in row if key.startswith("acme")]
    assert len(late) == 7
    for row in selection.outcomes.values():
        for key, outcome in row.items():
            assert isinstance(outcome, NotEvaluated if key in late else Score)


def test_without_a_share_nobody_is_audited_and_with_all_of_it_everybody(judged):
    """0 is never and 1 is always."""
    for share in (0, 1):
        with Selector(judged(audit=share)) as selector:
            found = [selector.select("p", PICTURES[:3]).audited for _ in range(20)]
        assert set(found) == {bool(share)}


def test_where_all_is_measured_there_is_nothing_to_audit(judged):
    """An exhaustive plan audits nobody, whatever its share."""
    assert not select("p", PICTURES, judged(mode="exhaustive", audit=1)).audited


def drawn(plan, requests) -> set[str]:
    return {one for one in requests if audit.is_due(one, plan)}


IDS = [f"request-{at}" for at in range(20_000)]


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_the_share_that_is_drawn_is_the_share_that_was_said(share):
    """Of 20,000 requests within three standard errors, though their ids go up one by one."""
    count = len(drawn(worlds.by_score(audit=share), IDS))
    error = (share * (1 - share) * len(IDS)) ** 0.5
    assert abs(count - share * len(IDS)) <= 3 * error


def test_who_is_drawn_follows_from_the_request_and_the_policy_alone():
    """However it measures, it draws the same; a larger share draws the same and more."""
    plan = worlds.by_score(audit=0.01)
    same = dataclasses.replace(plan, parallelism=7, deliver=None, timeout_s=3.0)
    assert drawn(same, IDS) == drawn(plan, IDS)
    assert drawn(plan, IDS) < drawn(worlds.by_score(audit=0.05), IDS)


def test_two_policies_draw_without_regard_to_each_other():
    """What both draw is the product of their shares: neither has the requests of the other."""
    one, other = (
        dataclasses.replace(worlds.by_score(audit=0.1), policy_hash=name) for name in ("a", "b")
    )
    both = len(drawn(one, IDS) & drawn(other, IDS))
    error = (0.01 * 0.99 * len(IDS)) ** 0.5
    assert abs(both - 0.01 * len(IDS)) <= 3 * error


def test_a_verdict_that_the_rest_would_have_changed_is_logged(judged, caplog):
    """A measure that says something else the second time is found out, by name of the request."""
    selection = select("p", PICTURES, judged(audit=1))
    audit.differs(selection.plan, selection, selection.outcomes)
    assert "engine.audit_differs" not in caplog.text
    (winner,) = ids(selection.accepted)
    table = {name: dict(row) for name, row in selection.outcomes.items()}
    table[winner] = dict.fromkeys(table[winner], Score(0.0))
    audit.differs(selection.plan, selection, table)
    assert "engine.audit_differs" in caplog.text
    assert selection.request_id in caplog.text
    assert winner in caplog.text
