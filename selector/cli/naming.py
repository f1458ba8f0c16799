"""What a word on the command line names."""

from __future__ import annotations

from selector.errors import RequestError
from selector.measures.names import names


def path_of(name: str) -> str:
    """Return the path that *name* means: a path, its last word, or one with an output behind.

    Raises:
        RequestError: The word is the last of several paths.
    """
    known = names()
    short = [path for path in known if path.rpartition(".")[2] == name]
    if len(short) > 1:
        raise RequestError(f"{name}: several measures are called so. Say {' or '.join(short)}.")
    behind = [path for path in known if name.startswith(f"{path}.")]
    return (short or behind or [name])[0]
