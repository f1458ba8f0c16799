"""A worker process: reads the pictures of a request, begins it, and says what it is at."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

from selector import cascade
from selector.backbones import quiet
from selector.batch.begun import Begun, Order, Ready, Refused, Told
from selector.batch.child import received
from selector.batch.listed import Listed
from selector.batch.stored import opened
from selector.batch.trouble import REST, Step, Trouble
from selector.engine import given
from selector.engine.reading import is_source_needed, read, read_source
from selector.engine.request import Request
from selector.errors import ImageError, MeasureError, RequestError, SelectorError
from selector.images import Image, Packed, PixelBudget, pack
from selector.log import of_request
from selector.measures.base import Measure
from selector.planning import measure_of
from selector.planning.instances import fingerprint
from selector.policy.plan import Instance, Plan
from selector.runner import Runner
from selector.types import Ask, Candidate, Edit, Failure, Measured, Outcomes

__all__ = ["Begun", "Worker", "measures_of", "serve"]


def serve(connection: Connection, told: Told, aside: Connection) -> None:
    """Begin every request that comes, one after the other, until the pool closes.

    Args:
        connection: To the pool: orders, and what comes of them.
        told: What every worker is told.
        aside: To the pool: each step, which it looks at when a worker is late or has ended.
    """
    # What fails stands in the decisions; a line for each would drown what an operator must read.
    logging.getLogger("selector").setLevel(logging.ERROR)
    quiet.owns_stderr = True  # nor need models whisper: the process has no other user
    try:
        worker = Worker(told, aside.send)
    except SelectorError as error:
        connection.send(Refused(str(error)))
        return
    try:
        connection.send(Ready())
        for order in received(connection):
            connection.send(worker.begun(order))
    except OSError:  # the pool is gone, and wants no answer
        pass
    finally:
        worker.close()


def measures_of(plan: Plan, names: Iterable[str]) -> dict[str, Measure]:
    """Return the measures of some instances of a plan, which are here what they are in the plan.

    Raises:
        MeasureError: One is not here, or would make other numbers.
        WeightsError: A model can't be fetched.
    """
    found = {name: measure_of(plan.instances[name]) for name in plan.instances if name in names}
    prints = {name: one.fingerprint for name, one in plan.instances.items()}
    for name, measure in found.items():
        measure.prepare()
        here, wanted = fingerprint(measure, prints), prints[name]
        if here != wanted:
            raise MeasureError(
                f"{name}: another measure on this machine than in the plan (got fingerprint "
                f"{here}, the plan says {wanted}). Give every machine the same version of it, and "
                "the same models."
            )
    return found


class Worker:
    """Begins requests, one at a time.

    Args:
        told: What every worker is told.
        tell: Told each step before it is begun.

    Raises:
        MeasureError: A measure is not here, or another than in the plan.
    """

    def __init__(self, told: Told, tell: Callable[[Step], None]) -> None:
        self._told = told
        self._setup, self._plan = told.setup, told.setup.plan
        self._tell = tell
        self._runner = Runner(measures_of(self._plan, told.hosted))
        self._loaded: set[str] = set()
        self._budget = PixelBudget(self._setup.pixel_budget)

    def close(self) -> None:
        """Let go of what measures loaded."""
        self._runner.close()

    def begun(self, order: Order) -> Begun:
        """Return how far a request comes here."""
        listed = order.listed
        self._tell(REST)
        with of_request(listed.id):
            try:
                request, named = self._opened(listed)
            except RequestError as error:
                return Begun(listed, error=str(error))
            try:
                self._read(named, request, order)
                asking = cascade.beginning(
                    self._plan,
                    Outcomes(tuple(request.candidates), {}, request.expect),
                    self._told.hosted,
                    self._setup.rates,
                )
                found = cascade.driven(
                    asking, lambda ask, table: self._answers(ask, table, request, order.trouble)
                )
                return self._packed(listed, request, found)
            finally:
                for image in [*request.images.values(), request.source]:
                    if isinstance(image, Image):
                        image.close()

    def _opened(self, listed: Listed) -> tuple[Request, tuple[Candidate, ...]]:
        """Return a request and its candidates, checked as the engine does; nothing is read yet."""
        plan = self._plan
        source = opened(listed.source) if listed.source else None
        prompt = Edit(listed.prompt, source) if listed.is_edit else listed.prompt
        # Those that no gate reads were told once, when the run began.
        known = {name: one for name, one in listed.expect.items() if name in plan.expectations}
        request = Request(
            id=listed.id,
            plan=plan,
            prompt=given.prompt(plan, prompt),
            expect={**listed.expect, **given.expectations(plan, known)},
            started=time.monotonic(),
            deadline=None,
        )
        return request, given.candidates(
            [Candidate(opened(one.picture), one.id, one.columns) for one in listed.candidates]
        )

    def _read(self, named: Sequence[Candidate], request: Request, order: Order) -> None:
        """Read and decode all candidates, and the source of an edit."""
        limits, trouble = self._setup.limits, order.trouble
        for one, listed in zip(named, order.listed.candidates, strict=True):
            if error := trouble.images.get(listed.id):
                request.add(replace(one, error=error), None)
            else:
                self._tell(Step("image", candidates=(listed.id,)))
                request.add(*read(one, limits, self._budget))
        if isinstance(request.prompt, Edit) and trouble.source:
            request.source = Failure(trouble.source)
        elif isinstance(request.prompt, Edit):
            self._tell(Step("source"))
            read_source(request.prompt, request, limits, self._budget)
        self._tell(REST)
        request.seconds["images"] = time.monotonic() - request.started

    def _answers(
        self, ask: Ask, table: cascade.Table, request: Request, trouble: Trouble
    ) -> Sequence[Mapping[str, Measured]]:
        """Answer one ask in steps; whoever is known to end the process fails without it."""
        instance = self._plan.instances[ask.instance]
        started = time.monotonic()
        subjects = request.subjects(ask, table)
        failed = trouble.failed.get(ask.instance, {})
        if instance.scope == "set" and failed:
            failed = dict.fromkeys(subjects, next(iter(failed.values())))
        found: dict[str, dict[str, Measured]] = {
            one: dict.fromkeys(instance.outputs, Failure(failed[one]))
            for one in subjects
            if one in failed
        }
        left = [one for one in subjects if one not in found]
        for some in self._steps(instance, left, trouble):
            together = tuple(subjects[one] for one in some)
            found |= zip(some, self._runner.run(ask.instance, together), strict=True)
        self._tell(REST)
        return request.answers(ask, found, time.monotonic() - started)

    def _steps(
        self, instance: Instance, left: Sequence[str], trouble: Trouble
    ) -> Iterable[tuple[str, ...]]:
        """Yield who is measured together, each after it was told: as the runner would part them."""
        if left and instance.name not in self._loaded:
            self._tell(Step("load", instance.name))
            self._runner.load(instance.name)
            self._loaded.add(instance.name)
        is_set = instance.scope == "set"
        most = len(left) if is_set else self._runner.batch(instance.name)
        most = 1 if instance.name in trouble.alone else max(1, most)
        for start in range(0, len(left), most):
            some = tuple(left[start : start + most])
            self._tell(Step("measure", instance.name, some, is_set))
            yield some

    def _packed(
        self, listed: Listed, request: Request, found: cascade.Resolved | cascade.Unfinished
    ) -> Begun:
        wanted = self._wanted(request, found)
        room, images = self._told.room, dict[str, Packed]()
        for one in [*wanted, *(one for one in request.images if one not in wanted)]:
            image = request.images[one]
            size = 3 * image.size[0] * image.size[1]
            images[one] = _pack(image, pixels=one in wanted and size <= room)
            room -= size if images[one].pixels is not None else 0
        prompt = request.prompt
        return Begun(
            listed=listed,
            candidates=tuple(replace(one, image=None) for one in request.candidates),
            begun=found,
            images=images,
            source=_packed_source(request, pixels=bool(wanted)),
            prompt=replace(prompt, source=None) if isinstance(prompt, Edit) else prompt,
            expect=request.expect,
            calls=request.calls,
            seconds=request.seconds,
            tokens=request.tokens,
            started=request.started,
        )

    def _wanted(
        self, request: Request, found: cascade.Resolved | cascade.Unfinished
    ) -> dict[str, None]:
        """Return who is measured next by others, in that order; a dict, to look them up."""
        if isinstance(found, cascade.Resolved):
            return {}
        known = Outcomes(tuple(request.candidates), found.table, request.expect)
        asking = cascade.resolving(self._plan, known, self._setup.rates)
        ask, _ = next(asking, (None, None))  # nothing is asked where nobody can be measured
        asking.close()
        return dict.fromkeys(one for one in ask.candidates if one in request.images) if ask else {}


def _pack(image: Image, *, pixels: bool) -> Packed:
    try:
        return pack(image, pixels=pixels)
    except ImageError:  # its file is gone; whoever asks for its pixels next will be told
        return pack(image, pixels=False)


def _packed_source(request: Request, *, pixels: bool) -> Packed | str | None:
    source: Any = request.source
    if isinstance(source, Failure):
        return source.reason
    if source is None or not is_source_needed(request):
        return None
    return _pack(source, pixels=pixels)
