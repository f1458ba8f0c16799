"""Reads the key of somebody's service from the environment, and keeps it nowhere."""

from __future__ import annotations

import os

from selector.errors import MeasureError


def key_in(variable: str, *, where: str) -> str:
    """Return the key that an environment variable holds; "" where none is named.

    Args:
        variable: Its name; "" for a service that wants no key.
        where: What needs the key, for the message.

    Raises:
        MeasureError: Nothing is set, or what can be no key; the message does not show it.
    """
    key = os.environ.get(variable, "") if variable else ""
    # Anything else would end the header early, or be shown in an error of the HTTP library.
    if variable and not (key and key.isascii() and key.isprintable() and " " not in key):
        found = "nothing" if not key else "spaces, line ends or letters that no key has"
        raise MeasureError(
            f"{where}: no key in the environment variable {variable} (got {found}). "
            "Set it to the service's key."
        )
    return key
