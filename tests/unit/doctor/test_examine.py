"""An examination finds what works, what does not and why, and is sunk by nothing."""

import os
import subprocess
import sys
from collections import Counter

import pytest

from selector.doctor import Finding, examine
from selector.doctor.models import offline
from selector.measures import loader


def of(found, part):
    return {one.what: one for one in found if one.part == part}


TOLD = []


@pytest.fixture(scope="module")
def found():
    """What is found on this machine as it is."""
    return examine(tell=TOLD.append)


def test_what_the_tests_need_works(found):
    """On a machine that passes these tests nothing is broken, and nothing broken lacks words."""
    assert [one for one in found if one.state == "broken"] == []
    assert all(isinstance(one, Finding) and one.said for one in found)
    twice = Counter((one.part, one.what) for one in found)
    assert max(twice.values()) == 1


def test_every_measure_is_really_tried(found):
    """Each measure of the package has a finding of its own, with how long it took."""
    tried = of(found, "measures")
    assert list(tried) == loader.names()
    for one in tried.values():
        assert (one.state == "ok") == ("measured within" in one.said)


@pytest.mark.usefixtures("found")
def test_what_is_done_is_told_before():
    """Whoever waits is told of every measure and every policy."""
    assert {f"measuring {path}" for path in loader.names()} <= set(TOLD)
    assert {"importing packages", "planning starter"} <= set(TOLD)


@pytest.mark.parametrize("before", [None, "0", "1"])
@pytest.mark.usefixtures("machine")
def test_the_environment_is_left_as_it_was(monkeypatch, before):
    """Downloads are forbidden only meanwhile."""
    if before is not None:
        monkeypatch.setenv("SELECTOR_OFFLINE", before)
    with offline():
        assert os.environ["SELECTOR_OFFLINE"] == "1"
    assert os.environ.get("SELECTOR_OFFLINE") == before


def test_importing_the_doctor_imports_nothing_heavy():
    """Its findings can be talked of before any library that may be damaged is loaded."""
    code = "import sys, selector.doctor; print([n for n in ('numpy', 'PIL') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
