"""What went wrong with a journal, in the operator's words, and what to do about it."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from selector.errors import JournalError

_ROOM = "Make room, then append it again: nothing of it was written."
_LEAVE = "Let this user write to the file and to its folder, or choose another path."
_WAIT = "End what holds it (a backup, an open transaction), then append it again."
_RESTORE = "Move it and its -wal and -shm files away and restore a copy, or start a new journal."

_REACH = "Start it, check address, database and password, then append it again."
_RIGHTS = "Give this user the right to it, or name another user."

# By the start of SQLite's name of the error, or of PostgreSQL's code.
# https://www.postgresql.org/docs/15/errcodes-appendix.html
_KNOWN = {
    "SQLITE_FULL": ("the disk is full", _ROOM),
    "SQLITE_IOERR": ("the disk refuses, it may be full or over a quota", _ROOM),
    "SQLITE_READONLY": ("it can't be written", _LEAVE),
    "SQLITE_CANTOPEN": ("it can't be opened", _LEAVE),
    "SQLITE_PERM": ("it can't be opened", _LEAVE),
    "SQLITE_BUSY": ("it was locked for too long", _WAIT),
    "SQLITE_CORRUPT": ("it is damaged", _RESTORE),
    "SQLITE_NOTADB": ("it is damaged", _RESTORE),
    "08": ("it can't be reached", _REACH),
    "28": ("it lets nobody in", _REACH),
    "42501": ("it can't be written", _RIGHTS),
    "25006": ("it can't be written", _RIGHTS),
    "53": ("it has no room left: disk, memory or connections", _ROOM),
    "55P03": ("it was locked for too long", _WAIT),
    "57": ("it was stopped", _REACH),
    "XX001": ("it is damaged", "Restore a copy."),
    "XX002": ("it is damaged", "Restore a copy."),
}


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn whatever the database or the operating system refuses into one clear error.

    Raises:
        JournalError: The database or the operating system refused.
    """
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        raise _fault(name, _code(cause), cause) from error
    except sqlite3.Error as error:
        raise _fault(name, _code(error), error) from error
    except OverflowError as error:
        raise JournalError(f"{name}: a number is too large (got {error}). Leave it out.") from error
    except UnicodeError as error:
        raise JournalError(
            f"{name}: a text is not Unicode (got {error}). Leave out lone surrogates."
        ) from error
    except OSError as error:
        raise JournalError(f"{name}: it can't be opened (got {error}). {_LEAVE}") from error


def _code(error: BaseException) -> str:
    """Return SQLite's name of an error, or the five characters of PostgreSQL's; "" of others."""
    return getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None) or ""


def _fault(name: str, code: str, cause: BaseException) -> JournalError:
    if not code and isinstance(cause, _unreachable()):
        code = "08"
    known = (pair for start, pair in _KNOWN.items() if code.startswith(start))
    what, remedy = next(known, ("the database refuses", "Check it with a program of its own."))
    said = f"{code}: {cause}" if code else str(cause)
    return JournalError(f"{name}: {what} (got {_line(said)}). {remedy}")


def _unreachable() -> tuple[type[BaseException], ...]:
    """Return what PostgreSQL's driver raises where there is nobody to give a code."""
    psycopg = sys.modules.get("psycopg")
    return (psycopg.OperationalError,) if psycopg else ()


def _line(text: str) -> str:
    return " ".join(text.split())
