"""Instances on subjects become outcomes: batched, isolated, timed; whatever breaks is a Failure.

The only place that catches every exception, because measures are other people's code.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from selector.errors import MeasureError, SelectorError
from selector.log import operator_log
from selector.measures.base import Measure, Subject
from selector.types import Failure, Measured, NotApplicable, Output, Score

MAX_EVIDENCE = 16 * 1024  # bytes of JSON, by the contract
MAX_REASON = 500  # characters of an exception's text that are kept
RETRY_AFTER_S = 30.0  # a model that did not load is tried again after this, not at every request
DEADLINE = Failure("deadline")

Measurements = list[dict[str, Measured]]


@dataclass
class _Instance:
    measure: Measure
    lock: threading.Lock = field(default_factory=threading.Lock)
    built: bool = False
    closing: bool = False
    failed: Failure | None = None
    failed_at: float = -math.inf


class Runner:
    """Runs measures by instance name. Models are loaded at their first use and kept until `close`.

    Safe to use from several threads; one instance runs on one thread at a time.
    """

    def __init__(self, measures: Mapping[str, Measure], *, device: str = "cpu") -> None:
        self._instances = {name: _Instance(measure) for name, measure in measures.items()}
        self._device = device

    def run(
        self, name: str, subjects: Sequence[Subject], deadline: float | None = None
    ) -> Measurements:
        """Return every output of every subject, in their order.

        Args:
            name: The instance.
            subjects: For a measure of sets, exactly the members of one set.
            deadline: On the clock of `time.monotonic`; what is not finished then is
                Failure("deadline").
        """
        instance = self._instances[name]
        size = max(1, len(subjects) if instance.measure.scope == "set" else instance.measure.batch)
        found: Measurements = []
        for start in range(0, len(subjects), size):
            found += self._until(instance, subjects[start : start + size], deadline)
        return found

    def close(self) -> None:
        """Let every measure go of what it loaded; running again loads again."""
        for instance in self._instances.values():
            instance.closing = True
            # Whoever runs late still holds the lock; it lets go by itself when it ends.
            if instance.lock.acquire(blocking=False):
                try:
                    _let_go(instance)
                finally:
                    instance.lock.release()

    def _until(
        self, instance: _Instance, subjects: Sequence[Subject], deadline: float | None
    ) -> Measurements:
        """Run one batch, but wait no longer than the deadline."""
        if deadline is None:
            return self._batch(instance, subjects)
        found: list[Measurements] = []
        # A thread can't be stopped: one that runs late is left to end by itself, unheard.
        late = threading.Thread(
            target=lambda: found.append(self._batch(instance, subjects)), daemon=True
        )
        left = deadline - time.monotonic()
        if left > 0:
            late.start()
            late.join(left)
        return found[0] if found else _all(instance.measure, subjects, DEADLINE)

    def _batch(self, instance: _Instance, subjects: Sequence[Subject]) -> Measurements:
        with instance.lock:
            instance.closing = False
            if failed := self._build(instance):
                return _all(instance.measure, subjects, failed)
            found = _halving(instance.measure, subjects)
            if instance.closing:
                _let_go(instance)
            return found

    def _build(self, instance: _Instance) -> Failure | None:
        if instance.built:
            return None
        if instance.failed and time.monotonic() - instance.failed_at < RETRY_AFTER_S:
            return instance.failed
        try:
            instance.measure.build(self._device)
        except Exception as error:  # noqa: BLE001 - see the module's docstring
            instance.failed, instance.failed_at = (
                _failure(instance.measure, error),
                time.monotonic(),
            )
            return instance.failed
        instance.built, instance.failed = True, None
        return None


def _let_go(instance: _Instance) -> None:
    if instance.built:
        instance.measure.close()
        instance.built = False


def _halving(measure: Measure, subjects: Sequence[Subject]) -> Measurements:
    """Run a batch; if it fails as a whole, its halves, until what fails is alone.

    One rule for a bad picture, for a batch that memory can't hold and for a wrong length.
    """
    try:
        return _run(measure, subjects)
    except Exception as error:  # noqa: BLE001 - see the module's docstring
        if len(subjects) <= 1 or measure.scope == "set":
            return _all(measure, subjects, _failure(measure, error))
    half = len(subjects) // 2
    return _halving(measure, subjects[:half]) + _halving(measure, subjects[half:])


def _run(measure: Measure, subjects: Sequence[Subject]) -> Measurements:
    returned = measure.run(subjects)
    if len(returned) != len(subjects):
        raise MeasureError(
            f"{type(measure).__module__}: returned {len(returned)} outcomes for "
            f"{len(subjects)} subjects. Return one each, in their order."
        )
    return [_checked(measure.outputs, one) for one in returned]


def _all(measure: Measure, subjects: Sequence[Subject], failure: Failure) -> Measurements:
    return [dict.fromkeys(measure.outputs, failure) for _ in subjects]


def _failure(measure: Measure, error: Exception) -> Failure:
    operator_log().warning(
        "runner.measure_failed", measure=type(measure).__module__, exc_info=error
    )
    said = str(error)
    text = said if isinstance(error, SelectorError) else f"{type(error).__name__}: {said}"
    return Failure(text if len(text) <= MAX_REASON else text[:MAX_REASON] + "…")


def _checked(outputs: Mapping[str, Output], returned: Mapping[str, Any]) -> dict[str, Measured]:
    """Return the declared outputs; what breaks the contract becomes a Failure that says how."""
    return {name: _outcome(output, returned.get(name)) for name, output in outputs.items()}


def _outcome(output: Output, given: Any) -> Measured:
    problem = _problem(output, given)
    if problem:
        return Failure(f"the measure broke its contract: {problem}")
    return replace(given, value=float(given.value)) if isinstance(given, Score) else given


def _problem(output: Output, given: Any) -> str | None:
    if not isinstance(given, Score | Failure | NotApplicable):
        return f"it returned {type(given).__name__}, not an outcome"
    if isinstance(given, NotApplicable) and not output.optional:
        return "it says not applicable of an output that is never absent"
    if isinstance(given, Score) and not math.isfinite(given.value):
        return f"it returned {given.value}"
    if isinstance(given, Score) and not _inside(output, given.value):
        return f"{given.value:.6g} is outside its range {output.low} to {output.high}"
    return _evidence_problem(given.evidence)


def _inside(output: Output, value: float) -> bool:
    above = output.low is None or value >= output.low
    return above and (output.high is None or value <= output.high)


def _evidence_problem(evidence: Any) -> str | None:
    if evidence is None:
        return None
    encode: Callable[[Any], str] = json.JSONEncoder(allow_nan=False).encode
    size = len(encode(evidence))
    return f"its evidence has {size} bytes, over {MAX_EVIDENCE}" if size > MAX_EVIDENCE else None
