"""Does things in threads that nobody has to wait for: neither their caller, nor the program's end."""

from __future__ import annotations

import contextvars
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeVar

Done = TypeVar("Done")


def started(do: Callable[[], Done]) -> Future[Done]:
    """Start *do* in a thread of its own, and return what will come of it.

    The program may end before it: the threads of a ThreadPoolExecutor would be waited for. What
    its caller's context says, such as until when somebody waits, holds in it too.
    """
    future: Future[Done] = Future()

    def work() -> None:
        try:
            future.set_result(do())
        except BaseException as error:  # noqa: BLE001 - raised again where the result is taken
            future.set_exception(error)

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(work,), daemon=True).start()
    return future


def together(todo: Sequence[Callable[[], Done]], at_once: int) -> list[Done]:
    """Return what comes of each, in their order, no more than *at_once* done at the same time.

    What one raises is raised here, and what has not begun by then never does.
    """
    left = deque(enumerate(todo))

    def work() -> list[tuple[int, Done]]:
        done: list[tuple[int, Done]] = []
        while left:
            try:
                at, do = left.popleft()
            except IndexError:  # another took the last one
                break
            done.append((at, do()))
        return done

    workers = [started(work) for _ in range(min(at_once, len(todo)))]
    try:
        found = dict(pair for worker in workers for pair in worker.result())
    finally:
        left.clear()
    return [found[at] for at in range(len(todo))]
