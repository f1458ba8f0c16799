"""What was found about one part of the installation, as data; who shows it decides how."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "broken", "absent"]
Tell = Callable[[str], None]  # takes in a few words what is being done


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one thing.

    Attributes:
        part: What the thing belongs to: "packages", "measures", "models", "folders", …
        what: The thing: "numpy", "detectors.hands", "cache folder".
        state: "ok"; "warning": works, but not as it is meant to; "broken": is there and does not
            work; "absent": is not there, and nothing that is there needs it.
        said: What was found, in words; may quote what others wrote.
        cure: The one command that cures it; "" where there is nothing to cure or no command does.
    """

    part: str
    what: str
    state: State
    said: str
    cure: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """How to examine.

    Attributes:
        fetch: Whether to download the models that are missing.
        tell: Is called with what is being done before it is done.
    """

    fetch: bool = False
    tell: Tell = lambda _what: None


def megabytes(size: int) -> str:
    """Return a size in bytes as people say it."""
    for unit, least in (("GB", 1e9), ("MB", 1e5)):
        if size >= least:
            return f"{size / (1e6 if unit == 'MB' else least):.1f} {unit}"
    return f"{size / 1e3:.1f} kB"
