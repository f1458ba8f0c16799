"""An examination finds what works, what does not and why, and is sunk by nothing."""

import json
import os
import pty
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from selector.doctor import Finding, examine
from selector.doctor.examine import CHECKS
from selector.doctor.models import offline
from selector.measures import loader


def of(found, part):
    return {one.what: one for one in found if one.part == part}


@dataclass(frozen=True)
class Seen:
    """What a person has seen of an examination, and what a script has read of it."""

    stdout: str
    stderr: str

    @property
    def findings(self) -> list[Finding]:
        return [Finding(**one) for one in json.loads(self.stdout)["findings"]]


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """The examination of this machine as it is, as a person waits for it, asked for as JSON."""
    cwd = tmp_path_factory.mktemp("cwd")
    environment = {key: os.environ[key] for key in os.environ if not key.startswith("SELECTOR_")}
    main, side = pty.openpty()
    done = subprocess.run(
        [str(Path(sys.executable).parent / "selector"), "doctor", "--json"], cwd=cwd,
        env=environment | {"XDG_STATE_HOME": str(cwd / "state")}, stdout=subprocess.PIPE,
        stderr=side, text=True, check=True,
    )  # fmt: skip
    os.close(side)
    told = os.read(main, 100_000).decode()
    os.close(main)
    return Seen(done.stdout, told)


@pytest.fixture(scope="module")
def found(seen):
    return seen.findings


def test_what_the_tests_need_works(seen, found):
    """On a machine that passes these tests nothing is broken, and nothing broken lacks words."""
    assert [one for one in found if one.state == "broken"] == []
    assert json.loads(seen.stdout)["works"] is True
    assert all(one.said for one in found)
    twice = Counter((one.part, one.what) for one in found)
    assert max(twice.values()) == 1


def test_every_measure_is_really_tried(found):
    """Each measure of the package has a finding of its own, with how long it took."""
    tried = of(found, "measures")
    assert list(tried) == loader.names()
    for one in tried.values():
        assert (one.state == "ok") == ("measured within" in one.said)


def test_every_part_has_its_findings(found):
    """What the examination is made of comes in its order, optional parts with their packages."""
    assert list(dict.fromkeys(one.part for one in found)) == list(
        dict.fromkeys(part for part, _, _ in CHECKS)
    )
    assert {"[detectors]", "[scorers]"} <= of(found, "packages").keys()


def test_a_person_sees_what_is_being_tried(seen):
    """On a terminal stderr tells each step, no model whispers there, and it is left clean."""
    said = seen.stderr.split("\r\x1b[K")
    assert (said[0], said[-1]) == ("", "")
    assert "measuring detectors.hands…" in said
    assert all(one.endswith("…") and "\n" not in one for one in said[1:-1])


@pytest.mark.usefixtures("bare")
def test_what_is_done_is_told_before(machine, monkeypatch):
    """Whoever waits is told of every measure and every policy."""
    monkeypatch.setenv("SELECTOR_CACHE", str(machine / "none"))
    told = []
    examine(tell=told.append)
    assert {f"measuring {path}" for path in loader.names()} <= {*told}
    assert {"importing packages", "planning starter"} <= {*told}


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
