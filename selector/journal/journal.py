"""The journal as the rest of the package sees it: append a request, read it again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from selector.errors import JournalError
from selector.journal import records, rows
from selector.journal.erasing import Erasing
from selector.journal.events import Events
from selector.journal.labels import Labels
from selector.journal.plain import Row, kept, whole
from selector.journal.records import PolicyRow, RequestRow, SummaryRow
from selector.journal.tallies import rate
from selector.policy.order import Rate
from selector.policy.plan import Plan
from selector.types import Selection

if TYPE_CHECKING:
    from selector.journal.ledger import Ledger


class Journal(Events, Labels, Erasing):
    """An append-only record of requests; nothing is opened before it is needed.

    Threads of one process, and several processes, may append at once. A closed journal opens again
    when it is next used.
    """

    def append(self, plan: Plan, selection: Selection) -> None:
        """Write a request down: all of it, or nothing. Its plan is written once, under its hash.

        Raises:
            JournalError: It was not written: the request is there already, *plan* is not the one
                that decided it, it holds what can't be kept, or the file can't be written.
        """
        from sqlalchemy.exc import IntegrityError

        from selector.journal.faults import explained
        from selector.journal.ledger import sealed

        what = f"request {selection.request_id!r}"
        with kept(self.name, what):
            made = rows.to_rows(plan, selection)
            written = rows.policy_row(plan, selection.created)
        with explained(self.name):
            whole_request = sealed(made)
        known = {plan.hash, written["hash"] if written else ""}
        with self._writing() as ledger:
            if not known <= self._known:
                self._introduce(ledger, plan, written, selection.created)
            try:
                ledger.add_request(whole_request)
            except IntegrityError as error:
                raise JournalError(
                    f"{self.name}: the request is there already (got {selection.request_id!r}). "
                    "A request is written once; give the next one an id of its own."
                ) from error
        self._known |= known

    def _introduce(self, ledger: Ledger, plan: Plan, written: Row | None, created: str) -> None:
        """Write down what a request was decided by, where that was never used before."""
        from selector.journal import queries

        if not queries.has_plan(ledger.connection, plan.hash):
            with kept(self.name, f"plan {plan.hash!r}"):
                row = rows.plan_row(plan, created)
            ledger.add("plan", row)
        if written and not queries.has_policy(ledger.connection, written["hash"]):
            ledger.add("policy", written)

    def read(self, request_id: str) -> tuple[Plan, Selection]:
        """Return the request as it was appended, and the plan that decided it; images are None.

        Raises:
            JournalError: There is no such request, or it can't be read.
        """
        return self._read(request_id, {})

    def holds(self, request_ids: Iterable[str]) -> frozenset[str]:
        """Return those of these ids that requests here have.

        Raises:
            JournalError: The journal can't be read. Where there is none yet, it holds none.
        """
        from selector.journal import queries

        if not self._database.exists():
            return frozenset()
        with self._database.reading() as connection:
            return frozenset(queries.ids_among(connection, sorted(set(request_ids))))

    def requests(self, limit: int = 20) -> list[RequestRow]:
        """Return the *limit* requests that were appended last, the last first.

        Raises:
            JournalError: There is no journal, or it can't be read.
        """
        from selector.journal import queries

        with self._database.reading() as connection:
            return [records.request_line(row) for row in queries.newest(connection, limit)]

    def measured_whole(self, policy_hash: str, limit: int) -> Iterator[tuple[Plan, Selection]]:
        """Yield the newest requests under a policy of which all is known, the last appended first.

        Those are the audited ones, and those that an exhaustive plan decided. Each is read when it
        is asked for, and nothing is held in between.

        Args:
            policy_hash: Of the policy's resolved meaning, as a plan has it.
            limit: How many at most.

        Raises:
            JournalError: There is no journal, or it can't be read; a request is damaged.
        """
        from selector.journal import queries

        exhaustive: list[str] = []
        with self._database.reading() as connection:
            for row in queries.exhaustive_plans(connection):
                with whole(self.name, f"plan {row['hash']!r}"):
                    if json.loads(row["body"])["mode"] == "exhaustive":
                        exhaustive.append(row["hash"])
            found = queries.measured_whole(connection, policy_hash, exhaustive, limit)
        plans: dict[str, Plan] = {}
        for request_id in found:
            yield self._read(request_id, plans)

    def rates(self, fingerprints: Iterable[str], limit: int = 500) -> dict[str, Rate]:
        """Return what measuring came to here, by fingerprint; what never measured is left out.

        Seconds are of the calls that decided a request. How many were refused is told by requests
        alone that measured no more than they had to: where all is measured (audited requests, and
        those of an exhaustive plan), no verdict tells what a measure would have done to whom
        another had refused before.

        Args:
            fingerprints: Of the measures.
            limit: For each, over how many of the newest requests that it measured anything in.

        Raises:
            JournalError: The journal can't be read. Where there is none yet, nothing is known.
        """
        from selector.journal import queries

        if not self._database.exists():
            return {}
        found: dict[str, Rate] = {}
        with self._database.reading() as connection:
            for one in frozenset(fingerprints):
                if listed := queries.tallies_of(connection, one, limit):
                    with whole(self.name, f"what {one!r} came to"):
                        found[one] = rate(listed)
        return found

    def policies(self, name: str) -> list[PolicyRow]:
        """Return the texts of a policy as they were used, the oldest first.

        Raises:
            JournalError: There is no journal, or it can't be read.
        """
        from selector.journal import queries

        with self._database.reading() as connection:
            return [records.to_policy(row) for row in queries.policies_of(connection, name)]

    def summaries(self, after: int = 0, limit: int = 10_000) -> list[SummaryRow]:
        """Return the summaries of requests in the order of writing, for monitoring.

        Args:
            after: Those alone whose number is above this.
            limit: How many at most.

        Raises:
            JournalError: The journal can't be read. Where there is none yet, there are none.
        """
        from selector.journal import queries

        if not self._database.exists():
            return []
        with self._database.reading() as connection:
            return queries.summaries_after(connection, after, limit)

    def _read(self, request_id: str, plans: dict[str, Plan]) -> tuple[Plan, Selection]:
        """Return a request, and its plan: one of *plans*, or else added to them."""
        from selector.journal import queries

        with self._database.reading() as connection:
            found = queries.rows_of(connection, request_id)
            if found is None:
                raise JournalError(
                    f"{self.name}: no such request (got {request_id!r}). "
                    "List what is there with `requests`."
                )
            name = found.request["plan_hash"]
            body = "" if name in plans else queries.plan_body(connection, name)
        with whole(self.name, f"request {request_id!r}"):
            if name not in plans:
                plans[name] = Plan.from_dict(json.loads(body))
            return plans[name], rows.to_selection(found)
