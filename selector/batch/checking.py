"""Every request of an input held against the policy and the journal, before anything is measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice

from selector.batch.journaling import id_of
from selector.batch.listed import Listed
from selector.engine import given
from selector.errors import RequestError
from selector.foreign import named
from selector.policy.plan import Plan
from selector.types import Edit

TOLD = 20  # problems in words; the rest are counted
NAMED = 5
LOOKED_UP = 500  # ids of one question to a journal

Holds = Callable[[Collection[str]], frozenset[str]]  # which of these requests are there already


class Problems:
    """What is wrong with an input: the first are told in words, all are counted."""

    def __init__(self, told: Iterable[str] = ()) -> None:
        self._told: list[str] = []
        self.count = 0
        for one in told:
            self.tell(one)

    def tell(self, problem: str) -> None:
        """Take in one problem."""
        self.count += 1
        if self.count <= TOLD:
            self._told.append(problem)

    def lines(self) -> list[str]:
        """Return the problems in words, and how many more there are."""
        more = self.count - len(self._told)
        return [*self._told, f"… and {more:,} more."] if more else self._told

    def check(self) -> None:
        """End here if anything is wrong.

        Raises:
            RequestError: Something is.
        """
        if self.count:
            raise RequestError("\n".join(self.lines()))


class Checked:
    """Requests on their way from an input to a run's folder, each looked at once."""

    def __init__(self, plan: Plan | None, problems: Problems, holds: Holds | None = None) -> None:
        """Settle what they are held against.

        Args:
            plan: What decides them; None: nothing yet, as the policy has problems of its own.
            problems: Takes in what is wrong.
            holds: Says which requests a journal holds already, where none may be.
        """
        self._plan = plan
        self._problems = problems
        self._holds = holds
        self._unread: Counter[str] = Counter()
        self._lacking: Counter[str] = Counter()
        self._requests = self._wordless = 0

    def through(self, requests: Iterable[Listed]) -> Iterator[Listed]:
        """Give each request as long as nothing is wrong, and look at all of them whatever is."""
        held: list[str] = []  # a few of them
        count = 0
        waiting = iter(requests)
        while some := list(islice(waiting, LOOKED_UP)):
            for one in some:
                self._look(one)
            found = self._holds([id_of(one, 1) for one in some]) if self._holds else ()
            count += len(found)
            held += sorted(found)[: NAMED - len(held)]
            if not self._problems.count and not count:
                yield from some
        if count:
            self._problems.tell(_held(held, count))

    def warnings(self) -> list[str]:
        """Return what is odd with the requests and no reason to decide none of them."""
        counted = f"{self._wordless:,} of {self._requests:,} requests"
        wordless = [f"prompt: {counted} have none; is the column called so?"]
        unread = [
            f"expect.{name}: {count:,} of {self._requests:,} requests say it, and the policy does "
            "not read it"
            for name, count in sorted(self._unread.items())
        ]
        return (
            wordless[: self._wordless]
            + unread
            + [
                f"expect.{name}: {count:,} of {self._requests:,} requests don't say it, and the policy "
                "reads it: their candidates are in doubt"
                for name, count in sorted(self._lacking.items())
            ]
        )

    def _look(self, listed: Listed) -> None:
        self._requests += 1
        self._wordless += not listed.prompt.strip()
        if self._plan is None:
            return
        self._unread.update(listed.expect.keys() - self._plan.expectations)
        self._lacking.update(self._plan.expectations - listed.expect.keys())
        source = None if listed.source is None else str(listed.source)
        asked = Edit(listed.prompt, source) if listed.is_edit else listed.prompt
        known = {one: listed.expect[one] for one in self._plan.expectations & listed.expect.keys()}
        try:
            given.prompt(self._plan, asked)
            given.expectations(self._plan, known)
        except RequestError as error:
            self._problems.tell(f"{listed.where}: {error}")


def _held(ids: list[str], count: int) -> str:
    listed = ", ".join(map(named, ids))
    more = f" and {count - len(ids):,} more" if count > len(ids) else ""
    return (
        f"journal: it holds requests of this input already (got {listed}{more}). Go on with the run "
        "that wrote them by --resume, give the requests other ids, or name another journal."
    )
