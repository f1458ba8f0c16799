"""Whether what the product needs is installed, fits, and can be imported; likewise its extras."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING

from selector.doctor.finding import Asked, Finding
from selector.installed import (
    DISTRIBUTION,
    install,
    install_extra,
    mend,
    misfit,
    modules_of,
    reinstall,
    requirements,
    version_of,
)

if TYPE_CHECKING:
    from packaging.requirements import Requirement

PART = "packages"
LONGEST_S = 120.0  # of one import; a machine that takes longer is no use
# What builds on torch is imported as measures import it: a torchvision that does not fit does no harm.
BEHIND_TORCH = ("open-clip-torch", "transformers")
NOT_FOR_USERS = ("all", "dev")  # the sum of the others, and the tools of those who write this


def packages(asked: Asked) -> Iterator[Finding]:
    """Find which Python this is, and whether everything that is needed is here and works."""
    python = f"{platform.python_version()} in {sys.prefix}, {platform.system()} on "
    yield Finding(PART, "Python", "ok", python + platform.machine())
    own = version_of(DISTRIBUTION)
    if own is None:
        said = "it runs without being installed, so what it needs is not known"
        yield Finding(PART, DISTRIBUTION, "warning", said, install(DISTRIBUTION))
        return
    asked.tell("importing packages")
    needed = requirements("")
    wrong = _faults(needed)
    yield from wrong
    names = {one.what for one in wrong}
    said = _listed([one for one in needed if one.name not in names])
    yield Finding(PART, DISTRIBUTION, "ok", f"{own}, with {said}")


def fault(needed: Requirement) -> Finding | None:
    """Return what is wrong with a package, which is really imported; None if nothing is."""
    if said := misfit(needed):
        cure = install(f"{needed.name}{needed.specifier}")
        return Finding(PART, needed.name, "broken", said, cure)
    if not (trace := importing(needed.name)):
        return None
    said = f"it can't be imported ({trace.splitlines()[-1]})"
    cure = mend(trace, f"{needed.name}{needed.specifier}") or reinstall(needed.name)
    return Finding(PART, needed.name, "broken", said, cure)


@cache
def importing(name: str) -> str:
    """Return the traceback of importing a package in a process of its own; "" if it works."""
    code = f"import {', '.join(modules_of(name) or ['sys'])}"
    if name in BEHIND_TORCH:
        code = f"from selector.backbones.torch_ready import torch; torch(); {code}"
    try:
        # -P: a file of that name in the current folder must not be imported in its place.
        done = subprocess.run(  # noqa: S603 - no shell, and every word is ours
            [sys.executable, "-P", "-c", code], capture_output=True, text=True, errors="replace",
            stdin=subprocess.DEVNULL, timeout=LONGEST_S, check=False,
            env={"ORT_DISABLE_TELEMETRY": "1", **os.environ},  # see selector.backbones.onnx.runtime
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"it took more than {LONGEST_S:g} s"
    return (done.stderr.strip() or f"exit code {done.returncode}") if done.returncode else ""


def extras(asked: Asked) -> Iterator[Finding]:
    """Find which optional parts are whole and work; one that is not there is no fault."""
    if version_of(DISTRIBUTION) is None:
        return
    for name in metadata.metadata(DISTRIBUTION).get_all("Provides-Extra") or ():
        if name not in NOT_FOR_USERS:
            asked.tell(f"importing [{name}]")
            yield _extra(name)


def _extra(name: str) -> Finding:
    needed = requirements(name)
    wrong = {one.name: said for one in needed if (said := misfit(one))}
    what = f"[{name}]"
    if not wrong:
        broken = next(iter(_faults(needed)), None)
        whole = Finding(PART, what, "ok", _listed(needed))
        return replace(broken, what=what, said=f"{broken.what}: {broken.said}") if broken else whole
    gone = [each for each in wrong if version_of(each) is None]
    told = [f"not installed: {', '.join(gone)}"] if gone else []
    told += [f"{each}: {said}" for each, said in wrong.items() if each not in gone]
    said = "; ".join((*told, _needed_by(name)))
    return Finding(PART, what, "absent" if gone else "warning", said, install_extra(name))


def _faults(needed: list[Requirement]) -> list[Finding]:
    """Return what is wrong with packages, several imported at the same time."""
    with ThreadPoolExecutor() as pool:
        return list(filter(None, pool.map(fault, needed)))


def _needed_by(name: str) -> str:
    from selector.measures import loader

    users = [path for path in loader.names() if loader.load(path).extra == name]
    return f"needed by {', '.join(users)}" if users else "no measure needs it"


def _listed(needed: list[Requirement]) -> str:
    return ", ".join(f"{one.name} {version_of(one.name)}" for one in needed)
