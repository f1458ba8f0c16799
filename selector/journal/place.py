"""Where the journal lies if nobody says where."""

import os
from pathlib import Path

from selector.errors import JournalError


def default_path() -> Path:
    """Return the journal's path in the user's state folder; nothing need be there yet.

    Raises:
        JournalError: The user has no home to keep it in.
    """
    base = Path(os.environ.get("XDG_STATE_HOME", ""))
    try:
        # The specification says to ignore a relative one.
        base = base if base.is_absolute() else Path.home() / ".local" / "state"
    except RuntimeError:
        raise JournalError(
            "journal: this user has no home (got no HOME). Give --journal, or --no-journal."
        ) from None
    return base / "selector" / "journal.sqlite"
