"""Which image formats can be read here, and where models can run."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from importlib import util

from selector.doctor.finding import Asked, Finding
from selector.errors import ImageError
from selector.installed import mend, reinstall

ON_THE_CPU = "models run on the CPU unless --device says otherwise"


def formats(_asked: Asked) -> Iterator[Finding]:
    """Find which image formats can be read, by reading a picture in each."""
    import PIL

    from selector.images.sources import FORMATS

    wrong = {name: said for name in FORMATS if (said := _unreadable(name))}
    for name, said in wrong.items():
        told = f"Pillow {PIL.__version__} was built without it ({said})"
        yield Finding("images", name, "broken", told, reinstall("pillow"))
    if read := [name for name in FORMATS if name not in wrong]:
        said = f"Pillow {PIL.__version__} reads {', '.join(read)}"
        yield Finding("images", "formats", "ok", said)


def _unreadable(name: str) -> str:
    from PIL import Image

    from selector.images import open_image

    file = io.BytesIO()
    try:
        Image.new("RGB", (16, 16), "teal").save(file, name)
        _ = open_image(file.getvalue()).rgb
    except (KeyError, OSError, ImageError) as error:
        return str(error) or type(error).__name__
    return ""


def devices(_asked: Asked) -> Iterator[Finding]:
    """Find the processors; a graphics card only where torch, which would use it, is installed."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on every system
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    yield Finding("devices", "CPU", "ok", f"{cores} cores for this process; {ON_THE_CPU}")
    if util.find_spec("torch") is None:
        said = "no torch here, and nothing else would use one; the detectors run on the CPU"
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
        return Finding("devices", "GPU", "broken", said, mend(error) or reinstall("torch"))
    return Finding("devices", "GPU", "absent", f"torch {torch.__version__} sees none")
