"""Remembers the embeddings of the last pictures and prompts, so that equal ones are made once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float32]


class Embeddings:
    """Rows by what they were made of, the last so many. Safe to use from several threads."""

    def __init__(self, most: int) -> None:
        """Keep *most* rows at most; whichever was not asked for longest goes first."""
        self._most = most
        self._rows: OrderedDict[Hashable, FloatArray] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, keys: Iterable[Hashable]) -> dict[Hashable, FloatArray]:
        """Return the rows of those *keys* that are known."""
        with self._lock:
            known = {key: self._rows[key] for key in keys if key in self._rows}
            for key in known:
                self._rows.move_to_end(key)
            return known

    def keep(self, rows: Mapping[Hashable, FloatArray]) -> None:
        """Remember *rows*, but for those that hold what is no number: they may come out right."""
        finite = {key: row for key, row in rows.items() if np.isfinite(row).all()}
        with self._lock:
            self._rows.update(finite)
            while len(self._rows) > self._most:
                self._rows.popitem(last=False)
