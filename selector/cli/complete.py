"""What the shell completes: names of policies, measures and models."""

import re

# zsh evaluates what it is given, and a policy's name is a file's name that anybody may choose.
HARMLESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def policies(incomplete: str) -> list[str]:
    """Return the names of policies that begin so; nothing of them is read."""
    from selector.policy import find

    return [name for name in find.names() if name.startswith(incomplete) and _harmless(name)]


def measures(incomplete: str) -> list[str]:
    """Return the paths of measures that begin so, or whose last word does; none is imported."""
    from selector.measures.names import names

    paths = names()
    beginning = [path for path in paths if path.startswith(incomplete)]
    short = (path.rpartition(".")[2] for path in paths)
    return beginning or [name for name in short if name.startswith(incomplete)]


def models(incomplete: str) -> list[str]:
    """Return the names of models that begin so, else of measures."""
    from selector.weights import manifest

    names = [one.name for one in manifest.entries() if one.name.startswith(incomplete)]
    return names or measures(incomplete)


def _harmless(name: str) -> bool:
    return HARMLESS.fullmatch(name) is not None
