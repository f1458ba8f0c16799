"""Many requests decided at once: what several ask of one instance is measured in one call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from selector.cascade import Answers, Asking, Table
from selector.engine.request import Request
from selector.errors import SelectorError
from selector.images import Image
from selector.log import of_request
from selector.measures.base import Subject
from selector.types import Ask, Measured, Selection

# How many requests are open, for each place in the largest batch: they wait for one thing and
# another, and some are to be left to fill the batch that is next.
OPEN = 4
FEWEST = 8  # open requests, however small the batches are
WHOLE = 0  # the size of a batch of sets: each is measured by itself

Run = Callable[[str, Sequence[Subject]], Sequence[Mapping[str, Measured]]]
Result = Selection | SelectorError


@dataclass(frozen=True, slots=True)
class Wait:
    """What one open request waits for.

    Attributes:
        number: Which one it is, in the order in which they came.
        instance: Whom it asks.
        subjects: About how many.
    """

    number: int
    instance: str
    subjects: int


def together(
    waits: Sequence[Wait], batches: Mapping[str, int], *, newest: int, most: int, more: bool
) -> tuple[int, ...]:
    """Return the numbers of the requests that are answered by the next call; none: admit another.

    What fills a batch is measured at once, of several the one that fills most; and so is what a
    request asks that was overtaken by as many as may be open, or the last ones of a shard would
    wait for long. When nobody can come any more, the one is measured that most wait for.

    Args:
        waits: What each open request waits for, the oldest first.
        batches: How many subjects one call of each instance takes; `WHOLE` for one of sets.
        newest: The number of the request that came last.
        most: How many requests may be open.
        more: Whether another can come.
    """
    alike: dict[str, list[Wait]] = {}
    for one in waits:
        alike.setdefault(one.instance, []).append(one)
    chosen = next((one.instance for one in waits if newest - one.number >= most), "")
    if not chosen and alike:
        full = {name: _fullness(those, batches[name]) for name, those in alike.items()}
        fullest = max(full, key=full.__getitem__)
        chosen = "" if more and full[fullest] < 1 else fullest
    return _of(alike[chosen], batches[chosen]) if chosen else ()


def _fullness(waits: Sequence[Wait], batch: int) -> float:
    """Return how many batches are full; a set's is, whoever is in it."""
    return sum(one.subjects for one in waits) / batch if batch else 1.0


def _of(waits: Sequence[Wait], batch: int) -> tuple[int, ...]:
    """Return those of one instance whose subjects fill batches, the oldest first, or all."""
    if batch == WHOLE:
        return (waits[0].number,)
    total = sum(one.subjects for one in waits)
    room = total - total % batch if total >= batch else total
    found: list[int] = []
    for one in waits:
        room -= one.subjects
        if room >= 0 or not found:
            found.append(one.number)
    return tuple(found)


@dataclass(slots=True)
class Deciding:
    """One open request: who it is, what it asks, and of whom.

    Attributes:
        request: Says who can be asked, and counts what that takes.
        asking: What it still needs, and what it comes to.
        held: How many bytes of pixels it came with.
        ask: What it waits for.
        subjects: About whom, by candidate.
    """

    request: Request
    asking: Asking[Selection]
    held: int = 0
    ask: Ask = field(init=False)
    subjects: dict[str, Subject] = field(init=False)

    def begin(self) -> Result | None:
        """Ask first; return what it comes to if it asks nothing."""
        return self._until_asked(None)

    def answer(self, rows: Sequence[Mapping[str, Measured]], seconds: float) -> Result | None:
        """Take the answer to what it waited for; return what it comes to if that was all."""
        return self._until_asked((rows, seconds))

    def close(self) -> None:
        """Give its pixels back."""
        for one in (*self.request.images.values(), self.request.source):
            if isinstance(one, Image):
                one.close()
        self.asking.close()

    def _until_asked(
        self, answered: tuple[Sequence[Mapping[str, Measured]], float] | None
    ) -> Result | None:
        """Go on to the next ask that somebody can be put to."""
        with of_request(self.request.id):
            try:
                if answered is None:
                    self._ask(*next(self.asking))
                while answered is not None or not self.subjects:
                    self._ask(*self.asking.send(self._answers(*(answered or ((), 0.0)))))
                    answered = None
            except StopIteration as ended:
                result: Selection = ended.value
                return result
            except SelectorError as error:
                return error
        return None

    def _ask(self, ask: Ask, table: Table) -> None:
        self.ask, self.subjects = ask, self.request.subjects(ask, table)

    def _answers(self, rows: Sequence[Mapping[str, Measured]], seconds: float) -> Answers:
        found = dict(zip(self.subjects, rows, strict=True))
        return self.request.answers(self.ask, found, seconds)


class Merging:
    """Decides requests as they come, as many at once as fill the batches of what measures them."""

    def __init__(self, run: Run, batches: Mapping[str, int], *, pixels: int) -> None:
        """Say who measures.

        Args:
            run: Measures subjects with an instance, like `Runner.run`; of a set all of it.
            batches: How many subjects one call of each instance takes; `WHOLE` for one of sets.
            pixels: From how many bytes of pixels that came with open requests no other is admitted.
        """
        self._run = run
        self._batches = batches
        self._pixels = pixels
        self._most = max(FEWEST, OPEN * max(batches.values(), default=1))
        self._open: dict[int, Deciding] = {}

    def decided(self, coming: Iterable[Deciding]) -> Iterator[tuple[Deciding, Result]]:
        """Yield each request with what it came to, whichever ends first.

        Its pixels are given back when the next one is asked for.

        Args:
            coming: The requests; one is taken when there is room for it.
        """
        arriving, newest, more = iter(coming), -1, True
        try:
            while more or self._open:
                if chosen := self._chosen(newest, more=more):
                    yield from self._answered({number: self._open[number] for number in chosen})
                elif more and (one := next(arriving, None)) is not None:
                    newest += 1
                    self._open[newest] = one
                    yield from self._gone_on(newest, one.begin())
                else:
                    more = False
        finally:
            for one in self._open.values():
                one.close()
            self._open.clear()

    def _chosen(self, newest: int, *, more: bool) -> tuple[int, ...]:
        room = len(self._open) < self._most and (
            not self._open or sum(one.held for one in self._open.values()) < self._pixels
        )
        waits = [
            Wait(number, one.ask.instance, len(one.subjects))
            for number, one in sorted(self._open.items())
        ]
        return together(waits, self._batches, newest=newest, most=self._most, more=more and room)

    def _answered(self, those: Mapping[int, Deciding]) -> Iterator[tuple[Deciding, Result]]:
        """Measure what some wait for, and share the answers and the seconds out among them."""
        subjects = [subject for one in those.values() for subject in one.subjects.values()]
        started = time.monotonic()
        rows = iter(self._run(next(iter(those.values())).ask.instance, subjects))
        each = (time.monotonic() - started) / len(subjects)
        for number, one in those.items():
            mine = [next(rows) for _ in one.subjects]
            yield from self._gone_on(number, one.answer(mine, each * len(mine)))

    def _gone_on(self, number: int, result: Result | None) -> Iterator[tuple[Deciding, Result]]:
        if result is not None:
            one = self._open[number]
            yield one, result
            one.close()
            del self._open[number]
