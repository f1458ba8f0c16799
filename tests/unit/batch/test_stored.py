"""Pictures are read where they lie, when they are asked for, and no further than is wanted."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import batches
from selector import ImageError
from selector.batch.listed import Picture
from selector.batch.stored import opened
from selector.images import Limits, Stored, open_image

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


@pytest.fixture
def arrow(tmp_path):
    """Write cells as an Arrow file, two a batch; return its path."""

    def write(cells, name="a.arrow"):
        table = pa.table({"image": pa.array(cells, IMAGE)})
        if name.endswith(".parquet"):
            pq.write_table(table, tmp_path / name, row_group_size=2)
        else:
            with pa.ipc.new_stream(str(tmp_path / name), table.schema) as writer:
                writer.write_table(table, max_chunksize=2)
        return str(tmp_path / name)

    return write


def test_a_plain_file_is_its_path():
    """Whether it is there is found when it is opened."""
    assert opened(Picture("/in/1.png")) == "/in/1.png"


def test_a_member_of_a_shard(tmp_path):
    """Its very bytes, by where they begin."""
    path = tmp_path / "s.tar"
    path.write_bytes(b"x" * 512 + batches.png(1) + b"y" * 512)
    picture = Picture(str(path), "1.png", 512, len(batches.png(1)))
    image = open_image(opened(picture))
    assert image.original_bytes() == batches.png(1)
    assert image.path == str(picture) == f"tar://1.png::{path}"


def test_no_more_is_read_than_is_wanted(tmp_path, arrow):
    """However large it says that it is."""
    data = batches.png(1)
    (tmp_path / "1.png").write_bytes(data)
    fsspec.filesystem("memory").pipe("/far/1.png", data)
    path = arrow([{"bytes": data, "path": ""}, {"bytes": None, "path": "1.png"}])
    pictures = [
        Picture(str(tmp_path / "1.png"), "x", 0, len(data)),
        Picture("memory://far/1.png", "x", 0, len(data)),
        Picture("memory://far/1.png"),
        Picture(path, "image", row=0),
        Picture(path, "image", row=1),
    ]
    for stored in map(opened, pictures):
        assert isinstance(stored, Stored)
        assert stored.read(10) == data[:10]
        with pytest.raises(ImageError, match="too many bytes"):
            open_image(stored, limits=Limits(max_bytes=100))


@pytest.mark.parametrize("path", ["{folder}/s.tar", "memory://s.tar"], ids=["here", "far"])
def test_a_shard_that_is_cut_off(tmp_path, path):
    """Never part of an image for the whole."""
    (tmp_path / "s.tar").write_bytes(b"x" * 100)
    fsspec.filesystem("memory").pipe("/s.tar", b"x" * 100)
    picture = Picture(path.format(folder=tmp_path), "1.png", 50, 100)
    with pytest.raises(ImageError, match=r"the shard is cut off.*\(got 50 of 100 bytes\)"):
        open_image(opened(picture))


@pytest.mark.parametrize("name", ["a.arrow", "a.parquet"])
def test_cells(arrow, name):
    """Every one, in any order and by several threads at once."""
    data = [batches.png(number) for number in range(5)]
    path = arrow([{"bytes": one, "path": None} for one in data], name)
    pictures = [Picture(path, "image", row=row) for row in (4, 0, 2, 1, 3)] * 4
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: open_image(opened(one)).original_bytes(), pictures))
    assert found == [data[row] for row in (4, 0, 2, 1, 3)] * 4


def test_a_cell_that_names_a_file(arrow, tmp_path):
    """From where the table lies, or wherever it says."""
    fsspec.filesystem("memory").pipe("/far/2.png", batches.png(2))
    (tmp_path / "1.png").write_bytes(batches.png(1))
    paths = ["1.png", str(tmp_path / "1.png"), "memory://far/2.png"]
    path = arrow([{"bytes": None, "path": one} for one in paths])
    found = [open_image(opened(Picture(path, "image", row=row))) for row in range(3)]
    assert [one.original_bytes() for one in found] == [batches.png(n) for n in (1, 1, 2)]


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (Picture("{}", "image", row=0), "its cell is empty"),
        (Picture("{}", "image", row=1), "its cell is empty"),
        (Picture("{}", "image", row=2), "can't be read"),
        (Picture("{}", "image", row=9), "the file is damaged, or is another by now"),
        (Picture("{}", "gone", row=0), "the file is damaged, or is another by now"),
        (Picture("{}", "image", row=0, at=1), "the file is damaged, or is another by now"),
        (Picture("{}.gone", "image", row=0), "it can't be read"),
        (Picture("memory://gone/1.png"), "it can't be read"),
        (Picture("nothing://x/1.png"), "it can't be read"),
        (Picture("{}.gone", "1.png", 0, 5), "it can't be read"),
    ],
    ids=["null", "empty", "path", "row", "column", "list", "file", "far", "scheme", "shard"],
)
def test_what_can_not_be_read(arrow, picture, said):
    """One candidate's error, with the name of its picture; nothing else fails."""
    path = arrow([None, {"bytes": None, "path": ""}, {"bytes": None, "path": "gone.png"}])
    where = Picture(
        picture.path.format(path),
        picture.member,
        picture.offset,
        picture.size,
        picture.row,
        picture.at,
    )
    with pytest.raises(ImageError, match=said) as caught:
        open_image(opened(where))
    assert str(where) in str(caught.value)


def test_it_can_be_sent_to_another_process(arrow):
    """Where it lies goes, never what was read of it."""
    path = arrow([{"bytes": batches.png(1), "path": None}])
    stored = pickle.loads(pickle.dumps(opened(Picture(path, "image", row=0))))  # noqa: S301 - its own
    assert stored.read(10**9) == batches.png(1)
