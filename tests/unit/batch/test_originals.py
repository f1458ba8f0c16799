"""Accepted originals: the very bytes, under names of their own, inside the run's folder."""

import hashlib
import io
import os
import secrets
import tarfile
import unicodedata
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import batches
from selector import Candidate, ImageError, RequestError, Selector
from selector.batch import originals
from selector.batch.folder import Folder
from selector.batch.listed import Listed, ListedCandidate, Picture
from selector.batch.originals import LONGEST, file_names, folder_name
from selector.batch.stored import opened

ids = st.text(st.characters(codec="utf-8"), min_size=1, max_size=300)


@pytest.fixture(scope="module")
def selector():
    """Accepts two that differ of what is large enough and not blank."""
    with Selector({**batches.FILTERS, "deliver": 2}, journal=False) as made:
        yield made


@pytest.fixture
def folder(tmp_path):
    """A run's folder."""
    return Folder(str(tmp_path / "out"))


def request(*paths, name="r"):
    """Return a request that lists these files, or pictures."""
    pictures = [path if isinstance(path, Picture) else Picture(str(path)) for path in paths]
    return Listed(
        name, "blocks", tuple(ListedCandidate(str(at), one) for at, one in enumerate(pictures))
    )


def decided(selector, listed):
    """Return what the request gets."""
    given = [Candidate(opened(one.picture), one.id) for one in listed.candidates]
    return selector.select(listed.prompt, given)


def delivered(folder):
    """Return the bytes of every file that was put there, by its path."""
    at = folder.place.path / "accepted"
    return {
        str(path.relative_to(at)): path.read_bytes() for path in at.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("how", ["link", "copy"])
def test_the_very_bytes_are_there(selector, folder, tmp_path, how):
    """What is accepted, byte for byte, and nothing else; doing it again changes nothing."""
    good = batches.images(tmp_path / "in", 2)
    batches.blank(0).save(tmp_path / "in" / "blank.png")
    listed = request(*good, tmp_path / "in" / "blank.png")
    found = decided(selector, listed)
    for _ in range(2):
        originals.put(folder, listed, found, how=how)
        assert delivered(folder) == {f"r/{path.name}": path.read_bytes() for path in good}
    hashes = {hashlib.sha256(data).hexdigest() for data in delivered(folder).values()}
    assert hashes == {one.content_hash for one in found.accepted}
    target = folder.place.path / "accepted" / "r" / good[0].name
    assert target.samefile(good[0]) == (how == "link")
    assert not [name for name in os.listdir(target.parent) if name.startswith(".")]


def test_nothing_accepted_leaves_nothing(selector, folder, tmp_path):
    """Not even an empty folder."""
    batches.blank(0).save(tmp_path / "blank.png")
    listed = request(tmp_path / "blank.png")
    originals.put(folder, listed, decided(selector, listed), how="copy")
    assert not folder.place.exists("accepted/r")


def test_a_new_decision_replaces_the_old_one(selector, folder, tmp_path):
    """What is accepted no longer does not stay among the accepted."""
    one, two, three = batches.images(tmp_path / "in", 3)
    before, after = request(one, two), request(two, three)
    originals.put(folder, before, decided(selector, before), how="copy")
    originals.put(folder, after, decided(selector, after), how="copy")
    assert set(delivered(folder)) == {f"r/{two.name}", f"r/{three.name}"}


def test_another_disk_gets_a_symbolic_link(selector, folder, tmp_path, monkeypatch):
    """Where no hard link can be, as between disks."""

    def refused(*_):
        raise OSError(18, "Invalid cross-device link")

    (path,) = batches.images(tmp_path / "in", 1)
    listed = request(path)
    monkeypatch.setattr(os, "link", refused)
    originals.put(folder, listed, decided(selector, listed), how="link")
    target = folder.place.path / "accepted" / "r" / path.name
    assert target.is_symlink()
    assert target.read_bytes() == path.read_bytes()


def test_links_lead_to_the_original(selector, folder, tmp_path):
    """Also where the input itself is a link, which says where from there."""
    (path,) = batches.images(tmp_path / "in", 1)
    (tmp_path / "in" / "link.png").symlink_to(path.name)
    listed = request(tmp_path / "in" / "link.png")
    originals.put(folder, listed, decided(selector, listed), how="link")
    assert (folder.place.path / "accepted" / "r" / "link.png").samefile(path)


def test_an_original_that_changed_is_told(selector, folder, tmp_path):
    """Other bytes than those judged are never delivered, nor linked."""
    (path,) = batches.images(tmp_path / "in", 1)
    listed = request(path)
    found = decided(selector, listed)
    batches.picture(7).save(path)
    for how in ("link", "copy"):
        with pytest.raises(ImageError, match=r"00000\.png: it is another image"):
            originals.put(folder, listed, found, how=how)
    path.unlink()
    with pytest.raises(ImageError, match=r"00000\.png: it can't be read"):
        originals.put(folder, listed, found, how="copy")
    assert not folder.place.exists("accepted")


def test_a_folder_that_cannot_be_written_is_told(selector, folder, tmp_path):
    """As any file of the run: by name, with what to do."""
    (path,) = batches.images(tmp_path / "in", 1)
    listed = request(path)
    folder.place.put("accepted", b"a file")
    for how in ("link", "copy"):
        with pytest.raises(RequestError, match=r"accepted/r.*: can't be (written|listed)"):
            originals.put(folder, listed, decided(selector, listed), how=how)


def test_members_of_a_tar_are_copied(selector, folder, tmp_path):
    """Under their own names; a link to a part of a file there is none."""
    paths = batches.images(tmp_path / "in", 2)
    with tarfile.open(tmp_path / "shard.tar", "w") as tar:
        for path in paths:
            tar.add(path, f"deep/{path.name}")
    with tarfile.open(tmp_path / "shard.tar") as tar:
        pictures = [
            Picture(str(tmp_path / "shard.tar"), one.name, one.offset_data, one.size) for one in tar
        ]
    listed = request(*pictures)
    originals.put(folder, listed, decided(selector, listed), how="link")
    assert delivered(folder) == {f"r/{path.name}": path.read_bytes() for path in paths}


def test_cells_of_a_dataset_get_an_ending(selector, folder, tmp_path):
    """Named by the candidate's id, with the ending of what the bytes are."""
    data = [path.read_bytes() for path in batches.images(tmp_path / "in", 2)]
    cells = pa.array([{"bytes": one, "path": None} for one in data])
    with pa.OSFile(str(tmp_path / "d.arrow"), "wb") as file:
        table = pa.table({"image": cells})
        with pa.ipc.new_stream(file, table.schema) as writer:
            writer.write_table(table)
    pictures = [Picture(str(tmp_path / "d.arrow"), "image", row=row) for row in range(2)]
    listed = request(*pictures)
    originals.put(folder, listed, decided(selector, listed), how="copy")
    assert delivered(folder) == {"r/0.png": data[0], "r/1.jpg": data[1]}


def test_addresses_on_both_sides(selector, tmp_path):
    """From a store and into a store, which has no links."""
    import fsspec

    (path,) = batches.images(tmp_path / "in", 1)
    store = fsspec.filesystem("memory")
    name = secrets.token_hex(4)
    store.pipe_file(f"/{name}/in/a%20b.png", path.read_bytes())
    listed = request(Picture(f"memory://{name}/in/a%20b.png"))
    folder = Folder(f"memory://{name}/out")
    originals.put(folder, listed, decided(selector, listed), how="link")
    assert folder.place.names("accepted/r") == ["a%2520b.png"]
    assert folder.place.read("accepted/r/a%2520b.png") == path.read_bytes()


@given(ids, st.booleans())
def test_a_request_has_one_harmless_name(name, alike):
    """One folder, inside the run's, not hidden, that every disk takes; from it follows the id."""
    found = folder_name(name, alike=alike)
    assert "/" not in found
    assert "\\" not in found
    assert found.isprintable()
    assert not found.startswith((".", " "))
    assert not found.endswith((".", " "))
    assert 0 < len(found.encode()) <= LONGEST
    assert "~" in found or unquote(found) == name


@given(st.lists(ids, min_size=2, max_size=6, unique=True), st.booleans())
def test_requests_do_not_share_a_folder(names, alike):
    """Also where "A" and "a", and two ways to write "ä", are one name."""
    names = [*names, *(each.swapcase() for each in names), *map(_decomposed, names)]
    different = set(names)
    found = {folder_name(name, alike=alike) for name in different}
    if alike:
        found = {unicodedata.normalize("NFC", name).casefold() for name in found}
    assert len(found) == len(different)


def _decomposed(name):
    return unicodedata.normalize("NFD", name)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("r0001", "r0001"),
        ("Ein Stuhl, rot", "Ein Stuhl, rot"),
        ("train/0001", "train%2F0001"),
        ("..", "%2E%2E"),
        ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"),
        (".hidden", "%2Ehidden"),
        ("a\x1b[2Jb\n", "a%1B[2Jb%0A"),
        ("c:\\x", "c%3A%5Cx"),
        ("100%", "100%25"),
        ("a ", "a%20"),
        (".", "%2E"),
    ],
)  # fmt: skip
def test_names_are_readable(name, written):
    """Most ids are their own names; what leads elsewhere or can't be seen is written out."""
    assert folder_name(name) == written


@given(st.lists(st.binary(min_size=1, max_size=250).map(os.fsdecode), min_size=1, max_size=5))
def test_files_of_a_request_are_told_apart(paths):
    """Of one name in two folders, or in two cases; long ones, and such as are no text."""
    names = [path.replace("/", "_").replace("\x00", "_") for path in paths]
    places = [f"{at}/{name}" for at, name in enumerate([*names, *(n.swapcase() for n in names)])]
    found = file_names(request(*places).candidates).values()
    assert len({unicodedata.normalize("NFC", name).casefold() for name in found}) == len(places)
    assert all(0 < len(name.encode()) <= LONGEST and "/" not in name for name in found)
    assert not any(name in {".", ".."} for name in found)


def test_files_keep_their_names_and_endings():
    """Where that tells them apart; a query of an address is no part of a name."""
    named = request(
        "a/IMG_1.JPG", "a/x.png", "b/x.png", "s3://b/k/y.webp?version=3", "n" * 300 + ".png"
    )
    one, two, three, four, five = file_names(named.candidates).values()
    assert (one, four) == ("IMG_1.JPG", "y.webp")
    assert two != three
    assert Path(two).suffix == Path(three).suffix == Path(five).suffix == ".png"
    assert two.startswith("x~")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("http://[bad", "[bad"),
        ("http://[bad/a.png", "a.png"),
        ("https://host/b/a%20b.png?token=x#y", "a%2520b.png"),
        ("s3://bucket/a#1.png", "a#1.png"),
    ],
    ids=["host", "file", "query", "hash"],
)
def test_addresses_that_are_none_have_names_too(address, name):
    """What can't be an address is an image that can't be read, and sinks no run."""
    (found,) = file_names((ListedCandidate("[bad", Picture(address)),)).values()
    assert found == name


def test_half_written_originals_are_no_originals(selector, folder, tmp_path):
    """What a killed run left of a request's files goes when they are put again."""
    (path,) = batches.images(tmp_path / "in", 1)
    listed = request(path)
    folder.place.put("accepted/r/.0123.part", b"half")
    originals.put(folder, listed, decided(selector, listed), how="copy")
    assert os.listdir(folder.place.path / "accepted" / "r") == [path.name]


def test_formats_have_their_usual_endings():
    """Of a cell whose bytes are of any format that is read."""
    for name, ending in {"JPEG": ".jpg", "TIFF": ".tif", "WEBP": ".webp", "GIF": ".gif"}.items():
        file = io.BytesIO()
        batches.picture(0).save(file, name)
        assert originals._ending(file.getvalue()) == ending
