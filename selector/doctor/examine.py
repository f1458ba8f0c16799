"""One examination: every part of the installation, in the order in which they need each other."""

from __future__ import annotations

from importlib import import_module

from selector.doctor.finding import Asked, Finding, Tell
from selector.errors import SelectorError
from selector.installed import mend

# Part, module, function. A library that is damaged or missing fails where it is imported, so each
# module is imported when its turn comes, and sinks its own part only.
CHECKS = (
    ("packages", "packages", "packages"),
    ("packages", "packages", "extras"),
    ("packages", "opencv", "opencv"),
    ("models", "models", "models"),
    ("measures", "measures", "measures"),
    ("judge", "judge", "judge"),
    ("images", "machine", "formats"),
    ("devices", "machine", "devices"),
    ("folders", "folders", "folders"),
    ("policies", "policies", "policies"),
    ("settings", "folders", "settings"),
)


def examine(*, fetch: bool = False, tell: Tell = lambda _what: None) -> tuple[Finding, ...]:
    """Return what works on this machine and what does not.

    Every package that is needed is really imported, in a process of its own, and every measure of
    the package really tried, on a drawn picture; what that loads stays loaded until the process
    ends. Unless *fetch* is given nothing is downloaded: meanwhile the variable SELECTOR_OFFLINE is
    set, for the whole process. Models are verified; policies are planned, those of ./policies,
    which import whatever they name, in processes of their own; folders and the journal are opened.
    The judge that the environment names is asked for the list of its models.
    A part that is broken is a finding and never an error.

    Args:
        fetch: Download the models that are missing.
        tell: Is called with what is being done, in a few words, before it is done.
    """
    asked = Asked(fetch, tell)
    return tuple(one for check in CHECKS for one in _heard(*check, asked))


def _heard(part: str, module: str, check: str, asked: Asked) -> list[Finding]:
    """Return what a check finds; if it can't go on, up to there, and why."""
    found: list[Finding] = []
    try:
        found.extend(getattr(import_module(f"selector.doctor.{module}"), check)(asked))
    except (ImportError, OSError, SelectorError) as error:
        said = f"can't be examined ({type(error).__name__}: {error})"
        cure = mend(error) if isinstance(error, ImportError) else ""
        found.append(Finding(part, check, "broken", said, cure))
    return found
