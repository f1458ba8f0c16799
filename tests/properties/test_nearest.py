"""What is said to turn a verdict does, and no nearer number that a grid finds would."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import random_worlds
from selector.replay.again import Lacking
from selector.replay.nearest import nearest
from selector.replay.what_if import WhatIf
from selector.types import Score

pytestmark = pytest.mark.timeout(1800)
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
SOME = settings(max_examples=1000 if THOROUGH else 60, deadline=None)
GRID = [at / 20 for at in range(21)]


def turns(state, verdict: str) -> bool:
    """Return whether a verdict is lost, or won."""
    if isinstance(state, Lacking):
        return False
    return state != "accept" if verdict == "accept" else state == "accept"


@SOME
@given(random_worlds.worlds(), st.data())
def test_what_turns_a_verdict_is_true_and_nearest(world, data):
    """True at the number that is told, false just before it; nothing on a grid is nearer."""
    found = world.exhaustive()
    name = data.draw(st.sampled_from(sorted(found.table)))
    what = WhatIf(world.plan, name, world.candidates, found.table, world.expect)
    verdict = found.decision.verdicts[name]
    assert what.state() == verdict
    near = nearest(what)
    turn = near.turn
    if turn:
        assert what.state(turn.at) == turn.verdict != verdict
    single = turn is not None and len(turn.changes) == 1 and turn.verdict != "review"
    if turn and len(turn.changes) == 1 and turn.changes[0].key in turn.at:
        (change,) = turn.changes
        if change.how in {"at least", "at most"}:
            assert what.state({change.key: change.about}) == turn.verdict
        if change.how in {"above", "below"}:
            assert what.state({change.key: change.value}) != turn.verdict
    for key, was in what.numbers.items():
        output = what.outputs[key]
        for value in (one for one in GRID if output.holds(one) and isinstance(was, float)):
            distance = abs(value - was) / what.span(key)
            if turns(what.state({key: value}), verdict):
                assert turn is not None
                assert len(turn.changes) == 1
                assert not single or distance >= turn.distance - 1e-9


@SOME
@given(random_worlds.worlds(), st.data())
def test_what_is_left_open_is_open(world, data):
    """On a lazy request: where it says that more would have to be measured, that is so."""
    found = world.resolve()
    table = {name: dict(row) for name, row in found.table.items()}
    name = data.draw(st.sampled_from(sorted(table)))
    what = WhatIf(world.plan, name, world.candidates, table, world.expect)
    near = nearest(what)
    if near.untold:
        state = what.state(near.untold.at)
        assert isinstance(state, Lacking)
        assert near.untold.calls == dict(state.least)
    if near.turn:
        assert what.state(near.turn.at) == near.turn.verdict
        known = [key for key, one in table[name].items() if isinstance(one, Score)]
        assert set(near.turn.at) <= set(known)
