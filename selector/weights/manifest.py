"""Which models there are, by name."""

import difflib

from selector.errors import WeightsError
from selector.weights.entry import Entry
from selector.weights.published import ENTRIES

__all__ = ["Entry", "entries", "entry"]

_BY_NAME = {each.name: each for each in ENTRIES}


def entries() -> tuple[Entry, ...]:
    """Return every model that the package knows, in the order of the manifest."""
    return ENTRIES


def entry(name: str) -> Entry:
    """Return what the manifest says of the model *name*.

    Raises:
        WeightsError: The manifest knows no such model.
    """
    if name in _BY_NAME:
        return _BY_NAME[name]
    near = difflib.get_close_matches(name, _BY_NAME, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(_BY_NAME)}."
    raise WeightsError(f"manifest: no model of this name (got {name!r}). {hint}")
