"""A policy's watch: what moved is told once, by name, and however the rows come."""

import json
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drifting
from drifting import cell, falling, rows, state
from selector.monitoring.kinds import Key
from selector.monitoring.state import State

MOVED = rows(16, 120, drift=falling)
TASTE = Key("mean", "scorers.taste.score")


def alarms(made):
    return [one.alarm for one in made.due]


@cache
def moved():
    """Return where monitoring stands after all rows that move, for all who only look."""
    return state(MOVED)


def watch(made):
    return made.watches["portrait"]


def whole(made):
    return watch(made).groups["policy", ""].streams


@settings(max_examples=12)
@given(st.lists(st.integers(1, len(MOVED) - 1), max_size=6))
def test_batch_size_does_not_matter(cuts):
    """In one piece or in many, with a restart between any two: the state is the same bit for bit."""
    made = State()
    ends = [0, *sorted(cuts), len(MOVED)]
    for start, end in pairwise(ends):
        made = State.from_dict(json.loads(json.dumps(made.to_dict(), allow_nan=False)))
        made.feed(MOVED[start:end], drifting.FUTURE)
    assert made.to_dict() == moved().to_dict()
    assert alarms(made)


def test_request_by_request_is_the_same_too():
    """A monitor that runs after every request finds what one finds that runs once."""
    assert state(MOVED[900:], 1).to_dict() == state(MOVED[900:]).to_dict()


def test_what_moved_is_named():
    """The generator, the output, the direction, the day, and how far, against both references."""
    found = [one for one in alarms(moved()) if one.level == "generator"]
    assert {one.group for one in found} == {"model 1"}
    assert {one.of for one in found} <= {"scorers.taste.score", ""}  # the margin follows from it
    (frozen,) = [one for one in found if one.key == TASTE and one.voids]
    assert (frozen.rises, frozen.since) == (False, drifting.date(12))
    assert frozen.before == pytest.approx(5, abs=0.3)
    assert frozen.after == pytest.approx(2.5, abs=0.8)
    assert frozen.moved == pytest.approx(-2.5 / 1.12, abs=0.6)


def test_nothing_is_told_where_nothing_moves():
    """Two months without a drift are quiet."""
    assert alarms(state(rows(60))) == []


def test_an_alarm_is_told_once_as_long_as_it_lasts():
    """Weeks of the same drift are one alarm against the frozen reference; what comes later another."""
    spans = [*range(12, 22), *range(45, 55)]
    made = state(rows(60, drift=lambda day, _: -3.0 * (day in spans)))
    frozen = [one for one in alarms(made) if one.key == TASTE and one.level == "policy"]
    told = [one.since for one in frozen if one.voids]
    assert told == [drifting.date(12), drifting.date(45)]
    assert whole(made)[TASTE].episodes[0] is not None
    later = state(rows(70, drift=lambda day, _: -3.0 * (day in spans)))
    assert whole(later)[TASTE].episodes[0] is None


def test_a_new_version_is_the_same_stream():
    """A policy's versions do not begin anew: drift that comes with one is seen."""
    assert {row.version for row in MOVED} == {1, 2, 3, 4}
    assert len(watch(moved()).groups) == 6


def test_the_order_within_a_day_does_not_change_the_day():
    """Moments and counts of a day are those of its requests, in whatever order they came."""
    given_ = rows(10)
    turned = [
        row._replace(number=other.number)
        for day in range(10)
        for row, other in zip(
            given_[day * 40 : day * 40 + 40][::-1], given_[day * 40 : day * 40 + 40], strict=True
        )
    ]
    key = Key("escalation", "")
    for one, other in zip(
        whole(state(given_))[key].days, whole(state(turned))[key].days, strict=True
    ):
        assert (one.date, one.count, one.total) == (other.date, other.count, other.total)


def test_a_million_segments_make_nobody_deaf():
    """Of names that anybody may write only so many are watched; the policy's lines stay."""
    plain = moved()
    flooded = state([row._replace(segment=f"user {row.number}") for row in MOVED])
    groups = watch(flooded).groups
    assert sum(level == "segment" for level, _ in groups) <= 24
    assert watch(flooded).unwatched["segment"] == 96  # of the 120 of the last day
    assert watch(flooded).shares["policy"] <= watch(plain).shares["policy"]
    assert [one for one in alarms(flooded) if one.level == "generator"]


def test_a_group_that_is_too_rare_makes_room():
    """Names that came once are forgotten at the end of the day, so that real ones find a place."""
    given_ = [
        row._replace(segment=f"user {row.number}" if row.number <= 200 else "shop")
        for row in rows(6, per_day=200)
    ]
    names = {name for level, name in watch(state(given_)).groups if level == "segment"}
    assert "shop" in names


def skipping(day, at):
    """Return outputs of a lazy cascade: the dear one is measured of a few, which are the best."""
    taste = cell(5 + 0.1 * (at % 7))
    if at % 10 == 0:
        return json.dumps({"a.x": taste, "dear.y": cell(0.1 * (at % 30) / 10 - (day >= 20) * 4)})
    return json.dumps({"a.x": taste, "dear.y": cell(9.0 + day, count=2)})


def test_what_is_measured_of_some_counts_from_audits_only():
    """What laziness leaves is a biased sample, which may go where it likes; audits tell."""
    made = state(rows(32, per_day=200, outputs=skipping))
    assert watch(made).dear == {"dear.y"}
    found = {one.key for one in alarms(made) if one.of == "dear.y"}
    assert found == {Key("audited", "dear.y")}


def test_rows_of_a_clock_that_runs_ahead_do_not_end_all_days():
    """A request that claims to be of the future belongs to the day on which it is read."""
    made = State()
    given_ = rows(3)
    made.feed([given_[0]._replace(created="2999-01-01T00:00:00+00:00"), *given_[1:]], "2026-01-03")
    assert watch(made).day == "2026-01-03"


def test_freezing_makes_the_new_state_the_standard():
    """After a change that is meant, the last weeks are the reference, and its alarm is over."""
    made = state(rows(45, drift=falling))
    before = whole(made)[TASTE]
    assert before.episodes[0] is not None
    assert watch(made).freeze() > 20
    after = whole(made)[TASTE]
    assert after.episodes[0] is None
    assert after.frozen.mean < 4.5
    known = len(alarms(made))
    made.feed(rows(10, first=45, seed=1, drift=falling), drifting.FUTURE)
    assert [one for one in alarms(made)[known:] if one.voids] == []


@pytest.mark.parametrize("wild", [1e300, -1e300])
def test_one_wild_value_is_no_alarm(wild):
    """A single number beyond all sense neither alarms nor breaks what is kept."""

    def outputs(day, at):
        return json.dumps(
            {"a.x": cell(wild if (day, at) == (12, 5) else 0.01 * (at % 9), sd=1e200)}
        )

    made = state(rows(14, outputs=outputs))
    json.dumps(made.to_dict(), allow_nan=False)
    assert [one for one in alarms(made) if one.of == "a.x"] == []


def test_what_never_varied_and_now_does_is_seen():
    """A number that was always the same has no standard deviation; its ranks tell all the same."""

    def outputs(day, at):
        return json.dumps({"a.x": cell(0.0 if day < 12 else at / 40, sd=0.0)})

    found = [one for one in alarms(state(rows(20, outputs=outputs))) if one.of == "a.x"]
    assert found
    assert found[0].rises


def test_failures_that_never_were_are_seen():
    """A measure that never failed and now fails in one of eight is told, as a rate."""

    def outputs(day, at):
        bad = day >= 12 and at % 2
        return json.dumps({"a.x": cell(0.01 * at, count=7 if bad else 8, failures=int(bool(bad)))})

    found = [one for one in alarms(state(rows(20, outputs=outputs))) if one.kind == "failures"]
    assert found[0].of == "a"
    assert found[0].after > 0.05


def _with(row, **outputs):
    """Return a summary with outputs added or replaced; None takes one away."""
    parsed = json.loads(row.outputs)
    for name, one in outputs.items():
        key = f"scorers.{name}.score"
        parsed = {**parsed, key: one}
    return row._replace(outputs=json.dumps({k: v for k, v in parsed.items() if v is not None}))


@pytest.mark.parametrize("size", [7, 100, 5000])
def test_an_output_that_a_policy_did_not_have_was_not_skipped(size):
    """It comes in the middle of a day, and drifts later: found, however the rows are read."""
    given = []
    for at, row in enumerate(drifting.rows(36)):
        day = at // 40
        late = day > 10 or (day == 10 and at % 40 >= 20)
        mean = json.loads(row.outputs)["scorers.match.score"]["mean"] - 4 * (day >= 30)
        given.append(_with(row, new=drifting.cell(mean) if late else None))
    found = drifting.state(given, size)
    watch = found.watches["portrait"]
    assert watch.dear == set()
    assert any(one.alarm.key.of == "scorers.new.score" for one in found.due)


def test_where_there_was_nothing_to_measure_nothing_was_skipped():
    """A picture without hands was looked at: the others count, audited or not."""
    given = [
        _with(row, match={**drifting.cell(5.0, count=5), "absent": 3}) if at % 3 else row
        for at, row in enumerate(drifting.rows(10))
    ]
    assert drifting.state(given).watches["portrait"].dear == set()


def test_what_is_no_longer_there_does_not_stay_moved():
    """A generator that drifted and was removed is quiet after four weeks without it."""
    given = [
        row._replace(generator="model 0") if at // 40 >= 25 and row.generator == "model 1" else row
        for at, row in enumerate(
            drifting.rows(60, drift=lambda day, g: drifting.falling(day, g) * (day < 25))
        )
    ]
    watch = drifting.state(given).watches["portrait"]
    group = watch.groups.get(("generator", "model 1"))
    assert group is None or not any(any(one.episodes) for one in group.streams.values())
