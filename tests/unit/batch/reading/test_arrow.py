"""Tables of Arrow: which columns hold images, and where in the table each of them is."""

import pyarrow as pa
import pytest

from selector.batch.listed import Picture
from selector.batch.reading import arrow

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
LARGE = pa.struct([("path", pa.string()), ("bytes", pa.large_binary())])


@pytest.mark.parametrize(
    ("kind", "holds"),
    [
        (IMAGE, True),
        (LARGE, True),
        (pa.list_(IMAGE), True),
        (pa.large_list(LARGE), True),
        (pa.list_(IMAGE, 2), True),
        (pa.string(), False),
        (pa.binary(), False),
        (pa.list_(pa.string()), False),
        (pa.struct([("bytes", pa.string()), ("path", pa.string())]), False),
        (pa.struct([("path", pa.string())]), False),
    ],
    ids=str,
)
def test_what_holds_images(kind, holds):
    """As `datasets` writes them, and nothing that only looks like it."""
    assert arrow.is_image(kind) is holds


def test_lists_with_gaps():
    """Each image has its place, also where others are missing and where a table was cut."""
    cells = [[{"path": "x"}], [{"path": "a"}, None], None, [], [{"path": None}]]
    column = pa.array(cells, pa.list_(IMAGE)).slice(1)
    batch = pa.RecordBatch.from_arrays([column], ["images"])
    found = [row["images"] for row in arrow.rows(batch, ["images"], "t", 10)]
    assert [one and [image and image.picture for image in one] for one in found] == [
        [Picture("t", "images", row=10, at=0), None],
        None,
        [],
        [Picture("t", "images", row=13, at=0)],
    ]
    assert found[0][0].name == "a"
    assert found[3][0].name == ""


def test_lists_of_fixed_length_with_gaps():
    """A list that is missing takes its room in the table, and is no image."""
    column = pa.array([None, [{"path": "a"}, {"path": "b"}]], pa.list_(IMAGE, 2))
    batch = pa.RecordBatch.from_arrays([column], ["images"])
    found = [row["images"] for row in arrow.rows(batch, ["images"], "t", 0)]
    assert found[0] is None
    assert [one.name for one in found[1]] == ["a", "b"]
