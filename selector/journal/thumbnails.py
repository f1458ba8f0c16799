"""Small pictures of what was judged, for people who look back; each is kept for some days."""

from __future__ import annotations

import io
import os
import re
import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.errors import JournalError

FOLDER_VARIABLE = "SELECTOR_THUMBNAILS"
DAYS_VARIABLE = "SELECTOR_THUMBNAIL_DAYS"
DAYS = 30.0
DAY_S = 86_400.0
SWEEP_S = 3600.0  # between two sweeps that nobody asked for
QUALITY, EFFORT = 80, 2  # of WebP: 5 to 15 KB at 256 px, in a few milliseconds

_HASH = re.compile("[0-9a-f]{64}")
_OURS = re.compile(r"[0-9a-f]{64}\.webp|\.[0-9a-f]{16}\.part")


class Thumbnails:
    """A folder of pictures by the content hash of the originals.

    Processes may share it: a picture appears whole or not at all. The time of the last `put` counts.
    """

    def __init__(self, folder: str | os.PathLike[str], days: float = DAYS) -> None:
        """Name the folder, which is made when it is first needed.

        Args:
            folder: For these pictures alone.
            days: How long a picture is kept.
        """
        self.folder = Path(folder).absolute()
        self.days = days

    def put(self, content_hash: str, picture: bytes) -> None:
        """Store a picture; now and then, those that are too old go.

        Args:
            content_hash: Of the original, sha256 hex.
            picture: As `encoded` makes it.

        Raises:
            OSError: The folder can't be written.
            ValueError: *content_hash* is none.
        """
        target = self._path(content_hash)
        if target is None:
            raise ValueError(f"{content_hash!r} is no content hash")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_name(f".{secrets.token_hex(8)}.part")
        try:
            part.write_bytes(picture)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        self._sweep_sometimes()

    def get(self, content_hash: str) -> bytes | None:
        """Return a picture as WebP, None if there is none."""
        path = self._path(content_hash)
        with suppress(OSError):
            return path.read_bytes() if path else None
        return None

    def remove(self, content_hashes: Iterable[str]) -> int:
        """Delete pictures; return how many there were.

        Raises:
            OSError: One can't be deleted.
        """
        gone, failed = 0, list[OSError]()
        for path in filter(None, map(self._path, content_hashes)):
            try:
                path.unlink()
                gone += 1
            except FileNotFoundError:
                pass
            except OSError as error:  # the others must go all the same
                failed.append(error)
        if failed:
            raise failed[0]
        return gone

    def sweep(self) -> int:
        """Delete what is too old; return how many pictures that were."""
        oldest, gone = time.time() - self.days * DAY_S, 0
        for entry in self._files():
            with suppress(OSError):
                if entry.stat().st_mtime < oldest:
                    Path(entry).unlink()
                    gone += 1
        return gone

    def _path(self, content_hash: str) -> Path | None:
        """Return where a picture lies: a name that others gave leads nowhere else."""
        if not _HASH.fullmatch(content_hash):
            return None
        return self.folder / content_hash[:2] / f"{content_hash}.webp"

    def _files(self) -> Iterator[os.DirEntry[str]]:
        for shard in _entries(self.folder):
            if shard.is_dir(follow_symlinks=False):
                yield from (one for one in _entries(shard.path) if _is_ours(one.name))

    def _sweep_sometimes(self) -> None:
        """Sweep beside the request, which need not wait, if nobody did for an hour."""
        marker = self.folder / ".swept"
        with suppress(FileNotFoundError):
            if time.time() - marker.stat().st_mtime < SWEEP_S:
                return
        marker.touch()
        threading.Thread(target=self.sweep, name="selector-thumbnails", daemon=True).start()


def chosen() -> Thumbnails | None:
    """Return the store that the environment names; None: none are stored.

    SELECTOR_THUMBNAILS names the folder, SELECTOR_THUMBNAIL_DAYS says how long a picture is kept.

    Raises:
        JournalError: The days are no number above 0.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return None
    said = os.environ.get(DAYS_VARIABLE) or DAYS
    try:
        days = float(said)
    except ValueError:
        days = 0.0
    if not days > 0:  # nor anything that is no number
        raise JournalError(f"{DAYS_VARIABLE}: expected days above 0 (got {said!r}). Correct it.")
    return Thumbnails(folder, days)


def encoded(pixels: npt.NDArray[np.uint8]) -> bytes:
    """Return a picture as WebP.

    Args:
        pixels: Shape (h, w, 3), sRGB; as small as it is to be, 256 px at most.
    """
    import PIL.Image

    out = io.BytesIO()
    PIL.Image.fromarray(pixels).save(out, "WEBP", quality=QUALITY, method=EFFORT)
    return out.getvalue()


def _entries(folder: Any) -> list[os.DirEntry[str]]:
    with suppress(OSError), os.scandir(folder) as found:
        return list(found)
    return []


def _is_ours(name: str) -> bool:
    return bool(_OURS.fullmatch(name))
