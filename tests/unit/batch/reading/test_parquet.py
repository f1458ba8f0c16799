"""Manifests in Parquet: the same as lines of JSON, in columns of any type."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import batches
from selector.batch.listed import Picture
from selector.batch.reading import parquet
from selector.batch.stored import opened
from selector.images import open_image

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


@pytest.fixture
def table(tmp_path):
    """Write columns as a file; return its path."""

    def write(columns, name="m.parquet", **options):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        pq.write_table(
            columns if isinstance(columns, pa.Table) else pa.table(columns), path, **options
        )
        return path

    return write


def test_a_row_a_candidate(found, table, tmp_path):
    """Across groups of rows; paths start from the file's folder."""
    columns = {
        "request_id": ["a", "a", "b"],
        "prompt": ["p", "p", "q"],
        "image": ["1.png", "2.png", "1.png"],
        "expect.faces": pa.array([2, 2, None], pa.int8()),
        "seed": [1, 2, 3],
    }
    result = found(table(columns, row_group_size=1))
    assert result.problems == []
    assert (result.ids, result.candidates) == (["a", "b"], [["1.png", "2.png"], ["1.png"]])
    assert result.paths[0] == [f"{tmp_path}/1.png", f"{tmp_path}/2.png"]
    assert [one.expect for one in result.requests] == [{"faces": 2.0}, {}]
    assert [one.columns["seed"] for one in result.requests[0].candidates] == [1, 2]
    assert result.requests[1].where.endswith("m.parquet, row 3")


def test_a_row_a_request(found, table):
    """With a list of paths; ids may be numbers."""
    result = found(table({"request_id": [7, 8], "images": [["1.png", "2.png"], ["3.png"]]}))
    assert (result.ids, result.candidates) == (["7", "8"], [["1.png", "2.png"], ["3.png"]])


@pytest.mark.parametrize(
    "pattern", ["", "*.parquet", "{0,1}.parquet"], ids=["all", "star", "braces"]
)
def test_many_files(found, table, tmp_path, pattern):
    """A folder of them, or those that a pattern names, are one input."""
    for number in range(2):
        table({"request_id": [f"r{number}"], "image": ["1.png"]}, f"t/{number}.parquet")
    assert found(f"{tmp_path}/t/{pattern}").ids == ["r0", "r1"]


def test_a_request_may_go_on_in_the_next_file(found, table, tmp_path):
    """Files are cut by size, not by request."""
    for number in range(2):
        table({"request_id": ["r"], "image": [f"{number}.png"]}, f"t/{number}.parquet")
    assert found(tmp_path / "t").candidates == [["0.png", "1.png"]]


def test_columns_of_any_type_are_kept(found, table):
    """What JSON can't hold becomes text: times as ISO, decimals, bytes as base64, NaN nothing."""
    columns = {
        "request_id": ["a"],
        "image": ["1.png"],
        "when": pa.array([1], pa.timestamp("ns")),
        "there": pa.array([0], pa.timestamp("us", "Europe/Berlin")),
        "day": [dt.date(2026, 1, 2)],
        "took": pa.array([1], pa.duration("ns")),
        "at": pa.array([1], pa.time64("ns")),
        "price": [Decimal("0.10")],
        "raw": [b"\xff"],
        "none": [float("nan")],
        "tags": [["x", None]],
        "nested": [{"a": 1.5}],
        "kind": pa.array(["k"]).dictionary_encode(),
    }
    (request,) = found(table(columns)).requests
    assert request.candidates[0].columns == {
        "when": "1970-01-01T00:00:00.000000001",
        "there": "1970-01-01T00:00:00.000000Z",
        "day": "2026-01-02",
        "took": "1 ns",
        "at": "00:00:00.000000001",
        "price": "0.10",
        "raw": "/w==",
        "none": None,
        "tags": ["x", None],
        "nested": {"a": 1.5},
        "kind": "k",
    }


@pytest.mark.parametrize("each", [False, True], ids=["image", "images"])
def test_images_inside_the_file(found, table, each):
    """As `datasets` writes them: read from their cell when asked, byte for byte."""
    data = [batches.png(number) for number in range(5)]
    cells = [{"bytes": one, "path": f"{at}.png"} for at, one in enumerate(data)]
    column = pa.array([cells], pa.list_(IMAGE)) if each else pa.array(cells, IMAGE)
    columns = {"request_id": ["a"] * len(column), "images" if each else "image": column}
    path = table(columns, row_group_size=2)
    (request,) = found(path).requests
    assert [one.id for one in request.candidates] == [f"{at}.png" for at in range(5)]
    assert request.candidates[3].picture == (
        Picture(str(path), "images", row=0, at=3) if each else Picture(str(path), "image", row=3)
    )
    read = [open_image(opened(one.picture)).original_bytes() for one in request.candidates]
    assert read == data


def test_an_image_before_the_edit_inside_the_file(found, table):
    """Likewise."""
    cell = [{"bytes": batches.png(1), "path": "1.png"}]
    columns = {"request_id": ["a"], "instruction": ["i"], "image": pa.array(cell, IMAGE)}
    (request,) = found(table(columns | {"source_image": pa.array(cell, IMAGE)})).requests
    assert request.source == Picture(request.candidates[0].picture.path, "source_image", row=0)


def test_empty_cells_are_told(problems, table):
    """A row without an image is no candidate."""
    cells = pa.array([None, {"bytes": b"x", "path": None}], IMAGE)
    (problem,) = problems(table({"request_id": ["a", "a"], "image": cells}))
    assert problem.startswith("m.parquet, row 1: image: it is empty")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"id": ["a"]}, ["no column 'request_id' (got id)", "no column 'image' and no 'images'"]),
        (
            {"request_id": ["a"], "image": ["1"], "images": [["1"]]},
            ["columns 'image' and 'images': one of them is needed"],
        ),
        (
            pa.table([["a"], ["1"], ["2"]], ["request_id", "image", "image"]),
            ["column 'image': one of a name is needed (got 2)"],
        ),
    ],
    ids=["missing", "both", "twice"],
)
def test_wrong_columns_are_told_once(problems, table, columns, said):
    """Not for every row."""
    found = problems(table(columns))
    assert [
        one.partition(": ")[2][: len(text)] for one, text in zip(found, said, strict=True)
    ] == said


def test_large_groups_of_images_are_told(problems, table, monkeypatch):
    """They are read whole, for one image."""
    monkeypatch.setattr(parquet, "LARGEST_CELLS", 1_000)
    cell = pa.array([{"bytes": bytes(range(256)) * 8, "path": None}], IMAGE)
    (problem,) = problems(table({"request_id": ["a"], "image": cell}))
    assert "its groups of rows are too large" in problem


def test_no_table_is_told(problems, tmp_path):
    """Whatever a file is called."""
    (tmp_path / "m.parquet").write_bytes(b"no table")
    (problem,) = problems(tmp_path / "m.parquet")
    assert problem.startswith("m.parquet: it can't be read (got ")
