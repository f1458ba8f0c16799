"""Which plan decides a request: one that saves more, while its choice holds; else the exact one."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from selector import predicting
from selector.errors import JournalError
from selector.locks import Lock
from selector.log import operator_log
from selector.policy.plan import Plan
from selector.types import Candidate, Selection

if TYPE_CHECKING:
    from selector.journal import Journal

Opened = Callable[[], "Journal | None"]
LOOK_S = 60.0  # after which the journal is asked again whether the choice still holds


class Saving:
    """The plan of one selector, with what the journal says of it.

    Attributes:
        exact: The plan as the policy means it where nothing may be lost.
        plan: The same with the choice of the journal, while there is one that holds.
    """

    def __init__(self, plan: Plan, opened: Opened) -> None:
        """Look for a choice, if the plan may use one.

        Args:
            plan: What decides exactly.
            opened: Gives the journal.
        """
        self.exact = self.plan = plan
        self._saves = bool(plan.regret or plan.worth)
        self._opened = opened
        self._lock = Lock()
        self._why_not = ""
        self._looked = 0.0
        if self._saves:
            self._look()

    def plan_for(self, candidates: Collection[Candidate]) -> Plan:
        """Return what decides a request: exactly, where the choice is not for requests like it."""
        plan = self.plan
        if plan.prediction and predicting.holds(plan.prediction, candidates):
            return plan
        return self.exact

    def watch(self, selection: Selection) -> None:
        """Hold what an audited request got against the promise by which it was decided."""
        plan: Plan = selection.plan
        if plan.regret is None or plan.prediction is None:
            return
        one = predicting.whole(self.exact, selection)
        if one is None:
            return
        lost = predicting.loss(one, selection.decision, plan.prediction.gain)
        with self._lock:
            try:
                if journal := self._opened():
                    predicting.observe(journal, plan, lost)
            except JournalError as error:
                operator_log().error("engine.promise_not_watched", error=str(error))
            self._look()

    def look_again(self) -> None:
        """Look if it is time to, unless another thread does; no request's time passes meanwhile."""
        if not self._saves or time.monotonic() < self._looked + LOOK_S:
            return
        if self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()

    def _look(self) -> None:
        """Take what the journal says; where it says nothing, or can't be read, nothing is lost."""
        self._looked = time.monotonic()
        found = self._found()
        if found.why_not != self._why_not:
            predicting.tell(self.exact, found)
        self._why_not = found.why_not
        if found.prediction != self.plan.prediction:
            plan = replace(self.exact, prediction=found.prediction)
            _ = plan.hash  # now, in one thread: its lock must not be held when somebody forks
            self.plan = plan

    def _found(self) -> predicting.Choice:
        try:
            journal = self._opened()
            return predicting.choice(journal, self.exact) if journal else predicting.Choice(None)
        except JournalError as error:
            return predicting.Choice(None, since="unknown", why_not=str(error))
