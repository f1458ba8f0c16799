"""Plain data: what a column of the journal can hold and give back, and what is said if it can't."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from selector.errors import JournalError

Row = Mapping[str, Any]  # by column
to_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def json_or_null(value: Any) -> str | None:
    """Return *value* as a JSON text, None as none.

    Raises:
        TypeError, ValueError: It is not JSON.
    """
    return None if value is None else to_json(value)


def finite(value: float | None) -> float | None:
    """Return *value* as a double.

    Raises:
        ValueError: It is not finite: a database may keep NaN as NULL and say nothing.
    """
    return None if value is None else number(value)


def number(value: float) -> float:
    """Return *value*, which may not be missing, as a double.

    Raises:
        TypeError, ValueError: It is no finite number.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a finite number")
    return float(value)


@contextmanager
def kept(where: str, what: str) -> Iterator[None]:
    """Turn what makes *what*, "request 'x'", impossible to keep into an error.

    Raises:
        JournalError: It can't be kept.
    """
    try:
        yield
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise JournalError(
            f"{where}: {what} can't be kept (got {error}). "
            "Give it the plan that decided it, finite numbers and plain JSON."
        ) from error


@contextmanager
def whole(where: str, what: str) -> Iterator[None]:
    """Turn what makes no sense of the rows of *what*, "request 'x'", into an error.

    Raises:
        JournalError: The rows are damaged.
    """
    try:
        yield
    except (ValueError, LookupError, TypeError, ArithmeticError, RecursionError) as error:
        raise JournalError(
            f"{where}: {what} is damaged (got {error}). Restore a copy of the journal."
        ) from error
