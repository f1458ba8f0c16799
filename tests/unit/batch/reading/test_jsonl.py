"""Manifests of JSON lines: what they list is what is read, and every wrong line is told."""

import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from selector.batch.listed import Picture
from selector.batch.reading import jsonl
from selector.batch.reading.read import read

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.text("abcäß .-_é", min_size=1, max_size=8).filter(lambda name: name.strip(" .") != "")
VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
FURTHER = st.dictionaries(
    NAMES.map("x{}".format), VALUES | st.lists(VALUES, max_size=3), max_size=3
)
ROW = st.fixed_dictionaries(
    {
        "request_id": TEXT.filter(lambda name: name.strip()),
        "prompt": TEXT,
        "images": st.lists(NAMES, min_size=1, max_size=4),
        "further": FURTHER,
    }
)


def test_a_row_a_request(found, lines, tmp_path):
    """A list of images is a request; what else the row says, every candidate of it keeps."""
    row = {"request_id": "a", "prompt": "p", "images": ["x/1.png", "/far/2.png"], "seed": 7}
    result = found(lines(json.dumps(row)))
    assert result.problems == result.warnings == []
    assert (result.ids, result.candidates) == (["a"], [["1.png", "2.png"]])
    assert result.paths == [[f"{tmp_path}/x/1.png", "/far/2.png"]]
    assert [one.columns for one in result.requests[0].candidates] == [{"seed": 7}] * 2
    assert result.requests[0].where.endswith("m.jsonl:1")


def test_a_row_a_candidate(found, lines):
    """Rows of one request that stand together are one; each candidate keeps its own columns."""
    rows = [("a", "1.png", 7), ("a", "2.png", 8), ("b", "1.png", 9)]
    result = found(
        lines(
            *(
                json.dumps({"request_id": name, "prompt": "p", "image": image, "seed": seed})
                for name, image, seed in rows
            )
        )
    )
    assert (result.ids, result.candidates) == (["a", "b"], [["1.png", "2.png"], ["1.png"]])
    columns = [one.columns for request in result.requests for one in request.candidates]
    assert columns == [{"seed": 7}, {"seed": 8}, {"seed": 9}]


def test_images_as_objects(found, lines):
    """An object names its image, and may give an id; the rest are columns of this candidate."""
    images = [{"image": "1.png", "id": "one", "seed": 1}, {"image": "2.png", "candidate_id": "two"}]
    result = found(lines(json.dumps({"request_id": "a", "images": images, "model": "m"})))
    assert result.candidates == [["one", "two"]]
    assert [one.columns for one in result.requests[0].candidates] == [
        {"model": "m", "seed": 1},
        {"model": "m"},
    ]


@pytest.mark.parametrize(
    "row",
    ['{"expect.faces": 2, "expect.hands": null,', '{"expect": {"faces": 2},'],
    ids=["flat", "nested"],
)
def test_expectations(found, lines, row):
    """Numbers by name, in columns of their own or as one object; nothing is no expectation."""
    (request,) = found(lines(row + '"request_id": "a", "image": "1.png"}')).requests
    assert request.expect == {"faces": 2.0}
    assert request.candidates[0].columns == {}


def test_edits(found, lines, tmp_path):
    """An instruction makes an edit, with or without its source; either is kept."""
    with_source = '{"request_id": 1, "instruction": "i", "source_image": "s.png", "image": "1.png"}'
    without = '{"request_id": 2, "instruction": "", "image": "1.png"}'
    first, second = found(lines(with_source, without)).requests
    assert (first.id, first.is_edit, first.prompt) == ("1", True, "i")
    assert first.source == Picture(f"{tmp_path}/s.png")
    assert (second.id, second.is_edit, second.prompt, second.source) == ("2", True, "", None)


def test_packed_lines(found, tmp_path):
    """A manifest may be packed by gzip; one that is cut off is told."""
    row = json.dumps({"request_id": "a", "image": "1.png"}).encode()
    path = tmp_path / "m.jsonl.gz"
    path.write_bytes(gzip.compress(row))
    assert found(path).ids == ["a"]
    path.write_bytes(gzip.compress(row)[:-9])
    (problem,) = found(path).problems
    assert problem.startswith("m.jsonl.gz: it can't be read (got Compressed file ended")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "no JSON (got Expecting property name"),
        ("[1]", "no JSON object (got list)"),
        (b'{"request_id": "\xff"}', "not UTF-8 (got invalid start byte)"),
        ('{"a": NaN}', "no JSON (got NaN, which is no number)"),
        ('{"a": 1, "a": 2}', "no JSON (got 'a' twice)"),
        ("[" * 100_000, "no JSON (got "),
        ('{"image": "1.png"}', "no 'request_id' (got image)"),
        ('{"request_id": "a"}', "no 'image' and no 'images' (got request_id)"),
    ],
    ids=["no-json", "list", "utf-8", "nan", "double", "deep", "no-id", "no-image"],
)
def test_wrong_lines_are_told(found, lines, line, said):
    """With the number of the line; the others are read all the same."""
    good = '{"request_id": "good", "image": "1.png"}'
    result = found(lines("", good, line))
    assert result.ids == ["good"]
    (problem,) = result.problems
    assert problem.startswith(f"m.jsonl:3: {said}")


def test_all_problems_are_told(problems, lines):
    """Each line is looked at, whatever was wrong with the ones before it."""
    assert len(problems(lines(*["{"] * 50))) == 50


def test_a_line_without_end(problems, lines, monkeypatch):
    """Reading stops at a line longer than memory should hold."""
    monkeypatch.setattr(jsonl, "LONGEST_LINE", 100)
    (problem,) = problems(lines(" " * 101))
    assert problem.startswith("m.jsonl:1: too long for a line (got over 100 bytes)")


def test_a_mark_of_unicode_is_no_text(found, lines):
    """Windows begins files with one."""
    assert found(lines('\ufeff{"request_id": "a", "image": "1.png"}')).ids == ["a"]


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.lists(ROW, min_size=1, max_size=8, unique_by=lambda row: row["request_id"]))
def test_what_is_listed_is_read(tmp_path, rows):
    """The same ids, prompts, columns and order; one candidate for each image, no id twice."""
    path = tmp_path / "m.jsonl"
    written = [{**row, **row["further"]} for row in rows]
    for row in written:
        del row["further"]
    path.write_text("\n".join(map(json.dumps, written)), encoding="utf-8")
    problems = []
    requests = list(read(str(path), tell=problems.append, warn=problems.append))
    assert problems == []
    assert [one.id for one in requests] == [row["request_id"] for row in rows]
    assert [one.prompt for one in requests] == [row["prompt"] for row in rows]
    for request, row in zip(requests, rows, strict=True):
        assert [one.picture.path for one in request.candidates] == [
            str(tmp_path / name) for name in row["images"]
        ]
        assert len({one.id for one in request.candidates}) == len(row["images"])
        assert all(one.columns == row["further"] for one in request.candidates)
