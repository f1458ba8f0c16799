"""Gives freed memory back to the system: glibc keeps what lies before something that is in use."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any


def trim() -> None:
    """Give back what was freed of this process's memory; elsewhere than on Linux with glibc, nothing."""
    if give_back := _glibc():
        give_back(0)


@cache
def _glibc() -> Any:
    if sys.platform != "linux":
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
