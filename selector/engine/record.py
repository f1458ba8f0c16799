"""Where a selector writes its requests down: which journal, opened when it is first needed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from selector.errors import JournalError
from selector.locks import Lock
from selector.log import operator_log
from selector.policy.plan import Plan
from selector.types import Selection

if TYPE_CHECKING:
    from selector.journal import Journal

JOURNAL_VARIABLE = "SELECTOR_JOURNAL"

Where: TypeAlias = "str | os.PathLike[str] | Journal | Literal[False] | None"


class Record:
    """The journal of one selector, if it has one."""

    def __init__(self, plan: Plan, where: Where) -> None:
        """Settle which journal it is.

        Args:
            plan: Which may require one.
            where: A path or a `Journal`; if None what the variable SELECTOR_JOURNAL says; False:
                none.

        Raises:
            JournalError: The plan requires one and there is none, or it is neither of these.
        """
        self._given = os.environ.get(JOURNAL_VARIABLE) if where is None else where
        self._lock = Lock()
        self._journal: Journal | None = None
        if not isinstance(where, str | os.PathLike | None) and where is not False:
            self._journal = _journal(where)  # wrong now rather than after everything is measured
        if self._given:
            return
        if plan.regret or plan.worth:
            raise JournalError(
                f"{plan.policy}: saving more than exactness allows requires a journal, which tells "
                f"how much (got none). Give one, set {JOURNAL_VARIABLE}, or drop 'regret' and "
                "'value_of_quality' from its cascade."
            )
        if plan.journal == "required" and where is not False:
            raise JournalError(
                f"{plan.policy}: its policy requires a journal (got none). "
                f"Give one, set {JOURNAL_VARIABLE}, or say journal=False."
            )

    def opened(self) -> Journal | None:
        """Return the journal, if there is one.

        Raises:
            JournalError: It is none.
        """
        with self._lock:
            if self._journal is None and self._given:
                self._journal = _journal(self._given)
            return self._journal

    def append(self, plan: Plan, selection: Selection) -> None:
        """Write a request down, if there is a journal.

        Raises:
            JournalError: It was not written, and the plan minds; it carries the selection.
        """
        try:
            journal = self.opened()
            if journal is not None:
                journal.append(plan, selection)
        except JournalError as error:
            if plan.journal != "best_effort":
                error.selection = selection
                raise
            operator_log().error(
                "engine.request_not_journaled", request_id=selection.request_id, error=str(error)
            )

    def close(self) -> None:
        """Close the journal, unless it came open from outside."""
        if self._journal is not None and self._journal is not self._given:
            self._journal.close()


def _journal(given: Any) -> Journal:
    from selector.journal import Journal

    if isinstance(given, Journal):
        return given
    if not isinstance(given, str | os.PathLike):
        raise JournalError(
            f"journal: expected a path or a Journal (got {type(given).__name__}). Give one of them."
        )
    return Journal(given)
