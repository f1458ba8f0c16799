"""Exports of Label Studio: choices, ratings, pairs, rankings, faults, and who was wrong to cancel."""

import json

import pytest

from selector.errors import CalibrationError
from selector.labels import Columns, Flag, Label, Pair, Ranking, Rating, Verdict, read


def result(name, kind, **value):
    return {"from_name": name, "to_name": "image", "type": kind, "value": value}


def annotation(*results, by=7, **rest):
    about = {"completed_by": by, "created_at": "2026-01-05T09:00:00Z", "lead_time": 4.5}
    return {"id": 1, "result": list(results), **about, **rest}


def export(folder, *tasks):
    path = folder / "export.json"
    path.write_text(json.dumps([{"id": number, **one} for number, one in enumerate(tasks, 1)]))
    return path


DATA = {"prompt_id": "p1", "image": "a.png"}
WHEN = {"created": "2026-01-05T09:00:00+00:00", "seconds": 4.5}


def found(folder, *tasks, columns=None):
    return set(read(export(folder, *tasks), columns or Columns()).labels)


def test_choices_ratings_and_who_said_them(tmp_path):
    """A word for good is a verdict, a rating a step; annotators are numbers or addresses."""
    task = {
        "data": DATA,
        "annotations": [
            annotation(result("ok", "choices", choices=["Accept"])),
            annotation(result("fidelity", "rating", rating=4), by={"id": 2, "email": "x@y.z"}),
        ],
    }
    assert found(tmp_path, task) == {
        Label("p1", "7", Verdict("a.png", True), "verdict", **WHEN),
        Label("p1", "x@y.z", Rating("a.png", 4.0), "fidelity", **WHEN),
    }


def test_pairs_and_rankings(tmp_path):
    """Pairwise and Ranker, and choices that say which side is better."""
    data = {"prompt_id": "p1", "left": "a", "right": "b"}
    task = {
        "data": data,
        "annotations": [
            annotation(result("better", "pairwise", selected="right")),
            annotation(result("better", "choices", choices=["Both bad"]), by=8),
            annotation(result("order", "ranker", ranker={"rank": ["b", "c", "a"]})),
        ],
    }
    assert {(one.rater, one.said) for one in found(tmp_path, task)} == {
        ("7", Pair("a", "b", "right")),
        ("8", Pair("a", "b", "both_bad")),
        ("7", Ranking(("b", "c", "a"))),
    }


def test_faults_that_are_ticked_and_those_that_are_not(tmp_path):
    """What others ticked and this annotator did not is not there; taxonomies count by the leaf."""
    tasks = [
        {"data": DATA, "annotations": [annotation(result("faults", "choices", choices=["hands"]))]},
        {
            "data": DATA | {"image": "b.png"},
            "annotations": [annotation(result("faults", "taxonomy", taxonomy=[["words", "text"]]))],
        },
    ]
    assert {(one.aspect, one.said) for one in found(tmp_path, *tasks)} == {
        ("hands", Flag("a.png", True)),
        ("text", Flag("a.png", False)),
        ("hands", Flag("b.png", False)),
        ("text", Flag("b.png", True)),
    }


def test_cancelled_annotations_are_none_and_true_ones_are_gold(tmp_path):
    """A ground truth is what others should have said of that task."""
    task = {
        "data": DATA,
        "annotations": [
            annotation(result("fidelity", "rating", rating=1), by=1, was_cancelled=True),
            annotation(result("fidelity", "rating", rating=5), by=2, ground_truth=True),
            annotation(result("fidelity", "rating", rating=4), by=3),
        ],
    }
    (one,) = found(tmp_path, task)
    assert (one.rater, one.said, one.gold) == ("3", Rating("a.png", 4.0), Rating("a.png", 5.0))


def test_what_is_not_understood_is_told_by_its_task(tmp_path):
    """A step beyond the scale, an image that is not named, regions passed over."""
    region = result("box", "rectanglelabels", x=1, rectanglelabels=["dog"])
    tasks = [
        {"data": DATA, "annotations": [annotation(result("fidelity", "rating", rating=9), region)]},
        {"data": {}, "annotations": [annotation(result("fidelity", "rating", rating=3))]},
    ]
    with pytest.raises(CalibrationError) as caught:
        read(export(tmp_path, *tasks))
    assert "export.json:1: expected a step from 1 to 5 (got '9')." in str(caught.value)
    assert "export.json:2: no candidate" in str(caught.value)
    (one,) = found(
        tmp_path, {"data": DATA, "annotations": [annotation(result("f", "rating", rating=9))]},
        columns=Columns(high=10, of="fidelity"),
    )  # fmt: skip
    assert (one.said, one.aspect) == (Rating("a.png", 9.0, 1.0, 10.0), "fidelity")


@pytest.mark.parametrize("second", [["reject"], ["accept"]])
def test_two_answers_to_one_question_are_told(tmp_path, second):
    """Neither is taken for the one that counts, be they equal."""
    twice = annotation(
        result("ok", "choices", choices=["accept"]), result("ok", "choices", choices=second)
    )
    with pytest.raises(CalibrationError, match=r"export\.json:1: two answers to 'ok', of which"):
        read(export(tmp_path, {"data": DATA, "annotations": [twice]}))


def test_faults_ticked_in_two_answers_are_told(tmp_path):
    """What the first ticks would be said not to be there."""
    twice = annotation(
        result("faults", "choices", choices=["hands"]),
        result("faults", "choices", choices=["text"]),
    )
    with pytest.raises(CalibrationError, match="two answers to 'faults'"):
        read(export(tmp_path, {"data": DATA, "annotations": [twice]}))
