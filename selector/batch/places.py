"""A folder that files are put into whole or not at all: on a disk here, or behind an address."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from selector.errors import RequestError
from selector.foreign import visible, without_password
from selector.installed import CURE, install_extra

PART = ".part"  # how the name of a file ends that is not whole yet; it begins with a dot

_CURES = {
    errno.ENOSPC: "Free some",
    errno.EDQUOT: "Free some",
    errno.EACCES: "Let this user write there",
    errno.EPERM: "Let this user write there",
    errno.EROFS: "Make it writable",
}


@dataclass(frozen=True)
class Place:
    """A folder; its files are named by their paths in it, "decisions/part-00000.parquet".

    Attributes:
        url: A path, or an address that fsspec can open.
    """

    url: str

    @classmethod
    def at(cls, url: str) -> Place:
        """Return the folder at *url*; nothing is touched."""
        return cls(url.removeprefix("file://"))

    @property
    def is_local(self) -> bool:
        """Whether it is a folder on a disk of this machine."""
        return "://" not in self.url

    @property
    def path(self) -> Path:
        """Where it is on this machine's disks; only of a local one."""
        return Path(self.url)

    def __str__(self) -> str:
        return visible(without_password(self.url))

    def called(self, name: str) -> str:
        """Return what messages call a file in it."""
        return f"{str(self).rstrip('/')}/{visible(name)}" if name else str(self)

    def read(self, name: str) -> bytes:
        """Return what a file holds.

        Raises:
            RequestError: It can't be read.
        """
        with self.opened(name) as file:
            return file.read()

    @contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO]:
        """Give a file to be read in any order, so that not all of it must come.

        Raises:
            RequestError: It can't be read.
        """
        try:
            opened = (
                self._here(name).open("rb") if self.is_local else self._system.open(self._at(name))
            )
            with opened as file:
                yield file
        except OSError as error:
            raise self._unread(name, error) from None

    def put(self, name: str, data: bytes) -> None:
        """Write a file: who reads it finds all of it, what was there before, or nothing.

        Its folders are made. On a disk it stays through a loss of power. Behind an address it is
        one upload, which object stores show only when it is whole.

        Raises:
            RequestError: It can't be written: no space left, no permission.
        """
        try:
            if self.is_local:
                _put_here(self._here(name), data)
            else:
                self._put_there(name, data)
        except OSError as error:
            raise self.unwritten(name, error) from None

    def exists(self, name: str) -> bool:
        """Return whether there is such a file, or folder.

        Raises:
            RequestError: It can't be told.
        """
        try:
            here = self.is_local
            return self._here(name).exists() if here else self._system.exists(self._at(name))
        except OSError as error:
            raise self._unread(name, error) from None

    def names(self, folder: str = "") -> list[str]:
        """Return the names of all that lies in a folder, sorted; nothing, if there is no such folder.

        Raises:
            RequestError: It is no folder, or can't be listed.
        """
        try:
            found = _inside(self._here(folder)) if self.is_local else self._listed(folder)
        except FileNotFoundError:
            return []
        except OSError as error:
            said = f"can't be listed ({_said(error)}). Name another folder."
            raise RequestError(f"{self.called(folder)}: {said}") from None
        return sorted(found)

    def remove(self, name: str) -> None:
        """Remove a file, if there is one.

        Raises:
            RequestError: It can't be removed.
        """
        try:
            if self.is_local:
                self._here(name).unlink(missing_ok=True)
            elif self._system.exists(self._at(name)):
                self._system.rm_file(self._at(name))
        except OSError as error:
            raise self.unwritten(name, error) from None

    def unwritten(self, name: str, error: OSError) -> RequestError:
        """Return the error that says why a file can't be written, and what to do."""
        cure = _CURES.get(error.errno or 0, "Mend that")
        return RequestError(
            f"{self.called(name)}: can't be written ({_said(error)}). "
            f"{cure}, then go on with --resume."
        )

    def _unread(self, name: str, error: OSError) -> RequestError:
        return RequestError(f"{self.called(name)}: can't be read ({_said(error)}). Restore it.")

    def _here(self, name: str) -> Path:
        return self.path / name if name else self.path

    def _at(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}" if name else self._root

    def _put_there(self, name: str, data: bytes) -> None:
        target = self._at(name)
        try:
            self._system.pipe_file(target, data)
        except FileNotFoundError:  # as most that are no object store say where a folder lacks
            self._system.makedirs(str(PurePosixPath(target).parent), exist_ok=True)
            self._system.pipe_file(target, data)

    def _listed(self, folder: str) -> list[str]:
        self._system.invalidate_cache()  # others put files there, too
        at = self._at(folder)
        if self._system.isfile(at):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        paths = [path.rstrip("/") for path in self._system.ls(at, detail=False)]
        # An object store may list the folder itself.
        return [PurePosixPath(path).name for path in paths if path != at.rstrip("/")]

    @property
    def _root(self) -> str:
        return str(self._parts[1])

    @property
    def _system(self) -> Any:
        return self._parts[0]

    @cached_property
    def _parts(self) -> tuple[Any, str]:
        try:
            from fsspec.core import url_to_fs
        except ImportError:
            raise RequestError(
                f"{self}: the package for addresses is not installed (got no fsspec)."
                f"{CURE}{install_extra('batch')}"
            ) from None
        try:
            system, root = url_to_fs(self.url)
        except (ImportError, ValueError) as error:  # a package that this sort of address needs
            raise RequestError(f"{self}: this address can't be opened (got {error}).") from None
        return system, str(root)


def _inside(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def _put_here(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with placing(target) as part, part.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def placing(target: Path) -> Iterator[Path]:
    """Give the path of a file to be made, which is at *target* in the end; an error leaves nothing."""
    part = target.with_name(f".{secrets.token_hex(8)}{PART}")
    try:
        yield part
        part.replace(target)
        _keep(target.parent)
    finally:
        part.unlink(missing_ok=True)


def _keep(folder: Path) -> None:
    """Let the names in a folder, too, stay through a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _said(error: OSError) -> str:
    said = visible(error.strerror or str(error))
    return said[:1].lower() + said[1:]
