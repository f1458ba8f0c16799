"""On what something is measured now: packages, processor, graphics card, driver."""

from __future__ import annotations

import platform
import re
from pathlib import Path

from selector.canary.recording import Environment
from selector.installed import DISTRIBUTION, requirements, version_of

PARTS = ("", "detectors", "scorers")  # of the package, for which a measure may ask
# They print, keep and draw, and no number follows from them.
NO_NUMBERS = frozenset(("jinja2", "packaging", "rich", "sqlalchemy", "structlog", "typer"))
# What comes with packages that measures use, and computes for them.
BROUGHT = (
    "opencv-contrib-python", "opencv-python", "opencv-python-headless", "timm", "tokenizers",
    "torchvision",
)  # fmt: skip
_DRIVER = Path("/proc/driver/nvidia/version")
_PROCESSORS = Path("/proc/cpuinfo")


def environment(device: str) -> Environment:
    """Return where something is measured whose models run on *device*."""
    card, driver = _graphics(device)
    return Environment(
        device=device,
        hardware=", ".join(filter(None, (_processor(), card))),
        driver=driver,
        system=f"Python {platform.python_version()}, {platform.system()} {platform.release()}",
        packages=packages(),
    )


def packages() -> dict[str, str]:
    """Return the versions of this package and of all that measures may use, as far as they are here."""
    names = {one.name.lower() for part in PARTS for one in requirements(part)} - NO_NUMBERS
    found = {name: version_of(name) for name in (DISTRIBUTION, *sorted({*names, *BROUGHT}))}
    return {name: version for name, version in found.items() if version is not None}


def _processor() -> str:
    """Return what the processor is called, as well as the system tells."""
    try:
        named = re.search(r"^model name\s*:\s*(.+)$", _PROCESSORS.read_text(), re.MULTILINE)
    except OSError:
        named = None
    return named[1].strip() if named else platform.processor() or platform.machine()


def _graphics(device: str) -> tuple[str, str]:
    """Return what the graphics card and its driver are called; "" where none is used."""
    if device == "cpu":
        return "", ""
    try:
        import torch

        if not torch.cuda.is_available():
            return "", ""
        card = torch.cuda.get_device_name(device)
        cudnn = torch.backends.cudnn.version()  # type: ignore[no-untyped-call]
        runtime = f"CUDA {torch.version.cuda}, cuDNN {cudnn}"
    except (ImportError, OSError, RuntimeError, ValueError):
        return "", ""  # whatever is wrong with it, who measures there says it better
    return card, f"{_driver()}{runtime}"


def _driver() -> str:
    try:
        found = re.search(r"Kernel Module.*?(\d+\.\d+(\.\d+)*)", _DRIVER.read_text())
    except OSError:
        return ""
    return f"driver {found[1]}, " if found else ""
