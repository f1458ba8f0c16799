"""Where a journal is: a file of SQLite's, or a database of PostgreSQL's."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from selector.errors import JournalError

if TYPE_CHECKING:
    from selector.journal.database import Database
    from selector.journal.server import Server

_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")


def is_address(where: str | os.PathLike[str]) -> bool:
    """Return whether *where* is the address of a server, and no path."""
    return "://" in os.fspath(where)


def opened(where: str | os.PathLike[str]) -> Database | Server:
    """Return the database that *where* names; nothing is opened yet.

    Args:
        where: A path, or "postgresql://user@host:port/database".

    Raises:
        JournalError: It is neither.
    """
    text = os.fspath(where)
    scheme, is_url, _ = text.partition("://")
    if is_url:
        return _server(scheme, text)
    if (said := text.partition(":")[0]) in _SCHEMES and said != text:
        raise JournalError(
            f"{said}:…: not an address (got no //). Write postgresql://user@host:port/database."
        )
    if not text or "\0" in text:
        raise JournalError(f"journal: not a path (got {text!r}). Name a SQLite file.")
    from selector.journal.database import Database

    return Database(Path(text).absolute())


def _server(scheme: str, text: str) -> Server:
    """Return the server; what the address says is not repeated, as it may hold a password."""
    if scheme not in _SCHEMES:
        raise JournalError(
            f"{scheme}://…: not an address of PostgreSQL's. "
            "Name a SQLite file, or postgresql://user@host/database."
        )
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    from selector.journal.server import Server

    try:
        url = make_url(text).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        raise JournalError(
            f"{scheme}://…: not an address (got one that can't be read). "
            "Write postgresql://user@host:port/database."
        ) from None
    if "@" in (url.host or ""):
        raise JournalError(
            f"{scheme}://…: not an address (got more than one @). Write an @ of a password as %40."
        )
    return Server(url)
