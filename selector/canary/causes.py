"""What else changed between two recordings, from which their numbers may follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from selector.canary.recording import Environment, Used

SHOWN = 12  # characters of a hash


def own(before: Used | None, after: Used | None) -> tuple[str, ...]:
    """Return what changed of one instance: its version, its models, its parameters."""
    return tuple(_own(before, after)) if before and after else ()


def around(before: Environment, after: Environment) -> tuple[str, ...]:
    """Return what changed around all of them: packages, the machine."""
    return tuple(_around(before, after))


def _own(before: Used, after: Used) -> Iterator[str]:
    if before.use != after.use:
        yield f"the measure: {before.use} → {after.use}"
    if before.version != after.version:
        yield f"the measure's version: {before.version} → {after.version}"
    for name in sorted({*before.models, *after.models}):
        was, is_ = before.models.get(name), after.models.get(name)
        if was != is_:
            yield f"the weights or words {name}: {_short(was)} → {_short(is_)}"
    for name in sorted({*before.parameters, *after.parameters}):
        told, tells = before.parameters.get(name), after.parameters.get(name)
        if told != tells:
            yield f"the parameter {name}: {told!r} → {tells!r}"


def _around(before: Environment, after: Environment) -> Iterator[str]:
    for name in sorted({*before.packages, *after.packages}):
        was, is_ = before.packages.get(name), after.packages.get(name)
        if was != is_:
            yield f"{name} {was or '(not there)'} → {is_ or '(not there)'}"
    for what in ("device", "driver", "hardware", "system"):
        told: Any = getattr(before, what)
        tells: Any = getattr(after, what)
        if told != tells:
            yield f"{what}: {told or 'none'} → {tells or 'none'}"


def _short(identity: str | None) -> str:
    return "none" if identity is None else identity[:SHOWN]
