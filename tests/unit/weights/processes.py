"""Processes that obtain a model, as one of a user's does."""

import os
import subprocess
import sys
from pathlib import Path

from selector.weights.entry import Entry

CODE = """
import sys
from selector.errors import WeightsError
from selector.weights.entry import *
from selector.weights.fetch import obtain
entry = {entry!r}
try:
    print("PATH", obtain(entry, lambda name, done, total: print(name, done, total, flush=True)))
except WeightsError as error:
    print("REFUSED", error)
"""


def start(entry: Entry, cache: Path, **rest: str) -> subprocess.Popen[str]:
    """Start a process that obtains *entry*, and prints what comes and where it is."""
    environment = os.environ | {"SELECTOR_CACHE": str(cache), "HF_HUB_DISABLE_TELEMETRY": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", CODE.format(entry=entry)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment | rest,
    )


def run(entry: Entry, cache: Path, **rest: str) -> str:
    """Return the last lines that such a process prints."""
    with start(entry, cache, **rest) as process:
        said, wrong = process.communicate(timeout=60)
    assert not wrong, wrong
    return said
