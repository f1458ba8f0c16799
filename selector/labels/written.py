"""Labels in their own form: JSON lines that are read back equal."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from selector.errors import CalibrationError
from selector.labels.label import Label
from selector.labels.plain import label_to_plain


def write(labels: Iterable[Label], path: str | os.PathLike[str]) -> None:
    """Write labels to *path*, one a line: they appear all or not at all.

    Raises:
        CalibrationError: It can't be written there.
    """
    target = Path(path)
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        try:
            with part.open("x", encoding="utf-8", errors="surrogatepass") as file:
                for label in labels:
                    file.write(json.dumps(label_to_plain(label), ensure_ascii=False) + "\n")
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise CalibrationError(
            f"{path}: labels can't be written there (got {error.strerror}). Name another file."
        ) from None
