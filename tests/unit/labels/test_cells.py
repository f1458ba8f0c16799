"""What one cell says: moments, and names that are not there."""

import math

import pytest

from selector.labels import cells


@pytest.mark.parametrize("cell", ["1710121012345", 1710121012345, "1610123123", "1767603600"])
def test_seconds_since_1970_are_no_date(cell):
    """Digits that happen to read as a day of another century are told, not taken for it."""
    with pytest.raises(cells.MisreadError, match="expected a moment in ISO 8601"):
        cells.moment(cell)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("20260105", "2026-01-05T00:00:00+00:00"),
        ("20260105T090000Z", "2026-01-05T09:00:00+00:00"),
        ("", ""),
    ],
)
def test_moments_without_hyphens_are_moments(cell, moment):
    """ISO 8601 allows them."""
    assert cells.moment(cell) == moment


def test_a_number_that_is_none_names_nobody():
    """Tables write it where nothing is said."""
    assert cells.text(math.nan) == ""
    with pytest.raises(cells.MisreadError, match="no candidate"):
        cells.name(math.nan, "candidate")
    assert cells.name("nan", "rater") == "nan"  # as a person may be called
