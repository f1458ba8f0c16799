"""The maths of grids: where colours change, what repeats there, and which changes are crisp."""

import numpy as np
import pytest

from selector.signs.pixel_grid import changes_along, coarse_grids, crisp, isolated


def board(pitch: int, side: int = 120) -> np.ndarray:
    """Return squares of two colours by turns, shape (side, side, 3)."""
    squares = np.indices((side, side)) // pitch
    return np.where(squares.sum(axis=0)[..., None] % 2, (200, 180, 90), (40, 60, 90)).astype(
        np.uint8
    )


def profiles(pixels: np.ndarray) -> list[np.ndarray]:
    return [changes_along(pixels, axis).profile for axis in (0, 1)]


def test_changes_are_where_colours_change():
    """A line down a picture changes it twice across, and never down; steps are in levels."""
    pixels = np.full((20, 30, 3), 100, np.uint8)
    pixels[:, 12:15] = (100, 130, 90)
    down, across = (changes_along(pixels, axis) for axis in (0, 1))
    assert down.step.size == 0
    assert np.flatnonzero(across.profile).tolist() == [12, 15]
    assert set(across.place[1].tolist()) == {12, 15}
    assert set(across.step.tolist()) == {30}


@pytest.mark.parametrize("pitch", [2, 3, 5, 8, 12])
def test_a_board_has_the_pitch_of_its_squares(pitch):
    """All changes of a board lie on its grid, which begins at the corner."""
    (grid,) = coarse_grids(profiles(board(pitch)), 120)
    assert (grid.scale, grid.offset, grid.fit) == (pitch, (0, 0), 1)


@pytest.mark.parametrize(("down", "across"), [(1, 0), (3, 6)])
def test_the_offset_is_down_and_across(down, across):
    """A grid's offset tells how far its first lines are from the top, then from the left."""
    (grid,) = coarse_grids(profiles(board(8)[down:, across:]), 120 - max(down, across))
    assert grid.offset == (-down % 8, -across % 8)


def test_lone_changes_are_isolated_and_neighbours_are_not():
    """Lines far apart stand alone; art in its own pixels changes before every line."""
    assert isolated(profiles(board(8))) == 1
    assert isolated(profiles(board(1))) == 0


@pytest.mark.parametrize("corner", [(0, 0), (0, 5), (5, 0), (5, 5)])
def test_a_stray_pixel_is_not_crisp_in_any_corner(corner):
    """Only a colour that is there again within two pixels recurs, and nothing beyond the border."""
    pixels = np.full((6, 6, 3), 200, np.uint8)
    pixels[corner] = (10, 20, 30)
    right = crisp(pixels, [changes_along(pixels, axis) for axis in (0, 1)])
    assert right.tolist() == [False, False]


def test_what_recurs_within_two_pixels_is_crisp():
    """Two pixels of a colour with one between them recur, with two between them they do not."""
    for apart, clean in ((2, True), (3, False)):
        pixels = np.full((9, 9, 3), 200, np.uint8)
        pixels[4, [2, 2 + apart]] = (10, 20, 30)
        right = crisp(pixels, [changes_along(pixels, axis) for axis in (0, 1)])
        assert set(right.tolist()) == {clean}


def test_what_jpeg_moves_a_little_is_one_colour():
    """Levels that differ by less than is allowed for are no change, and the same colour."""
    pixels = np.full((9, 9, 3), 200, np.uint8)
    pixels[4, [2, 3]] = [(16, 24, 32), (18, 27, 35)]
    changes = [changes_along(pixels, axis) for axis in (0, 1)]
    assert not crisp(pixels, changes).any()
    assert crisp(pixels, changes, spoilt=7).all()
