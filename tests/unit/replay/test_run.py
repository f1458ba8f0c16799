"""A whole journal decided again: streaming, by one process or several, from both databases."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

import again
import worlds
from selector.errors import JournalError
from selector.journal import Journal
from selector.journal.recorded import Which
from selector.policy import plan as p
from selector.replay import run
from selector.replay.replayed import Told
from selector.replay.run import Task, replay, replayed
from selector.types import NotApplicable, Score
from worlds import UP, World, ref

TERMS = (p.Term(ref("s"), 0.8, UP), p.Term(ref("dear"), 0.2, UP))
GATE = p.Gate(ref("g"), reject_below=0.2, accept_above=0.3)
OLD = worlds.plan(
    p.WeightedSum(TERMS), gates=(GATE,), instances=[worlds.instance("g", "filter", cost=0.001)],
    parallelism=1,
)  # fmt: skip
STRICT = replace(OLD, version=2, gates=(replace(GATE, reject_below=0.5, accept_above=0.6),))
NEVER = replace(
    OLD,
    method=p.WeightedSum((p.Term(ref("new"), 1.0, UP),)),
    instances={**OLD.instances, "new": worlds.instance("new")},
)


def world(seed: int, plan: p.Plan = OLD) -> World:
    """Return a request of three candidates whose numbers follow from *seed*."""
    names = [f"c{at}" for at in range(3)]
    value = {name: ((seed * 7 + at * 13) % 20) / 20 for at, name in enumerate(names)}
    truth = {
        name: {
            "s.value": Score(value[name]),
            "dear.value": Score(1 - value[name]),
            "g.value": Score((value[name] * 3) % 1),
            "new.value": NotApplicable("nothing there"),
        }
        for name in names
    }
    candidates = tuple(worlds.candidate(name, f"{seed} {name}") for name in names)
    return World(plan, candidates, truth, dict.fromkeys(names, 0))


def write(where: str, count: int = 20, plan: p.Plan = OLD, *, audit: int = 3) -> str:
    """Write a journal of *count* requests; one of so many is audited."""
    made = [
        again.selection(
            world(at, plan),
            f"{plan.version}-{at:03d}",
            audited=at % audit == 0,
            created=f"2026-03-{at % 28 + 1:02d}T12:00:00.000+00:00",
        )
        for at in range(count)
    ]
    return again.written(where, *made)


@pytest.fixture(params=["sqlite", "postgres"])
def where(request, tmp_path) -> str:
    """Where a journal may be made, in each database."""
    if request.param == "sqlite":
        return str(tmp_path / "journal.sqlite")
    return request.getfixturevalue("postgres")


def test_every_request_is_decided_again_as_it_was(where):
    """By its own plan, from what the decision knew, audited or not: nothing differs."""
    tally = replay(Task(write(where), None, Which()))
    assert (tally.requests, tally.own, tally.candidates) == (20, 20, 60)
    assert (tally.differing, tally.damaged, tally.undecided) == (0, 0, 0)
    assert sum(count for (old, new), count in tally.flips.items() if old == new) == 60


def test_both_databases_tell_the_same(tmp_path, postgres):
    """What is counted does not depend on the database."""
    places = write(str(tmp_path / "j.sqlite")), write(postgres)
    one, other = (replay(Task(place, STRICT, Which())) for place in places)
    assert one == other
    assert one.flips["accept", "reject"] > 0


def test_what_changes_is_what_deciding_anew_would_change(tmp_path):
    """Verdicts, winners and needs under a stricter policy are those of measuring with it."""
    place = write(str(tmp_path / "j.sqlite"), audit=1)
    tally = replay(Task(place, STRICT, Which()))
    fresh = [world(at, STRICT).exhaustive().decision for at in range(20)]
    assert tally.undecided == 0
    verdicts = [verdict for one in fresh for verdict in one.verdicts.values()]
    assert tally.fewest == {name: verdicts.count(name) for name in set(verdicts)}
    assert tally.most == tally.fewest
    assert tally.persons == sum(one.needs_person for one in fresh)


def test_a_policy_of_the_same_meaning_changes_nothing(tmp_path):
    """Another name, version and arrangement: decided from what the decision knew, bit for bit."""
    place = write(str(tmp_path / "j.sqlite"))
    renamed = replace(OLD, policy="other", version=7, policy_hash="x", mode="exhaustive", audit=1.0)
    tally = replay(Task(place, renamed, Which()))
    assert (tally.own, tally.differing) == (20, 0)
    assert not tally.examples


def test_what_was_never_measured_stays_open(tmp_path):
    """Undecided, with the calls that it would take; its rates are intervals that hold both ways."""
    found = replayed(Task(write(str(tmp_path / "j.sqlite")), NEVER, Which()), Told())
    assert found.tally.undecided > 0
    assert found.unmeasured == ("new",)
    assert 0 < found.tally.least["new"] <= found.tally.up_to["new"]
    truth = [world(at, NEVER).exhaustive().decision for at in range(20)]
    verdicts = [verdict for one in truth for verdict in one.verdicts.values()]
    for rate, verdict in zip(found.rates, ("accept", "review", "reject"), strict=False):
        assert rate.after.low <= verdicts.count(verdict) / 60 <= rate.after.high


def test_only_those_that_are_meant_are_decided(tmp_path):
    """Conditions and moments narrow it; where none is left, nothing is counted."""
    place = write(str(tmp_path / "j.sqlite"))
    some = Which(since="2026-03-05T00:00:00.000+00:00", having={"audited": (True,)})
    assert replay(Task(place, None, some)).requests == 5
    assert replay(Task(place, None, Which(having={"policy": ("other",)}))).requests == 0


def test_two_policies_are_held_against_each_other(tmp_path):
    """What the old one would decide counts as before, whoever decided; what it can't is left out."""
    place = write(str(tmp_path / "j.sqlite"), plan=STRICT, audit=1)
    by_strict = replay(Task(place, STRICT, Which(), OLD))
    assert (by_strict.requests, by_strict.left_out, by_strict.own) == (20, 0, 0)
    verdicts = [
        one for at in range(20) for one in world(at).exhaustive().decision.verdicts.values()
    ]
    assert by_strict.before == {name: verdicts.count(name) for name in set(verdicts)}
    write(place)
    only_old = Which(having={"version": (1,)})
    by_old = replay(Task(place, STRICT, only_old, OLD))
    assert by_old == replay(Task(place, STRICT, only_old))
    assert by_old.flips["accept", "reject"] > 0
    unknown = replay(Task(place, STRICT, Which(), NEVER))
    assert unknown.left_out > 0


def test_processes_change_nothing(tmp_path, monkeypatch):
    """Two workers count what one counts, and are gone afterwards; progress reaches the end."""
    monkeypatch.setattr(run, "PART", 5)
    monkeypatch.setattr(run, "ENOUGH", 10)
    place = write(str(tmp_path / "j.sqlite"), 30)
    seen: list[tuple[int, int]] = []
    two = replay(
        Task(place, STRICT, Which()), workers=2, progress=lambda done, of: seen.append((done, of))
    )
    assert two == replay(Task(place, STRICT, Which()), workers=1)
    assert len(seen) > 1
    assert seen[-1] == (30, 30)


def harmed(place: str, *statements: str) -> None:
    """Change what can't be changed, as a broken disk would."""
    with closing(sqlite3.connect(place)) as connection:
        for table in ("plans", "outcomes", "requests", "candidates"):
            connection.execute(f"DROP TRIGGER IF EXISTS {table}_no_update")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_a_changed_number_is_noticed(tmp_path):
    """A request whose numbers no longer give its decision differs, and is named."""
    place = write(str(tmp_path / "j.sqlite"), 6)
    (best,) = [one for one in again.read(place) if one.id == "1-004"]
    winner = best.decision.ranking[0]
    harmed(
        place,
        f"UPDATE outcomes SET value = 0.0 WHERE instance = 's' AND candidate_id = '{winner}' "  # noqa: S608 - ours
        f"AND request = {best.number}",
    )
    tally = replay(Task(place, None, Which()))
    assert tally.differing == 1
    assert tally.differs[0].request == "1-004"
    assert "quality" in tally.differs[0].what


def test_a_damaged_plan_damages_only_its_requests(tmp_path):
    """Its requests are told as damaged; another policy still decides them, and others go on."""
    place = write(str(tmp_path / "j.sqlite"), 4)
    write(place, 3, STRICT)
    harmed(place, f"UPDATE plans SET body = '{{}}' WHERE hash = '{OLD.hash}'")  # noqa: S608 - ours
    own = replay(Task(place, None, Which()))
    assert (own.damaged, own.requests) == (4, 3)
    assert OLD.hash in own.broken[0].why
    other = replay(Task(place, STRICT, Which()))
    assert (other.damaged, other.requests) == (0, 7)
    held = replay(Task(place, STRICT, Which(), OLD))
    assert held.damaged == 0


def test_numbers_that_can_not_be_decided_by_are_damage(tmp_path):
    """A plan that divides by nothing ends nothing."""
    place = write(str(tmp_path / "j.sqlite"), 3)
    flat = replace(OLD, method=p.WeightedSum((p.Term(ref("s"), 1.0, p.Scale(1.0, 1.0, True)),)))
    tally = replay(Task(place, flat, Which()))
    assert (tally.damaged, tally.requests) == (3, 0)
    assert "can't be decided again" in tally.broken[0].why


def test_examples_come_with_the_plans_that_decided_them(tmp_path):
    """So that a page can say what each number was."""
    found = replayed(Task(write(str(tmp_path / "j.sqlite")), STRICT, Which()), Told())
    assert found.tally.examples
    assert found.plans == {OLD.hash: OLD}


def test_a_missing_journal_is_told(tmp_path):
    """And none is made."""
    with pytest.raises(JournalError, match="there is no journal"):
        replay(Task(str(tmp_path / "none.sqlite"), None, Which()))


def test_what_is_appended_meanwhile_is_not_counted(tmp_path):
    """The journal may grow: what was there at the beginning is decided, each once."""
    place = write(str(tmp_path / "j.sqlite"), 6)
    grown = []

    def grow(_done: int, _total: int) -> None:
        with Journal(place) as journal:
            one = again.selection(world(50 + len(grown)), f"late-{len(grown)}")
            journal.append(OLD, one)
        grown.append(1)

    assert replay(Task(place, None, Which()), progress=grow).requests == 6
