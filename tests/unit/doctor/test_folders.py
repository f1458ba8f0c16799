"""Folders, journal and variables: can be used as they are set, or it is told how to set them."""

import sqlite3

import pytest

from selector.doctor.finding import Asked
from selector.doctor.folders import folders, settings
from selector.journal import Journal


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
    seen = {one.what: one for one in settings(Asked())}
    assert set(seen) == {"SELECTOR_CAHCE", "SELECTOR_OFFLINE"}
    assert seen["SELECTOR_CAHCE"].state == "warning"
    assert "SELECTOR_CACHE" in seen["SELECTOR_CAHCE"].said
    assert seen["SELECTOR_OFFLINE"].said == "set: no model is fetched"
