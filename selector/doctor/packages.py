"""Which packages the product needs, which of them are here, and in a version that fits."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from typing import TYPE_CHECKING

from selector.doctor.finding import Finding

if TYPE_CHECKING:
    from packaging.requirements import Requirement

PART = "packages"
DISTRIBUTION = "selector-engine"


def packages() -> Iterator[Finding]:
    """Find which Python this is, and whether everything that is needed is installed."""
    python = f"{platform.python_version()} in {sys.prefix}, {platform.system()} on "
    yield Finding(PART, "Python", "ok", python + platform.machine())
    own = version_of(DISTRIBUTION)
    if own is None:
        said = "it runs without being installed, so what it needs is not known"
        yield Finding(PART, DISTRIBUTION, "warning", said, f"pip install {DISTRIBUTION}")
        return
    needed = requirements("")
    for one in needed:
        if said := misfit(one):
            cure = f'pip install "{one.name}{one.specifier}"'
            yield Finding(PART, one.name, "broken", said, cure)
    fitting = [one for one in needed if not misfit(one)]
    yield Finding(PART, DISTRIBUTION, "ok", f"{own}, with {listed(fitting)}")


def requirements(extra: str) -> list[Requirement]:
    """Return what the optional part *extra* needs beside the rest; "": what the rest needs.

    A part that does not exist, or a package that is not installed, needs nothing.
    """
    from packaging.requirements import Requirement

    try:
        texts = metadata.requires(DISTRIBUTION) or ()
    except metadata.PackageNotFoundError:
        return []
    every = (Requirement(text) for text in texts)
    return [one for one in every if one.name != DISTRIBUTION and _is_of(one, extra)]


def misfit(requirement: Requirement) -> str:
    """Return in words why what is installed does not fit; "" if it does."""
    version = version_of(requirement.name)
    if version is None:
        return "it is not installed"
    try:
        fits = requirement.specifier.contains(version, prereleases=True)
    except ValueError:  # a version that no rule knows
        fits = False
    return "" if fits else f"it is {version}, but {requirement.specifier} is needed"


def install(extra: str) -> str:
    """Return the command that installs the optional part *extra*."""
    return f'pip install "{DISTRIBUTION}[{extra}]"'


def reinstall(name: str) -> str:
    """Return the command that puts the very release of *name* that is installed there anew."""
    version = version_of(name)
    pinned = f"{name}=={version}" if version else name
    return f'pip install --force-reinstall --no-deps "{pinned}"'


def _is_of(requirement: Requirement, extra: str) -> bool:
    marker = requirement.marker
    always = marker is None or marker.evaluate({"extra": ""})
    if not extra or marker is None:
        return always and not extra
    return marker.evaluate({"extra": extra}) and not always


def listed(needed: Iterable[Requirement]) -> str:
    """Return the names and the installed versions."""
    return ", ".join(f"{one.name} {version_of(one.name)}" for one in needed)


def version_of(name: str) -> str | None:
    """Return which version of *name* is installed; None if none is."""
    try:
        return metadata.version(name)
    except (metadata.PackageNotFoundError, KeyError):  # not there, or what is left of it
        return None
