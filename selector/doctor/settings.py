"""Which environment variables of the product are set; never what they hold."""

import difflib
import os
import shlex
from collections.abc import Iterator

from selector.doctor.finding import Finding
from selector.doctor.models import OFFLINE, is_offline

PART = "settings"
PREFIX = "SELECTOR_"
MEANT = {
    "SELECTOR_CACHE": "models are kept where it says",
    "SELECTOR_JOURNAL": "requests are written down where it says",
    OFFLINE: "no model is fetched",
}


def settings() -> Iterator[Finding]:
    """Find the variables that are set, and those that look misspelt."""
    given = sorted(name for name in os.environ if name.startswith(PREFIX))
    for name in given:
        if name in MEANT:
            effect = MEANT[name] if name != OFFLINE or is_offline() else "models may be fetched"
            yield Finding(PART, name, "ok", f"set: {effect}")
        elif near := difflib.get_close_matches(name, MEANT, n=1, cutoff=0.8):
            said = f"nothing reads it; did you mean {near[0]!r}?"
            yield Finding(PART, name, "warning", said, f"unset {shlex.quote(name)}")
    if not given:
        yield Finding(PART, f"{PREFIX}*", "ok", "none is set")
