"""Does things in threads that nobody has to wait for: neither their caller, nor the program's end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Done = TypeVar("Done")


def started(do: Callable[[], Done]) -> Future[Done]:
    """Start *do* in a thread of its own, and return what will come of it.

    The program may end before it: the threads of a ThreadPoolExecutor would be waited for.
    """
    future: Future[Done] = Future()

    def work() -> None:
        try:
            future.set_result(do())
        except BaseException as error:  # noqa: BLE001 - raised again where the result is taken
            future.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return future
