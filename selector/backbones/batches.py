"""Sends pictures and prompts through a model, as many at once as the memory has room for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from selector.backbones.torch_ready import torch
from selector.errors import MeasureError

FloatArray: TypeAlias = npt.NDArray[np.float32]
Row = TypeVar("Row")
Made = TypeVar("Made")

MOST = 64  # rows at once; more are no faster on a GPU
MOST_ON_CPU = 4  # likewise, and the memory for what is computed between the layers is not needed
GOOD = 8  # full batches after which twice as many rows are tried again
SHARE = 0.5  # of the free memory; others need some too, and the estimate is rough
_CGROUP = Path("/sys/fs/cgroup")
_EXHAUSTED = ("can't allocate memory", "not enough memory", "out of memory", "ALLOC_FAILED")


class Batches:
    """How many rows go through one model at once; it learns when that was too many.

    For one thread at a time.
    """

    def __init__(self, where: str, device: str, *, row_bytes: int, most: int = 0) -> None:
        """Start with what fits.

        Args:
            where: Whose rows, for messages.
            device: "cpu", "cuda", "cuda:1": where the memory is.
            row_bytes: What one row takes while it is computed, about.
            most: Rows at once at most; 0: as many as there is a use for on such a device.
        """
        self._where = where
        self._device = device
        self._row_bytes = row_bytes
        self._most = most or (MOST_ON_CPU if device == "cpu" else MOST)
        self._now = self._most  # rows at once, since memory last ran out
        self._good = 0  # batches of so many since then

    def run(
        self, rows: Sequence[Row], forward: Callable[[Sequence[Row]], FloatArray]
    ) -> FloatArray:
        """Return what *forward* makes of all *rows*, one of its rows each.

        Raises:
            MeasureError: There is no memory for a single row.
        """
        return np.concatenate(self.parts(rows, forward))

    def parts(self, rows: Sequence[Row], forward: Callable[[Sequence[Row]], Made]) -> list[Made]:
        """Return what *forward* makes of each part of *rows* that went through at once.

        When memory runs out it goes on with half as many at once, and with more again when that
        went well for a while: others may have taken it.

        Raises:
            MeasureError: There is no memory for a single row.
        """
        done: list[Made] = []
        start = 0
        while start < len(rows):
            part = rows[start : start + self._size()]
            made = self._attempt(part, forward)
            if made is not None:
                self._learn(len(part))
                done.append(made)
                start += len(part)
        return done

    def _size(self) -> int:
        free = free_bytes(self._device)
        if free is None:
            return self._now
        return max(1, min(self._now, int(free * SHARE) // self._row_bytes))

    def _learn(self, went: int) -> None:
        self._good += went == self._now
        if self._good == GOOD:
            self._now, self._good = min(self._most, 2 * self._now), 0

    def _attempt(
        self, part: Sequence[Row], forward: Callable[[Sequence[Row]], Made]
    ) -> Made | None:
        """Return what *forward* makes; None if memory ran out, and less is to be tried."""
        try:
            return forward(part)
        except (RuntimeError, MemoryError) as error:
            if not ran_out(error):
                raise
            if len(part) == 1:
                need = f"about {self._row_bytes / 1e6:.0f} MB"
                raise MeasureError(
                    f"{self._where}: the memory is too small for one row (got an allocation that "
                    f"failed; it takes {need}). Free some, or run it elsewhere."
                ) from None
        self._now, self._good = len(part) // 2, 0
        if self._device != "cpu":
            torch().cuda.empty_cache()
        return None


def ran_out(error: BaseException) -> bool:
    """Return whether *error* says that there is no more memory, of whichever device."""
    return isinstance(error, MemoryError) or any(said in str(error) for said in _EXHAUSTED)


def free_bytes(device: str) -> int | None:
    """Return how much memory can be had on *device* now; None where that is not known."""
    if device != "cpu":
        return int(torch().cuda.mem_get_info(device)[0])
    known = [each for each in (_of_machine(), _of_container()) if each is not None]
    return min(known, default=None)


def _of_machine() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return int(found[0]) * 1024 if found else None


def _of_container() -> int | None:
    """Return what a container's bound leaves; files that are merely cached give way."""
    try:
        bound = (_CGROUP / "memory.max").read_text().strip()
        taken = int((_CGROUP / "memory.current").read_text())
        told = dict(map(str.split, (_CGROUP / "memory.stat").read_text().splitlines()))
    except (OSError, ValueError):
        return None
    if not bound.isdigit():
        return None
    return max(0, int(bound) - taken + int(told.get("inactive_file", 0)))
