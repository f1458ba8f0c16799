"""One request: candidates in, plan and measures at work, a selection out and written down."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any, Self

from selector import cascade
from selector.engine import given, rates, told
from selector.engine.deciding import deciding
from selector.engine.reading import read, read_source
from selector.engine.record import Record, Where
from selector.engine.request import Request
from selector.engine.saving import Saving
from selector.images import Image, Limits, PixelBudget
from selector.log import carried, of_request
from selector.measures.base import Measure
from selector.planning import Source, measure_of, plan_of, planned
from selector.policy.plan import Plan
from selector.runner import Runner
from selector.types import (
    Ask,
    Candidate,
    Edit,
    Selection,
    timeout_seconds,
)

READERS = min(8, os.cpu_count() or 1)  # decoding releases the interpreter; more only adds memory

Progress = Callable[[str, int], None]  # what is being done, on how many candidates


def select(
    prompt: str | Edit,
    candidates: Sequence[Any],
    policy: Source,
    *,
    expect: Mapping[str, float] | None = None,
    timeout_s: float | None = None,
    journal: Where = None,
) -> Selection:
    """Return which of the candidates to deliver, which a person should see, and why.

    For many requests make one `Selector`: it keeps the models loaded.

    Args:
        prompt: The prompt that the images were made for, or an `Edit`.
        candidates: Paths, encoded bytes, PIL images, `(H, W, 3)` uint8 arrays (sRGB), or
            `Candidate`s that carry one of these with an id and metadata.
        policy: A path, a name, a dict, YAML as bytes, or a `Policy`.
        expect: What this request expects, for gates that say `expect.NAME`: {"faces": 2}.
        timeout_s: What is not measured after this many seconds is a Failure("deadline"); instead
            of the policy's own.
        journal: Where to write the request down, a path or a database's address; if None the
            variable SELECTOR_JOURNAL says, and without it nowhere; False: nowhere.

    Raises:
        PolicyError: The policy can't be planned.
        CalibrationError: Its calibrated file was made for another policy, or other measures.
        RequestError: No candidates, duplicate ids, a prompt or an expectation that is not one.
        JournalError: The journal can't be written, or the policy requires one and there is none.
    """
    with Selector(policy, journal=journal) as selector:
        return selector.select(prompt, candidates, expect=expect, timeout_s=timeout_s)


class Selector:
    """A policy ready to decide requests. Keeps models loaded; safe to call from several threads.

    After a fork the child process goes on with the scorers' models on a CPU, loads the others anew,
    and ends like any other. A program that
    imports ONNX Runtime 1.29 or newer by itself before it forks sets ORT_DISABLE_TELEMETRY to 1
    before that: else the child waits at its end for a thread that only its parent has.

    Args:
        policy: A path, a name, a dict, YAML as bytes, or a `Policy`.
        device: Where models run: "cpu", "cuda", "cuda:1".
        journal: Where to write requests down: a path, a `Journal`, or a database's address,
            "postgresql://user@host/database"; if None the variable SELECTOR_JOURNAL says, and
            without it nowhere; False: nowhere. What else it does is said by SELECTOR_SPOOL,
            SELECTOR_SPOOL_MB, SELECTOR_THUMBNAILS and SELECTOR_THUMBNAIL_DAYS.
        limits: What an image may be: bytes, pixels, the colour behind transparency.
        pixel_budget: Bytes of decoded pixels held at once, over all threads.
        max_resident_gb: How much the models of scorers may take together, in GB. Models are shared
            by all who use them, so it holds for the whole process. Beyond it the one that was used
            longest ago is unloaded. If None the variable SELECTOR_MAX_RESIDENT_GB says, and without
            it there is no limit.

    Raises:
        PolicyError: The policy can't be planned.
        CalibrationError: Its calibrated file was made for another policy, or other measures.
        JournalError: The policy requires a journal and there is none.
    """

    def __init__(
        self,
        policy: Source,
        *,
        device: str = "cpu",
        journal: Where = None,
        limits: Limits | None = None,
        pixel_budget: int = 512 * 2**20,
        max_resident_gb: float | None = None,
    ) -> None:
        plan, measures = prepared(policy)
        _ = plan.hash  # now, in one thread: its lock must not be held when somebody forks
        self.progress: Progress = lambda _what, _count: None
        if max_resident_gb is not None:
            from selector.backbones import residency

            residency.limit(max_resident_gb)
        self._runner = Runner(measures, device=device)
        self._limits = limits or Limits()
        self._budget = PixelBudget(pixel_budget)
        self._record = Record(plan, journal)
        self._saving = Saving(plan, self._record.opened)
        # Now: no request's time is to pass while the journal is opened, or is somebody else's turn.
        self._rates = rates.of(plan, self._record.opened)

    @property
    def plan(self) -> Plan:
        """What decides requests now; those that its prediction is not for are decided without."""
        return self._saving.plan

    def select(
        self,
        prompt: str | Edit,
        candidates: Sequence[Any],
        *,
        expect: Mapping[str, float] | None = None,
        timeout_s: float | None = None,
    ) -> Selection:
        """Return which of the candidates to deliver, which a person should see, and why.

        See `selector.select` for the arguments and errors.
        """
        with of_request(request_id := uuid.uuid4().hex):
            request = self._request(request_id, prompt, expect or {}, timeout_s)
            selection = self._selected(given.candidates(candidates), request)
            told.decided(request, selection)
            self._record.append(request.plan, selection, request.thumbnails)
            self._saving.look_again()
            return selection

    def close(self) -> None:
        """Let go of the models and of the journal."""
        self._runner.close()
        self._record.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _request(
        self,
        request_id: str,
        prompt: str | Edit,
        expect: Mapping[str, float],
        timeout_s: float | None,
    ) -> Request:
        started = time.monotonic()
        timeout_s = timeout_s if timeout_s is not None else self.plan.timeout_s
        return Request(
            id=request_id,
            plan=self.plan,
            prompt=given.prompt(self.plan, prompt),
            expect=given.expectations(self.plan, expect),
            started=started,
            deadline=None if timeout_s is None else started + timeout_seconds(timeout_s),
        )

    def _selected(self, named: Sequence[Candidate], request: Request) -> Selection:
        request.plan = self._saving.plan_for(named)
        with self._opened(named, request):
            # What a choice promises, it promises in the order in which it was tried.
            rates = None if request.plan.prediction else self._rates
            selection = cascade.driven(
                deciding(request, self._limits, rates),
                lambda ask, table: self._measure(ask, table, request),
            )
            request.thumbnails = self._record.thumbnails(request.images)
            if selection.audited:
                self._saving.watch(selection)
            return selection

    @contextmanager
    def _opened(self, named: Sequence[Candidate], request: Request) -> Iterator[None]:
        """Read and decode all candidates, several at once; give their pixels back at the end."""
        started = time.monotonic()
        self.progress("images", len(named))
        pool = ThreadPoolExecutor(READERS, thread_name_prefix="selector-images")
        reading = [pool.submit(carried(read), one, self._limits, self._budget) for one in named]
        try:
            left = None if request.deadline is None else max(0.0, request.deadline - started)
            wait(reading, timeout=left)
            for one, future in zip(named, reading, strict=True):
                request.add(*future.result() if future.done() else (one, None))
            told.read(request)
            if isinstance(request.prompt, Edit):
                read_source(request.prompt, request, self._limits, self._budget)
            request.seconds["images"] = time.monotonic() - started
            yield
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for future in reading:  # also those that come too late
                future.add_done_callback(_close)
            if isinstance(request.source, Image):
                request.source.close()

    def _measure(self, ask: Ask, table: cascade.Table, request: Request) -> Sequence[Any]:
        """Answer one ask through the runner; who was not read in time fails without it."""
        self.progress(ask.instance, len(ask.candidates))
        started = time.monotonic()
        subjects = request.subjects(ask, table)
        found = self._runner.run(ask.instance, tuple(subjects.values()), request.deadline)
        took = time.monotonic() - started
        whole = request.answers(ask, dict(zip(subjects, found, strict=True)), took)
        told.measured(request, request.plan.instances[ask.instance], whole)
        return whole


def prepared(policy: Source) -> tuple[Plan, dict[str, Measure]]:
    """Return a plan and its measures, after all has come that names what they will measure."""
    made = planned(policy, None)  # a calibration holds for what will measure, once that is known
    plan = made.plan
    measures = {name: measure_of(one) for name, one in plan.instances.items()}
    came = {name: measure.prepare() for name, measure in measures.items()}  # each, whatever came
    if not any(came.values()) and not made.policy.asks_labels:
        return plan, measures
    plan = plan_of(policy)
    return plan, {name: measure_of(one) for name, one in plan.instances.items()}


def _close(reading: Future[tuple[Candidate, Image | None]]) -> None:
    if not reading.cancelled() and not reading.exception():
        image = reading.result()[1]
        if image is not None:
            image.close()
