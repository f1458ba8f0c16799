"""Lines over two axes: where they run, and which numbers stand beside them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.report.charts import HEIGHT, WIDTH, Axes, Band, Line, chart, ticks

AXES = Axes("title", "across", "up")
FINITE = st.floats(-1e6, 1e6)


@given(FINITE, st.floats(1e-3, 1e6))
def test_ticks_lie_between_the_ends(low, width):
    """A few of them, rising by one step, none outside."""
    found = ticks(low, low + width)
    assert 3 <= len(found) <= 8
    assert all(low - 1e-6 * width <= one <= low + width * (1 + 1e-6) for one in found)
    steps = [b - a for a, b in pairwise(found)]
    assert steps == pytest.approx([steps[0]] * len(steps))


def test_ticks_of_counts_are_whole():
    """There is no half a candidate."""
    assert ticks(1, 4, whole=True) == [1, 2, 3, 4]
    assert all(one == int(one) for one in ticks(1, 64, whole=True))


def test_an_axis_without_width_has_one_tick():
    """One value is no range."""
    assert ticks(3, 3) == [3]


def test_lines_fill_the_drawing_and_0_is_in_it():
    """From edge to edge across; up from 0, with a little room above."""
    made = chart(AXES, [Line("ours", [(1, 0.5), (3, 1.0)])])
    (line,) = made.lines
    (x0, y0), (x1, y1) = (map(float, one.split(",")) for one in line.points.split())
    assert (x0, x1) == (0, WIDTH)
    assert 0 < y1 < y0 < HEIGHT
    assert made.zero == HEIGHT


def test_what_is_below_0_is_drawn_below_it():
    """A curve that turns into loss crosses the axis."""
    made = chart(AXES, [Line("ours", [(1, 1.0), (2, -1.0)])])
    assert 0 < made.zero < HEIGHT


def test_a_band_is_around_its_line_and_inside():
    """Its ends widen the axis; marks stand where they are told."""
    band = Band([(0, -1, 3), (1, 0, 9)])
    made = chart(AXES, [Line("ours", [(0, 1), (1, 2)])], band=band, marks=[("pays", 0.5)])
    heights = [float(one.split(",")[1]) for one in made.band.split()]
    assert min(heights) >= 0
    assert max(heights) <= HEIGHT
    assert made.marks == (("pays", WIDTH / 2),)


def test_numbers_beside_the_axes_are_said_as_asked():
    """Percentages on one, counts on the other."""
    axes = Axes("t", "a", "u", y=lambda value: f"{value:g} %", whole=True)
    made = chart(axes, [Line("ours", [(1, 0), (3, 50)])])
    assert [one.says for one in made.xs] == ["1", "2", "3"]
    assert all(one.says.endswith(" %") for one in made.ys)
