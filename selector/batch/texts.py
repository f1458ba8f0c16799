"""Texts as files of others can hold them: valid Unicode, whatever names and reasons hold."""

from __future__ import annotations

import json
from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False)  # `json.dumps` would make one for each value


def valid(text: str) -> str:
    """Return *text* with what is no Unicode written out: half of a character, a byte of a name."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def json_text(value: Any) -> str:
    """Return *value* as JSON that can be read by people, and back by `json.loads`, equal."""
    # In JSON, half of a character is written just as `valid` writes it.
    return valid(_ENCODER.encode(value))
