"""Whether the packages that bring OpenCV get along: each of them writes into the same folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

from packaging.version import InvalidVersion, Version

from selector.doctor.finding import Asked, Finding, State
from selector.doctor.packages import PART, importing
from selector.installed import reinstall, version_of

FOLDER = "cv2"
CODE = {".py", ".pyd", ".so"}


def opencv(_asked: Asked) -> Iterator[Finding]:
    """Find which packages bring OpenCV, and whether what each wrote is still there.

    MediaPipe needs one of them and RapidOCR another. In one version they get along. In two, whoever
    came last overwrote half of the other; and whoever is uninstalled takes files of the other along.
    """
    brought = metadata.packages_distributions().get(FOLDER, ())
    found = {name: version_of(name) or "" for name in sorted(set(brought))}
    if not found:
        return
    said = " and ".join(f"{name} {version}" for name, version in found.items())
    if wrong := _fault(found):
        state: State = "broken" if any(map(importing, found)) else "warning"
        cure = reinstall(*found, version=max(found.values(), key=_order))
        yield Finding(PART, "OpenCV", state, f"{said} {wrong}", cure)
    else:
        yield Finding(PART, "OpenCV", "ok", said)


def _fault(found: Mapping[str, str]) -> str:
    if len(set(found.values())) > 1:
        return f"write into one folder, {FOLDER}, which holds some of each; take one version"
    if gone := {
        str(file) for name in found for file in _code(name) if not Path(file.locate()).exists()
    }:
        return f"lack {min(gone)}: uninstalling one of several takes files of the others along"
    return ""


def _code(name: str) -> Iterator[metadata.PackagePath]:
    for file in metadata.files(name) or ():
        if file.parts[0] == FOLDER and file.suffix in CODE:
            yield file


def _order(version: str) -> Version:
    try:
        return Version(version)
    except InvalidVersion:
        return Version("0")
