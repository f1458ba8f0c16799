"""What people should judge next: what would be delivered and nobody judged, as a table to fill in."""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from selector.calibration.gather import Known
from selector.calibration.said import Key
from selector.errors import CalibrationError

COLUMNS = ("request", "candidate", "rater", "verdict", "path")


@dataclass(frozen=True)
class Wanted:
    """One candidate that should be judged.

    Attributes:
        request: Its request.
        candidate: Its id.
        path: Where its image lay, "" if that is not known.
        place: At which place of the path from strict to lax it is delivered first.
    """

    request: str
    candidate: str
    path: str
    place: int


def wanted_of(places: Mapping[Key, int], known: Sequence[Known]) -> list[Wanted]:
    """Return what is to be judged, the strictest line's deliveries first.

    Args:
        places: By request and candidate, where it is delivered first.
        known: The requests.
    """
    paths = {
        (one.id, each.id): each.path or "" for one in known for each in one.outcomes.candidates
    }
    listed = sorted(places.items(), key=lambda one: (one[1], one[0]))
    return [Wanted(*key, paths.get(key, ""), place) for key, place in listed]


def check(path: str | os.PathLike[str]) -> None:
    """Tell now, before anything is done, if the table can't be written.

    Raises:
        CalibrationError: It is there already, or its folder is not.
    """
    for wrong, why in ((os.path.lexists(path), "it is there already"),
                       (not Path(path).parent.is_dir(), "there is no such folder")):  # fmt: skip
        if wrong:
            raise CalibrationError(f"{path}: it can't be written (got {why}). Name another file.")


def write(wanted: Sequence[Wanted], path: str | os.PathLike[str]) -> None:
    """Write the table; who fills in rater and verdict has labels that can be read.

    Raises:
        CalibrationError: It is there already, or can't be written.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows((one.request, one.candidate, "", "", one.path) for one in wanted)
    target = Path(path)
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        part.write_text(text.getvalue(), encoding="utf-8", errors="backslashreplace")
        os.link(part, target)  # fails where something is: it may have been filled in
    except OSError as error:
        raise CalibrationError(
            f"{path}: it can't be written (got {error.strerror}). Name another file."
        ) from None
    finally:
        part.unlink(missing_ok=True)
