"""Which policies are found by name, where, and whether each can be planned."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator

from selector.doctor.finding import Asked, Finding
from selector.errors import SelectorError
from selector.installed import RUN, command
from selector.policy import find

PART = "policies"
LONGEST_S = 60.0  # of planning one policy, which measures nothing


def policies(asked: Asked) -> Iterator[Finding]:
    """Find every policy that has a name, and whether it says something that can run.

    What a policy names is imported. In ./policies that may be anybody's code, so each of them is
    planned in a process of its own, whose end, hanging and printing do no harm.
    """
    for name in find.names():
        asked.tell(f"planning {name}")
        here = find.path_of(name).parent == find.folders()[0]
        said = _apart(name) if here else _packaged(name)
        where = _where(name) if here else "packaged"
        end = "-- " * name.startswith("-")  # of the options
        check = f"{command()} policy check {end}{shlex.quote(name)}"
        yield (
            Finding(PART, name, "broken", said, check)
            if said
            else Finding(PART, name, "ok", f"can be planned, {where}")
        )


def _packaged(name: str) -> str:
    """Return in words why a policy of the package can't be planned; "" if it can."""
    from selector.planning import plan_of

    try:
        plan_of(name)
    except SelectorError as error:
        return str(error).splitlines()[0]
    return ""


def _apart(name: str) -> str:
    """Return likewise why a policy of ./policies can't be planned, by a process of its own.

    Or which file it names is missing, without which it can be planned and can't run.
    """
    try:
        # -P: what can be imported is what the command itself would find.
        done = subprocess.run(  # noqa: S603 - no shell, and the name stands behind "--"
            [sys.executable, "-P", "-c", RUN, "policy", "check", "--", name],
            capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL,
            timeout=LONGEST_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"planning it takes more than {LONGEST_S:g} s"
    if f"{name}: ok" in done.stdout:
        warned = done.stderr.strip().splitlines()
        return next((line for line in warned if line.endswith("[missing-file]")), "")
    said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
    return f"{said[-1]} (and {len(said) - 1} more lines)" if len(said) > 1 else said[-1]


def _where(name: str) -> str:
    found = find.path_of(name)
    others = (folder / f"{name}{end}" for folder in find.folders()[1:] for end in find.SUFFIXES)
    hidden = any(other.is_file() and not other.samefile(found) for other in others)
    return "from ./policies, in place of the packaged one" if hidden else "from ./policies"
