"""Promises of replay, on made-up requests of every shape, written into a real journal."""

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import again as journaled
import random_worlds
from selector.journal import Journal
from selector.journal.light import Recorded
from selector.journal.recorded import Which, extent, recorded
from selector.replay.again import Bench, Lacking
from selector.replay.tally import Tally
from selector.types import Decision
from worlds import World, same_answer

pytestmark = pytest.mark.timeout(1800)
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
MANY = settings(
    max_examples=3000 if THOROUGH else 80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # one journal holds all of them
)
NAMES = count()


@pytest.fixture
def journal(tmp_path) -> Iterator[Journal]:
    """A journal that all examples of a test are appended to."""
    with Journal(tmp_path / "journal.sqlite") as opened:
        yield opened


def kept(journal: Journal, world: World, *, audited: bool = False) -> Recorded:
    """Return a world's request as replay reads it back."""
    made = journaled.selection(world, f"r{next(NAMES)}", audited=audited)
    journal.append(world.plan, made)
    (found,) = recorded(journal, Which(having={"id": (made.request_id,)}))
    assert isinstance(found, Recorded)
    assert found.decision == made.decision
    return found


@MANY
@given(random_worlds.worlds(), st.booleans())
def test_the_plan_that_decided_decides_the_same_again(journal, world, audited):
    """Bit for bit: verdicts, reasons, quality, order, bounds, advice; audited or not."""
    one = kept(journal, world, audited=audited)
    assert one.audited == audited
    assert Bench(world.plan).own(one) == one.decision
    assert Bench(world.plan).own(replace(one, found=one.found[::-1])) == one.decision


@MANY
@given(random_worlds.worlds())
def test_all_that_an_audit_knows_gives_the_same_answer(journal, world):
    """Under the same plan, with all known: the same verdicts, order and reasons of what is kept."""
    one = kept(journal, world, audited=True)
    found = Bench(world.plan).again(one)
    assert isinstance(found, Decision)
    assert same_answer(found, one.decision)


@MANY
@given(random_worlds.worlds(), random_worlds.plans(), st.booleans())
def test_another_plan_is_decided_as_if_it_had_measured(journal, world, other, audited):
    """What replay decides of another policy is what that decides where it measures everything."""
    named = replace(other, instances=world.plan.instances)
    one = kept(journal, world, audited=audited)
    truth = replace(world, plan=named).exhaustive().decision
    found = Bench(named).again(one)
    if isinstance(found, Decision):
        assert same_answer(found, truth)
        return
    verdicts = truth.verdicts
    assert {one for one in verdicts if verdicts[one] != "reject"} <= found.open
    assert sum(verdict == "accept" for verdict in verdicts.values()) <= found.accepted
    assert found.gone | found.open == verdicts.keys()


@MANY
@given(random_worlds.worlds(), random_worlds.plans())
def test_at_least_so_many_calls_are_needed(journal, world, other):
    """What is said to be lacking at least is needed, and no more than is said can be."""
    named = replace(other, instances=world.plan.instances, parallelism=1)
    one = kept(journal, world)
    found = Bench(named).again(one)
    if isinstance(found, Lacking):
        ((instance, calls),) = found.least.items()
        assert 0 < calls <= found.most[instance]


@MANY
@given(
    st.lists(st.tuples(random_worlds.worlds(), st.booleans()), min_size=1, max_size=5), st.data()
)
def test_order_and_batching_do_not_matter(journal, made, data):
    """Counted request by request, in any order and in any parts, it adds up to the same."""
    plan = made[0][0].plan
    bench = Bench(plan)
    found = [kept(journal, world, audited=audited) for world, audited in made]
    pairs = [(one, bench.again(one)) for one in found]
    whole = Tally()
    for one, decision in pairs:
        whole.take(one, decision, own=False)
    parts = Tally()
    for one, decision in data.draw(st.permutations(pairs)):
        part = Tally()
        part.take(one, decision, own=False)
        parts.add(part)
    assert parts == whole
    assert whole.requests == len(found)
    assert extent(journal, Which())[2] >= len(found)
