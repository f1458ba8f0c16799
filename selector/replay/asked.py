"""Which requests are meant, as people write it: since a day, with these values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from selector.errors import RequestError
from selector.journal.recorded import Value, Which

AGO = re.compile(r"(\d{1,6})([mhdw])")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
TRUE, FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})
COLUMNS = {"plan": "plan_hash"}
TEXTS = ("policy", "generator", "segment", "answer", "id", "plan")
FLAGS = ("needs_person", "audited")
KEYS = (*TEXTS, "version", *FLAGS)
ANSWERS = ("complete", "short", "review", "empty")


def which(
    since: str | None, until: str | None, where: Iterable[str], now: datetime | None = None
) -> Which:
    """Return which requests are meant.

    Args:
        since: A day or a moment of ISO 8601, UTC if it names no zone; or "7d" ago (m, h, d, w).
        until: Likewise; a day counts whole.
        where: KEY=VALUE. Of one key any of its values; "generator=" means without one, and
            "policy=portrait@3" that version of it.
        now: From when "7d" counts; from now if None.

    Raises:
        RequestError: One is not written so.
    """
    now = now or datetime.now(UTC)
    having: dict[str, list[Value]] = {}
    for column, value in map(_read, where):
        having.setdefault(column, []).append(value)
    return Which(
        None if since is None else moment("--since", since, now),
        None if until is None else moment("--until", until, now, whole_day=True),
        {column: tuple(dict.fromkeys(values)) for column, values in having.items()},
    )


def _read(pair: str) -> tuple[str, Value]:
    key, equals, value = pair.partition("=")
    if not equals or key not in KEYS:
        raise RequestError(
            f"--where: expected KEY=VALUE with a key of {', '.join(KEYS)} (got {pair!r}). "
            "Write it so."
        )
    if key in FLAGS:
        return key, _flag(key, value)
    if key == "version":
        return key, _version(value)
    if key == "answer" and value not in ANSWERS:
        raise RequestError(
            f"--where answer: expected one of {', '.join(ANSWERS)} (got {value!r}). Choose one."
        )
    if key == "policy" and "@" in value:
        name, _, version = value.rpartition("@")
        return key, f"{name}@{_version(version)}"
    return COLUMNS.get(key, key), value or None


def _flag(key: str, value: str) -> bool:
    if value not in TRUE | FALSE:
        raise RequestError(f"--where {key}: expected true or false (got {value!r}). Say which.")
    return value in TRUE


def _version(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 9):  # noqa: PLR2004 - 32 bits
        raise RequestError(f"--where version: expected a whole number (got {value!r}). Write one.")
    return int(value)


def moment(option: str, text: str, now: datetime, *, whole_day: bool = False) -> str:
    """Return a moment as the journal writes it, so that texts compare as moments do."""
    try:
        if ago := AGO.fullmatch(text):
            at = now - timedelta(**{UNITS[ago[2]]: int(ago[1])})
        else:
            at = datetime.fromisoformat(text)
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
            at += timedelta(days=1) if whole_day and _is_day(text) else timedelta()
        return at.astimezone(UTC).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError):
        raise RequestError(
            f"{option}: expected a day, a moment or a time ago (got {text!r}). "
            "Write 2026-03-01, 2026-03-01T12:00 or 7d."
        ) from None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
