"""One examination: every part of the installation, in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import metadata

from selector.doctor.finding import Finding, Tell
from selector.doctor.packages import reinstall
from selector.errors import SelectorError

Check = Callable[[], Iterable[Finding]]


def examine(*, fetch: bool = False, tell: Tell = lambda _what: None) -> tuple[Finding, ...]:
    """Return what works on this machine and what does not.

    Every measure of the package is really tried, on a drawn picture; what it loads stays loaded
    until the process ends. Unless *fetch* is given nothing is downloaded: meanwhile the variable
    SELECTOR_OFFLINE is set, for the whole process. Models are verified, policies planned (which
    imports the measures that they name), folders and the journal opened. A part that is broken
    is a finding and never an error.

    Args:
        fetch: Download the models that are missing.
        tell: Is called with what is being done, in a few words, before it is done.
    """
    checks = _checks(tell, fetch=fetch)
    return tuple(finding for part, check in checks for finding in _heard(part, check))


def _checks(tell: Tell, *, fetch: bool) -> tuple[tuple[str, Check], ...]:
    return (
        ("packages", _packages),
        ("packages", _extras),
        ("models", lambda: _models(tell, fetch=fetch)),
        ("measures", lambda: _measures(tell)),
        ("images", _formats),
        ("devices", _devices),
        ("folders", _folders),
        ("policies", lambda: _policies(tell)),
        ("settings", _settings),
    )


def _heard(part: str, check: Check) -> list[Finding]:
    """Return what a check finds; if it can't go on, up to there, and why.

    A library that is damaged or missing fails where it is imported, so each part imports its own.
    """
    found: list[Finding] = []
    try:
        found.extend(check())
    except (ImportError, OSError, SelectorError) as error:
        said = f"can't be examined ({type(error).__name__}: {error})"
        found.append(Finding(part, part, "broken", said, _cure(error)))
    return found


def _cure(error: Exception) -> str:
    module = error.name if isinstance(error, ImportError) else None
    if not module:
        return ""
    root = module.partition(".")[0]  # of the package that brings it, whose name may be another
    return reinstall(metadata.packages_distributions().get(root, [root])[0])


def _packages() -> Iterable[Finding]:
    from selector.doctor.packages import packages

    return packages()


def _extras() -> Iterable[Finding]:
    from selector.doctor.extras import extras

    return extras()


def _models(tell: Tell, *, fetch: bool) -> Iterable[Finding]:
    from selector.doctor.models import models

    return models(tell, fetch=fetch)


def _measures(tell: Tell) -> Iterable[Finding]:
    from selector.doctor.trial import measures

    return measures(tell)


def _formats() -> Iterable[Finding]:
    from selector.doctor.formats import formats

    return formats()


def _devices() -> Iterable[Finding]:
    from selector.doctor.devices import devices

    return devices()


def _folders() -> Iterable[Finding]:
    from selector.doctor.folders import folders

    return folders()


def _policies(tell: Tell) -> Iterable[Finding]:
    from selector.doctor.policies import policies

    return policies(tell)


def _settings() -> Iterable[Finding]:
    from selector.doctor.settings import settings

    return settings()
