"""Boxes that a measure left, as whoever asks about them gets them."""

import numpy as np
import PIL.Image
import pytest

from selector.errors import MeasureError
from selector.images import open_image
from selector.signs.marked_boxes import MOST, around, marked, part
from selector.types import Failure, NotApplicable, Score

IMAGE = open_image(PIL.Image.fromarray(np.arange(80 * 100 * 3, dtype=np.uint8).reshape(80, 100, 3)))


def left(*boxes) -> dict:
    """Return outcomes of an instance whose two outputs show these boxes, and one that has none."""
    shown = Score(1, {"boxes": [{"box": box} for box in boxes]})
    return {"count": shown, "defect": shown, "side": NotApplicable("none")}


def test_the_largest_come_first_each_once_inside_the_picture():
    """In whole pixels; what two outputs show is one box."""
    boxes = ([1.4, 1.6, 3.2, 4], [50, 50, 200, 70], [50, 50, 200, 70])
    assert marked("things", left(*boxes), IMAGE) == [(50, 50, 100, 70), (1, 2, 3, 4)]


def test_no_more_than_eight_are_given():
    """Each is a question to somebody."""
    found = marked("things", left(*([0, 0, n, n] for n in range(1, 30))), IMAGE)
    assert [box[2] for box in found] == list(range(29, 29 - MOST, -1))


@pytest.mark.parametrize("strange", [None, "box", [1, 2, 3], [0, 0, "9", 9], [200, 0, 300, 50], [9, 9, 9, 20], [0, 0, 1e300, 1]])  # fmt: skip
def test_what_is_no_box_is_left_out(strange):
    """Evidence may be anybody's."""
    assert marked("things", left(strange), IMAGE) == []


def test_where_the_evidence_failed_nobody_knows():
    """That is not the same as no boxes."""
    with pytest.raises(MeasureError, match=r"things\.count: it failed.*got no memory"):
        marked("things", {"count": Failure("no memory")}, IMAGE)


def test_a_margin_is_of_the_longer_side_and_ends_with_the_picture():
    """What is around a box is seen too, as far as there is any."""
    assert around((60, 40, 80, 70), IMAGE, 0.5) == (45, 25, 95, 80)
    assert around((0, 0, 10, 10), IMAGE, 0.0) == (0, 0, 10, 10)


def test_a_part_holds_the_pixels_of_its_box_and_is_made_small():
    """As they are where it is small enough; else the shape is kept."""
    assert np.array_equal(part(IMAGE, (10, 20, 30, 50), 64), IMAGE.rgb[20:50, 10:30])
    assert part(IMAGE, (0, 0, 100, 50), 64).shape == (32, 64, 3)
