"""What every test may use."""

import compileall
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from PIL import Image
from skimage import data

import postgres as servers

# The same examples in every run, so that a failure is about the change that was made; `make
# test-slow` looks for new ones, and for many more.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("thorough", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

ROOT = Path(__file__).resolve().parents[1]


def pytest_configure(config: pytest.Config) -> None:
    """Before any test: compile the product once, and let threads that wait sleep.

    Tests start the product in hundreds of processes; where Python is told to keep no bytecode, each
    would compile all of it again. Threads of torch wait for each other at full speed, in the way of
    the other workers, unless they are told before it is loaded: three times the work in all.
    """
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(ROOT / "selector", quiet=1)
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root."""
    return ROOT


@pytest.fixture(scope="session", autouse=True)
def _own_spool(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let nothing wait in the folder of whoever runs the tests."""
    os.environ["SELECTOR_SPOOL"] = str(tmp_path_factory.mktemp("spool"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real images and labels that may lie beside the repository."""
    folder = ROOT.parent / "shared"
    if not (folder / "images").is_dir():
        pytest.skip("real images are absent: no folder shared/ beside the repository")
    return folder


@pytest.fixture(scope="session")
def astronaut() -> Image.Image:
    """A real photograph that comes inside a package: 512 × 512, one face."""
    return Image.fromarray(data.astronaut())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[servers.Cluster]:
    """A PostgreSQL server of this process, started when a test first asks for it."""
    with servers.cluster() as server:
        yield server


@pytest.fixture
def postgres(postgres_server: servers.Cluster) -> str:
    """The address of an empty database: "postgresql://postgres@127.0.0.1:PORT/NAME"."""
    return postgres_server.new()
