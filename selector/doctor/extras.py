"""The optional parts of the package: which are whole, and which measures need them."""

from collections.abc import Iterator
from importlib import metadata

from selector.doctor.finding import Finding
from selector.doctor.packages import (
    DISTRIBUTION,
    PART,
    install,
    listed,
    misfit,
    requirements,
    version_of,
)
from selector.measures import loader

NOT_FOR_USERS = ("all", "dev")  # the sum of the others, and the tools of those who write this


def extras() -> Iterator[Finding]:
    """Find which optional parts are whole; one that is not there is no fault."""
    if version_of(DISTRIBUTION) is None:
        return
    for extra in metadata.metadata(DISTRIBUTION).get_all("Provides-Extra") or ():
        if extra not in NOT_FOR_USERS:
            yield _extra(extra)


def _extra(extra: str) -> Finding:
    needed = requirements(extra)
    wrong = {one.name: said for one in needed if (said := misfit(one))}
    what = f"[{extra}]"
    if not wrong:
        return Finding(PART, what, "ok", listed(needed))
    gone = [name for name in wrong if version_of(name) is None]
    told = [f"not installed: {', '.join(gone)}"] if gone else []
    told += [f"{name}: {said}" for name, said in wrong.items() if name not in gone]
    said = "; ".join((*told, _needed_by(extra)))
    return Finding(PART, what, "absent" if gone else "warning", said, install(extra))


def _needed_by(extra: str) -> str:
    users = [path for path in loader.names() if loader.load(path).extra == extra]
    return f"needed by {', '.join(users)}" if users else "no measure needs it"
