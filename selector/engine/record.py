"""Where a selector writes its requests down: which journal, and what is done if it can't be."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from selector.engine import spool
from selector.engine.spool import Spool
from selector.errors import ImageError, JournalError
from selector.images import Image
from selector.locks import Lock
from selector.log import operator_log
from selector.policy.plan import Plan
from selector.types import Selection

if TYPE_CHECKING:
    from selector.journal import Journal
    from selector.journal.thumbnails import Thumbnails

JOURNAL_VARIABLE = "SELECTOR_JOURNAL"
THUMBNAILS_VARIABLE = "SELECTOR_THUMBNAILS"
# What a request that was written down does for those that wait: little, so that nobody waits long.
SENT_AT_ONCE = 4
SENDING_S = 0.01
# A journal that takes long to say no is not asked by every request: a tenth of the time at most.
PATIENCE_S = 0.1
REST = 9

Where: TypeAlias = "str | os.PathLike[str] | Journal | Literal[False] | None"
Pictures: TypeAlias = Mapping[str, bytes]  # by content hash


class Record:
    """The journal of one selector, if it has one."""

    def __init__(self, plan: Plan, where: Where) -> None:
        """Settle which journal it is.

        Args:
            plan: Which may require one.
            where: A path, an address or a `Journal`; if None what the variable SELECTOR_JOURNAL
                says; False: none.

        Raises:
            JournalError: The plan requires one and there is none, or it is neither of these; or
                thumbnails are to be stored for a time that is none.
        """
        self._given = os.environ.get(JOURNAL_VARIABLE) if where is None else where
        self._lock = Lock()
        self._journal: Journal | None = None
        self._spool: Spool | None = None
        self._rests_until = 0.0
        self._thumbnails = _thumbnails() if self._given else None
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

    def thumbnails(self, images: Mapping[str, Image]) -> Pictures:
        """Return small pictures of a request's images, if such are to be stored.

        Args:
            images: As they were judged.
        """
        if self._thumbnails is None:
            return {}
        from selector.journal.thumbnails import encoded

        made: dict[str, bytes] = {}
        for one in images.values():
            try:
                made.setdefault(one.content_hash, encoded(one.thumbnail))
            except ImageError as error:
                operator_log().warning("engine.thumbnail_not_made", error=str(error))
        return made

    def append(self, plan: Plan, selection: Selection, pictures: Pictures | None = None) -> None:
        """Write a request down, if there is a journal, and what waits for one.

        Where the plan asks for no more than an effort, a request that the journal can't take waits
        in a file, and is sent later.

        Args:
            plan: What decided it.
            selection: The request.
            pictures: Its thumbnails; stored once the journal has the request.

        Raises:
            JournalError: It was not written, and the plan minds; it carries the selection.
        """
        journal: Journal | None = None
        try:
            journal = self.opened()
            if journal is None:
                return
            self._write(journal, plan, selection)
        except JournalError as error:
            if plan.journal != "best_effort":
                error.selection = selection
                raise
            self._keep(journal, plan, selection, error)
        else:
            self._store(pictures or {})
            self._send(journal)

    def close(self) -> None:
        """Close the journal, unless it came open from outside."""
        if self._journal is not None and self._journal is not self._given:
            self._journal.close()

    def _write(self, journal: Journal, plan: Plan, selection: Selection) -> None:
        started = time.monotonic()
        if plan.journal == "best_effort" and started < self._rests_until:
            raise JournalError(
                f"{journal.name}: not tried again yet (got no answer in time before). "
                "Look at what it said before."
            )
        try:
            journal.append(plan, selection)
        except JournalError:
            took = time.monotonic() - started
            self._rests_until = time.monotonic() + REST * took if took > PATIENCE_S else 0.0
            raise
        self._rests_until = 0.0

    def _keep(
        self, journal: Journal | None, plan: Plan, selection: Selection, error: JournalError
    ) -> None:
        """Keep a request that the journal could not take; the operator is told, come what may."""
        told: dict[str, Any] = {"error": str(error), "spooled": None}
        if journal is not None:
            try:
                kept = self._waiting_for(journal).keep(
                    plan, selection, refused=spool.is_hopeless(error)
                )
                told["spooled"] = str(kept)
            except JournalError as second:
                told["spool_error"] = str(second)
        operator_log().error(
            "engine.request_not_journaled", request_id=selection.request_id, **told
        )

    def _send(self, journal: Journal) -> None:
        """Send a few of those that wait; the request itself is safe, whatever comes of it."""
        try:
            sent = self._waiting_for(journal).send(journal, most=SENT_AT_ONCE, seconds=SENDING_S)
        except JournalError as error:
            operator_log().warning("engine.spool_not_sent", error=str(error))
            return
        if sent.fault:
            operator_log().warning("engine.spool_not_sent", error=sent.fault)
        if sent.sent:
            operator_log().info("engine.spool_sent", requests=sent.sent)

    def _store(self, pictures: Pictures) -> None:
        """Store thumbnails; they are for looking at, and no reason to lose anything else."""
        if self._thumbnails is None:
            return
        try:
            for content_hash, picture in pictures.items():
                self._thumbnails.put(content_hash, picture)
        except OSError as error:
            operator_log().warning("engine.thumbnails_not_stored", error=str(error))

    def _waiting_for(self, journal: Journal) -> Spool:
        with self._lock:
            if self._spool is None:
                self._spool = spool.spool_of(journal)
            return self._spool


def _thumbnails() -> Thumbnails | None:
    """Return where thumbnails are stored: only where the environment says so."""
    if not os.environ.get(THUMBNAILS_VARIABLE):
        return None
    from selector.journal import thumbnails

    return thumbnails.chosen()


def _journal(given: Any) -> Journal:
    from selector.journal import Journal

    if isinstance(given, Journal):
        return given
    if not isinstance(given, str | os.PathLike):
        raise JournalError(
            f"journal: expected a path or a Journal (got {type(given).__name__}). Give one of them."
        )
    return Journal(given)
