"""Values of any input as JSON that every file can hold, and ids that came twice."""

import datetime as dt
from decimal import Decimal

import pytest

from selector.batch.reading.checks import Seen, got, plain


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (True, True),
        (2**70, 2**70),
        (0.5, 0.5),
        (float("nan"), None),
        (float("-inf"), "-inf"),
        (b"\xff\x00", "/wA="),
        (dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC), "2026-01-02T03:04:05+00:00"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (dt.time(3, 4), "03:04:00"),
        (Decimal("0.10"), "0.10"),
        ([("k", None)], [["k", None]]),
        ({1: {"b": b""}}, {"1": {"b": ""}}),
    ],
    ids=[
        "bool", "int", "float", "nan", "inf", "bytes", "datetime", "date", "time", "decimal",
        "pairs", "nested",
    ],
)  # fmt: skip
def test_values_are_kept_as_json(value, kept):
    """What JSON has stays as it is, the rest becomes text."""
    assert plain(value) == kept


def test_doubles_are_seen():
    """However many ids there are, those that came twice are known."""
    seen = Seen()
    for number in range(1_000):
        seen.add(f"r{number}")
    assert (len(seen), seen.twice()) == (1_000, frozenset())
    seen.add("r7")
    seen.add("r7")
    assert seen.twice() == {hash("r7")}


def test_values_are_named_harmlessly():
    """A message shows no sign that can't be seen, and no more than fits."""
    assert got("\x1b[2J") == r"'\x1b[2J'"
    assert len(got("x" * 1_000)) <= 80
