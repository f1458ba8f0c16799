"""What a model is, as lines for a terminal and as data, and a bar that shows it coming."""

from __future__ import annotations

import sys
import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import typer

from selector.cli.naming import path_of
from selector.cli.prose import coloured, entry, shown
from selector.dialogue.wording import published_names
from selector.doctor.finding import megabytes
from selector.doctor.measures import example
from selector.doctor.models import is_large
from selector.errors import SelectorError, WeightsError
from selector.measures import loader
from selector.measures.base import Measure
from selector.measures.judges import InProcess
from selector.planning import absent, measure_of, planned
from selector.types import to_data
from selector.weights import manifest
from selector.weights.entry import Entry
from selector.weights.fetch import begun, cache_folder, cached, is_offline, location, obtain

COLUMN = 2
MAY = {
    True: "commercial use allowed",
    False: "no commercial use",
    None: "commercial use not stated",
}


@dataclass(frozen=True, slots=True)
class Known:
    """A model, and which measures load it."""

    model: Entry
    users: tuple[str, ...]


def known() -> list[Known]:
    """Return every model of the manifest."""
    users = _users()
    return [Known(one, tuple(users.get(one.name, ()))) for one in manifest.entries()]


def named(names: Iterable[str]) -> list[Entry]:
    """Return the models that are meant, each once: a model's own name, or a measure's for all it loads.

    Raises:
        WeightsError: There is neither a model nor a measure of a name, or the measure loads none.
    """
    found = [model for name in names for model in _meant(name)]
    return [manifest.entry(name) for name in dict.fromkeys(found)]


def _meant(name: str) -> tuple[str, ...]:
    """Return the names of models: of a measure, all that it loads."""
    path = path_of(name)
    if path not in loader.names():
        return (name,)
    found = loads(example(path)[0])
    if not found:
        raise WeightsError(f"{path}: it loads no model (got {name!r}). Name one that does.")
    return found


def loads(measure: Measure) -> tuple[str, ...]:
    """Return the names of all that comes for a measure: its models, and the words that it asks in."""
    return (*measure.weights, *published_names(measure.identities))


def judges(policy: str | None) -> list[InProcess]:
    """Return the judges of the hub that a policy asks in this process, each once."""
    if policy is None:
        return []
    measures = map(measure_of, planned(policy).plan.instances.values())
    named = (getattr(one, "judge", None) for one in measures)
    return list(dict.fromkeys(one for one in named if isinstance(one, InProcess) and one.repo))


def listed() -> Iterator[str]:
    """Give a few lines for each model, and how much they are together."""
    every = known()
    for one in every:
        model = one.model
        facts = (_here(model), megabytes(model.size), MAY[model.commercial], model.licence)
        yield coloured(model.name, "cyan")
        yield entry("", " · ".join(facts), column=0)
        yield entry("", f"for {', '.join(one.users) or 'no measure of the package'}", column=0)
    here = [one.model for one in every if cached(one.model)]
    rest = sum(one.model.size for one in every) - sum(model.size for model in here)
    said = f"{len(every)} models, {len(here)} of them in {cache_folder()}"
    yield entry("", f"{said}; the others are {megabytes(rest)}.", column=0, indent=0)


def data(one: Known) -> dict[str, Any]:
    """Return everything that is known of a model as JSON data."""
    model = one.model
    facts = {"size": model.size, "identity": model.identity, "revision": model.revision}
    where = {"here": cached(model), "path": str(location(model)), "used_by": list(one.users)}
    return {**to_data(Entry, model), **facts, **where}


def ahead(wanted: Sequence[Entry]) -> str:
    """Return in words how much is to be downloaded."""
    missing = [one for one in wanted if not cached(one)]
    if not missing:
        return f"nothing to download: {len(wanted)} in {cache_folder()}"
    left = sum(max(one.size - begun(one), 0) for one in missing)
    return f"{len(missing)} to download, {megabytes(left)}, into {cache_folder()}"


def fetch_first(measures: Iterable[Measure]) -> None:
    """Download what is large before anything waits for it, and show it; who can't have it is told later.

    A model that is missing still is a failure of its measure, which says what to do.
    """
    wanted = [one for one in absent(measures) if is_large(one)]
    if not wanted or is_offline():
        return
    typer.echo(shown(ahead(wanted)), err=True)
    with progress() as tell:
        for one in wanted:
            try:
                obtain(one, tell)
            except WeightsError:
                return  # most likely the network is gone: the others would wait for it as well


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show on stderr how much of each model has come, if a person sits there."""
    if not sys.stderr.isatty():
        yield lambda _name, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    tasks = {}
    with Progress(*columns, console=Console(stderr=True)) as bar:

        def tell(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=None)
            bar.update(tasks[name], completed=done, total=total or None)

        yield tell


def _here(model: Entry) -> str:
    if cached(model):
        return "here"
    come = begun(model)
    return f"not here, but {megabytes(come)} of it" if come else "not here"


def _users() -> dict[str, list[str]]:
    """Return which measures load which model, whatever their parameters are."""
    users: dict[str, list[str]] = {}
    for path in loader.names():
        for measure in _variants(path):
            for name in loads(measure):
                if path not in users.setdefault(name, []):
                    users[name].append(path)
    return users


def _variants(path: str) -> Iterator[Measure]:
    """Give a measure with its example, and once with each word that a parameter may have."""
    kind = loader.load(path)
    nobody = (
        {"judge": None} if "judge" in kind.model_fields else {}
    )  # whoever it is, it is not ours
    choices: list[dict[str, Any]] = [{}]
    for name, field in kind.model_fields.items():
        choices += [{name: word} for word in _words(field.annotation)]
    for choice in choices:
        try:
            yield loader.construct(path, {**kind.example, **nobody, **choice})
        except SelectorError:  # a word that does not go with the others
            continue


def _words(annotation: Any) -> tuple[Any, ...]:
    """Return the words that a parameter may have, also where it may be something else."""
    inner = typing.get_args(annotation)
    if typing.get_origin(annotation) is typing.Literal:
        return inner
    return tuple(word for part in inner for word in _words(part))
