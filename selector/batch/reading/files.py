"""Files that an input names: on this machine, or at an address that fsspec opens."""

from __future__ import annotations

import io
import os
import posixpath
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from selector.errors import RequestError
from selector.foreign import NOTE, shortened, visible, without_password
from selector.installed import CURE, install_extra

LONGEST_TEXT = 2**20  # bytes of a prompt or of what stands beside an image

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(://|::)")

# What the libraries behind addresses, and readers of damaged files, let through.
_FAILED = (OSError, ValueError, LookupError, RuntimeError, EOFError, zlib.error)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a folder."""

    name: str
    path: str
    is_folder: bool


def is_address(path: str) -> bool:
    """Return whether fsspec is to open *path*, and not this machine."""
    return "://" in path and _ADDRESS.match(path) is not None


def called(path: str) -> str:
    """Return what messages call a path or an address."""
    return visible(without_password(path))


def absolute(path: str) -> str:
    """Return *path* as every process finds it, whatever folder it runs in."""
    path = path.removeprefix("file://")
    return path if is_address(path) else posixpath.abspath(path)


def beside(file: str, name: str) -> str:
    """Return where *name* lies that stands in *file*: from there, unless it says all itself."""
    if is_address(name) or name.startswith("/"):
        return absolute(name)
    if not is_address(file):
        return absolute(posixpath.join(posixpath.dirname(file), name))
    # Of an address through others ("zip://a/b::s3://c/d.zip") the first that has a path is it.
    links = file.split("::")
    at = next(at for at, link in enumerate(links) if "://" in link)
    scheme, _, path = links[at].partition("://")
    if scheme in {"http", "https"}:
        path = path.partition("?")[0]
    path = posixpath.join(posixpath.dirname(path), name)
    if "./" in name:
        path = posixpath.normpath(f"/{path}")[1:]
    links[at] = f"{scheme}://{path}"
    return "::".join(links)


def inside(folder: str, name: str) -> str:
    """Return where *name* lies in *folder*."""
    if not is_address(folder):
        return posixpath.join(absolute(folder), name)
    first, *others = folder.split("::")
    return beside("::".join([first if first.endswith("/") else f"{first}/", *others]), name)


def opened(path: str) -> BinaryIO:
    """Return a file open for reading.

    Raises:
        RequestError: It can't be opened, or is none.
    """
    with telling(path):
        if is_address(path):
            system, name = system_of(path)
            return io.BufferedReader(system.open(name, "rb"))  # whose lines have a longest
        # A pipe would have this process wait for its writer.
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise RequestError(
                f"{called(path)}: no regular file (got a folder, a pipe or a device)."
            )
        return Path(path).open("rb")


def text_of(path: str) -> str:
    """Return what a small file of text says, without the ends of its last lines.

    Raises:
        RequestError: It can't be read, is too long, or is not UTF-8.
    """
    with opened(path) as file, telling(path):
        data = file.read(LONGEST_TEXT + 1)
    return decoded(data, called(path)).rstrip("\r\n")


def decoded(data: bytes, where: str) -> str:
    """Return bytes as the text they are.

    Raises:
        RequestError: They are too many, or not UTF-8.
    """
    if len(data) > LONGEST_TEXT:
        raise RequestError(f"{where}: too long (got more than {LONGEST_TEXT:,} bytes). Shorten it.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequestError(f"{where}: not UTF-8 (got {error.reason}). Save it as UTF-8.") from None


def is_folder(path: str) -> bool:
    """Return whether *path* is a folder.

    Raises:
        RequestError: Nothing is there, or nobody may look.
    """
    with telling(path):
        if not is_address(path):
            return stat.S_ISDIR(Path(path).stat().st_mode)
        system, name = system_of(path)
        if system.isdir(name):
            return True
        if not system.exists(name):
            raise FileNotFoundError("nothing is there")
        return False


def entries(folder: str) -> list[Entry]:
    """Return what lies in a folder and is not hidden, by name.

    Raises:
        RequestError: It can't be listed.
    """
    with telling(folder):
        if is_address(folder):
            system, name = system_of(folder)
            listed = ((str(one["name"]), one["type"]) for one in system.ls(name, detail=True))
            found = [
                (posixpath.basename(at.rstrip("/")), kind == "directory") for at, kind in listed
            ]
        else:
            with os.scandir(folder) as scanned:
                found = [(one.name, one.is_dir()) for one in scanned]
    seen = sorted(set(found))
    return [
        Entry(one, inside(folder, one), is_dir) for one, is_dir in seen if one[:1] not in {"", "."}
    ]


@contextmanager
def telling(path: str) -> Iterator[None]:
    """Turn what reading the file at *path* raises into words.

    Raises:
        RequestError: Something was raised.
    """
    try:
        yield
    except ImportError as error:
        raise RequestError(
            f"{called(path)}: what opens such an address is not installed (got {error}). "
            "Install the package that it names."
        ) from None
    except _FAILED as error:
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        said = shortened(called(" ".join(said.split())), NOTE)
        raise RequestError(
            f"{called(path)}: it can't be read (got {said}). Check the name and who may read it."
        ) from None


def system_of(address: str) -> tuple[Any, str]:
    """Return what opens an address, and what the file is called there.

    Raises:
        RequestError: fsspec is not installed; what fsspec itself raises comes as it is.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise RequestError(
            f"{called(address)}: addresses need fsspec.{CURE}{install_extra('batch')}"
        ) from None
    found: tuple[Any, str] = url_to_fs(address)
    return found
