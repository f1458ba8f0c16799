"""Requests that a journal could not take, in files until it takes them: for `best_effort`."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from selector.engine import spooled
from selector.engine.spooled import SENSELESS
from selector.errors import JournalError
from selector.log import operator_log
from selector.policy.plan import Plan
from selector.types import Selection

if TYPE_CHECKING:
    from selector.journal import Journal

FOLDER_VARIABLE = "SELECTOR_SPOOL"
ROOM_VARIABLE = "SELECTOR_SPOOL_MB"
ROOM_MB = 1000.0
REFUSED = ".refused"
WRITTEN_S = 60.0  # writing a file takes milliseconds
TRIES = 2  # in a row that fail
RECOUNT = 64  # files after which those of other processes are counted again


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of sending.

    Attributes:
        sent: How many requests the journal has now, or had already.
        refused: The files that were set aside, as the journal will never take them.
        fault: Why others could not be sent; "" if none was tried in vain.
    """

    sent: int = 0
    refused: tuple[Path, ...] = ()
    fault: str = ""


class Spool:
    """A folder of requests that wait for one journal.

    Each is a file of its own: it appears whole, and goes when the journal has it. Threads and
    processes may share the folder; one at a time sends.
    """

    def __init__(self, folder: Path, room_mb: float = ROOM_MB) -> None:
        self.folder = folder
        self._room = room_mb * 1e6
        self._used = 0.0
        self._uncounted = 0
        self._next: list[str] = []  # names, the oldest last

    def keep(self, plan: Plan, selection: Selection, *, refused: bool = False) -> Path:
        """Write a request down; return its file.

        Args:
            plan: What decided it.
            selection: The request.
            refused: Whether it only waits for a person, as the journal will never take it.

        Raises:
            JournalError: There is no room for it, it is no JSON, or the folder can't be written.
        """
        name = spooled.name_of(selection) + REFUSED * refused
        try:
            said = spooled.content(plan, selection)
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # prompts are private
            self._take_room(len(said))
            spooled.put(said, self.folder / name)
        except (OSError, *SENSELESS) as error:
            raise JournalError(
                f"spool: a request can't be kept in {self.folder} (got {error}). "
                f"Make room, or name another folder in {FOLDER_VARIABLE}."
            ) from error
        return self.folder / name

    def waiting(self) -> list[Path]:
        """Return the files that wait to be sent, the oldest first."""
        return [self.folder / name for name in self._names(".json")]

    def refused(self) -> list[Path]:
        """Return the files that were set aside, the oldest first."""
        return [self.folder / name for name in self._names(f".json{REFUSED}")]

    def send(
        self, journal: Journal, *, most: float = float("inf"), seconds: float = float("inf")
    ) -> Sent:
        """Send what waits, the oldest first; nothing while somebody else sends.

        One that fails may do so by itself, and the next is tried; two in a row are the journal's
        fault, and end it. What no try can make right is set aside and told.

        Args:
            journal: Where it goes; what is there already counts as sent.
            most: How many at once.
            seconds: None is begun later.

        Raises:
            JournalError: The folder can't be used.
        """
        if not self._next:
            self._next = self._names(".json")[::-1]
        if not self._next:
            return Sent()
        with self._alone() as alone:
            return self._send(journal, most, time.monotonic() + seconds) if alone else Sent()

    def of(self, *, request: str | None = None, before: str | None = None) -> list[Path]:
        """Return the files that wait or were set aside of one request, or of all before a moment.

        Args:
            request: The id of one.
            before: Of all that were decided before this moment, UTC, ISO 8601.

        Raises:
            JournalError: The folder can't be used.
        """
        found = [*self.waiting(), *self.refused()]
        if request is not None:
            found = [one for one in found if spooled.is_of(one, request)]
        if before is not None:
            found = [one for one in found if one.name < spooled.stamp(before)]
        return found

    def forget(self, *, request: str | None = None, before: str | None = None) -> int:
        """Delete the files that `of` returns; return how many these were.

        Raises:
            JournalError: The folder can't be used.
        """
        found = self.of(request=request, before=before)
        with self._explained():
            for one in found:
                one.unlink(missing_ok=True)
            if self.folder.exists():  # part of a file may hold what is to be forgotten
                spooled.tidied(self.folder, WRITTEN_S)
        return len(found)

    def _send(self, journal: Journal, most: float, until: float) -> Sent:
        sent, refused, failed, fault = 0, list[Path](), 0, ""
        while self._next and failed < TRIES and sent + len(refused) < most:
            if time.monotonic() > until:
                break
            path = self.folder / self._next.pop()
            try:
                sent += self._send_one(journal, path)
                failed = 0
            except _HopelessError as error:
                refused.append(self._set_aside(path, error))
            except _UnreadableError as error:  # the file's fault, and not the journal's
                fault = str(error)
            except JournalError as error:
                failed, fault = failed + 1, str(error)
        return Sent(sent, tuple(refused), fault)

    def _send_one(self, journal: Journal, path: Path) -> bool:
        """Return whether the journal has it now; not if somebody else took it meanwhile."""
        if not path.exists():
            return False
        try:
            with self._explained():
                plan, selection = spooled.read(path)
        except JournalError as error:
            raise _UnreadableError(str(error)) from error
        except SENSELESS as error:
            raise _HopelessError(f"{type(error).__name__}: {error}") from error
        try:
            journal.append(plan, selection)
        except JournalError as error:
            if not _is_there(journal, selection, error):
                if is_hopeless(error):
                    raise _HopelessError(str(error)) from error
                raise
        with self._explained():
            path.unlink(missing_ok=True)
        return True

    def _set_aside(self, path: Path, error: _HopelessError) -> Path:
        target = path.with_name(path.name + REFUSED)
        with self._explained():
            path.replace(target)
        operator_log().error("engine.spool_refused", file=str(target), error=str(error))
        return target

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Tell whether nobody else sends; then nobody begins before the end."""
        with self._explained():
            lock = (self.folder / ".lock").open("a")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def _take_room(self, count: int) -> None:
        if self._uncounted == 0:
            self._used = spooled.tidied(self.folder)
        self._uncounted = (self._uncounted + 1) % RECOUNT
        if self._used + count > self._room:  # unless what was sent meanwhile makes room
            self._used = spooled.tidied(self.folder)
        if self._used + count > self._room:
            self._uncounted = 0
            raise ValueError(f"{self._used / 1e6:.1f} MB, and {ROOM_VARIABLE} allows no more")
        self._used += count

    def _names(self, ending: str) -> list[str]:
        """Return the names that end so, the oldest first; a folder of many is read in some ms."""
        with self._explained():
            try:
                with os.scandir(self.folder) as found:
                    return sorted(one.name for one in found if one.name.endswith(ending))
            except FileNotFoundError:
                return []

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise JournalError(
                f"spool: {self.folder} can't be used (got {error}). "
                "Let this user read and write it."
            ) from error


def spool_of(journal: Journal) -> Spool:
    """Return where requests wait for a journal: a folder of its own, which need not be there yet.

    It lies in the folder that the variable SELECTOR_SPOOL names, else in the user's state folder,
    and may have as many MB as SELECTOR_SPOOL_MB says, 1000 without it.

    Raises:
        JournalError: The user has no home, or SELECTOR_SPOOL_MB is no number above 0.
    """
    from selector.journal import default_path

    base = os.environ.get(FOLDER_VARIABLE)
    folder = Path(base).absolute() if base else default_path().parent / "spool"
    said = os.environ.get(ROOM_VARIABLE) or ROOM_MB
    try:
        room = float(said)
    except ValueError:
        room = 0.0
    if not room > 0:  # nor anything that is no number
        raise JournalError(f"{ROOM_VARIABLE}: expected MB above 0 (got {said!r}). Correct it.")
    return Spool(folder / hashlib.sha256(journal.place.encode()).hexdigest(), room)


def is_hopeless(error: JournalError) -> bool:
    """Return whether a journal that works would refuse the request too: it can't be kept."""
    from sqlalchemy.exc import DataError, IntegrityError

    cause = error.__cause__
    # Class 54 of PostgreSQL: it is more than a column, an index or a statement can hold.
    limited = (getattr(getattr(cause, "orig", None), "sqlstate", None) or "").startswith("54")
    return limited or isinstance(cause, (*SENSELESS, DataError, IntegrityError))


class _UnreadableError(JournalError):
    """A file that waits can't be read now."""


class _HopelessError(Exception):
    """No other try makes it right."""


def _is_there(journal: Journal, selection: Selection, error: JournalError) -> bool:
    """Return whether it was refused for being there: it was sent, and the sender ended too soon."""
    from sqlalchemy.exc import IntegrityError

    from selector.journal.recorded import named

    if not isinstance(error.__cause__, IntegrityError):
        return False
    return selection.request_id in named(journal, selection.request_id)
