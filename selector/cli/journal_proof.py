"""What verifying found, in lines; and where chains ended, kept in a file beside."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from selector.cli.prose import shown
from selector.errors import RequestError
from selector.journal import Head, Verified
from selector.report.words import counted


def known(path: Path | None) -> Mapping[str, Head]:
    """Return where chains ended when this was last asked; nothing if there is no such file yet.

    Raises:
        RequestError: The file can't be read, or is another one.
    """
    if path is None or not path.exists():
        return {}
    try:
        said = json.loads(path.read_text("utf-8"))
        return {str(name): _head(one) for name, one in said["heads"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise RequestError(
            f"--heads: {path} can't be read (got {error}). Name the file that this command wrote."
        ) from None


def keep(path: Path, found: Verified) -> None:
    """Write where chains end now; the file is there whole or not at all.

    Raises:
        RequestError: It can't be written.
    """
    heads = {
        name: {"sequence": one.sequence, "link": one.link} for name, one in found.heads.items()
    }
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        try:
            part.write_text(json.dumps({"heads": heads}, indent=2) + "\n", "utf-8")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise RequestError(
            f"--heads: {path} can't be written (got {error}). Name another file."
        ) from None


def lines(name: str, found: Verified) -> Iterator[str]:
    """Give what was found in sentences, the verdict last."""
    writers = counted(len(found.heads), "writer")
    yield f"{shown(name)}: {found.entries} entries of {writers}, {found.erased} erased"
    if found.older:
        yield f"{counted(found.older, 'request')} older than the chain, which nothing proves"
    for fault in found.faults:
        yield f"fault: {shown(fault)}"
    if found.count > len(found.faults):
        yield f"and {counted(found.count - len(found.faults), 'more fault')}"
    yield "It holds: nothing was changed, lost or added." if found.holds else "It does not hold."


def _head(said: Mapping[str, object]) -> Head:
    sequence, link = said["sequence"], said["link"]
    if not isinstance(sequence, int) or not isinstance(link, str):
        raise TypeError(f"{said!r} is no end of a chain")
    return Head(sequence, link)
