"""Files that the command line reads and writes: images in folders, the journal, copies."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from selector.errors import RequestError
from selector.types import Candidate

if TYPE_CHECKING:
    from selector.journal import Journal

SUFFIXES = frozenset(
    (
        ".png",
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".mpo",
        ".webp",
        ".avif",
        ".gif",
        ".bmp",
        ".dib",
        ".tif",
        ".tiff",
    )
)


def images_in(given: Iterable[Path]) -> list[Path]:
    """Return the files that were given, and the images of the folders that were given, by name.

    A file that is named is taken whatever its ending; of a folder only what ends like an image.

    Raises:
        RequestError: A folder holds no image.
    """
    found: list[Path] = []
    for path in given:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(one for one in path.iterdir() if one.suffix.lower() in SUFFIXES)
        if not inside:
            raise RequestError(
                f"{path}: no images in this folder (looked for {', '.join(sorted(SUFFIXES))}). "
                "Name the files, or another folder."
            )
        found += inside
    return list(dict.fromkeys(found))


@contextmanager
def journal(given: Path | None, *, wanted: bool) -> Iterator[Journal | Literal[False]]:
    """Give the journal at *given*, by default in the user's state folder; False if none is wanted."""
    if not wanted:
        yield False
        return
    from selector.journal import Journal

    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    with Journal(given or Path(home) / "selector" / "journal.sqlite") as opened:
        yield opened


def copy(accepted: Sequence[Candidate], folder: Path) -> None:
    """Copy accepted files into *folder*, byte for byte, under their own names.

    A name that is taken by other bytes gets the candidate's hash before its ending.

    Raises:
        RequestError: The folder can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in accepted:
            source = Path(one.image)
            target = folder / source.name
            if target.exists() and target.read_bytes() != source.read_bytes():
                target = folder / f"{source.stem}-{(one.content_hash or '')[:8]}{source.suffix}"
            shutil.copyfile(source, target)
    except OSError as error:
        raise RequestError(
            f"{folder}: the accepted files can't be copied there ({error.strerror}). "
            "Choose another folder."
        ) from None
