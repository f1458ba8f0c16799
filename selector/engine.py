"""One request: candidates in, plan and measures at work, a selection out and written down."""

from __future__ import annotations

import json
import math
import os
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from selector import cascade
from selector.errors import ImageError, JournalError, RequestError
from selector.images import Image, Limits, PixelBudget, open_image
from selector.measures.base import EVIDENCE_OF, Subject
from selector.planning import Source, measure_of, plan_of
from selector.policy.plan import Instance, Plan
from selector.runner import DEADLINE, Measurements, Runner
from selector.types import (
    NOT_EVALUATED,
    Ask,
    Candidate,
    Decision,
    Edit,
    Failure,
    Measured,
    Outcome,
    Outcomes,
    Selection,
    Spent,
)

if TYPE_CHECKING:
    from selector.journal import Journal

JOURNAL_VARIABLE = "SELECTOR_JOURNAL"
READERS = min(8, os.cpu_count() or 1)  # decoding releases the interpreter; more only adds memory

Progress = Callable[[str, int], None]  # what is being done, on how many candidates


def select(
    prompt: str | Edit,
    candidates: Sequence[Any],
    policy: Source,
    *,
    expect: Mapping[str, float] | None = None,
    timeout_s: float | None = None,
    journal: str | os.PathLike[str] | Journal | None = None,
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
        journal: Where to write the request down; else the variable SELECTOR_JOURNAL says, else
            nowhere.

    Raises:
        PolicyError: The policy can't be planned.
        RequestError: No candidates, duplicate ids, a prompt or an expectation that is not one.
        JournalError: The policy requires the journal and it can't be written.
    """
    with Selector(policy, journal=journal) as selector:
        return selector.select(prompt, candidates, expect=expect, timeout_s=timeout_s)


class Selector:
    """A policy ready to decide requests. Keeps models loaded; safe to call from several threads.

    Args:
        policy: A path, a name, a dict, YAML as bytes, or a `Policy`.
        device: Where models run: "cpu", "cuda", "cuda:1".
        journal: Where to write requests down; else the variable SELECTOR_JOURNAL says.
        limits: What an image may be: bytes, pixels, the colour behind transparency.
        pixel_budget: Bytes of decoded pixels held at once, over all threads.

    Raises:
        PolicyError: The policy can't be planned.
    """

    def __init__(
        self,
        policy: Source,
        *,
        device: str = "cpu",
        journal: str | os.PathLike[str] | Journal | None = None,
        limits: Limits | None = None,
        pixel_budget: int = 512 * 2**20,
    ) -> None:
        self.plan: Plan = plan_of(policy)
        _ = self.plan.hash  # now, in one thread: its lock must not be held when somebody forks
        self.progress: Progress = lambda _what, _count: None
        self._runner = Runner(
            {name: measure_of(one) for name, one in self.plan.instances.items()}, device=device
        )
        self._limits = limits or Limits()
        self._budget = PixelBudget(pixel_budget)
        self._journal_lock = threading.Lock()
        self._given_journal = journal or os.environ.get(JOURNAL_VARIABLE) or None
        self._journal: Journal | None = None

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
        started = time.monotonic()
        timeout_s = timeout_s if timeout_s is not None else self.plan.timeout_s
        request = _Request(
            prompt=_checked_prompt(self.plan, prompt),
            expect=_checked_expect(expect or {}),
            deadline=None if timeout_s is None else started + _checked_timeout(timeout_s),
        )
        given = named(candidates)
        with self._opened(given, request):
            decision, table = cascade.resolve(
                self.plan,
                Outcomes(tuple(request.candidates), {}, request.expect),
                lambda ask, table: self._measure(ask, table, request),
            )
        request.seconds["total"] = time.monotonic() - started
        selection = _selection(self.plan, request, decision, table)
        self._write(selection)
        return selection

    def close(self) -> None:
        """Let go of the models and of the journal."""
        self._runner.close()
        if self._journal is not None and self._journal is not self._given_journal:
            self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _opened(self, given: Sequence[Candidate], request: _Request) -> Iterator[None]:
        """Read and decode all candidates, several at once; give their pixels back at the end."""
        started = time.monotonic()
        self.progress("images", len(given))
        pool = ThreadPoolExecutor(READERS, thread_name_prefix="selector-images")
        reading = [pool.submit(self._read, one) for one in given]
        try:
            left = None if request.deadline is None else max(0.0, request.deadline - started)
            wait(reading, timeout=left)
            for one, future in zip(given, reading, strict=True):
                request.add(*future.result() if future.done() else (one, None))
            if isinstance(request.prompt, Edit):
                self._open_source(request.prompt, request)
            request.seconds["images"] = time.monotonic() - started
            yield
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for future in reading:  # also those that come too late
                future.add_done_callback(_close)
            if isinstance(request.source, Image):
                request.source.close()

    def _read(self, one: Candidate) -> tuple[Candidate, Image | None]:
        image: Image | None = None
        try:
            image = open_image(one.image, limits=self._limits, budget=self._budget)
            one = replace(one, path=image.path, content_hash=image.content_hash)
            image.decode()
            return replace(one, pixel_hash=image.pixel_hash, notes=image.notes), image
        except ImageError as error:
            if image is not None:
                image.close()
            return replace(one, error=str(error)), None

    def _open_source(self, edit: Edit, request: _Request) -> None:
        try:
            source = open_image(edit.source, limits=self._limits, budget=self._budget)
            request.prompt = replace(edit, path=source.path, content_hash=source.content_hash)
            request.source = source
        except ImageError as error:
            request.source = Failure(f"the edit's source: {error}")

    def _measure(self, ask: Ask, table: cascade.Table, request: _Request) -> Measurements:
        """Answer one ask through the runner; who was not read in time fails without it."""
        instance = self.plan.instances[ask.instance]
        self.progress(ask.instance, len(ask.candidates))
        started = time.monotonic()
        failed: dict[str, Measured] = dict.fromkeys(instance.outputs, request.failure(instance))
        ready = request.ready(instance, ask.candidates)
        subjects = [request.subject(instance, one, table[one]) for one in ready]
        found = self._runner.run(ask.instance, subjects, request.deadline)
        answers = dict(zip(ready, found, strict=True))
        request.spend(ask.instance, len(ready), time.monotonic() - started)
        return [answers.get(one, failed) for one in ask.candidates]

    def _write(self, selection: Selection) -> None:
        try:
            with self._journal_lock:
                if self._journal is None and self._given_journal is not None:
                    self._journal = _journal(self._given_journal)
            if self._journal is not None:
                self._journal.append(self.plan, selection)
        except JournalError as error:
            if self.plan.journal == "required":
                error.selection = selection
                raise
            import structlog

            structlog.get_logger("selector").error(
                "engine.request_not_journaled", request_id=selection.request_id, error=str(error)
            )


@dataclass
class _Request:
    """One request while it is being decided."""

    prompt: str | Edit
    expect: Mapping[str, float]
    deadline: float | None
    candidates: list[Candidate] = field(default_factory=list)
    images: dict[str, Image] = field(default_factory=dict)
    source: Image | Failure | None = None
    calls: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, candidate: Candidate, image: Image | None) -> None:
        self.candidates.append(candidate)
        if image is not None:
            self.images[candidate.id] = image

    def spend(self, instance: str, calls: int, seconds: float) -> None:
        self.calls[instance] = self.calls.get(instance, 0) + calls
        self.seconds[instance] = self.seconds.get(instance, 0.0) + seconds

    def failure(self, instance: Instance) -> Failure:
        """Return why an instance can't be asked on a candidate that is not `ready`."""
        no_source = "source" in instance.needs and isinstance(self.source, Failure)
        return self.source if no_source else DEADLINE  # type: ignore[return-value]

    def ready(self, instance: Instance, candidates: Sequence[str]) -> list[str]:
        """Return on whom an instance can be asked; of a set, all of it or nobody."""
        if "source" in instance.needs and not isinstance(self.source, Image):
            return []
        there = [one for one in candidates if one in self.images]
        whole = instance.scope == "candidate" or len(there) == len(candidates)
        return there if whole else []

    def subject(self, instance: Instance, name: str, row: Mapping[str, Outcome]) -> Subject:
        """Return a candidate as a measure sees it: exactly what its `needs` names."""
        text = self.prompt.instruction if isinstance(self.prompt, Edit) else self.prompt
        source = self.source if isinstance(self.source, Image) else None
        wanted = [need.removeprefix(EVIDENCE_OF) for need in instance.needs if EVIDENCE_OF in need]
        return Subject(
            image=self.images[name],
            prompt=text if "prompt" in instance.needs else None,
            source=source if "source" in instance.needs else None,
            evidence={one: _outputs_of(one, row) for one in wanted},
        )


def _outputs_of(instance: str, row: Mapping[str, Outcome]) -> dict[str, Outcome]:
    start = f"{instance}."
    return {key.removeprefix(start): row[key] for key in row if key.startswith(start)}


def _close(reading: Future[tuple[Candidate, Image | None]]) -> None:
    if not reading.cancelled() and not reading.exception():
        image = reading.result()[1]
        if image is not None:
            image.close()


def _journal(given: Any) -> Journal:
    from selector.journal import Journal

    return given if isinstance(given, Journal) else Journal(given)


def _selection(
    plan: Plan, request: _Request, decision: Decision, table: cascade.Table
) -> Selection:
    keys = [f"{name}.{output}" for name, one in plan.instances.items() for output in one.outputs]
    return Selection(
        request_id=uuid.uuid4().hex,
        created=datetime.now(UTC).isoformat(timespec="milliseconds"),
        prompt=request.prompt,
        policy=f"{plan.policy}@{plan.version}",
        plan_hash=plan.hash,
        candidates=tuple(request.candidates),
        outcomes={
            name: {key: row.get(key, NOT_EVALUATED) for key in keys} for name, row in table.items()
        },
        decision=decision,
        expect=dict(request.expect),
        spent=Spent(dict(request.calls), dict(request.seconds)),
    )


def named(candidates: Any) -> tuple[Candidate, ...]:
    """Return what a caller gave as candidates with ids.

    A path's id is its file name, or all of it where two share a name; the others are counted.

    Raises:
        RequestError: None are given, an id is double or not text, metadata is not JSON.
    """
    if isinstance(candidates, str | bytes | os.PathLike) or not isinstance(candidates, Iterable):
        raise RequestError(
            f"candidates: expected a list (got {type(candidates).__name__}). Put it into a list."
        )
    given = [one if isinstance(one, Candidate) else Candidate(one) for one in candidates]
    if not given:
        raise RequestError("candidates: there are none (got an empty list). Give at least one.")
    short = Counter(_text(Path(one.image).name) for one in given if _is_path(one.image))
    made = tuple(_named(one, at, short) for at, one in enumerate(given, start=1))
    double = [name for name, times in Counter(one.id for one in made).items() if times > 1]
    if double:
        raise RequestError(
            f"candidates: ids must be unique (got {', '.join(map(repr, double[:5]))} twice or more). "
            "Give each candidate its own id."
        )
    return made


def _named(one: Candidate, at: int, short: Mapping[str, int]) -> Candidate:
    image = one.image if one.image is not None else one.path
    path = _text(image) if _is_path(image) else None
    name = one.id or f"candidate-{at:02d}"
    if not one.id and path is not None:
        file = Path(path).name
        name = file if short[file] <= 1 else path
    try:
        name.encode()
        metadata = json.loads(json.dumps(dict(one.metadata), allow_nan=False))
    except (AttributeError, TypeError, ValueError) as error:
        raise RequestError(
            f"candidate {at}: id must be text and metadata JSON (got {error}). Change them."
        ) from None
    return Candidate(image, name, metadata, path)


def _is_path(image: Any) -> bool:
    return isinstance(image, str | os.PathLike)


def _text(path: Any) -> str:
    """Return a path as text that can be shown and stored, whatever bytes its name has."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _checked_prompt(plan: Plan, prompt: str | Edit) -> str | Edit:
    text: object = prompt.instruction if isinstance(prompt, Edit) else prompt
    needs = {need for one in plan.instances.values() for need in one.needs}
    if not isinstance(text, str):
        raise RequestError(f"prompt: expected text or an Edit (got {type(prompt).__name__}).")
    if "prompt" in needs and not text.strip():
        raise RequestError("prompt: the policy's measures read it (got nothing). Give the prompt.")
    if "source" in needs and not isinstance(prompt, Edit):
        raise RequestError("prompt: the policy's measures compare with a source. Give an Edit.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise RequestError(f"prompt: not valid Unicode (got {error.reason}). Clean it.") from None
    return prompt


def _checked_expect(expect: Mapping[Any, Any]) -> dict[str, float]:
    for name, value in expect.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not isinstance(name, str) or not number or not math.isfinite(value):
            raise RequestError(f"expect: {name!r} must be a finite number (got {value!r}).")
    return {name: float(value) for name, value in expect.items()}


def _checked_timeout(timeout_s: Any) -> float:
    number = isinstance(timeout_s, int | float) and not isinstance(timeout_s, bool)
    if not number or not timeout_s > 0:
        raise RequestError(f"timeout_s: expected seconds above 0 (got {timeout_s!r}).")
    return float(timeout_s)
