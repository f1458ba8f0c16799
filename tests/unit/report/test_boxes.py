"""Evidence as boxes: what fits is drawn, whatever else a measure leaves is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.report.boxes import MOST, Found, boxes, radius
from selector.types import Failure, NotApplicable, Score

SIZE = (400, 300)


def found(*entries, **rows):
    row = {"faces.count": Score(1.0, {"boxes": list(entries)}), **rows}
    return boxes(row, SIZE).drawn


def test_a_box_with_all_that_is_said_of_it():
    """Corners, label, numbers and the instance that found it."""
    (box,) = found({"box": [10, 20, 110, 220], "label": "face 1", "score": 0.98, "jitter": 0.002})
    assert (box.count, box.corners, box.size) == (1, (10, 20, 110, 220), (100, 200))
    assert (box.label, box.numbers, box.source) == ("face 1", "score 0.98, jitter 0.002", "faces")


def test_the_same_box_of_two_outputs_is_drawn_once():
    """Outputs of one instance that show the same thing share its box; another instance does not."""
    one = {"box": [10, 20, 110, 220], "label": "face 1"}
    row = {
        "faces.count": Score(1.0, {"boxes": [one]}),
        "faces.defect": Score(0.1, {"boxes": [one | {"jitter": 0.1}]}),
        "other.value": Score(1.0, {"boxes": [one]}),
    }
    drawn = boxes(row, SIZE).drawn
    assert [(box.count, box.source, box.numbers) for box in drawn] == [
        (1, "faces", "jitter 0.1"),
        (2, "other", ""),
    ]


def test_boxes_are_clipped_to_the_picture():
    """What reaches beyond the picture is cut off; what lies beyond it is not drawn."""
    drawn = found({"box": [-50, 10, 500, 400]}, {"box": [500, 10, 600, 20]}, {"box": [9, 9, 9, 20]})
    assert [box.corners for box in drawn] == [(0, 10, 400, 300)]


def test_evidence_of_any_outcome_counts():
    """What was too small to judge was found all the same."""
    evidence = {"boxes": [{"box": [1, 1, 9, 9]}]}
    for outcome in (Failure("x", evidence), NotApplicable("too small", evidence)):
        assert len(boxes({"hands.defect": outcome}, SIZE).drawn) == 1


@pytest.mark.parametrize(
    "evidence",
    [
        None, 7, "boxes", [], {"boxes": None}, {"boxes": {}}, {"boxes": [None, 1, "x", []]},
        {"boxes": [{"box": None}, {"box": [1, 2, 3]}, {"box": [1, 2, 3, "4"]}, {"box": {}}]},
        {"boxes": [{"box": [0, 0, float("nan"), 9]}, {"box": [0, 0, float("inf"), 9]}]},
        {"boxes": [{"box": [True, False, True, True]}, {"box": [0, 0, 10**400, 9]}]},
    ],
)  # fmt: skip
def test_what_is_no_box_is_left_out(evidence):
    """Evidence of another shape, and numbers that are none, are ignored."""
    assert boxes({"a.b": Score(1.0, evidence)}, SIZE) == Found()


def test_a_crowd_is_cut_short():
    """So many boxes that they would hide the picture are not all drawn, but counted."""
    many = {"boxes": [{"box": [at, 0, at + 9, 9]} for at in range(200)]}
    crowd = boxes({"faces.count": Score(1.0, many)}, SIZE)
    assert (len(crowd.drawn), crowd.total) == (MOST, 200)
    assert [box.count for box in crowd.drawn] == list(range(1, MOST + 1))


def test_two_things_in_one_place_are_two():
    """The same corners under two labels are told as two: a hand, and what it holds."""
    drawn = found(*({"box": [1, 1, 9, 9], "label": label} for label in ("hand", "cup", "hand")))
    assert [box.label for box in drawn] == ["hand", "cup"]


WIDE = (4000, 500)


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
    row = {"faces.count": Score(1.0, {"boxes": [{"box": list(corners)}]})}
    (box,) = boxes(row, size).drawn
    (x, y), reach = box.tag, radius(size)
    assert reach <= x <= size[0] - reach
    assert reach <= y <= size[1] - reach
    x0, y0, x1, y1 = corners
    grid = [(x0 + (at + 0.5) * (x1 - x0) / 20, y0 + (by + 0.5) * (y1 - y0) / 20)
            for at in range(20) for by in range(20)]  # fmt: skip
    hidden = sum((px - x) ** 2 + (py - y) ** 2 < reach**2 for px, py in grid) / len(grid)
    assert hidden < 0.1


def test_what_fills_the_picture_has_its_number_inside():
    """There is no place beyond its corners."""
    (box,) = found({"box": [0, 0, 400, 300]})
    assert box.tag == (radius(SIZE), radius(SIZE))


def test_labels_are_harmless_and_short():
    """A label may hold anything, or be none."""
    drawn = found(
        {"box": [1, 1, 9, 9], "label": "\u202e" + "x" * 500},
        {"box": [2, 2, 9, 9], "label": {"a": 1}, "score": "high"},
    )
    assert drawn[0].label.startswith("\\u202e")
    assert len(drawn[0].label) <= 60
    assert (drawn[1].label, drawn[1].numbers) == ("faces", "")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["boxes", "box", "label", "score"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(anything)
def test_no_evidence_breaks_the_report(evidence):
    """Whatever JSON a measure leaves: boxes inside the picture, or none."""
    for box in boxes({"a.b": Score(1.0, evidence)}, SIZE).drawn:
        x0, y0, x1, y1 = box.corners
        assert 0 <= x0 < x1 <= 400
        assert 0 <= y0 < y1 <= 300
