"""Where models can run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import util

from selector.doctor.finding import Finding
from selector.doctor.packages import reinstall

ON_THE_CPU = "models run on the CPU unless --device says otherwise"


def devices() -> Iterator[Finding]:
    """Find the processors; a graphics card only where torch, which would use it, is installed."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on every system
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    yield Finding("devices", "CPU", "ok", f"{cores} cores for this process; {ON_THE_CPU}")
    if util.find_spec("torch") is None:
        said = "no torch here, and nothing else would use one; MediaPipe runs on the CPU"
        yield Finding("devices", "GPU", "absent", said)
    else:
        yield _graphics()


def _graphics() -> Finding:
    try:
        import torch

        if torch.cuda.is_available():
            names = ", ".join(
                f"cuda:{at} is {torch.cuda.get_device_name(at)}"
                for at in range(torch.cuda.device_count())
            )
            return Finding("devices", "GPU", "ok", f"{names}; used where --device names it")
        if torch.backends.mps.is_available():
            return Finding("devices", "GPU", "ok", "mps; used where --device names it")
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        said = f"torch is installed and does not work ({type(error).__name__}: {error})"
        return Finding("devices", "GPU", "broken", said, reinstall("torch"))
    return Finding("devices", "GPU", "absent", f"torch {torch.__version__} sees none")
