"""Models in the cache are verified; what is missing or wrong is told, and fetched if asked."""

import base64
import hashlib
import shlex
import shutil
import subprocess

import pytest

from selector.doctor.finding import Asked
from selector.doctor.measures import measures
from selector.doctor.models import models
from selector.weights.entry import Entry, File, Url

CONTENT = b"a model" * 1000
# An address that holds what it names: fetching it is real, and needs no network.
HERE = Url("data:application/octet-stream;base64," + base64.b64encode(CONTENT).decode())
NOWHERE = Url("http://127.0.0.1:9/gone")


def entry(source=HERE, *, about=None):
    digest = hashlib.sha256(CONTENT).hexdigest()
    file = File("toy.bin", about=about) if about else File("toy.bin", len(CONTENT), digest)
    return Entry("toy", (file,), (source,), "bytes", "CC0-1.0", commercial=True)


def one(source=HERE, *, fetch=False):
    (found,) = models(Asked(fetch), [entry(source)])
    return found


@pytest.fixture
def cache(machine, monkeypatch):
    """An empty cache folder."""
    folder = machine / "cache"
    folder.mkdir()
    monkeypatch.setenv("SELECTOR_CACHE", str(folder))
    return folder


def test_a_missing_model_is_absent_and_not_fetched_unasked(cache):
    """Looking leaves the folder as it was; asked, the model comes and is verified."""
    found = one()
    assert (found.state, found.cure) == ("absent", "selector doctor --fetch")
    assert list(cache.iterdir()) == []
    assert one(fetch=True).state == "ok"
    assert (cache / "toy.bin").read_bytes() == CONTENT
    assert "checksum right" in one().said


@pytest.mark.parametrize("wrong", [b"cut off", bytes(len(CONTENT))])
def test_a_wrong_file_is_broken_until_it_is_fetched_anew(cache, wrong):
    """Another size, or the right size with another content: told; --fetch puts it right."""
    (cache / "toy.bin").write_bytes(wrong)
    found = one()
    assert (found.state, found.cure) == ("broken", "selector doctor --fetch")
    assert "another file" in found.said
    assert one(fetch=True).state == "ok"


def test_a_model_of_gigabytes_comes_only_for_who_names_it(cache):
    """--fetch leaves it where it is, and the cure is the command that does not."""
    (found,) = models(Asked(fetch=True), [entry(about=2_000_000_000)])
    assert (found.state, found.cure) == ("absent", "selector weights pull toy")
    assert "2.0 GB" in found.said
    assert list(cache.iterdir()) == []


def test_a_model_that_can_not_be_fetched_says_what_was_tried(cache):
    """The error of fetching is the finding, with the place where to put the file."""
    found = one(NOWHERE, fetch=True)
    assert found.state == "broken"
    assert str(cache / "toy.bin") in found.said
    assert NOWHERE.address in found.said


@pytest.mark.usefixtures("cache")
def test_fetching_obeys_who_forbids_it(monkeypatch):
    """SELECTOR_OFFLINE is stronger than --fetch, and it is said so."""
    monkeypatch.setenv("SELECTOR_OFFLINE", "1")
    assert "SELECTOR_OFFLINE" in one(fetch=True).said
    assert one(fetch=True).cure == one().cure == "SELECTOR_OFFLINE=0 selector doctor --fetch"


def test_a_wrong_file_where_fetching_is_forbidden(cache, monkeypatch):
    """The command that fetches it lifts the ban, or it would do nothing."""
    (cache / "toy.bin").write_bytes(b"wrong")
    monkeypatch.setenv("SELECTOR_OFFLINE", "1")
    assert (one().state, one().cure) == ("broken", "SELECTOR_OFFLINE=0 selector doctor --fetch")


def test_a_folder_where_a_model_should_be(cache):
    """It is not fetched over; obeyed, the cure lets the model come."""
    (cache / "toy.bin" / "within").mkdir(parents=True)
    assert one(fetch=True) == one()
    assert one().state == "broken"
    subprocess.run(shlex.split(one().cure), check=True)
    assert one().state == "absent"
    assert one(fetch=True).state == "ok"


def test_measures_without_their_model_are_absent_and_nothing_is_downloaded(cache):
    """Trying the measures fetches no model; those that need none work."""
    states = {found.what: found.state for found in measures(Asked())}
    assert states["filters.blank"] == "ok"
    assert states["detectors.hands"] == states["detectors.faces"] == "absent"
    assert list(cache.iterdir()) == []


def test_a_measure_whose_model_is_damaged_is_broken(own_cache):
    """A file of the right size with another content is not run; its cure is to fetch it."""
    path = own_cache / "hand_landmarker.task"
    if not path.exists():
        pytest.skip("the models are not in the cache")
    shutil.copy(path, path.with_suffix(".kept"))
    path.write_bytes(bytes(path.stat().st_size))
    found = {one.what: one for one in measures(Asked())}
    assert found["detectors.hands"].state == "broken"
    assert found["detectors.hands"].cure == "selector doctor --fetch"
    assert found["detectors.faces"].state == "ok"
