"""A measure's name is its path: `filters.blank` is `selector/measures/filters/blank.py`."""

import difflib
import importlib
import importlib.util
import inspect
import json
import math
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from selector.errors import MeasureError
from selector.measures.base import Measure
from selector.measures.misfits import misfits
from selector.measures.names import names
from selector.policy.values import KIND_FOLDERS
from selector.types import EITHER_TEXT, EVIDENCE_OF, KINDS

__all__ = ["construct", "exists", "load", "names", "path_of"]

SCOPES = ("candidate", "set")
NEEDS = ("prompt", "instruction", "source", EITHER_TEXT)

# What an installation lacks or a typing mistake raises; a bug of the module stays what it is.
# A module that ends the process when imported would make a check end well.
_NOT_IMPORTABLE = (ImportError, OSError, SyntaxError, SystemExit)


def exists(path: str) -> bool:
    """Return whether *path* names a module that could hold a measure.

    What stands before its last dot is imported to look for it; the module itself is not.
    """
    if not _is_path(path):
        return False
    try:
        return importlib.util.find_spec(_module(path)) is not None
    except (*_NOT_IMPORTABLE, ValueError):
        return False


def load(path: str) -> type[Measure]:
    """Import exactly the module that *path* names and return its measure.

    Raises:
        MeasureError: There is no such module, it can't be imported, or does not hold exactly one
            whole measure. Other errors that the module raises come through as they are.
    """
    if not _is_path(path):
        raise MeasureError(f"{path!r}: not the path of a measure. {_hint(path)}")
    try:
        module = importlib.import_module(_module(path))
    except _NOT_IMPORTABLE as error:
        if isinstance(error, ModuleNotFoundError) and _leads_to(error.name, _module(path)):
            raise MeasureError(f"{path}: no such measure. {_hint(path)}") from None
        raise MeasureError(
            f"{path}: can't be imported ({type(error).__name__}: {error}). "
            "Install what it needs, or correct it."
        ) from error
    return _whole(path, _only(path, module))


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
        text = json.dumps(parameters)
    except (TypeError, ValueError) as error:
        raise MeasureError(
            f"{path}: parameters that are not plain data ({error}). "
            "Give text, numbers, lists, mappings."
        ) from None
    try:
        measure = kind.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise MeasureError(f"{path}: {' '.join(misfits(kind, error, json.loads(text)))}") from None
    return _declared(path, measure)


def _is_path(path: str) -> bool:
    """Return whether *path* is words with dots between; none is private, as `__main__` is."""
    parts = path.split(".")
    return len(parts) > 1 and all(
        part.isidentifier() and not part.startswith("_") for part in parts
    )


def _module(path: str) -> str:
    packaged = path.partition(".")[0] in KIND_FOLDERS
    return f"selector.measures.{path}" if packaged else path


def _leads_to(module: str | None, wanted: str) -> bool:
    """Return whether *module* is what is wanted or a package around it."""
    return f"{wanted}.".startswith(f"{module}.")


def _only(path: str, module: Any) -> type[Measure]:
    """Return the one public measure of a module; what it is built on may be abstract."""
    public = {
        thing: None  # one that has two names counts once
        for name, thing in vars(module).items()
        if inspect.isclass(thing)
        and issubclass(thing, Measure)
        and thing.__module__ == module.__name__
        and not name.startswith("_")
    }
    classes = [thing for thing in public if not inspect.isabstract(thing)] or list(public)
    if len(classes) == 1:
        return classes[0]
    listed = ", ".join(thing.__name__ for thing in classes)
    if listed:
        todo = "Move the others to files of their own."
    else:
        todo = "Write a public subclass of selector.measures.base.Measure in it."
    raise MeasureError(
        f"{path}: a module holds exactly one public measure (got {listed or 'none'}). {todo}"
    )


def _whole(path: str, kind: type[Measure]) -> type[Measure]:
    lacking = sorted(getattr(kind, "__abstractmethods__", ()))
    lacking += [name for name in ("kind", "version") if not hasattr(kind, name)]
    if lacking:
        listed = ", ".join(lacking)
        raise MeasureError(f"{path}: {kind.__name__} is not whole (lacks {listed}). Add them.")
    for name, known in (("kind", KINDS), ("scope", SCOPES)):
        if getattr(kind, name) not in known:
            raise MeasureError(
                f"{path}: {kind.__name__}.{name} is none that is known "
                f"(got {getattr(kind, name)!r}). Write one of {', '.join(known)}."
            )
    return kind


def _declared(path: str, measure: Measure) -> Measure:
    """Return *measure*, whose outputs and needs make sense.

    Raises:
        MeasureError: An output has no range, or a need is none that is known.
    """
    for name, output in measure.outputs.items():
        ends = [end for end in (output.low, output.high) if end is not None]
        if not all(map(math.isfinite, ends)) or (len(ends) > 1 and ends[0] >= ends[1]):
            raise MeasureError(
                f"{path}: output {name!r} has no range (got {output.low} to {output.high}). "
                "Give finite ends, the lower first, or None."
            )
        often = output.usual or (0, 1)
        if not all(map(math.isfinite, often)) or often[0] >= often[1]:
            raise MeasureError(
                f"{path}: output {name!r} has no usual range (got {output.usual}). "
                "Give two finite numbers, the lower first, or None."
            )
    for need in measure.needs:
        if need not in NEEDS and not need.startswith(EVIDENCE_OF):
            raise MeasureError(
                f"{path}: needs what nothing provides (got {need!r}). "
                f"Write {', '.join(map(repr, NEEDS))} or '{EVIDENCE_OF}INSTANCE'."
            )
    return measure


def _hint(path: str) -> str:
    known = names()
    by_word = {one.rpartition(".")[2]: one for one in known}  # the folder says nothing of it
    if near := difflib.get_close_matches(path.rpartition(".")[2], by_word, n=1):
        return f"Did you mean {by_word[near[0]]!r}?"
    folder = path.partition(".")[0]
    if folder not in KIND_FOLDERS:
        return f"Install what holds it, or use one of {', '.join(known)}."
    return f"There are: {', '.join(one for one in known if one.startswith(folder)) or 'none'}."
