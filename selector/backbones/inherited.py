"""What a forked child has of its parent's models: memory without threads, never to be taken down."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable


def never_freed(models: Iterable[object]) -> None:
    """Keep the *models* that this process was forked with until it ends.

    Their library would wait for the models' threads, which only the parent has, and the child would
    never end, or crash on its way.
    """
    for model in models:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(model))
