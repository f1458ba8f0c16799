"""What a run writes into the journal: each request once, however often the run was ended."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from selector.batch.listed import Listed
from selector.engine.record import Record
from selector.engine.spool import is_hopeless
from selector.errors import JournalError
from selector.images import Image
from selector.log import operator_log
from selector.policy.plan import Plan
from selector.types import Edit, Selection

if TYPE_CHECKING:
    from selector.journal import Journal

_NUMBERED = re.compile(r"#[1-9][0-9]*\Z")


class Journaling:
    """The journal of one station, if the run has one."""

    def __init__(self, plan: Plan, where: str | None) -> None:
        """Settle which journal it is; it is opened when it is first needed.

        Args:
            plan: What decides the requests.
            where: A path or an address; None: none, whatever the environment says.
        """
        self._plan = plan
        self._record = Record(plan, where) if where else None

    def known(
        self, requests: Sequence[Listed], attempts: Mapping[str, int]
    ) -> dict[str, Selection | JournalError]:
        """Return, by id, what the journal has of these already: a run that ended left it there.

        A request that is another one there, or was decided by another plan, has the error that
        says so.

        Args:
            requests: Those that are about to be decided.
            attempts: How often each was tried, with this.

        Raises:
            JournalError: It can't be read, and the plan minds.
        """
        if self._record is None:
            return {}
        names = {id_of(one, attempts[one.id]): one for one in requests}
        try:
            journal = self._record.opened()
            held = journal.holds(names) if journal else frozenset[str]()
            return {names[one].id: self._read(journal, one, names[one]) for one in held if journal}
        except JournalError as error:
            if self._plan.journal != "best_effort":
                raise
            operator_log().warning("batch.journal_not_read", error=str(error))
            return {}

    def append(
        self, listed: Listed, selection: Selection, images: Mapping[str, Image], attempt: int
    ) -> JournalError | None:
        """Write down what was decided; return why the journal will never take this one request.

        Args:
            listed: The request.
            selection: What was decided.
            images: Its pictures, for thumbnails.
            attempt: How often it was tried, with this.

        Raises:
            JournalError: The journal takes none at all, and the plan minds.
        """
        if self._record is None:
            return None
        named = replace(selection, request_id=id_of(listed, attempt))
        try:
            self._record.append(self._plan, named, self._record.thumbnails(images))
        except JournalError as error:
            if not is_hopeless(error):
                raise
            # A station that was thought dead may have written it meanwhile: that is as good.
            return None if self._is_there(listed, selection, attempt) else error
        return None

    def close(self) -> None:
        """Close the journal."""
        if self._record is not None:
            self._record.close()

    def _is_there(self, listed: Listed, selection: Selection, attempt: int) -> bool:
        """Return whether the journal has this very request by now, decided alike."""
        found = self.known((listed,), {listed.id: attempt}).get(listed.id)
        return isinstance(found, Selection) and _decided(found) == _decided(selection)

    def _read(self, journal: Journal, name: str, listed: Listed) -> Selection | JournalError:
        _, selection = journal.read(name)
        if selection.plan_hash != self._plan.hash:
            return _other(journal, name, f"decided by another plan, of {selection.policy}")
        if not _is_of(selection, listed):
            return _other(journal, name, "another prompt or other candidates")
        return selection


def id_of(listed: Listed, attempt: int) -> str:
    """Return how the journal calls a request; all attempts but the first have a number.

    No two are called alike: whose own id ends like an attempt's has a number the first time too.
    """
    plain = attempt == 1 and not _NUMBERED.search(listed.id)
    return listed.id if plain else f"{listed.id}#{attempt}"


def _other(journal: Journal, name: str, what: str) -> JournalError:
    return JournalError(
        f"{journal.name}: the request is there already (got {name!r}, {what}). Give the requests "
        "of this run other ids, or the run another journal."
    )


def _is_of(selection: Selection, listed: Listed) -> bool:
    """Return whether what was written down may be this request: it asks the same of the same."""
    prompt = selection.prompt
    said = (True, prompt.instruction) if isinstance(prompt, Edit) else (False, prompt)
    ids = [one.id for one in selection.candidates]
    return said == (listed.is_edit, listed.prompt) and ids == [one.id for one in listed.candidates]


def _decided(selection: Selection) -> tuple[list[str | None], Mapping[str, str]]:
    """Return what pictures a request had, and what became of them."""
    return [one.content_hash for one in selection.candidates], selection.decision.verdicts
