"""Folders, journal and variables: can be used as they are set, or it is told how to set them."""

import resource
import shlex
import sqlite3
from pathlib import Path

import pytest

from selector.doctor.finding import Asked
from selector.doctor.folders import folders, settings
from selector.journal import Event, Journal


def found():
    return {one.what: one for one in folders(Asked())}


def test_what_is_not_there_yet_can_be_made(machine, monkeypatch):
    """Nothing is created by looking."""
    monkeypatch.setenv("SELECTOR_CACHE", str(machine / "a" / "b"))
    states = {what: one.state for what, one in found().items()}
    assert states == {
        "cache folder": "ok",
        "room for models": "ok",
        "journal": "ok",
        "room for the journal": "ok",
    }
    assert not (machine / "a").exists()
    assert not (machine / "state").exists()


def test_a_folder_that_can_not_be_made_is_broken(machine, monkeypatch):
    """A file stands where the folder should be: the cure names another place."""
    (machine / "file").write_text("in the way")
    monkeypatch.setenv("SELECTOR_CACHE", str(machine / "file" / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(machine / "file" / "state"))
    seen = found()
    assert seen["cache folder"].state == seen["journal"].state == "broken"
    assert seen["cache folder"].cure.startswith("export SELECTOR_CACHE=")
    assert seen["journal"].cure.startswith("export SELECTOR_JOURNAL=")


@pytest.mark.parametrize("home", ["missing/home", "file"])
def test_a_cure_names_a_place_that_works(machine, monkeypatch, home):
    """Where the home is not there, or is a file, another folder is named; obeyed, all is well."""
    (machine / "file").write_text("in the way")
    monkeypatch.setenv("HOME", str(machine / home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(machine / "file"))
    monkeypatch.setenv("XDG_STATE_HOME", str(machine / "file"))
    for what, variable in (("cache folder", "SELECTOR_CACHE"), ("journal", "SELECTOR_JOURNAL")):
        word, place = shlex.split(found()[what].cure)[-1].split("=")
        assert word == variable
        assert Path(place).parent.is_dir()
        monkeypatch.setenv(variable, place)
        assert found()[what].state == "ok"


def test_a_place_that_takes_an_empty_file_only_is_broken(machine, monkeypatch):
    """As on a full disk: something is written to find out."""
    monkeypatch.setenv("SELECTOR_CACHE", str(machine / "cache"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        seen = found()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert seen["cache folder"].state == seen["journal"].state == "broken"
    assert "File too large" in seen["journal"].said


def test_a_disk_with_little_room_is_a_warning(machine, monkeypatch):
    """For models as for the journal; here no disk has room enough, so no other is named."""
    monkeypatch.setattr("selector.doctor.folders.LITTLE", 10**18)
    monkeypatch.setenv("SELECTOR_CACHE", str(machine / "cache"))
    seen = found()
    for what in ("room for models", "room for the journal"):
        assert (seen[what].state, seen[what].cure) == ("warning", "")


def test_a_journal_that_is_there_is_opened(machine, monkeypatch):
    """A journal is recognised; another program's database and a text are told and left alone."""
    path = machine / "j.sqlite"
    monkeypatch.setenv("SELECTOR_JOURNAL", str(path))
    with Journal(path) as journal, pytest.raises(Exception, match="no journal"):
        journal.requests()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE other (x)")
    connection.close()
    before = path.read_bytes()
    assert found()["journal"].state == "broken"
    assert "another program" in found()["journal"].said
    assert path.read_bytes() == before


@pytest.mark.usefixtures("machine")
def test_a_password_in_an_address_is_not_repeated(monkeypatch):
    """No finding holds what may be secret."""
    monkeypatch.setenv("SELECTOR_JOURNAL", "postgresql://me:s3cret@host/db")
    said = " ".join(one.said + one.cure for one in (*folders(Asked()), *settings(Asked())))
    assert "postgresql" in said
    assert "s3cret" not in said


@pytest.mark.usefixtures("machine")
def test_a_database_is_asked(monkeypatch, postgres):
    """A server that answers is well, whether there is a journal yet or not."""
    monkeypatch.setenv("SELECTOR_JOURNAL", postgres)
    assert found()["journal"].state == "ok"
    assert "is made at the first request" in found()["journal"].said
    with Journal(postgres) as journal:
        journal.record(Event("watch", "x", "a", 1.0))
    assert "is a journal" in found()["journal"].said


@pytest.mark.usefixtures("machine")
def test_a_user_without_a_home(monkeypatch):
    """A container's nameless user is told what to set, twice."""
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pathlib.Path.home", _no_home)
    seen = found()
    assert seen["cache folder"].state == seen["journal"].state == "broken"


def _no_home():
    raise RuntimeError("Could not determine home directory.")


@pytest.mark.usefixtures("machine")
def test_variables_are_named_and_misspelt_ones_told(monkeypatch):
    """What a variable does is said, not what it holds; one that is somebody else's is passed."""
    monkeypatch.setenv("SELECTOR_CAHCE", "x")
    monkeypatch.setenv("SELECTOR_SERVICE_HOST", "10.0.0.1")  # as Kubernetes sets
    monkeypatch.setenv("SELECTOR_OFFLINE", "1")
    monkeypatch.setenv("SELECTOR_TEAM", "red")
    seen = {one.what: one for one in settings(Asked())}
    assert set(seen) == {"SELECTOR_CAHCE", "SELECTOR_OFFLINE", "SELECTOR_TEAM"}
    assert "nothing here reads it; there are: SELECTOR_CACHE" in seen["SELECTOR_TEAM"].said
    assert seen["SELECTOR_CAHCE"].state == "warning"
    assert "SELECTOR_CACHE" in seen["SELECTOR_CAHCE"].said
    assert seen["SELECTOR_OFFLINE"].said == "set: no model is fetched"


@pytest.mark.usefixtures("machine")
def test_an_empty_variable_is_as_if_it_were_not_set(monkeypatch):
    """It is not said to say where anything is."""
    for name in ("SELECTOR_CACHE", "SELECTOR_JOURNAL", "SELECTOR_OFFLINE"):
        monkeypatch.setenv(name, "")
    assert {one.said for one in settings(Asked())} == {"empty, which is as if it were not set"}


def test_a_relative_path_is_a_warning(machine, monkeypatch):
    """It means another place in every folder; the cure is where it leads from here."""
    monkeypatch.setenv("SELECTOR_CACHE", "models here")
    monkeypatch.setenv("SELECTOR_JOURNAL", "~/j.sqlite")  # no shell has expanded it, nor do we
    cache, journal = settings(Asked())
    assert cache.state == journal.state == "warning"
    assert cache.cure == f"export SELECTOR_CACHE='{machine / 'cwd' / 'models here'}'"
