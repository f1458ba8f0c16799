"""Counts of what became of requests: they add up, and tell what failed."""

from dataclasses import replace
from functools import reduce
from operator import add

from hypothesis import given
from hypothesis import strategies as st

import random_worlds
from selected import listed, of_world, selected, selection
from selector.batch.tally import LONGEST, MOST_ERRORS, Tally, of, of_failed


def test_a_request_is_counted():
    """Verdicts, the answer, calls and what was saved, and under what candidates were refused."""
    found = of(selection(listed("r", 4)))
    assert (found.requests, found.candidates) == (1, 4)
    assert found.verdicts == {"accept": 1, "reject": 3}
    assert found.answers == {"complete": 1}
    assert found.reasons["refused f.value"] == 1
    assert sum(count for name, count in found.reasons.items() if name.startswith("outranked")) == 2
    assert (found.calls["f"], found.saved) == (4, {"s": 1})
    assert found.seconds == {"images": 0.5}
    assert (found.failed, found.unreadable, found.errors) == (0, 0, {})


def test_failures_are_counted_once_a_candidate():
    """All outputs of a measure fail together; a file's name is no part of what is wrong with it."""
    one = listed("r", 4)
    found = of(selection(one, broken=["r-0", "r-1"], errors=["r-2"]))
    assert found.errors == {"s: broke down": 2, "it is empty (got 0 bytes).": 1}
    assert (found.failed, found.unreadable) == (1, 1)


def test_a_failed_request_has_no_answer():
    """Its candidates count as without a verdict; where it stands in the input is left out."""
    found = of_failed(listed("r", 3), "in:r: prompt: reads it (got nothing).")
    assert (found.requests, found.candidates, found.failed) == (1, 3, 1)
    assert (found.verdicts, found.answers) == ({"": 3}, {})
    assert found.errors == {"prompt: reads it (got nothing).": 3}


@given(random_worlds.worlds())
def test_verdicts_are_of_all_candidates(world):
    """Whatever the world: each candidate is counted once, and what failed is known to have."""
    one = of_world(world)
    found = of(selected(world, one))
    assert sum(found.verdicts.values()) == found.candidates == len(one.candidates)
    assert sum(found.answers.values()) == found.requests == 1
    assert bool(found.errors) == bool(found.failed)


def test_sums_do_not_depend_on_the_order():
    """A run of many shards comes to the same whoever was first."""
    each = [of(selection(listed(f"r{at}", at % 3 + 1))) for at in range(7)]
    assert reduce(add, each, Tally()) == reduce(add, reversed(each), Tally())


def test_errors_stay_few_and_short():
    """A million different ones would be the larger part of what is written."""
    many = [of_failed(listed(f"r{at}", 1), f"{at} " + "x" * 9_999) for at in range(MOST_ERRORS + 9)]
    often = of_failed(listed("often", 5), "often")
    found = reduce(add, many, Tally()) + often
    assert len(found.errors) == MOST_ERRORS
    assert next(iter(found.errors)) == "often"
    assert max(map(len, found.errors)) == LONGEST
    assert found.failed == MOST_ERRORS + 10


@given(st.builds(Tally, st.integers(0, 9), seconds=st.dictionaries(st.text(), st.floats(0, 1e9))))
def test_a_tally_round_trips(tally):
    """What is kept beside a part is read back, equal."""
    whole = replace(tally, errors={"a": 1})
    assert Tally.from_dict(whole.to_dict()) == whole
