"""What went wrong with a journal, in the operator's words, and what to do about it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from selector.errors import JournalError

_ROOM = "Make room, then append it again: nothing of it was written."
_LEAVE = "Let this user write to the file and to its folder, or choose another path."
_WAIT = "End what holds it (a backup, an open transaction), then append it again."
_RESTORE = "Move it and its -wal and -shm files away and restore a copy, or start a new journal."

# By the start of SQLite's name of the error.
_KNOWN = {
    "SQLITE_FULL": ("the disk is full", _ROOM),
    "SQLITE_IOERR": ("the disk refuses, it may be full or over a quota", _ROOM),
    "SQLITE_READONLY": ("it can't be written", _LEAVE),
    "SQLITE_CANTOPEN": ("it can't be opened", _LEAVE),
    "SQLITE_PERM": ("it can't be opened", _LEAVE),
    "SQLITE_BUSY": ("it was locked for too long", _WAIT),
    "SQLITE_CORRUPT": ("it is damaged", _RESTORE),
    "SQLITE_NOTADB": ("it is damaged", _RESTORE),
}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn whatever the database or the operating system refuses into one clear error.

    Raises:
        JournalError: The database or the operating system refused.
    """
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        raise _fault(path, getattr(cause, "sqlite_errorname", ""), cause) from error
    except sqlite3.Error as error:
        raise _fault(path, getattr(error, "sqlite_errorname", ""), error) from error
    except UnicodeError as error:
        raise JournalError(
            f"{path}: a text is not Unicode (got {error}). Leave out lone surrogates."
        ) from error
    except OSError as error:
        raise JournalError(f"{path}: it can't be opened (got {error}). {_LEAVE}") from error


def _fault(path: Path, name: str, cause: BaseException) -> JournalError:
    known = (pair for start, pair in _KNOWN.items() if name.startswith(start))
    what, remedy = next(known, ("the database refuses", "Check the file with the sqlite3 program."))
    said = f"{name}: {cause}" if name else str(cause)
    return JournalError(f"{path}: {what} (got {said}). {remedy}")
