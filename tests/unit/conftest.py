"""The command line as a process, and things to run it on."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

SELECTOR = [str(Path(sys.executable).parent / "selector")]


@pytest.fixture
def shell(tmp_path):
    """Run the command in an empty folder with a home of its own."""
    (tmp_path / "cwd").mkdir()
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("SELECTOR_")},
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "PYTHONPATH": str(tmp_path),
        "COLUMNS": "120",
        # As in an environment that is activated.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }

    def run(*arguments, **rest):
        return subprocess.run(
            [*SELECTOR, *map(str, arguments)],
            cwd=tmp_path / "cwd",
            env=environment | rest.pop("env", {}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            **rest,
        )

    run.environment = environment
    run.cwd = tmp_path / "cwd"
    return run


@pytest.fixture(scope="session")
def _chairs(astronaut, tmp_path_factory):
    """What `chairs` is a copy of."""
    folder = tmp_path_factory.mktemp("chairs")
    astronaut.save(folder / "a.png")
    astronaut.rotate(90).crop((0, 0, 500, 500)).save(folder / "b.jpg", quality=95)
    (folder / "c.png").write_bytes(b"broken")
    (folder / "notes.txt").write_text("not an image")
    return folder


@pytest.fixture
def chairs(shell, _chairs):
    """A folder with two good pictures, a broken one and a text file."""
    return shutil.copytree(_chairs, shell.cwd / "chairs")


@pytest.fixture
def pixels(shell):
    """A policy that only looks at pixels: fast, and needs no model."""
    policy = {
        "name": "pixels",
        "version": 1,
        "gates": [{"on": "filters.blank.structure", "reject_below": 0.001}],
        "method": {
            "weighted_sum": [{"of": "filters.sharpness.sharpest", "scale": {"ends": [0, 1]}}]
        },
        "cascade": {"audit": 0},  # else one request in a hundred, by chance, measures everything
    }
    path = shell.cwd / "pixels.yaml"
    path.write_text(yaml.safe_dump(policy))
    return path
