"""What a selection says, in a form that tests compare."""

from selector import Selection


def ids(candidates) -> list[str]:
    return [one.id for one in candidates]


def why(selection: Selection, candidate: str) -> set[tuple[str, str]]:
    """Return the kind and the instance of every reason."""
    return {(reason.kind, reason.instance) for reason in selection.reasons[candidate]}
