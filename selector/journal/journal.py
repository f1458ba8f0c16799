"""The journal as the rest of the package sees it: append a request, read it again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from selector.errors import JournalError
from selector.journal import rows
from selector.policy.plan import Plan
from selector.types import Answer, Selection


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One line of a list of requests.

    Attributes:
        id: The request's id.
        created: When it was decided, UTC, ISO 8601.
        policy: Name and version of the policy: "portrait@3".
        answer: What the request got.
        needs_person: Whether somebody has to look.
        prompt: The prompt, or the edit's instruction.
    """

    id: str
    created: str
    policy: str
    answer: Answer
    needs_person: bool
    prompt: str


class Journal:
    """An append-only record of requests in a file; nothing is opened before it is needed.

    Threads of one process, and several processes, may append at once. A closed journal opens again
    when it is next used.
    """

    def __init__(self, where: str | os.PathLike[str]) -> None:
        """Name the journal's file.

        Args:
            where: The path of a SQLite file. The first request makes it, with its folders.

        Raises:
            JournalError: *where* is not a path.
        """
        from selector.journal.database import Database

        text = os.fspath(where)
        scheme, is_address, _ = text.partition("://")
        if is_address:  # the rest of an address may hold a password: it is not repeated
            raise JournalError(
                f"{scheme}://…: not a path. Name a SQLite file: no other database is built yet."
            )
        if not text or "\0" in text:
            raise JournalError(f"journal: not a path (got {text!r}). Name a SQLite file.")
        self._path = Path(text).absolute()
        self._database = Database(self._path)

    def append(self, plan: Plan, selection: Selection) -> None:
        """Write a request down: all of it, or nothing. Its plan is written once, under its hash.

        Raises:
            JournalError: It was not written: the request is there already, *plan* is not the one
                that decided it, it holds what can't be kept, or the file can't be written.
        """
        from selector.journal import queries

        with self._keeping(selection.request_id):
            made = rows.to_rows(plan, selection)
        with self._database.writing() as connection:
            if queries.has_request(connection, selection.request_id):
                raise JournalError(
                    f"{self._path}: the request is there already (got {selection.request_id!r}). "
                    "A request is written once; give the next one an id of its own."
                )
            if not queries.has_plan(connection, plan.hash):
                with self._keeping(selection.request_id):
                    body = rows.plan_row(plan, selection.created)
                queries.add_plan(connection, body)
            queries.add_request(connection, made)

    def read(self, request_id: str) -> tuple[Plan, Selection]:
        """Return the request as it was appended, and the plan that decided it; images are None.

        Raises:
            JournalError: There is no such request, or it can't be read.
        """
        from selector.journal import queries

        with self._database.reading() as connection:
            found = queries.rows_of(connection, request_id)
            if found is None:
                raise JournalError(
                    f"{self._path}: no such request (got {request_id!r}). "
                    "List what is there with `requests`."
                )
            body = queries.plan_body(connection, found.request["plan_hash"])
        try:
            return Plan.from_dict(json.loads(body)), rows.to_selection(found)
        except (ValueError, LookupError, TypeError) as error:
            raise JournalError(
                f"{self._path}: request {request_id!r} is damaged (got {error}). "
                "Restore a copy of the journal."
            ) from error

    def requests(self, limit: int = 20) -> list[RequestRow]:
        """Return the *limit* requests that were appended last, the last first.

        Raises:
            JournalError: There is no journal, or it can't be read.
        """
        from selector.journal import queries

        with self._database.reading() as connection:
            return [_request_row(row) for row in queries.newest(connection, limit)]

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _keeping(self, request_id: str) -> Iterator[None]:
        try:
            yield
        except (ValueError, OverflowError, RecursionError) as error:
            raise JournalError(
                f"{self._path}: request {request_id!r} can't be kept (got {error}). "
                "Give it the plan that decided it, finite numbers and plain JSON."
            ) from error


def _request_row(row: rows.Row) -> RequestRow:
    return RequestRow(
        id=row["id"],
        created=row["created"],
        policy=f"{row['policy']}@{row['version']}",
        answer=row["answer"],
        needs_person=row["needs_person"],
        prompt=row["prompt"],
    )
