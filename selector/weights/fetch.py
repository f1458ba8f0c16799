"""Brings a model's files into the cache folder, and never hands out any but the right ones."""

from __future__ import annotations

import os
from pathlib import Path

from selector.errors import WeightsError
from selector.log import operator_log
from selector.weights import lockfile, manifest, verify
from selector.weights.constants import FIELD
from selector.weights.entry import Constant, Entry, Hub, Source, Url, within
from selector.weights.place import Place, places
from selector.weights.sources import comes_from_afar, here, without_password
from selector.weights.transfer import Progress, bring

OFFLINE = "SELECTOR_OFFLINE"


def fetch(name: str) -> Path:
    """Return the path of the model *name*, downloaded if need be, its checksum verified.

    Raises:
        WeightsError: There is no such model, or no right file of it can be had.
    """
    return obtain(manifest.entry(name))


def obtain(entry: Entry, progress: Progress = lambda _name, _done, _total: None) -> Path:
    """Return the path of the model's file, or of the folder of its files, downloaded and verified.

    A right file that somebody put in the cache folder is used as it is; one whose checksum nobody
    states is taken as the right one when it is first seen, and no other after it. With
    `SELECTOR_OFFLINE=1` nothing is downloaded. Processes and threads may ask at the same time: one
    brings the file, which appears whole or not at all, and the others wait.

    Args:
        entry: The model.
        progress: Is called with its name, how many bytes are here, and of how many.

    Raises:
        WeightsError: No right file is there and none can be downloaded or written; the message
            says what was tried, and where to put which file.
    """
    for place in places(cache_folder(), entry):
        if verify.fault(place) != "":
            _bring(place, progress)
    return location(entry)


def location(entry: Entry) -> Path:
    """Return where the model's file lies or belongs; of several files, the folder.

    Raises:
        WeightsError: There is no cache folder.
    """
    at = places(cache_folder(), entry)
    return at[0].path if len(at) == 1 else at[0].path.parent


def fault(entry: Entry, *, thorough: bool = False) -> str | None:
    """Return in words why the model can't be used as it lies there; "" if it can, None: not there.

    Args:
        entry: The model, of which nothing is downloaded.
        thorough: Read every file, also one that has not changed since it was read.

    Raises:
        WeightsError: A file can't be read.
    """
    at = places(cache_folder(), entry)
    found = {place.name: verify.fault(place, thorough=thorough) for place in at}
    if all(one is None for one in found.values()):
        return None
    said = (f"{name}: {one or 'it is missing'}" for name, one in found.items() if one != "")
    wrong = "; ".join(said)
    return wrong.partition(": ")[2] if len(at) == 1 else wrong


def cached(entry: Entry) -> bool:
    """Return whether files of the right name and size are there; no checksum is looked at.

    Raises:
        WeightsError: There is no cache folder.
    """
    return all(map(_is_there, places(cache_folder(), entry)))


def begun(entry: Entry) -> int:
    """Return how many bytes have come of what was not brought to its end.

    Raises:
        WeightsError: There is no cache folder.
    """
    parts = (place.part(one) for place in places(cache_folder(), entry) for one in entry.sources)
    return sum(part.stat().st_size for part in parts if part.is_file())


def cache_folder() -> Path:
    """Return the folder that holds the model files; it need not exist yet.

    It is `SELECTOR_CACHE`, else `selector` in `XDG_CACHE_HOME`, else `~/.cache/selector`.

    Raises:
        WeightsError: None of them is set, and this user has no home; or it begins with the home of
            a user who is not known.
    """
    own = os.environ.get("SELECTOR_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    try:
        if own:
            return Path(own).expanduser().absolute()
        if base.is_absolute():  # the specification says to ignore a relative one
            return base / "selector"
        return Path.home() / ".cache" / "selector"
    except RuntimeError:
        raise WeightsError(
            "cache folder: there is no such home (got no HOME, or a ~user who is not known). "
            "Set SELECTOR_CACHE to a folder."
        ) from None


def is_offline() -> bool:
    """Return whether the user forbids downloads."""
    return os.environ.get(OFFLINE, "") not in ("", "0")


def _is_there(place: Place) -> bool:
    try:
        size = place.path.stat().st_size
        return place.path.is_file() and size > 0 and place.file.may_have(size)
    except OSError:
        return False


def _bring(place: Place, progress: Progress) -> None:
    try:
        place.guard.parent.mkdir(parents=True, exist_ok=True)
        with lockfile.exclusive(place.guard) as alone:
            if wrong := verify.fault(place):
                wrong = f"{place.path}: {wrong}"
            elif wrong == "":  # another has brought it meanwhile
                return
            _try_each(place, progress, [wrong] if wrong else [], alone=alone)
    except OSError as error:
        said = f"{place.folder}: it can't be written (got {error.strerror})"
        raise _unavailable(place, [said]) from None


def _try_each(place: Place, progress: Progress, failures: list[str], *, alone: bool) -> None:
    for source in place.entry.sources:
        said = {"model": place.entry.name, "source": without_password(str(source))}
        try:
            _refuse_offline(source, place)
            operator_log().info("weights.fetching", **said, size=place.file.bytes)
            bring(source, place, progress, alone=alone)
        except WeightsError as error:
            reason = without_password(str(error))
            failures.append(f"{said['source']}: {reason}")
            operator_log().info("weights.source_failed", **said, reason=reason)
        else:
            operator_log().info("weights.fetched", **said, path=str(place.path))
            return
    raise _unavailable(place, failures)


def _refuse_offline(source: Source, place: Place) -> None:
    if is_offline() and comes_from_afar(source) and not here(source, place.file.name):
        raise WeightsError(f"{OFFLINE} is set: no download")


def _unavailable(place: Place, failures: list[str]) -> WeightsError:
    tried = "".join(f"\n  {failure}" for failure in failures)
    checksum = f" (sha256 {place.file.sha256})" if place.file.sha256 else ""
    hub = any(isinstance(source, Hub) for source in place.entry.sources)
    mirror = " (HF_ENDPOINT names a mirror of the hub)" if hub else ""
    return WeightsError(
        f"{place.entry.name}: its model file can't be had (got what is listed below). Put "
        f"{without_password(_published(place))} at {place.path}{checksum}, or make a source "
        f"reachable{mirror} and {_again(place.entry)}.{tried}"
    )


def _again(entry: Entry) -> str:
    """Return in words how to try once more; the command knows the manifest's names alone."""
    listed = any(entry.name == one.name for one in manifest.entries())
    return f"say `selector weights pull {entry.name}`" if listed else "try again"


def _published(place: Place) -> str:
    """Return in words where a person finds the file."""
    for source in place.entry.sources:
        if isinstance(source, Hub):
            return source.address(place.file.name)
        if isinstance(source, Url):
            return within(source.address, place.file.name)
        if isinstance(source, Constant):
            of = source.name(place.file.name)
            of = f"the text of the constant `{of}` of {source.address}"
            return f"{of} ({FIELD} for what it puts in)"
    return str(next(iter(filter(comes_from_afar, place.entry.sources)), "it"))
