"""torch starts beside a torchvision that fits, one that does not, and none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from selector.backbones.torch_ready import torch

BROKEN = """
import sys, types, logging
logging.basicConfig(stream=sys.stdout, format="%(message)s")
from selector.backbones.torch_ready import torch
"""


def run(code: str, folder: Path | None = None) -> str:
    """Return what a new process prints, in which *folder* comes before what is installed."""
    environment = os.environ | ({"PYTHONPATH": str(folder)} if folder else {})
    done = subprocess.run(
        [sys.executable, "-c", BROKEN + code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    return done.stdout


@pytest.fixture
def misbuilt(tmp_path) -> Path:
    """A folder with a torchvision whose compiled part can't be loaded."""
    package = tmp_path / "torchvision"
    package.mkdir()
    (package / "_C.so").write_bytes(b"of another torch")
    # What the real one does when it is imported, and fails at without its compiled part.
    (package / "__init__.py").write_text(
        "import torch\n"
        "for name in ('nms', 'qnms'):\n"
        "    torch.library.register_fake(f'torchvision::{name}')(lambda *given: None)\n"
    )
    return tmp_path


def test_a_torchvision_that_does_not_fit_does_no_harm(misbuilt) -> None:
    """It can be imported behind torch, and the operator is told once what is wrong."""
    said = run("torch(); torch(); import torchvision; print('imported')", misbuilt)

    assert said.count("torch.torchvision_broken") == 1
    assert "imported" in said


def test_it_holds_for_threads_and_for_forked_children(misbuilt) -> None:
    """Eight threads that ask at once are served by one; a forked child needs nothing more."""
    code = """
import os, warnings
from concurrent.futures import ThreadPoolExecutor
warnings.simplefilter("ignore")  # newer Pythons warn of fork in a process with threads
with ThreadPoolExecutor(8) as pool:
    assert len(set(pool.map(lambda _: torch(), range(8)))) == 1
child = os.fork()
if child == 0:
    torch()
    import torchvision
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
    if sys.platform != "linux":
        pytest.skip("elsewhere processes are not forked by default")
    assert run(code, misbuilt).count("torch.torchvision_broken") == 1


def test_without_torchvision_nothing_is_said() -> None:
    """Who has none installed is not told to install it."""
    said = run("sys.modules['torchvision'] = None; torch(); print('ready')")

    assert said.strip() == "ready"


def test_the_libraries_of_models_start_behind_it() -> None:
    """Transformers' and open_clip's models can be imported in this very environment."""
    assert torch().__name__ == "torch"
    import open_clip
    from transformers import CLIPVisionModelWithProjection

    assert open_clip.CLIP
    assert CLIPVisionModelWithProjection


def test_without_torch_the_part_that_brings_it_is_named() -> None:
    """The product alone does not bring it."""
    said = run(
        "from selector.errors import WeightsError\n"
        "sys.modules['transformers'] = None\n"
        "class Gone:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'torch':\n"
        "            raise ModuleNotFoundError(\"No module named 'nowhere_torch'\")\n"
        "sys.meta_path.insert(0, Gone())\n"
        "try:\n    torch()\nexcept WeightsError as error:\n    print(error)"
    )
    assert '"selector-engine[scorers]"' in said
