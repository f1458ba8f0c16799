"""Where something was measured is written down so that a later change of it can be named."""

import platform
from importlib import metadata

import pytest

from selector.canary import environment as room

NVIDIA = (
    "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024\n"
    "GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n"
)
OPEN = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.124.06  Release Build\n"


def test_packages_are_those_that_numbers_follow_from():
    """What measures compute with, in the versions that are installed; not what only prints."""
    found = room.packages()
    assert {"selector-engine", "numpy", "pillow", "scipy"} <= found.keys()
    assert found["numpy"] == metadata.version("numpy")
    assert not {"typer", "rich", "sqlalchemy", "pytest", "ruff"} & found.keys()


def test_on_a_processor_no_graphics_card_is_named():
    """The processor, Python and the system, in words."""
    here = room.environment("cpu")
    assert (here.device, here.driver) == ("cpu", "")
    assert here.hardware
    assert here.system.startswith(f"Python {platform.python_version()}, {platform.system()}")


def test_a_card_that_is_not_there_is_not_named():
    """Whoever measures on it says what is wrong with it; this only writes down."""
    here = room.environment("cuda:99")
    assert (here.device, here.driver) == ("cuda:99", "")


@pytest.mark.parametrize(
    ("text", "driver"),
    [(NVIDIA, "driver 535.183.01, "), (OPEN, "driver 570.124.06, "), ("something else", "")],
)
def test_the_driver_is_what_the_system_says(tmp_path, monkeypatch, text, driver):
    """In both forms of its file; without the file it is not known."""
    monkeypatch.setattr(room, "_DRIVER", tmp_path / "version")
    assert room._driver() == ""
    (tmp_path / "version").write_text(text)
    assert room._driver() == driver
