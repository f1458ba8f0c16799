"""Which policies are found by name, where, and whether each can be planned."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from selector.doctor.finding import Finding, Tell
from selector.errors import SelectorError
from selector.planning import plan_of
from selector.policy import find

PART = "policies"
# What a team's own measure may raise when it is imported or asked what it declares.
THEIR_BUGS = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, NameError, OSError,
    RuntimeError, TypeError, ValueError,
)  # fmt: skip


def policies(tell: Tell) -> Iterator[Finding]:
    """Find every policy that has a name, and whether it says something that can run."""
    for name in find.names():
        tell(f"planning {name}")
        yield _planned(name)


def _planned(name: str) -> Finding:
    check = f"selector policy check {shlex.quote(name)}"
    try:
        where = _where(name)
        plan = plan_of(name)
    except SelectorError as error:
        first, *rest = str(error).splitlines()
        said = f"{first} (and {len(rest)} more)" if rest else first
        return Finding(PART, name, "broken", said, check)
    except THEIR_BUGS as error:
        said = f"a measure that it names does not work ({type(error).__name__}: {error})"
        return Finding(PART, name, "broken", said, check)
    said = f"{plan.policy}@{plan.version}, {len(plan.instances)} measures, {where}"
    return Finding(PART, name, "ok", said)


def _where(name: str) -> str:
    here, *packaged = find.folders()
    found = find.path_of(name)
    if found.parent != here:
        return "packaged"
    others = (folder / f"{name}{end}" for folder in packaged for end in find.SUFFIXES)
    hidden = any(other.is_file() and not other.samefile(found) for other in others)
    return "from ./policies, in place of the packaged one" if hidden else "from ./policies"
