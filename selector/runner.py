"""Instances on subjects become outcomes: batched, isolated, timed; whatever breaks is a Failure.

The only place that catches every exception, because measures are other people's code.
"""

from __future__ import annotations

import json
import math
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from selector.deadlines import waited_for
from selector.errors import MeasureError, SelectorError
from selector.foreign import shortened
from selector.locks import Lock
from selector.log import carried, operator_log, without
from selector.measures.base import Measure, Subject
from selector.types import Failure, Measured, NotApplicable, Output, Score, to_data

MAX_EVIDENCE = 16 * 1024  # bytes of JSON, by the contract
MAX_REASON = 1500  # characters of an exception's text that are kept
RETRY_AFTER_S = 30.0  # a model that did not load is tried again after this, not at every request
DEADLINE = Failure("deadline")

Subjects = tuple[Subject, ...]
Measurements = list[dict[str, Measured]]


@dataclass
class _Instance:
    measure: Measure
    outputs: Mapping[str, Output]
    lock: Lock = field(default_factory=Lock)
    built: bool = False
    closing: bool = False
    failed: Failure | None = None
    failed_at: float = -math.inf


class Runner:
    """Runs measures by instance name. Models are loaded at their first use and kept until `close`.

    Safe to use from several threads; one instance runs on one thread at a time.
    """

    def __init__(self, measures: Mapping[str, Measure], *, device: str = "cpu") -> None:
        self._instances = {
            name: _Instance(measure, dict(measure.outputs)) for name, measure in measures.items()
        }
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
            found += self._until(instance, tuple(subjects[start : start + size]), deadline)
        return found

    def batch(self, name: str) -> int:
        """Return how many subjects go into one call of a measure."""
        return self._instances[name].measure.batch

    def load(self, name: str) -> None:
        """Load what an instance needs now; if that fails, its first use tells why."""
        instance = self._instances[name]
        with instance.lock:
            self._build(instance)

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
        self, instance: _Instance, subjects: Subjects, deadline: float | None
    ) -> Measurements:
        """Run one batch, but wait no longer than the deadline."""
        if deadline is None:
            return self._batch(instance, subjects, None)
        found: list[Measurements] = []
        # A thread can't be stopped: one that runs late is left to end by itself, unheard.
        late = threading.Thread(
            target=carried(lambda: found.append(self._batch(instance, subjects, deadline))),
            daemon=True,
        )
        left = deadline - time.monotonic()
        if left > 0:
            late.start()
            late.join(left)
        return found[0] if found else _all(instance, subjects, DEADLINE)

    def _batch(
        self, instance: _Instance, subjects: Subjects, deadline: float | None
    ) -> Measurements:
        left = -1.0 if deadline is None else max(0.0, deadline - time.monotonic())
        # Whom nobody waits for any more must not run, or late requests would hold up all others.
        if not instance.lock.acquire(timeout=left):
            return _all(instance, subjects, DEADLINE)
        try:
            instance.closing = False
            if failed := self._build(instance):
                return _all(instance, subjects, failed)
            if deadline is not None and time.monotonic() >= deadline:
                return _all(instance, subjects, DEADLINE)
            with waited_for(deadline):
                found = _halving(instance, subjects)
            if instance.closing:
                _let_go(instance)
            return found
        finally:
            instance.lock.release()

    def _build(self, instance: _Instance) -> Failure | None:
        if instance.built:
            return None
        if instance.failed and time.monotonic() - instance.failed_at < RETRY_AFTER_S:
            return instance.failed
        try:
            instance.measure.build(self._device)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - see the module's docstring
            instance.failed, instance.failed_at = (
                _failure(instance.measure, error),
                time.monotonic(),
            )
            return instance.failed
        instance.built, instance.failed = True, None
        return None


def _let_go(instance: _Instance) -> None:
    if instance.built:
        instance.built = False
        try:
            instance.measure.close()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - see the module's docstring
            _failure(instance.measure, error)


def _halving(instance: _Instance, subjects: Subjects) -> Measurements:
    """Run a batch; if it fails as a whole, its halves, until what fails is alone.

    One rule for a bad picture, for a batch that memory can't hold and for a wrong length.
    """
    measure = instance.measure
    try:
        returned = _run(measure, subjects)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - see the module's docstring
        if len(subjects) <= 1 or measure.scope == "set":
            return _all(instance, subjects, _failure(measure, error, subjects))
        half = len(subjects) // 2
        return _halving(instance, subjects[:half]) + _halving(instance, subjects[half:])
    return [_checked(instance.outputs, one) for one in returned]


def _run(measure: Measure, subjects: Subjects) -> list[Any]:
    returned = list(measure.run(subjects))
    if len(returned) != len(subjects):
        raise MeasureError(
            f"{type(measure).__module__}: returned {len(returned)} outcomes for "
            f"{len(subjects)} subjects. Return one each, in their order."
        )
    return returned


def _all(instance: _Instance, subjects: Subjects, failure: Failure) -> Measurements:
    return [dict.fromkeys(instance.outputs, failure) for _ in subjects]


def _failure(measure: Measure, error: BaseException, subjects: Subjects = ()) -> Failure:
    said = _in_words(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    # No values of variables, and no text that the error quotes: a prompt is nobody's business but
    # the caller's.
    told = _text(
        without(said, {text for one in subjects for text in (one.prompt, one.instruction)})
    )
    operator_log().warning(
        "runner.measure_failed", measure=type(measure).__module__, error=told, where=where
    )
    return Failure(_text(said))


def _in_words(error: BaseException) -> str:
    try:
        said = str(error)
    except Exception:  # noqa: BLE001 - an error that can't say what it is
        said = "?"
    return said if isinstance(error, SelectorError) else f"{type(error).__name__}: {said}"


def _text(reason: str) -> str:
    """Return a reason that can be kept: not endless, its end told (what to do), valid Unicode."""
    said = shortened(reason, MAX_REASON).encode("utf-8", "backslashreplace").decode()
    return shortened(said, MAX_REASON)


def _checked(outputs: Mapping[str, Output], returned: Any) -> dict[str, Measured]:
    """Return the declared outputs; what breaks the contract becomes a Failure that says how."""
    given = returned if isinstance(returned, Mapping) else {}
    return {name: _outcome(output, given.get(name)) for name, output in outputs.items()}


def _outcome(output: Output, given: Any) -> Measured:
    """Return a fresh outcome of plain values: what is kept, written and read back is the same."""
    if not isinstance(given, Score | Failure | NotApplicable):
        return _broken(f"it returned {type(given).__name__}, not an outcome")
    try:
        evidence = _plain(given.evidence)
    except (TypeError, ValueError, RecursionError) as error:
        return _broken(f"its evidence is not plain JSON ({error})")
    match given:
        case Score():
            return _score(output, given.value, evidence)
        case NotApplicable():
            if not output.optional:
                return _broken("it says not applicable of an output that is never absent")
            return NotApplicable(_text(str(given.reason)), evidence)
        case _:
            return Failure(_text(str(given.reason)), evidence)


def _score(output: Output, value: Any, evidence: JsonValue) -> Measured:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return _broken(f"it returned {type(value).__name__}, not a number")
    if not math.isfinite(number):
        return _broken(f"it returned {number}")
    if (output.low is not None and number < output.low) or (
        output.high is not None and number > output.high
    ):
        return _broken(f"{number:.6g} is outside its range {output.low} to {output.high}")
    return Score(number, evidence)


def _plain(evidence: Any) -> JsonValue:
    """Return evidence as it will be read back from JSON, its own copy.

    Raises:
        ValueError: It is too large, too deep, not a number, or not Unicode.
    """
    if evidence is None:
        return None
    text = json.dumps(evidence, allow_nan=False, ensure_ascii=False)
    if (size := len(text.encode())) > MAX_EVIDENCE:
        raise ValueError(f"it has {size} bytes, over {MAX_EVIDENCE}")
    plain: JsonValue = json.loads(text)
    to_data(JsonValue, plain)  # refuses what is too deep to be written with the selection
    return plain


def _broken(how: str) -> Failure:
    return Failure(_text(f"the measure broke its contract: {how}"))
