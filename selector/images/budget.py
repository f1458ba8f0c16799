"""How much decoded memory many images may hold together, and what is dropped first."""

from typing import Any
from weakref import WeakKeyDictionary

import numpy.typing as npt

from selector.locks import Lock

Array = npt.NDArray[Any]

SMALL_VIEW = 2**18  # bytes; a thumbnail has fewer: below it a view is cheap to keep


class PixelBudget:
    """Holds the decoded pixels and views of many images, never more than `max_bytes` of them.

    What was dropped is made again when it is asked for. Images that nobody else holds any more
    are let go. Safe to share between threads.

    Attributes:
        max_bytes: The most bytes held; an array larger than this is handed out and never held.
        decodes: How many times pixels were decoded.
    """

    def __init__(self, max_bytes: int = 512 * 2**20) -> None:
        self.max_bytes = max_bytes
        self.decodes = 0
        self._held: WeakKeyDictionary[object, dict[object, Array]] = WeakKeyDictionary()
        self._lock = Lock()

    @property
    def used(self) -> int:
        """How many bytes are held now."""
        with self._lock:
            return self._size()

    def count_decode(self) -> None:
        """Count one decoding."""
        with self._lock:
            self.decodes += 1

    def find(self, image: object, view: object) -> Array | None:
        """Return the *view* of *image*, if it is still held."""
        with self._lock:
            return self._shelf(image).get(view)

    def keep(self, image: object, view: object, array: Array) -> None:
        """Hold the *view* of *image*, and drop what is needed least until all fits."""
        if array.nbytes > self.max_bytes:
            return
        with self._lock:
            self._shelf(image)[view] = array
            excess = self._size() - self.max_bytes
            victims = iter(self._victims(image, view) if excess > 0 else ())
            while excess > 0:
                owner, victim = next(victims)
                excess -= self._held[owner].pop(victim).nbytes

    def forget(self, image: object) -> None:
        """Drop everything of *image*."""
        with self._lock:
            self._held.pop(image, None)

    def _size(self) -> int:
        return sum(array.nbytes for shelf in self._held.values() for array in shelf.values())

    def _shelf(self, image: object) -> dict[object, Array]:
        self._held[image] = shelf = self._held.pop(image, {})  # the last used comes last
        return shelf

    def _victims(self, image: object, view: object) -> list[tuple[object, object]]:
        # Every measure goes through all candidates in the same order, so the one used last is the
        # one needed again last: dropping it keeps hits, where dropping the oldest always misses.
        # Small views go last, after even the pixels that have just been decoded: they take little
        # room, and each would cost a decoding.
        ranked = [
            (array.nbytes >= SMALL_VIEW, owner is not image, key is not view, when, owner, key)
            for when, (owner, shelf) in enumerate(self._held.items())
            for key, array in shelf.items()
        ]
        ranked.sort(key=lambda row: row[:4], reverse=True)
        return [(owner, key) for *_, owner, key in ranked]
