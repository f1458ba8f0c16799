"""Rows become requests: put together, checked, and every candidate with an id of its own."""

import pytest

from selector.batch.listed import Picture
from selector.batch.reading.rows import Pictured, Row, requests
from selector.engine.given import candidates
from selector.types import Candidate


def row(where="m:1", *, images=("1.png",), source=None, whole=False, **cells):
    """Return a row of request "a", unless *cells* say another."""
    pictured = [one if isinstance(one, Pictured) else Pictured(Picture(one), one) for one in images]
    return Row(where, {"request_id": "a", **cells}, pictured, source, whole)


def read(*rows):
    """Return the requests of rows, and what is wrong."""
    told = []
    return list(requests(rows, told.append)), list(told)


@pytest.mark.parametrize(
    "names",
    [
        ["a/1.png", "b/2.png"],
        ["a/1.png", "b/1.png", "2.png"],
        ["1.png", "1.png"],
        ["", "1.png", ""],
        ["x/..", "y/."],
        ["a/", "b/"],
        ["s3://b/1.png", "s3://b/2.png"],
    ],
    ids=["names", "shared", "equal", "nameless", "dots", "slashes", "addresses"],
)
def test_ids_are_those_of_the_engine(names):
    """A file name, the whole path where two share it, counted otherwise: whoever asks."""
    ((request,), told) = read(row(images=names))
    assert told == []
    made = candidates([Candidate(name or b"") for name in names])
    assert [one.id for one in request.candidates] == [one.id for one in made]


def test_ids_that_are_given_stay():
    """Those that are made keep clear of them."""
    given = [Pictured(Picture("x"), "1.png", "2.png"), Pictured(Picture("y"), "2.png"), "3.png"]
    ((request,), _) = read(row(images=given))
    assert [one.id for one in request.candidates] == ["2.png", "2.png (2)", "3.png"]


def test_whole_requests_never_merge():
    """Two that share an id stay two, for the doubles to be seen."""
    found, _ = read(row(whole=True), row(whole=True), row())
    assert len(found) == 3


def test_requests_may_be_large():
    """1,000 candidates are nothing special, in one row or in as many."""
    names = [f"{number}.png" for number in range(1_000)]
    ((one,), told) = read(row(images=names, whole=True))
    ((other,), also) = read(*(row(images=[name]) for name in names))
    assert told == also == []
    assert one.candidates == other.candidates
    assert len(one.candidates) == 1_000


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "it is empty (got '')"),
        (" \n", "it is empty"),
        (None, "expected text or a whole number (got nothing)"),
        (True, "expected text or a whole number (got bool)"),
        (1.0, "expected text or a whole number (got 1.0)"),
        ("\ud800", "not valid Unicode (got a lone surrogate)"),
        ("x" * 501, "too long (got 501 characters, the most is 500)"),
    ],
    ids=["empty", "blank", "none", "bool", "float", "surrogate", "long"],
)
def test_ids_must_be_names(value, said):
    """Of requests and of candidates alike."""
    _, (of_request,) = read(row(request_id=value))
    assert of_request.startswith(f"m:1: request_id: {said}")
    if value is not None:
        _, (of_candidate,) = read(row(candidate_id=value))
        assert of_candidate.startswith(f"m:1: candidate_id: {said}")


def test_ids_that_are_made_may_be_too_long():
    """A long path that has to stand for its file asks for an id."""
    names = [f"{side * 500}/1.png" for side in "ab"]
    _, told = read(row(images=names))
    assert [one.partition("too long")[2][:30] for one in told] == [
        " for an id (got 506 characters"
    ] * 2


def test_whole_numbers_are_ids():
    """As they come out of databases."""
    ((request,), _) = read(row(request_id=7, candidate_id=0))
    assert (request.id, request.candidates[0].id) == ("7", "0")


def test_ids_twice_in_a_request_are_told():
    """By the names of those that are."""
    _, (told,) = read(row(candidate_id="x"), row("m:2", candidate_id="x"))
    assert told.startswith("m:1: candidates: ids must be unique (got 'x' twice or more)")


def test_one_id_for_several_images_is_told():
    """It can't be that of all."""
    _, (told,) = read(row(images=["1.png", "2.png"], candidate_id="x"))
    assert told.startswith("m:1: candidate_id: it names one image (got 2 images)")


@pytest.mark.parametrize(
    ("cells", "source", "said"),
    [
        (
            {"prompt": "q"},
            None,
            "another prompt than in m:1, in the same request a (got 'q', there",
        ),
        ({"prompt": "p", "expect.n": 1}, None, "other expectations than in m:1"),
        ({"instruction": "p"}, None, "another sort of request than in m:1, in the same request a"),
        ({"instruction": "p"}, Picture("s"), "another picture before the edit than in m:1"),
    ],
    ids=["prompt", "expect", "sort", "source"],
)
def test_rows_of_a_request_agree(cells, source, said):
    """In all that is said of the request; what differs is told with both places."""
    _, told = read(row(prompt="p"), row("m:2", images=["2.png"], source=source, **cells))
    assert any(one.startswith(f"m:2: {said}") for one in told), told


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"prompt": 1}, "prompt: expected text (got int)"),
        ({"prompt": "\ud800"}, "prompt: not valid Unicode"),
        ({"prompt": "p", "instruction": "i"}, "prompt and instruction: one of them is needed"),
        ({"expect.n": "2"}, "expect.n: expected a finite number (got '2')"),
        ({"expect.n": True}, "expect.n: expected a finite number (got bool)"),
        ({"expect.n": float("inf")}, "expect.n: expected a finite number (got inf)"),
        ({"expect.n": 10**400}, "expect.n: expected a finite number (got int)"),
        ({"expect": 2}, "expect: expected names and numbers (got int)"),
        ({"seed": "\ud800"}, "seed: it can't be kept as JSON (got a lone surrogate"),
        ({"\ud800": 1}, "\\ud800: it can't be kept as JSON (got a lone surrogate"),
    ],
    ids=[
        "number", "surrogate", "both", "text", "bool", "infinite", "huge", "flat", "column", "name",
    ],
)  # fmt: skip
def test_wrong_values_are_told(cells, said):
    """By the name of the column, and the row is left out."""
    found, (told,) = read(row(**cells))
    assert found == []
    assert told.startswith(f"m:1: {said}")


def test_a_prompt_with_a_picture_before_is_told():
    """Only an edit has one, and an edit has an instruction."""
    _, (told,) = read(row(prompt="p", source=Picture("s.png")))
    assert told.startswith(
        "m:1: prompt: a picture before an edit has an instruction (got a prompt)"
    )


def test_deep_columns_are_told():
    """What nests without end is kept by no format."""
    deep = []
    for _ in range(100):
        deep = [deep]
    _, (told,) = read(row(seed=deep))
    assert told.startswith("m:1: seed: it can't be kept as JSON (got more than 64 levels)")
    own = Pictured(Picture("1.png"), "1.png", None, {"seed": deep})
    _, (told,) = read(row(images=[own]))
    assert told.startswith("m:1: seed: it can't be kept as JSON (got more than 64 levels)")
