"""The number of a mark lies beside what it counts, on the picture, and not on another number."""

import math

import pytest

from selector.report.shapes import outline
from selector.report.tags import place, radius

SIZE, WIDE = (400, 300), (4000, 500)


def placed(shape, given, size=SIZE, taken=()):
    return place(outline(shape, list(given), size), size, taken)


def on_the_picture(at, size):
    return all(radius(size) <= x <= most - radius(size) for x, most in zip(at, size, strict=True))


@pytest.mark.parametrize(
    ("size", "corners"),
    [
        (WIDE, (2000, 200, 2060, 260)),  # a face smaller than its number
        (WIDE, (0, 0, 60, 60)),
        (WIDE, (3940, 440, 4000, 500)),
        (SIZE, (100, 100, 200, 200)),
    ],
)
def test_a_number_does_not_hide_what_it_counts(size, corners):
    """Its disc lies inside the picture, beyond a corner, and covers hardly any of the box."""
    x, y = placed("box", corners, size)
    assert on_the_picture((x, y), size)
    x0, y0, x1, y1 = corners
    grid = [(x0 + (at + 0.5) * (x1 - x0) / 20, y0 + (by + 0.5) * (y1 - y0) / 20)
            for at in range(20) for by in range(20)]  # fmt: skip
    hidden = sum((px - x) ** 2 + (py - y) ** 2 < radius(size) ** 2 for px, py in grid) / len(grid)
    assert hidden < 0.1


def test_what_fills_the_picture_has_its_number_inside():
    """There is no place beyond its corners."""
    assert placed("box", (0, 0, 400, 300)) == (radius(SIZE), radius(SIZE))


@pytest.mark.parametrize(
    "line", [(100, 150, 300, 150), (200, 80, 200, 220), (90, 90, 290, 210), (0, 150, 400, 150)]
)
def test_the_number_of_a_line_touches_an_end_of_it(line):
    """Level, upright, slanted: it goes on where the line ends; or lies on one from edge to edge."""
    at = placed("line", line)
    assert on_the_picture(at, SIZE)
    assert min(math.dist(at, line[:2]), math.dist(at, line[2:])) < 1.2 * radius(SIZE)


def test_the_number_of_a_tilted_polygon_touches_a_corner_of_it():
    """Not a corner of the box around it, where nothing is."""
    word = [[50, 200], [300, 80], [310, 100], [60, 220]]
    at = placed("polygon", word)
    assert on_the_picture(at, SIZE)
    assert min(math.dist(at, corner) for corner in word) < 1.2 * radius(SIZE)


@pytest.mark.parametrize("corners", [(100, 100, 200, 200), (0, 0, 400, 300), (150, 0, 250, 40)])
def test_numbers_do_not_hide_one_another(corners):
    """Four things in the very same place have four numbers beside one another."""
    taken = []
    for _ in range(4):
        at = placed("box", corners, taken=taken)
        assert on_the_picture(at, SIZE)
        assert all(math.dist(at, other) >= 2 * radius(SIZE) for other in taken)
        taken.append(at)


def test_a_crowd_is_numbered_all_the_same():
    """Where there is no free place left, a number lies on another."""
    taken = [(x, y) for x in range(0, 400, 10) for y in range(0, 300, 10)]
    assert placed("box", (100, 100, 200, 200), taken=taken) == placed("box", (100, 100, 200, 200))


@pytest.mark.parametrize("side", range(8, 301, 4))
def test_the_number_on_an_enlarged_picture_can_be_read(side):
    """Enlarged by whole numbers, as far as 300 px allow, its disc has 8 px; yet it stays small."""
    times = 300 // side
    assert 8 <= times * radius((side, side // 2)) < 0.06 * 300


def test_a_picture_smaller_than_its_number():
    """One pixel high: the number has to lie somewhere."""
    x, y = placed("line", (0, 0, 100, 0), (100, 1))
    assert math.isfinite(x)
    assert math.isfinite(y)
