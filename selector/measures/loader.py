"""A measure's name is its path: `filters.blank` is `selector/measures/filters/blank.py`."""

import difflib
import importlib
import importlib.util
import inspect
import json
import pkgutil
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from selector import measures
from selector.errors import MeasureError
from selector.measures.base import Measure

FOLDERS = ("filters", "detectors", "scorers")


def names() -> list[str]:
    """Return the paths of the measures that come with the package, in the order of measuring."""
    found = []
    for folder in FOLDERS:
        search = [f"{root}/{folder}" for root in measures.__path__]
        modules = sorted(module.name for module in pkgutil.iter_modules(search))
        found += [f"{folder}.{name}" for name in modules if not name.startswith("_")]
    return found


def exists(path: str) -> bool:
    """Return whether *path* names a module that could hold a measure; nothing of it is run."""
    try:
        return importlib.util.find_spec(_module(path)) is not None
    except (ImportError, ValueError):
        return False


def load(path: str) -> type[Measure]:
    """Import exactly the module that *path* names and return its measure.

    Raises:
        MeasureError: There is no such module, or it does not hold exactly one measure.
    """
    if not all(part.isidentifier() for part in path.split(".")) or "." not in path:
        raise MeasureError(f"{path!r}: not the path of a measure. {_hint(path)}")
    if not exists(path):
        raise MeasureError(f"{path}: no such measure. {_hint(path)}")
    module = importlib.import_module(_module(path))
    classes = [
        thing
        for name, thing in vars(module).items()
        if inspect.isclass(thing)
        and issubclass(thing, Measure)
        and thing.__module__ == module.__name__
        and not name.startswith("_")
    ]
    if len(classes) != 1:
        listed = ", ".join(thing.__name__ for thing in classes) or "none"
        raise MeasureError(
            f"{path}: a module holds exactly one public measure (got {listed}). "
            "Move the others to files of their own."
        )
    return classes[0]


def path_of(kind: type[Measure]) -> str:
    """Return the path by which policies name a measure."""
    return kind.__module__.removeprefix("selector.measures.")


def construct(path: str, parameters: Mapping[str, Any]) -> Measure:
    """Return the measure *path* with *parameters*; nothing is loaded yet.

    Raises:
        MeasureError: There is no such measure, or a parameter does not fit.
    """
    kind = load(path)
    try:
        return kind.model_validate_json(json.dumps(parameters), strict=True)
    except ValidationError as error:
        said = "; ".join(_problem(kind, problem) for problem in error.errors())
        raise MeasureError(f"{path}: {said}.") from None


def _module(path: str) -> str:
    packaged = path.partition(".")[0] in FOLDERS
    return f"selector.measures.{path}" if packaged else path


def _hint(path: str) -> str:
    near = difflib.get_close_matches(path, names(), n=1)
    return f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(names())}."


def _problem(kind: type[Measure], problem: Any) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, kind.model_fields, n=1)
        listed = ", ".join(kind.model_fields) or "none"
        hint = f"did you mean {near[0]!r}?" if near else f"its parameters are: {listed}"
        return f"unknown parameter {name!r}; {hint}"
    got = "" if problem["type"] == "missing" else f" (got {problem['input']!r})"
    return f"parameter {name!r}: {problem['msg']}{got}"
