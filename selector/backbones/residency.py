"""Keeps models loaded while they are used, shares them, and bounds what they take together."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Generic, Protocol, TypeVar, cast

from selector.backbones.heap import trim
from selector.backbones.inherited import never_freed
from selector.backbones.torch_ready import torch
from selector.errors import MeasureError, WeightsError
from selector.log import operator_log

VARIABLE = "SELECTOR_MAX_RESIDENT_GB"
GB = 1e9  # bytes


class Model(Protocol):
    """A model that can be loaded, any number of times; made without loading it.

    Attributes:
        name: For messages.
        size: What it takes when it is loaded, in bytes.
        device: "cpu", "cuda", "cuda:1".
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - told above
    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def device(self) -> str: ...  # noqa: D102

    def load(self) -> Any:
        """Return it, ready to be used."""


M = TypeVar("M", bound=Model)


@dataclass(eq=False)
class _Place:
    """Where one model is, or may come to be."""

    model: Model
    loaded: Any = None
    counts: bool = False  # among what is resident: loaded, or being loaded
    users: int = 0  # leases
    busy: int = 0  # of them at work or waiting to be: it is not unloaded
    last: int = 0  # when it was used
    turn: threading.RLock = field(default_factory=threading.RLock)  # one at a time


class _Pool:
    """All models of this process."""

    def __init__(self) -> None:
        self.places: dict[Hashable, _Place] = {}
        self.bound: float | None = None  # bytes, where somebody set it
        self.clock = count(1)
        self.change = threading.Condition(threading.RLock())

    def before_fork(self) -> None:
        """Wait until no thread changes the pool, so that a child has it whole."""
        self.change.acquire()

    def after_fork(self) -> None:
        """Let the parent's threads go on."""
        self.change.release()

    def in_child(self) -> None:
        """Mend what a child has: threads that it lacks hold nothing, and no GPU is its own."""
        self.change = threading.Condition(threading.RLock())
        for place in self.places.values():
            place.turn, place.busy = threading.RLock(), 0
            if place.model.device != "cpu":
                never_freed([place.loaded])
                place.loaded = None
            place.counts = place.loaded is not None


_pool = _Pool()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_pool.before_fork,
        after_in_parent=_pool.after_fork,
        after_in_child=_pool.in_child,
    )


def limit(max_resident_gb: float | None) -> None:
    """Bound what all loaded models take together, in this process.

    Whichever was not used for longest is unloaded for the next one, and loaded again when it is
    asked for; what is in use is never unloaded.

    Args:
        max_resident_gb: In GB, 10⁹ bytes. None: the variable SELECTOR_MAX_RESIDENT_GB tells, else
            there is no bound.

    Raises:
        WeightsError: It is no number above 0.
    """
    if max_resident_gb is not None and not max_resident_gb > 0:
        raise _misfit("max_resident_gb", max_resident_gb)
    with _pool.change:
        _pool.bound = None if max_resident_gb is None else max_resident_gb * GB
        _make_room(0, _bound())
        _pool.change.notify_all()


class Lease(Generic[M]):
    """A user's hold on a model, which is loaded once however many hold it.

    Safe to use from several threads. After a fork a child goes on with what its parent loaded,
    on a GPU it loads its own.
    """

    def __init__(self, key: Hashable, make: Callable[[], M]) -> None:
        """Load the model, unless it is loaded.

        Args:
            key: What tells it from others.
            make: Gives the model, not loaded; called only if nobody holds it yet. Of two that come
                at once both may be asked, and one model is held.

        Raises:
            WeightsError: It can't be loaded, or is larger than all models may be together.
        """
        self._key = key
        self._is_open = True
        self._place = _held(key, make)
        try:
            with self.use():
                pass
        except BaseException:
            self.close()
            raise

    @property
    def model(self) -> M:
        """The model, the same object for all who hold it, whether it is loaded or not."""
        return cast("M", self._place.model)

    @contextmanager
    def use(self) -> Iterator[Any]:
        """Give the loaded model to one thread at a time; loaded again if it had to make room.

        Raises:
            MeasureError: This was closed.
            WeightsError: It can't be loaded again.
        """
        place = self._place
        with _pool.change:
            place.busy += 1
        try:
            with place.turn:
                if not self._is_open:  # it may have been closed while this waited for its turn
                    raise MeasureError(
                        f"{place.model.name}: it was closed (got no model). Build it again."
                    )
                if place.loaded is None:
                    _load(place)
                yield place.loaded
        finally:
            with _pool.change:
                place.busy -= 1
                place.last = next(_pool.clock)
                _pool.change.notify_all()
                if not place.users:  # the last one closed it meanwhile
                    _unload(place)
                _make_room(0, _bound())  # the bound may have become lower

    def close(self) -> None:
        """Let go of the model; the last one to do so unloads it."""
        with _pool.change:
            leaving, self._is_open = self._is_open, False
            self._place.users -= leaving
            if not self._place.users and _pool.places.get(self._key) is self._place:
                del _pool.places[self._key]
                _unload(self._place)


def _held(key: Hashable, make: Callable[[], Model]) -> _Place:
    """Return the place of a model, with one user more."""
    with _pool.change:
        place = _pool.places.get(key)
        if place:
            place.users += 1
            return place
    made = _Place(make())  # reads files: meanwhile others go on
    with _pool.change:
        place = _pool.places.setdefault(key, made)
        place.users += 1
        return place


def _load(place: _Place) -> None:
    model = place.model
    with _pool.change:
        while not _make_room(model.size, _bound_for(model)):
            _pool.change.wait()  # what is in the way is at work: it ends; or the bound changes
        place.counts = True
    try:
        place.loaded = model.load()
    finally:
        with _pool.change:
            place.counts = place.loaded is not None
            _pool.change.notify_all()
    operator_log().info("model.loaded", model=model.name, gb=round(model.size / GB, 3))


def _make_room(size: int, bound: float) -> bool:
    """Unload what was not used for longest until *size* bytes more fit; return whether they do."""
    resident = [place for place in _pool.places.values() if place.counts]
    total = sum(place.model.size for place in resident)
    for place in sorted(resident, key=lambda each: each.last):
        if total + size <= bound:
            break
        if not place.busy:
            _unload(place)
            total -= place.model.size
    return total + size <= bound


def _unload(place: _Place) -> None:
    was_loaded, place.loaded, place.counts = place.loaded is not None, None, False
    if not was_loaded:
        return
    if place.model.device == "cpu":
        trim()
    else:
        torch().cuda.empty_cache()
    operator_log().info("model.unloaded", model=place.model.name)


def _bound_for(model: Model) -> float:
    """Return how many bytes all models may take together, if this one alone does not take more."""
    bound = _bound()
    if model.size > bound:
        raise WeightsError(
            f"{model.name}: it takes {model.size / GB:.2f} GB, more than all models may together "
            f"(got {bound / GB:g}). Raise max_resident_gb, or {VARIABLE}."
        )
    return bound


def _bound() -> float:
    """Return how many bytes all models may take together."""
    if _pool.bound is not None:
        return _pool.bound
    told = os.environ.get(VARIABLE, "")
    try:
        bound = float(told) * GB if told else math.inf
    except ValueError:
        bound = math.nan
    if not bound > 0:
        raise _misfit(VARIABLE, told)
    return bound


def _misfit(where: str, got: object) -> WeightsError:
    return WeightsError(f"{where}: expected a number of GB above 0 (got {got!r}). Write 8, say.")
