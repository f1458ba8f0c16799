"""What of the product is installed, and the commands that install or mend a part of it here."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.requirements import Requirement

DISTRIBUTION = "selector-engine"
CURE = " Run: "  # what comes behind it in an error is a command
RUN = "from selector.cli import main; main()"  # given to `python -c`
# Libraries of the system: MediaPipe links the first two, its OpenCV the others.
APT = "apt-get install -y --no-install-recommends libegl1 libgles2 libgl1 libglib2.0-0 libxcb1"
_LIBRARY = re.compile(
    r"lib(EGL|GLESv2|GL|glib-2\.0|gthread-2\.0|xcb)\.so[.\d]*: cannot open shared object file"
)
_NAMED = re.compile(r"(?:No module named|from(?: partially initialized module)?) '(\w+)")
_FILE = re.compile(r'^ +File "(.+?)", line', re.MULTILINE)


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


def version_of(name: str) -> str | None:
    """Return which version of *name* is installed; None if none is."""
    try:
        return metadata.version(name)
    except (metadata.PackageNotFoundError, KeyError):  # not there, or what is left of it
        return None


def modules_of(name: str) -> list[str]:
    """Return the modules that the distribution *name* brings and that are meant to be imported."""
    files = [file.parts for file in metadata.files(name) or ()]
    packages = {parts[0] for parts in files if parts[1:] == ("__init__.py",)}
    single = {parts[0][:-3] for parts in files if len(parts) == 1 and parts[0].endswith(".py")}
    return sorted(one for one in packages | single if one.isidentifier() and one[0] != "_")


def command() -> str:
    """Return how this very installation of the product is called in a shell."""
    own = shutil.which("selector", path=sysconfig.get_path("scripts"))
    if own is None:
        return f"{shlex.quote(sys.executable)} -c {shlex.quote(RUN)}"
    return "selector" if _is_found("selector", own) else shlex.quote(own)


def install(what: str) -> str:
    """Return the command that installs a requirement, or what is missing of it, into this Python."""
    return f'{_pip()} "{what}"'


def install_extra(name: str) -> str:
    """Return the command that installs the optional part *name*."""
    return install(f"{DISTRIBUTION}[{name}]")


def reinstall(*names: str, version: str = "") -> str:
    """Return the command that puts packages there anew, in *version*, or the one that is there."""
    pinned = (f"{name}=={version}" if version else _pinned(name) for name in names)
    return " ".join([f"{_pip()} --force-reinstall --no-deps", *(f'"{one}"' for one in pinned)])


def mend(failed: BaseException | str, part: str = DISTRIBUTION) -> str:
    """Return the command that mends whatever made an import fail.

    Libraries of the system that are known to be needed are installed. A package that is there and
    can't be imported is put there anew. One that is missing comes by installing whoever imported
    it once more, which leaves alone whatever is there.

    Args:
        failed: The error, or its traceback as text.
        part: What brings the packages that the product itself imported.

    Returns:
        A command; "" where the fault lies in nothing that is known.
    """
    text = failed if isinstance(failed, str) else "".join(traceback.format_exception(failed))
    if _LIBRARY.search(text):
        return APT
    brings = metadata.packages_distributions()
    importers = [root for root in _roots(text) if root in brings or root == __package__]
    importer = importers[0] if importers else __package__
    named = _NAMED.findall(text)[-1:]
    missing = bool(named) and named[0] not in brings and named[0] != __package__
    damaged = named[0] if named and not missing else importer
    if missing:
        return install(part if importer == __package__ else _pinned(brings[importer][0]))
    return "" if damaged == __package__ else reinstall(brings[damaged][0])


def _roots(trace: str) -> Iterator[str]:
    """Give the modules whose files a traceback names, the innermost first."""
    folders = sorted(filter(None, sys.path), key=len, reverse=True)
    for file in reversed(_FILE.findall(trace)):
        home = next((one for one in folders if Path(file).is_relative_to(one)), None)
        if home is not None:
            yield Path(file).relative_to(home).parts[0].removesuffix(".py")


def _pinned(name: str) -> str:
    version = version_of(name)
    return f"{name}=={version}" if version else name


def _pip() -> str:
    """Return the command that installs into this Python, and not into another on the PATH."""
    own = shutil.which("pip", path=sysconfig.get_path("scripts"))
    if own and _is_found("pip", own):
        return "pip install"
    python = shlex.quote(sys.executable)
    if util.find_spec("pip") is None and shutil.which("uv"):  # uv's environments have no pip
        return f"uv pip install --python {python}"
    return f"{python} -m pip install"


def _is_found(name: str, own: str) -> bool:
    found = shutil.which(name)
    return found is not None and Path(found).samefile(own)


def _is_of(requirement: Requirement, extra: str) -> bool:
    marker = requirement.marker
    always = marker is None or marker.evaluate({"extra": ""})
    if not extra or marker is None:
        return always and not extra
    return marker.evaluate({"extra": extra}) and not always
