"""Which requests are meant, as people write it; what can't be meant is refused with a reason."""

from datetime import UTC, datetime

import pytest

from selector.errors import RequestError
from selector.replay.asked import which

NOW = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "moment"),
    [
        ("2026-03-01", "2026-03-01T00:00:00.000+00:00"),
        ("2026-03-01T12:30", "2026-03-01T12:30:00.000+00:00"),
        ("2026-03-01T12:30:00+02:00", "2026-03-01T10:30:00.000+00:00"),
        ("2026-03-01 12:30:00.25Z", "2026-03-01T12:30:00.250+00:00"),
        ("7d", "2026-03-03T15:30:00.000+00:00"),
        ("36h", "2026-03-09T03:30:00.000+00:00"),
        ("2w", "2026-02-24T15:30:00.000+00:00"),
    ],
)
def test_moments_are_those_of_the_journal(since, moment):
    """A day, a moment of any zone, so long ago: UTC with milliseconds, as requests are written."""
    assert which(since, None, (), NOW).since == moment


def test_until_a_day_counts_that_day():
    """Until the 5th is to its end; until a moment is until that moment."""
    assert which(None, "2026-03-05", (), NOW).until == "2026-03-06T00:00:00.000+00:00"
    assert which(None, "2026-03-05T00:00", (), NOW).until == "2026-03-05T00:00:00.000+00:00"


def test_values_of_one_key_are_alternatives():
    """Again the same key adds a value; another key narrows; nothing means without one."""
    having = which(
        None,
        None,
        ["generator=flux", "generator=", "policy=portrait@3", "version=2", "audited=yes",
         "needs_person=0", "plan=abc", "id=x=y", "generator=flux"],
    ).having  # fmt: skip
    assert having == {
        "generator": ("flux", None),
        "policy": ("portrait@3",),
        "version": (2,),
        "audited": (True,),
        "needs_person": (False,),
        "plan_hash": ("abc",),
        "id": ("x=y",),
    }


@pytest.mark.parametrize(
    "moment", ["yesterday", "2026-13-01", "7", "-7d", "", "9999999d", "999999w"]
)
def test_what_is_no_moment_is_refused(moment):
    """With what was written, and how to write it."""
    with pytest.raises(RequestError, match="--since: expected a day"):
        which(moment, None, ())


@pytest.mark.parametrize(
    "pair",
    ["generator", "prompt=x", "=x", "version=two", "version=²", "version=99999999999", "audited=perhaps",
     "answer=good", "policy=portrait@new"],
)  # fmt: skip
def test_what_is_no_condition_is_refused(pair):
    """An unknown key, or a value that the key can't have."""
    with pytest.raises(RequestError, match=r"--where.*got"):
        which(None, None, [pair])
