"""One request as a file that waits to be sent: its name, what is in it, how it is written."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import time
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from selector.policy.plan import Plan, Written
from selector.types import Selection

SCHEMA = 1  # of a file
STAMP = 17  # digits of a moment with its milliseconds: names sort by it
NAME = 32  # hex digits that tell which request it is
OLD_S = 3600.0  # a part of a file that is older was left by a process that was killed
# What reading or writing raises where the content makes no sense.
SENSELESS = (ValueError, LookupError, TypeError, ArithmeticError, RecursionError)


def name_of(selection: Selection) -> str:
    """Return the name of a request's file: when it was decided, then which one it is."""
    return f"{stamp(selection.created)}-{mark(selection.request_id)}.json"


def stamp(created: str) -> str:
    """Return a moment, UTC, ISO 8601, as the digits that names begin with."""
    return re.sub(r"\D", "", created)[:STAMP].ljust(STAMP, "0")


def mark(request_id: str) -> str:
    """Return what tells a request's file from others; an id may hold what no name can."""
    return hashlib.sha256(request_id.encode("utf-8", "backslashreplace")).hexdigest()[:NAME]


def is_of(path: Path, request_id: str) -> bool:
    """Return whether a file is that of a request."""
    return path.name[STAMP + 1 :].startswith(mark(request_id))


def content(plan: Plan, selection: Selection) -> bytes:
    """Return a request as JSON, with what a journal keeps of its policy.

    Raises:
        One of SENSELESS: It holds what is no JSON, or a number that is not finite.
    """
    whole: dict[str, Any] = {
        "schema": SCHEMA,
        "plan": plan.to_dict(),
        "written": None if plan.written is None else asdict(plan.written),
        "selection": selection.to_dict(),
    }
    return json.dumps(whole, allow_nan=False).encode()


def read(path: Path) -> tuple[Plan, Selection]:
    """Return a request that was written down, and the plan that decided it.

    Raises:
        OSError: It can't be read.
        One of SENSELESS: It is damaged, or of another version.
    """
    whole = json.loads(path.read_bytes())
    if whole["schema"] != SCHEMA:
        raise ValueError(f"schema {whole['schema']} is not known here, {SCHEMA} is")
    said = whole["written"]
    plan = replace(Plan.from_dict(whole["plan"]), written=None if said is None else Written(**said))
    return plan, Selection.from_dict(whole["selection"])


def put(said: bytes, target: Path) -> None:
    """Write a file that is there whole or not at all, and stays.

    Raises:
        OSError: It can't be written.
    """
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            file.write(said)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    _settle(target.parent)


def tidied(folder: Path, old_s: float = OLD_S) -> int:
    """Return the bytes of all files of a folder, without the parts that nobody will finish.

    Args:
        folder: Of the spool.
        old_s: Parts older than so many seconds are deleted.
    """
    used = 0
    for entry in os.scandir(folder):
        with suppress(FileNotFoundError):
            found = entry.stat()
            if entry.name.endswith(".part") and time.time() - found.st_mtime > old_s:
                Path(entry).unlink()
            else:
                used += found.st_size
    return used


def _settle(folder: Path) -> None:
    """Let a power cut leave the names of a folder as they are now."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
