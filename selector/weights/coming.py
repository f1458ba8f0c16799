"""A file on its way: what its source says of it, and its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from selector.errors import WeightsError

BLOCK = 1 << 20  # bytes read at a time
STALL_S = 5.0  # a server that is there answers within a second; an absent one must not hold us up
TOTAL_S = 600.0  # 10 minutes for whatever is small; a server that drips must not hold us up either
SLOWEST = 100_000  # bytes a second of what is large


@dataclass(frozen=True, slots=True)
class Coming:
    """What a source sends.

    Attributes:
        start: Which byte of the file comes first; 0 where the source can't go on in the middle.
        total: How many bytes the whole file has; None where the source does not say.
        sha256: Of the whole file, as the source says; "" where it does not.
        blocks: The bytes, to be read once. It raises a `CutOffError` where the rest does not come.
    """

    start: int
    total: int | None
    sha256: str
    blocks: Iterator[bytes]


class CutOffError(WeightsError):
    """The rest does not come now; it may, from where it broke off."""


def allowed_s(size: int) -> float:
    """Return how many seconds a file of *size* bytes may take altogether."""
    return TOTAL_S + size / SLOWEST
