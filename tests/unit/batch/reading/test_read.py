"""Inputs of every sort, here and at addresses: which sort it is, and what is wrong with all of it."""

import http.server
import json
import subprocess
import sys
import threading
import time
import tracemalloc
from functools import partial

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import batches
from selector.batch.reading import read as reading
from selector.batch.stored import opened
from selector.images import open_image

RIGHTS = """
import os, sys
from selector.batch.reading.read import read
if os.geteuid() == 0:
    os.setuid(65534)
print(*read(sys.argv[1], tell=print, warn=print), sep="")
"""


@pytest.fixture
def memory():
    """Give the files in memory that fsspec knows, for one test."""
    system = fsspec.filesystem("memory")
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


@pytest.fixture
def web(tmp_path):
    """Serve the test's folder on this machine; give its address."""
    handler = partial(_Silent, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


def pictures(request):
    """Return the bytes of a request's pictures, as they are read later."""
    return [open_image(opened(one.picture)).original_bytes() for one in request.candidates]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "input: its name is empty (got '')"),
        (" ", "input: its name is empty"),
        ("gone", "gone: it can't be read (got No such file or directory)"),
        ("gone/*.tar", "gone/*.tar: no file is called so"),
        ("list.csv", "list.csv: nothing is known of files that end so. Give a folder, .jsonl"),
        ("empty.jsonl", "empty.jsonl: it lists no requests (got 0)"),
        ("empty", "empty: it lists no requests (got 0)"),
        ("two", "two: shards and tables in one folder (got 1 .tar and 1 .parquet)"),
        ("nothing://x", "nothing://x: it can't be read (got Protocol not known: nothing)"),
    ],
    ids=["nameless", "blank", "gone", "pattern", "sort", "lines", "folder", "mixed", "scheme"],
)
def test_what_is_no_input_is_told(problems, tmp_path, monkeypatch, name, said):
    """Once, and with what to give."""
    monkeypatch.chdir(tmp_path)
    for file in ("list.csv", "empty.jsonl", "empty/.hidden", "two/a.tar", "two/a.parquet"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    (problem,) = problems(name)
    assert problem.startswith(said)


def test_no_permission_is_told(tmp_path):
    """A file that nobody may read; not even a process that was root's."""
    path = batches.jsonl(tmp_path, 1)
    path.chmod(0)
    command = [sys.executable, "-c", RIGHTS, str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "requests.jsonl: it can't be read (got Permission denied)" in ran.stdout


def test_equal_ids_are_told(problems, lines):
    """Each but the first, with both places; so are rows of one request that stand apart."""
    rows = [("a", "1"), ("b", "1"), ("b", "2"), ("a", "2"), ("c", "1"), ("a", "3")]
    told = problems(
        lines(*(json.dumps({"request_id": name, "image": image}) for name, image in rows))
    )
    assert [one.partition(". Put")[0] for one in told] == [
        "m.jsonl:4: request a again (the first is at m.jsonl:1)",
        "m.jsonl:6: request a again (the first is at m.jsonl:1)",
    ]


def test_ids_with_equal_marks_are_no_doubles(found, lines, monkeypatch):
    """What looks double is looked at once more."""
    monkeypatch.setattr(reading.Seen, "twice", lambda _: frozenset(map(hash, "ab")))
    rows = [json.dumps({"request_id": name, "image": "1"}) for name in "abc"]
    result = found(lines(*rows))
    assert (result.ids, result.problems) == (["a", "b", "c"], [])


def test_a_file_by_its_address(found, tmp_path):
    """What says file:// lies here."""
    batches.jsonl(tmp_path, 2)
    result = found(f"file://{tmp_path}/requests.jsonl")
    assert result.ids == ["r0000", "r0001"]
    assert result.paths[0][0] == f"{tmp_path}/images/00000.png"


def test_lines_at_an_address(found, memory):
    """Paths in a manifest start from where it lies."""
    memory.pipe("/in/images/1.png", batches.png(1))
    row = {"request_id": "a", "images": ["images/1.png"]}
    memory.pipe("/in/m.jsonl", json.dumps(row).encode())
    (request,) = found("memory://in/m.jsonl").requests
    assert request.candidates[0].picture.path == "memory://in/images/1.png"
    assert pictures(request) == [batches.png(1)]


def test_folders_at_an_address(found, memory):
    """As here: each with a prompt is a request."""
    memory.pipe("/in/b/x/1.png", batches.png(1))
    memory.pipe("/in/b/x/prompt.txt", b"p\n")
    memory.pipe("/in/b/.hidden/2.png", batches.png(2))
    result = found("memory://in")
    assert (result.ids, result.problems) == (["b/x"], [])
    assert result.requests[0].prompt == "p"
    assert pictures(result.requests[0]) == [batches.png(1)]


@pytest.mark.parametrize(
    "name", ["t", "t/*.tar", "t/s-{0..1}.tar"], ids=["folder", "star", "braces"]
)
def test_shards_at_an_address(found, memory, tmp_path, name):
    """Each picture is read by its place in the shard."""
    for number in range(2):
        path = batches.tar(tmp_path / "s.tar", {f"{number}.png": batches.png(number)})
        memory.pipe(f"/t/s-{number}.tar", path.read_bytes())
    result = found(f"memory://{name}")
    assert (result.ids, result.problems) == (["0", "1"], [])
    assert [pictures(one) for one in result.requests] == [[batches.png(0)], [batches.png(1)]]


def test_a_table_at_an_address(found, memory, tmp_path):
    """With images inside it."""
    cell = pa.array([{"bytes": batches.png(1), "path": "1.png"}])
    pq.write_table(pa.table({"request_id": ["a"], "image": cell}), tmp_path / "m.parquet")
    memory.pipe("/t/m.parquet", (tmp_path / "m.parquet").read_bytes())
    (request,) = found("memory://t").requests
    assert pictures(request) == [batches.png(1)]


def test_a_dataset_at_an_address(found, memory, tmp_path):
    """Its files are fetched whole, once for each process."""
    datasets = pytest.importorskip("datasets")
    datasets.disable_progress_bars()
    (path,) = batches.images(tmp_path / "images", 1)
    made = datasets.Dataset.from_dict({"image": [str(path)]})
    made.cast_column("image", datasets.Image()).save_to_disk(tmp_path / "set")
    memory.put(f"{tmp_path}/set", "/set", recursive=True)
    (request,) = found("memory://set").requests
    assert pictures(request) == [path.read_bytes()]


def test_images_of_the_web(found, lines, web, tmp_path):
    """A manifest here, its pictures behind http."""
    pytest.importorskip("aiohttp")
    batches.images(tmp_path / "images", 2)
    row = {"request_id": "a", "images": [f"{web}/images/00000.png", f"{web}/images/00001.jpg?k=1"]}
    result = found(lines(json.dumps(row)))
    assert result.candidates == [["00000.png", "00001.jpg"]]
    assert pictures(result.requests[0]) == [
        (tmp_path / "images" / name).read_bytes() for name in ("00000.png", "00001.jpg")
    ]


def test_a_manifest_of_the_web(found, web, tmp_path):
    """Its paths start from its own address."""
    pytest.importorskip("aiohttp")
    batches.jsonl(tmp_path, 2)
    result = found(f"{web}/requests.jsonl?key=1")
    assert (result.ids, result.problems) == (["r0000", "r0001"], [])
    assert result.paths[0][0] == f"{web}/images/00000.png"
    assert (
        found(f"{web}/gone.jsonl").problems[0].partition("gone.jsonl: ")[2].startswith("it can't")
    )


def test_listing_takes_no_time_and_no_memory(tmp_path):
    """10,000 requests are not held, only eight bytes of each."""
    path = tmp_path / "m.jsonl"
    row = {"prompt": "p" * 200, "images": [f"{number}.png" for number in range(4)]}
    with path.open("w", encoding="utf-8") as file:
        file.writelines(
            json.dumps({"request_id": f"r{number}", **row}) + "\n" for number in range(10_000)
        )
    started = time.monotonic()
    count = sum(1 for _ in reading.read(str(path), tell=print, warn=print))
    assert count == 10_000
    assert time.monotonic() - started < 30
    tracemalloc.start()
    rows = reading.read(str(path), tell=print, warn=print)
    for _ in range(1_000):
        next(rows)
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(3_000):
        next(rows)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 3_000 * 40
