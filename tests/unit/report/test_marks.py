"""Evidence as marks: what fits is drawn, whatever else a measure leaves is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.report.marks import MOST, MOST_NUMBERS, TOLD, Found, marks
from selector.types import Failure, NotApplicable, Score

SIZE = (400, 300)
TILTED = [[200, 50], [260, 80], [240, 120], [180, 90]]


def found(*boxes, **evidence):
    return marks({"faces.count": Score(1.0, {"boxes": list(boxes), **evidence})}, SIZE).drawn


def test_a_box_with_all_that_is_said_of_it():
    """Corners, label, numbers and the instance that found it."""
    (mark,) = found({"box": [10, 20, 110, 220], "label": "face 1", "score": 0.98, "jitter": 0.002})
    assert mark.points == ((10, 20), (110, 20), (110, 220), (10, 220))
    assert (mark.count, mark.shape, mark.outline) == (1, "box", "10,20 110,20 110,220 10,220")
    assert (mark.label, mark.others, mark.source) == (
        "face 1",
        "score 0.98, jitter 0.002",
        "faces",
    )


def test_numbers_that_the_outcomes_are_about_are_told_apart():
    """Those named as an output at hand, of the instance that found the mark; another's is not."""
    box = {"box": [1, 1, 9, 9], "score": 0.9, "jitter": 0.2, "defect": 0.1, "eyes": 2}
    row = {
        "faces.defect": Score(0.1, {"boxes": [box]}),
        "faces.eyes": Score(2.0),
        "other.jitter": Score(0.2),
    }
    (mark,) = marks(row, SIZE).drawn
    assert (mark.numbers, mark.others) == ("defect 0.1, eyes 2", "score 0.9, jitter 0.2")


def test_the_three_shapes_are_numbered_together():
    """Boxes, polygons and lines of one picture stand in one list, each as what it is."""
    drawn = found(
        {"box": [1, 1, 90, 90], "label": "hand"},
        polygons=[{"polygon": TILTED, "label": "word", "score": 0.5}],
        lines=[{"line": [0, 150, 400, 150], "label": "seam", "step": 12}],
    )
    assert [(mark.count, mark.shape, mark.label, mark.others) for mark in drawn] == [
        (1, "box", "hand", ""),
        (2, "polygon", "word", "score 0.5"),
        (3, "line", "seam", "step 12"),
    ]
    assert drawn[1].points == tuple(map(tuple, TILTED))
    assert drawn[2].outline == "0,150 400,150"


def test_the_same_box_of_two_outputs_is_drawn_once():
    """Outputs of one instance that show the same thing share its box; another instance does not."""
    one = {"box": [10, 20, 110, 220], "label": "face 1"}
    row = {
        "faces.count": Score(1.0, {"boxes": [one]}),
        "faces.defect": Score(0.1, {"boxes": [one | {"jitter": 0.1}]}),
        "other.value": Score(1.0, {"boxes": [one]}),
    }
    drawn = marks(row, SIZE).drawn
    assert [(mark.count, mark.source, mark.others) for mark in drawn] == [
        (1, "faces", "jitter 0.1"),
        (2, "other", ""),
    ]


def test_marks_are_told_by_who_found_them():
    """In their order; what one instance left stands together."""
    box = {"box": [1, 1, 9, 9]}
    row = {
        "hands.count": Score(2.0, {"boxes": [box | {"label": "a"}, box | {"label": "b"}]}),
        "hands.defect": Score(0.1, {"boxes": [box | {"label": "c"}]}),
        "faces.count": Score(1.0, {"boxes": [box]}),
    }
    found = marks(row, SIZE)
    assert counts(found.told) == [("hands", [1, 2, 3]), ("faces", [4])]
    assert found.sources == 2
    assert Found().told == Found().folded == ()


def counts(groups):
    return [(source, [mark.count for mark in each]) for source, each in groups]


def test_after_the_first_marks_the_others_are_folded():
    """None is lost or told twice, and those folded still stand by who found them."""
    boxes = [{"box": [at, at, at + 9, at + 9]} for at in range(TOLD + 1)]
    row = {
        "hands.count": Score(9.0, {"boxes": boxes}),
        "faces.count": Score(1.0, {"boxes": boxes[:1]}),
    }
    found = marks(row, SIZE)
    assert counts(found.told) == [("hands", list(range(1, TOLD + 1)))]
    assert counts(found.folded) == [("hands", [TOLD + 1]), ("faces", [TOLD + 2])]
    assert found.more == 2


def test_evidence_of_any_outcome_counts():
    """What was too small to judge was found all the same."""
    evidence = {"boxes": [{"box": [1, 1, 9, 9]}], "lines": [{"line": [1, 1, 9, 9]}]}
    for outcome in (Failure("x", evidence), NotApplicable("too small", evidence)):
        assert len(marks({"hands.defect": outcome}, SIZE).drawn) == 2


@pytest.mark.parametrize(
    "evidence",
    [
        None, 7, "boxes", [], {"boxes": None}, {"boxes": {}}, {"lines": [None, 1, "x", []]},
        {"boxes": [{"line": [1, 2, 30, 40]}], "lines": [{"box": [1, 2, 30, 40]}]},
        {"polygons": [{"box": [1, 2, 30, 40]}], "masks": [{"box": [1, 2, 30, 40]}]},
    ],
)  # fmt: skip
def test_what_is_no_mark_is_left_out(evidence):
    """Evidence of another shape, or of one shape in the list of another, is ignored."""
    assert marks({"a.b": Score(1.0, evidence)}, SIZE) == Found()


def test_a_crowd_is_cut_short():
    """So many marks that they would hide the picture are not all drawn, but counted."""
    boxes = [{"box": [at, 0, at + 9, 9]} for at in range(200)]
    lines = [{"line": [at, 0, at + 9, 9]} for at in range(50)]
    crowd = marks({"faces.count": Score(1.0, {"boxes": boxes, "lines": lines})}, SIZE)
    assert (len(crowd.drawn), crowd.total) == (MOST, 250)
    assert [mark.count for mark in crowd.drawn] == list(range(1, MOST + 1))


def test_two_things_in_one_place_are_two():
    """The same corners under two labels are told as two: a hand, and what it holds."""
    drawn = found(*({"box": [1, 1, 9, 9], "label": label} for label in ("hand", "cup", "hand")))
    assert [mark.label for mark in drawn] == ["hand", "cup"]


def test_any_number_of_an_entry_is_shown():
    """Under the name that the measure gave it, in its order; what is no number is not."""
    (mark,) = found(
        {"box": [1, 1, 9, 9], "share_of_picture": 0.25, "fingers": 6, "left": True, "hand": "left"},
    )
    assert mark.others == "share of picture 0.25, fingers 6"


def test_numbers_without_end_are_cut_short():
    """The first are shown, and that there are more."""
    (mark,) = found({"box": [1, 1, 9, 9]} | {f"n{at}": at for at in range(50)})
    assert mark.others.startswith("n0 0, n1 1, n2 2, ")
    assert mark.others.endswith(f", n{MOST_NUMBERS - 1} {MOST_NUMBERS - 1}, …")


def test_labels_and_names_are_harmless_and_short():
    """A label, or what a number is called, may hold anything; a label may be none."""
    foreign = "\u202e" + "x" * 500
    drawn = found(
        {"box": [1, 1, 9, 9], "label": foreign, foreign: 1, "\x00": float("nan")},
        {"box": [2, 2, 9, 9], "label": {"a": 1}, "score": "high", "big": 10**400},
        {"box": [3, 3, 9, 9], "label": "  "},
    )
    assert drawn[0].label.startswith("\\u202e")
    assert len(drawn[0].label) <= 60
    assert "\\u202e" in drawn[0].others
    assert len(drawn[0].others) <= 30
    assert [(mark.label, mark.others) for mark in drawn[1:]] == [("faces", "")] * 2


numbers = st.integers() | st.floats()
points = st.lists(st.lists(numbers, min_size=2, max_size=2), max_size=5)
four = st.lists(numbers, min_size=4, max_size=4)
anything = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


def entries(shape, fitting):
    entry = st.dictionaries(st.sampled_from([shape, "label", "score"]), fitting | anything)
    return st.lists(entry | anything, max_size=3) | anything


@given(
    st.fixed_dictionaries(
        {
            "boxes": entries("box", four),
            "polygons": entries("polygon", points),
            "lines": entries("line", four),
        }
    )
    | anything
)
def test_no_evidence_breaks_the_report(evidence):
    """Whatever JSON a measure leaves: marks inside the picture, or none."""
    for mark in marks({"a.b": Score(1.0, evidence)}, SIZE).drawn:
        for at in (*mark.points, mark.tag):
            assert at[0] == pytest.approx(min(max(at[0], 0), SIZE[0]))
            assert at[1] == pytest.approx(min(max(at[1], 0), SIZE[1]))
