"""Models in the ONNX format, run by any number of users in any thread or process."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import onnx_files
from selector.backbones import onnx
from selector.backbones.onnx import Array, OnnxModel, Port
from selector.errors import MeasureError, WeightsError

WEIGHTS = np.diag([1.0, 2.0, 3.0])


@pytest.fixture
def file(tmp_path: Path) -> tuple[Path, str]:
    """A model that gives the mean of each channel, times 1, 2 and 3; and its checksum."""
    named = onnx_files.write(tmp_path, onnx_files.classifier(WEIGHTS))
    return Path(named["model"]), named["sha256"]


@pytest.fixture
def model(file: tuple[Path, str]) -> Iterator[OnnxModel]:
    """The model, loaded."""
    loaded = OnnxModel(*file)
    yield loaded
    loaded.close()


def picture(*channels: float) -> Array:
    """Return one plain picture, shape (1, 3, 8, 8)."""
    return np.broadcast_to(np.float32(channels)[None, :, None, None], (1, 3, 8, 8)).copy()


def test_a_model_gives_its_outputs(model: OnnxModel) -> None:
    """What goes in comes out as the file computes it; its ports are told, any length as None."""
    (made,) = model.run(picture(0.1, 0.2, 0.3))

    np.testing.assert_allclose(made, [[0.1, 0.4, 0.9]], rtol=1e-5)
    assert model.inputs == (Port("picture", (None, 3, None, None), "tensor(float)"),)
    assert [port.name for port in model.outputs] == ["classes"]


def test_users_share_one_model_and_the_last_unloads_it(file: tuple[Path, str]) -> None:
    """A second user loads nothing; the first may leave, twice; then the last, and it is gone."""
    before = onnx._sessions.loaded()
    first, second = OnnxModel(*file), OnnxModel(*file)
    assert len(onnx._sessions.loaded()) == len(before) + 1

    first.close()
    first.close()
    assert len(second.run(picture(1, 1, 1))) == 1
    second.close()

    assert onnx._sessions.loaded() == before
    with pytest.raises(MeasureError, match="was closed"):
        first.run(picture(1, 1, 1))


def test_another_file_than_named_is_refused(file: tuple[Path, str]) -> None:
    """A model that was replaced is never run; the message tells both checksums."""
    path, sha256 = file
    changed = onnx_files.classifier(WEIGHTS * 2)
    path.write_bytes(changed)

    with pytest.raises(WeightsError, match=f"{hashlib.sha256(changed).hexdigest()}, not {sha256}"):
        OnnxModel(path, sha256)


@pytest.mark.parametrize("content", [b"", b"<html>", onnx_files.classifier(WEIGHTS)[:-60]])
def test_a_damaged_file_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    """What is no model is an error that names the file."""
    named = onnx_files.write(tmp_path, content)

    with pytest.raises(WeightsError, match=r"model\.onnx: not a model .*Export it again"):
        OnnxModel(Path(named["model"]), named["sha256"])


def test_a_path_that_leads_to_no_file_is_not_read(tmp_path: Path) -> None:
    """A pipe would be waited for, a folder can't be read: both are told at once."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, kind in ((pipe, "a device or a pipe"), (tmp_path, "a folder")):
        with pytest.raises(WeightsError, match=rf"it is no file \(got {kind}\)\. Name the file"):
            OnnxModel(path, "0" * 64)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    """The path that was looked at is in the message."""
    with pytest.raises(WeightsError, match=r"gone\.onnx: the model file can't be read \(got No"):
        OnnxModel(tmp_path / "gone.onnx", "0" * 64)


def test_wrong_arrays_are_named(model: OnnxModel) -> None:
    """What was given and what the model takes are both told."""
    with pytest.raises(MeasureError, match=r"run on float32 \[1, 8, 8, 3\].*\[any, 3, any, any\]"):
        model.run(picture(1, 1, 1).transpose(0, 2, 3, 1))
    with pytest.raises(MeasureError, match="float64"):
        model.run(picture(1, 1, 1).astype(np.float64))


def test_a_device_that_is_not_there_is_no_failure(file: tuple[Path, str]) -> None:
    """Asked for a GPU where ONNX Runtime knows none, the model runs on the CPU."""
    model = OnnxModel(*file, device="cuda:1")

    (made,) = model.run(picture(1, 0, 0))

    np.testing.assert_allclose(made, [[1, 0, 0]], atol=1e-6)
    model.close()


def test_threads_get_their_own_answers(model: OnnxModel) -> None:
    """Threads that run different pictures at once each get their own picture's numbers."""
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda red: model.run(picture(red, 0, 0))[0][0, 0], range(40)))

    np.testing.assert_allclose(made, range(40), rtol=1e-5)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are not forked by default")
def test_a_forked_child_runs_its_own(file: tuple[Path, str]) -> None:
    """A child can go on with what its parent has built, used or not, and ends like any other."""
    code = """
import os, signal, sys, warnings
from pathlib import Path
import numpy as np
from selector.backbones.onnx import OnnxModel
model = OnnxModel(Path(sys.argv[1]), sys.argv[2])
ones = np.ones((1, 3, 8, 8), np.float32)
here = model.run(ones)[0]
warnings.simplefilter("ignore")  # newer Pythons warn of fork in a process with threads
child = os.fork()
if child == 0:
    signal.alarm(30)
    used = sys.argv[3] == "used"
    same = not used or np.array_equal(model.run(ones)[0], here)
    model.close()
    sys.exit(0 if same else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    for use in ("used", "not used"):
        command = [sys.executable, "-c", code, *map(str, file), use]
        subprocess.run(command, check=True, capture_output=True)


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_nobody_is_told_of_its_use(file: tuple[Path, str]) -> None:
    """ONNX Runtime does not start the thread that reports to its maker, unless one asks for it."""
    code = """
import os, sys
from pathlib import Path
os.environ.pop("ORT_DISABLE_TELEMETRY", None)
from selector.backbones import onnx
onnx.THREADS = 1
before = len(os.listdir("/proc/self/task"))
onnx.OnnxModel(Path(sys.argv[1]), sys.argv[2])
print(len(os.listdir("/proc/self/task")) - before)
"""
    command = [sys.executable, "-c", code, *map(str, file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)

    assert done.stdout == "0\n"


def test_nothing_is_said_on_standard_error(file: tuple[Path, str]) -> None:
    """A model that runs, and one that fails, write nothing where somebody may be reading."""
    code = """
import sys
from pathlib import Path
import numpy as np
from selector.backbones.onnx import OnnxModel
from selector.errors import MeasureError
model = OnnxModel(Path(sys.argv[1]), sys.argv[2])
try:
    model.run(np.ones((1, 4, 8, 8), np.float32))
except MeasureError:
    print("told")
"""
    command = [sys.executable, "-c", code, *map(str, file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)

    assert (done.stdout, done.stderr) == ("told\n", "")
