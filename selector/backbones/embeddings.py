"""Remembers the embeddings of the last pictures and prompts, so that equal ones are made once."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float32]

_lock = threading.Lock()  # of all: it is held for no longer than a look, and survives a fork

if hasattr(os, "register_at_fork"):
    # A child has no thread that would let go of it, nor one that was in the midst of a change.
    os.register_at_fork(
        before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
    )


class Embeddings:
    """Rows by what they were made of, the last so many. Safe to use from several threads."""

    def __init__(self, most: int) -> None:
        """Keep *most* rows at most; whichever was not asked for longest goes first."""
        self._most = most
        self._rows: OrderedDict[Hashable, FloatArray] = OrderedDict()

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, keys: Iterable[Hashable]) -> dict[Hashable, FloatArray]:
        """Return the rows of those *keys* that are known."""
        with _lock:
            known = {key: self._rows[key] for key in keys if key in self._rows}
            for key in known:
                self._rows.move_to_end(key)
            return known

    def keep(self, rows: Mapping[Hashable, FloatArray]) -> None:
        """Remember *rows*, but for those that hold what is no number: they may come out right."""
        # Copies: a row that is part of a batch would hold all of it in memory.
        finite = {key: row.copy() for key, row in rows.items() if np.isfinite(row).all()}
        with _lock:
            self._rows.update(finite)
            while len(self._rows) > self._most:
                self._rows.popitem(last=False)
