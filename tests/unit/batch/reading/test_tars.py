"""WebDataset shards: samples by key, read where they lie; of one cut short, what is whole."""

import gzip
import io
import json
import tarfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import batches
from selector import ImageError
from selector.batch.stored import opened
from selector.images import open_image


def sidecar(**said):
    """Return the JSON beside an image."""
    return json.dumps(said).encode()


def members(count, *, first=0):
    """Return samples of an image and its prompt, the image first as WebDataset sorts them."""
    found = {}
    for number in range(first, first + count):
        found[f"{number:04d}.png"] = batches.png(number)
        found[f"{number:04d}.txt"] = f"prompt {number}\n".encode()
    return found


@pytest.fixture
def shard(tmp_path):
    """Write a shard; return its path."""
    return lambda members, name="s.tar": batches.tar(tmp_path / name, members)


def read(candidate):
    """Return the bytes of a candidate, as they are read later."""
    return open_image(opened(candidate.picture)).original_bytes()


def test_keys_are_requests(found, shard):
    """A key is the id, its text the prompt; images are read from the shard, byte for byte."""
    result = found(shard(members(2)))
    assert result.problems == result.warnings == []
    assert (result.ids, result.candidates) == (["0000", "0001"], [["0000.png"], ["0001.png"]])
    assert [one.prompt for one in result.requests] == ["prompt 0", "prompt 1"]
    assert [read(one.candidates[0]) for one in result.requests] == [batches.png(0), batches.png(1)]


def test_several_images_of_a_key(found, shard):
    """They are the candidates of one request, whatever their ending; folders are part of the key."""
    names = ["x/a.0.png", "x/a.b.JPG", "x/a.jpeg", "x/a.webp", "x/a.avif", "x/a.tiff", "y/a.gif"]
    result = found(shard(dict.fromkeys(names, b"image")))
    assert result.ids == ["x/a", "y/a"]
    assert result.candidates[0] == ["a.0.png", "a.b.JPG", "a.jpeg", "a.webp", "a.avif", "a.tiff"]


def test_what_stands_beside(found, shard):
    """Of the JSON the known names are used, and all the rest is kept as it is nested."""
    said = sidecar(prompt="p", expect={"faces": 1}, seed=7, image="x", meta={"a": [1, None]})
    (request,) = found(shard({"a.json": said, "a.png": b"image"})).requests
    assert (request.prompt, request.expect) == ("p", {"faces": 1.0})
    assert request.candidates[0].columns == {"seed": 7, "image": "x", "meta": {"a": [1, None]}}


def test_samples_of_one_request(found, shard):
    """Those next to each other that say the same request_id; keys are the candidates' ids."""
    said = sidecar(request_id="r", prompt="p")
    parts = {"0.png": b"0", "0.json": said, "1.png": b"1", "1.json": said}
    result = found(
        shard(parts | {"2.png": b"2", "2.json": sidecar(request_id="s", candidate_id=9)})
    )
    assert (result.ids, result.candidates) == (["r", "s"], [["0", "1"], ["9"]])


@pytest.mark.parametrize(
    ("beside", "prompt"),
    [
        ({"a.txt": b"t", "a.json": sidecar(caption="c")}, "t"),
        ({"a.json": sidecar(caption="c")}, "c"),
        ({"a.txt": b"t", "a.json": sidecar(prompt="t", caption="c")}, "t"),
        ({"a.json": sidecar(prompt="", caption="c")}, ""),
        ({"a.txt": b"", "a.json": sidecar(prompt="p")}, "p"),
    ],
    ids=["text", "caption", "both", "empty", "empty-text"],
)
def test_where_prompts_come_from(found, shard, beside, prompt):
    """A text, or the JSON; a caption serves where there is neither."""
    (request,) = found(shard({"a.png": b"image", **beside})).requests
    assert request.prompt == prompt


def test_edits(found, shard):
    """An instruction, and the picture before it by its name."""
    parts = {"a.instruction.txt": b"i", "a.source.png": b"before", "a.0.png": b"after"}
    (request,) = found(shard(parts)).requests
    assert (request.is_edit, request.prompt) == (True, "i")
    assert (request.source.member, [one.id for one in request.candidates]) == (
        "a.source.png",
        ["a.0.png"],
    )


@pytest.mark.parametrize(
    "pattern", ["", "s-*.tar", "s-{000..001}.tar"], ids=["all", "star", "braces"]
)
def test_many_shards(found, shard, tmp_path, pattern):
    """A folder of them, or those that a pattern names, are one input."""
    for number in range(2):
        shard(members(1, first=number), f"t/s-{number:03d}.tar")
    assert found(f"{tmp_path}/t/{pattern}").ids == ["0000", "0001"]


def test_a_missing_shard_is_told(found, shard, tmp_path):
    """Those behind it are read all the same."""
    for number in (0, 2):
        shard(members(1, first=number), f"s-{number}.tar")
    result = found(f"{tmp_path}/s-{{0..2}}.tar")
    assert result.ids == ["0000", "0002"]
    assert result.problems[0].startswith("s-1.tar: it can't be read (got No such file")


def test_equal_keys_are_told(problems, shard, tmp_path):
    """In two shards, or apart in one: with the way out."""
    for number in range(2):
        shard(members(1), f"t/{number}.tar")
    (problem,) = problems(tmp_path / "t")
    assert problem == (
        "t/1.tar, 0000: request 0000 again (the first is at t/0.tar, 0000). Put the rows of a "
        "request together, and give each request a request_id of its own."
    )


def test_members_that_say_nothing(found, shard):
    """They are passed over and counted; hidden ones, as macOS adds them, are not there at all."""
    result = found(shard({"._a.png": b"", "a.png": b"image", "a.cls": b"1", "README": b""}))
    assert (result.ids, result.candidates) == (["a"], [["a.png"]])
    assert result.warnings == [
        "s.tar: 2 files were passed over, as nothing is known of what ends like them (.cls, none)"
    ]


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.GNUTYPE_SPARSE],
)
def test_links_and_devices_are_refused(problems, tmp_path, kind):
    """A shard holds files; nothing that it points at is opened."""
    with tarfile.open(tmp_path / "s.tar", "w") as archive:
        member = tarfile.TarInfo("a.png")
        member.type, member.linkname = kind, "/etc/passwd"
        archive.addfile(member)
    told = problems(tmp_path / "s.tar")
    assert told[0].startswith("s.tar, a.png: no plain file (got a link, a device or holes)")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"a.txt": b"t"}, "a: no image is called so (got .txt)"),
        ({"a.png": b"", "a.txt": b"\xff"}, "a: .txt: not UTF-8"),
        ({"a.png": b"", "a.json": b"{"}, "a: .json: no JSON"),
        ({"a.png": b"", "a.json": b"[]"}, "a: .json: no JSON object"),
        ({"a.png": b"", "a.txt": b"x" * (2**20 + 1)}, "a: .txt: too long (got more than 1,048,576"),
        ({"a.png": b"", "a.txt": b"t", "a.json": sidecar(prompt="p")}, "a: .txt and its .json: two"),
        ({"a.png": b"", "a.txt": b"t", "a.json": sidecar(instruction="i")}, "a: prompt and instruc"),
        ({"a.png": b"", "a.source.png": b"", "a.source.jpg": b""}, "a: one .source is needed (got 2"),
        ({"a.0.png": b"", "a.1.png": b"", "a.json": sidecar(candidate_id="x")}, "a: candidate_id: it"),
    ],
    ids=["alone", "utf-8", "json", "list", "long", "two", "both", "sources", "ids"],
)  # fmt: skip
def test_wrong_samples_are_told(found, shard, parts, said):
    """By their key; the others are read all the same."""
    result = found(shard({**parts, "good.png": b"image"}))
    assert result.ids == ["good"]
    (problem,) = result.problems
    assert problem.startswith(f"s.tar, {said}")


def cut(path, at):
    """Cut a shard within the data of a member, or before its header."""
    with tarfile.open(path) as archive:
        place = archive.getmember(at[0])
    with path.open("r+b") as file:
        file.truncate((place.offset if at[1] < 0 else place.offset_data) + at[1])


def test_a_shard_cut_in_an_image(found, shard):
    """What came before is listed, the image that was cut too: reading it says so."""
    path = shard({**members(1), "0001.txt": b"t", "0001.webp": batches.png(1)})
    cut(path, ("0001.webp", 100))
    result = found(path)
    assert (result.ids, result.problems) == (["0000", "0001"], [])
    (warning,) = result.warnings
    size = len(batches.png(1))
    assert warning.startswith(
        f"s.tar: it is damaged or cut short (of 0001.webp 100 of {size:,} bytes are there, of all "
        "behind it nothing)"
    )
    with pytest.raises(ImageError, match="the shard is cut off"):
        read(result.requests[1].candidates[0])


@pytest.mark.parametrize(
    "at", [("0001.txt", 2), ("0001.txt", -100), ("0001.png", 10)], ids=["text", "header", "image"]
)
def test_a_sample_whose_words_were_cut_off(found, shard, at):
    """Nobody knows what its image was made for: it is left out, and that is told."""
    path = shard({**members(3)})
    cut(path, at)
    result = found(path)
    assert (result.ids, result.problems) == (["0000"], [])
    (warning,) = result.warnings
    assert "0001 is left out, as its .txt is lost" in warning


def test_a_shard_cut_between_two_members(found, shard):
    """It has no mark of its end, though nothing in it is damaged."""
    path = shard({"0.png": b"0", "1.png": b"1"})
    with tarfile.open(path) as archive:
        end = archive.getmember("1.png").offset
    path.write_bytes(path.read_bytes()[:end])
    result = found(path)
    assert (result.ids, len(result.warnings)) == (["0"], 1)
    assert (
        f"from byte {end:,} on there is neither a member nor the mark of its end"
        in (result.warnings[0])
    )


@settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))
@given(st.floats(0, 1, exclude_max=True))
def test_a_shard_cut_anywhere(found, shard, share):
    """What is listed is what was there, with its own words; what can't be read says so; all warned."""
    path = shard(members(3), "cut.tar")
    size = len(path.read_bytes())
    with path.open("r+b") as file:
        file.truncate(int(size * share))
    result = found(path)
    assert result.ids == ["0000", "0001", "0002"][: len(result.ids)]
    assert bool(result.problems) is not bool(result.ids)
    for number, request in enumerate(result.requests):
        try:
            assert read(request.candidates[0]) == batches.png(number)
        except ImageError:
            assert len(result.warnings) == 1
        else:
            assert request.prompt == f"prompt {number}" or result.warnings
    with tarfile.open(shard(members(3), "whole.tar")) as archive:
        end = archive.getmembers()[-1].offset_data + tarfile.BLOCKSIZE
    assert len(result.warnings) == (size * share < end + tarfile.BLOCKSIZE)


def test_rubbish_in_a_shard(found, shard):
    """What `tarfile` would take for the end is told."""
    path = shard({"0.png": b"0", "1.png": b"1", "2.png": b"2"})
    data = bytearray(path.read_bytes())
    with tarfile.open(path) as archive:
        place = archive.getmember("1.png").offset
    data[place : place + 512] = b"\xaa" * 512
    path.write_bytes(data)
    result = found(path)
    assert (result.ids, len(result.warnings)) == (["0"], 1)


def test_an_empty_shard(found, tmp_path):
    """It is cut short, too, and lists nothing."""
    (tmp_path / "s.tar").write_bytes(b"")
    result = found(tmp_path / "s.tar")
    assert result.warnings == [
        "s.tar: it is damaged or cut short (it has 0 bytes). Fetch it again."
    ]
    assert result.problems[0].startswith("s.tar: it lists no requests (got 0)")


@pytest.mark.parametrize("name", ["s.tar.gz", "s.tgz", "s.tar.zst"])
def test_packed_shards_are_told(problems, tmp_path, name):
    """Each image would be read from the beginning of the file."""
    (tmp_path / name).write_bytes(gzip.compress(b"x" * 1_000))
    (problem,) = problems(tmp_path / name)
    assert problem.startswith(f"{name}: a packed tar has to be read from its beginning")


def test_no_tar_is_told(problems, tmp_path):
    """Whatever a file is called."""
    (tmp_path / "s.tar").write_bytes(gzip.compress(batches.png(1)) * 2)
    (problem,) = problems(tmp_path / "s.tar")
    assert problem.startswith("s.tar: no tar file (got ")


def test_strange_names(found, tmp_path):
    """They are ids and nothing else: no file is made, and messages stay harmless."""
    names = ["../../a.png", "/etc/b.png", "new\nline.png"]
    path = batches.tar(tmp_path / "s.tar", dict.fromkeys(names, b"image"))
    result = found(path)
    assert result.ids == ["../../a", "/etc/b", "new\nline"]
    assert result.requests[2].where.endswith("new\\nline")


def test_folders_in_a_shard(found, tmp_path):
    """They are no samples, whatever they are called."""
    with tarfile.open(tmp_path / "s.tar", "w") as archive:
        for name in ("deep", "deep/a.d", "deep/b.png"):
            member = tarfile.TarInfo(name)
            member.type = tarfile.DIRTYPE
            archive.addfile(member)
        archive.addfile(tarfile.TarInfo("deep/a.d/1.png"))
    result = found(tmp_path / "s.tar")
    assert (result.ids, result.problems, result.warnings) == (["deep/a.d/1"], [], [])


def test_formats_of_other_programs(found, tmp_path):
    """Long names, as GNU tar writes them."""
    name = "deep/" * 40 + "a.png"
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as archive:
        member = tarfile.TarInfo(name)
        member.size = 5
        archive.addfile(member, io.BytesIO(b"image"))
    (tmp_path / "s.tar").write_bytes(file.getvalue())
    assert found(tmp_path / "s.tar").ids == [name.removesuffix(".png")]
