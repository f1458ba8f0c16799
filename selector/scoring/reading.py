"""Images on their way to a measure: read by several threads, one group ahead, equal ones once."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

from selector.errors import ImageError
from selector.images import Image, Limits, PixelBudget, open_image
from selector.runner import DEADLINE
from selector.scoring.given import Asked, Item
from selector.types import Failure

READERS = min(8, os.cpu_count() or 1)  # decoding releases the interpreter; more only adds memory
SOURCES = 64  # that are kept open; many images are often made from one


@dataclass(frozen=True, slots=True)
class Read:
    """One image as far as it could be read.

    Attributes:
        item: What was asked for.
        image: Its picture; None if it could not be read.
        source: The picture before the edit, if it is needed.
        failure: Why there is nothing to measure.
    """

    item: Item
    image: Image | None = None
    source: Image | None = None
    failure: Failure | None = None


def reader(
    asked: Asked, limits: Limits, budget: PixelBudget, *, deadline: float | None, sources: bool
) -> Callable[[Item], Read]:
    """Return a function that reads one of what was *asked*; it never raises for a bad image.

    Args:
        asked: What will be read, and the sources.
        limits: What an image may be.
        budget: Where decoded pixels are held.
        deadline: On the clock of `time.monotonic`; what begins later is Failure("deadline").
        sources: Whether the pictures before edits are needed.
    """

    @lru_cache(maxsize=SOURCES)
    def source(name: str) -> Image:
        image = open_image(asked.sources[name], limits=limits, budget=budget)
        image.decode()  # now, so that what is damaged is told as what it is
        return image

    def read(item: Item) -> Read:
        if deadline is not None and time.monotonic() >= deadline:
            return Read(item, failure=DEADLINE)
        try:
            image = open_image(item.image, limits=limits, budget=budget)
            image.decode()
        except ImageError as error:
            return Read(item, failure=Failure(str(error)))
        try:
            before = source(item.source) if sources and item.source else None
        except ImageError as error:
            return Read(item, failure=Failure(f"the source: {error}"))
        return Read(item, image, before)

    return read


def ahead(groups: Iterable[list[Item]], read: Callable[[Item], Read]) -> Iterator[list[Read]]:
    """Give each group read; while it is being measured, the next one is being read."""
    pool = ThreadPoolExecutor(READERS, thread_name_prefix="selector-images")
    under_way: deque[list[Future[Read]]] = deque()
    try:
        for group in groups:
            under_way.append([pool.submit(read, one) for one in group])
            if len(under_way) > 1:
                yield [future.result() for future in under_way.popleft()]
        while under_way:
            yield [future.result() for future in under_way.popleft()]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
