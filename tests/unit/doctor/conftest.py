"""A machine to examine: folders and variables of its own, and packages that a test announces."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from selector.installed import DISTRIBUTION, requirements
from selector.weights.fetch import cache_folder


@pytest.fixture(autouse=True)
def activated(monkeypatch):
    """Let `pip` and `selector` be found first where this Python is, as people do."""
    before = os.environ["PATH"]
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), before]))


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """An empty current folder, no SELECTOR_ variable, and a state folder of its own."""
    for name in [name for name in os.environ if name.startswith("SELECTOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    return tmp_path


@pytest.fixture
def own_cache(machine, monkeypatch):
    """A cache folder of its own, with the models that the user's holds."""
    before = cache_folder()
    folder = machine / "cache"
    if before.is_dir():
        shutil.copytree(before, folder)
    monkeypatch.setenv("SELECTOR_CACHE", str(folder))
    return folder


@pytest.fixture
def announce(tmp_path, monkeypatch):
    """Let the metadata of an installed package say something else."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name, version, *lines):
        folder = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        head = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}"]
        (folder / "METADATA").write_text("\n".join([*head, *lines, "", ""]))

    return write


# What the doctor asks of torch, which takes longer to import than all else that it does.
TORCH = """
class cuda:
    is_available = staticmethod(lambda: False)
class backends:
    mps = cuda
__version__ = "2.99"
"""


@pytest.fixture
def light(announce, tmp_path):
    """Let the product have no optional parts, whose packages take ten seconds to import."""
    (tmp_path / "torch.py").write_text(TORCH)
    announce(DISTRIBUTION, "9.9", *(f"Requires-Dist: {one}" for one in requirements("")))


@pytest.fixture
def bare(announce, tmp_path):
    """Let a package be missing in every optional part, so that no measure that needs one is tried."""
    (tmp_path / "torch.py").write_text(TORCH)
    needed = [f"Requires-Dist: {one}" for one in requirements("")]
    for part in ("detectors", "judges", "scorers"):
        needed += [f"Provides-Extra: {part}", f"Requires-Dist: no-such-thing; extra == '{part}'"]
    announce(DISTRIBUTION, "9.9", *needed)
