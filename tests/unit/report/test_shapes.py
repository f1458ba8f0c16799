"""What a measure left is checked and clipped before it is drawn."""

import math

import pytest

from selector.report.shapes import MOST_POINTS, bounds, outline

SIZE = (400, 300)
NAN, INF = float("nan"), float("inf")


def test_a_box_is_clipped():
    """What reaches beyond the picture is cut off; what lies beyond it, or has no area, is none."""
    assert bounds(outline("box", [-50, 10, 5e9, 400], SIZE)) == (0, 10, 400, 300)
    for gone in ([500, 10, 600, 20], [9, 9, 9, 20], [90, 9, 10, 20]):
        assert outline("box", gone, SIZE) == ()


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ([10, 20, 300, 200], {(10, 20), (300, 200)}),
        ([-100, 150, 900, 150], {(0, 150), (400, 150)}),
        ([0, 0, 0, 300], {(0, 0), (0, 300)}),  # along the edge, where seams of borders lie
        ([200, 150, 200, 900], {(200, 150), (200, 300)}),
        ([-100, 100, 100, -100], set()),  # touches a corner only
        ([-100, 50, 150, -200], set()),
        ([410, 0, 410, 300], set()),
        ([7, 7, 7, 7], set()),
    ],
)
def test_a_line_is_clipped(line, kept):
    """Its part on the picture is left, from either end; a point is no line."""
    x0, y0, x1, y1 = line
    assert set(outline("line", line, SIZE)) == kept
    assert set(outline("line", [x1, y1, x0, y0], SIZE)) == kept


def test_a_slanted_line_keeps_its_slant():
    """What is left of it lies where the whole line lay."""
    for x, y in outline("line", [-100, -30, 700, 500], SIZE):
        assert (y + 30) / (x + 100) == pytest.approx(530 / 800)


def area(points):
    after = (*points[1:], points[0])
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(points, after, strict=True))) / 2


def test_a_polygon_is_clipped():
    """A diamond larger than the picture keeps the area that is on it; one inside all of it."""
    diamond = [[-50, 150], [200, -100], [450, 150], [200, 400]]
    corners = 4 * 100 * 100 / 2  # of the picture that the diamond does not reach
    assert area(outline("polygon", diamond, SIZE)) == pytest.approx(400 * 300 - corners)
    inside = [[10, 10], [90, 30], [50, 80]]
    assert outline("polygon", inside, SIZE) == ((10, 10), (90, 30), (50, 80))
    assert outline("polygon", [[500, 0], [600, 0], [550, 90]], SIZE) == ()
    assert outline("polygon", [[-90, 0], [0, 100], [-90, 200]], SIZE) == ()


def test_a_polygon_of_thousands_of_points_stays_what_it_was():
    """A circle of 100,000 points is drawn with a few, and has its place and its area still."""
    turns = [2 * math.pi * at / 100_000 for at in range(100_000)]
    circle = [[200 + 100 * math.cos(turn), 150 + 100 * math.sin(turn)] for turn in turns]
    kept = outline("polygon", circle, SIZE)
    assert 50 < len(kept) <= MOST_POINTS
    assert area(kept) == pytest.approx(math.pi * 100**2, rel=0.001)


@pytest.mark.parametrize("shape", ["box", "line"])
@pytest.mark.parametrize(
    "given",
    [
        None, {}, "1234", [], [1, 2, 3], [1, 2, 3, 4, 5], [1, 2, 30, "40"], [[1, 2], [30, 40]],
        [0, 0, NAN, 9], [0, 0, INF, 9], [False, False, True, True], [0, 0, 10**400, 9],
    ],
)  # fmt: skip
def test_what_is_neither_box_nor_line(shape, given):
    """Another type, too few numbers or too many, and numbers that are none."""
    assert outline(shape, given, SIZE) == ()


@pytest.mark.parametrize(
    "given",
    [
        None, {}, "abc", [], [[1, 1], [9, 9]], [1, 1, 9, 9], [[1, 1], [9, 9], [9]],
        [[1, 1], [9, 9], [1, "9"]], [[1, 1], [9, 9], [NAN, 9]], [[1, 1], [9, 9], [True, 9]],
        [[1, 1], [9, 9], [1, 1e300]], [[1, 1], [9, 9], [1, 10**400]], [[5, 5]] * 4,
        [[1, 5], [9, 5], [4, 5]],
    ],
)  # fmt: skip
def test_what_is_no_polygon(given):
    """Too few points, points that are none, points at the end of the world, no area."""
    assert outline("polygon", given, SIZE) == ()


@pytest.mark.parametrize("shape", ["line", "polygon"])
def test_numbers_that_can_not_be_reckoned_with(shape):
    """Finite and absurd: they would end as infinity or not a number on the way."""
    far = [-1e308, -1e308, 1e308, 1e308]
    given = far if shape == "line" else [far[:2], far[2:], [0, 1e308]]
    assert outline(shape, given, SIZE) == ()
