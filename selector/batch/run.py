"""A run from its input to its summary: listed and checked, measured by an engine, counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from selector.batch import preflight, resuming
from selector.batch.about import About
from selector.batch.checking import Checked, Problems
from selector.batch.hearing import Ears, Start, Stopped, never, nobody
from selector.batch.listed import Listed
from selector.batch.ray_options import RayOptions
from selector.batch.reading.files import absolute
from selector.batch.setup import SHARD_SIZE, STEP_S, Originals, Setup, Task, Tell
from selector.batch.summary import Summary
from selector.batch.wanted import Engine, Journal, Wanted
from selector.engine import rates
from selector.engine.selector import prepared
from selector.foreign import without_password
from selector.installed import DISTRIBUTION, version_of
from selector.planning import Source
from selector.policy.order import Rates
from selector.policy.plan import Plan

if TYPE_CHECKING:
    from selector.batch.folder import Folder


def run(  # noqa: PLR0913 - one keyword each
    source: str,
    policy: Source,
    out: str,
    *,
    engine: Engine = "local",
    workers: int | None = None,
    devices: Sequence[str] = ("cpu",),
    resume: bool = False,
    retry_failed: bool = False,
    journal: Journal = None,
    originals: Originals | None = None,
    shard_size: int | None = None,
    step_s: float = STEP_S,
    ray: RayOptions | None = None,
    tell: Tell | None = None,
    begun: Callable[[Start], None] | None = None,
    stopping: Callable[[], bool] | None = None,
) -> Summary:
    """Decide every request of an input, and return what became of them.

    The decisions lie in `out/decisions`, a row a candidate, and what is returned here in
    `out/summary.json` and `out/summary.html`. A run that was ended, however, goes on with *resume*.
    A policy's `timeout_s` does not hold, as nobody waits, and `regret` loses nothing.

    Args:
        source: Folders, a JSONL or Parquet manifest, WebDataset tars, a Hugging Face dataset on
            disk: a path, or an address that fsspec can open.
        policy: A path, a name, a dict, YAML as bytes, or a `Policy`.
        out: The run's folder, likewise.
        engine: "local": on this machine; "ray": on Ray.
        workers: How many processes read pictures and measure what is cheap; None: one a core.
        devices: Where models of scorers run: ("cuda:0", "cuda:1") are used at once.
        resume: Whether to go on with what is in the folder.
        retry_failed: Whether to decide again what failed: requests with an image that could not be
            read or an output that could not be measured.
        journal: Where to write requests down, too; if None the variable SELECTOR_JOURNAL says, and
            without it nowhere; False: nowhere.
        originals: "link" or "copy": put the accepted originals into `out/accepted`.
        shard_size: How many candidates a shard holds before it ends; 1,000 if None.
        step_s: After how many seconds a worker is ended that is still at one image.
        ray: What a run on Ray takes.
        tell: Hears what was decided, some times a second at most.
        begun: Hears once with what measuring begins.
        stopping: Once it says True no shard is begun any more; those that were are finished.

    Raises:
        PolicyError: The policy can't be planned.
        CalibrationError: Its calibrated file was made for another policy, or other measures.
        RequestError: The input, the options or the folder have problems, all told at once; or the
            folder can't be written any more.
        JournalError: The journal can't be read or written.
        MeasureError: A process that measures can't be kept alive.
    """
    wanted = Wanted(
        source=source,
        policy=policy,
        out=out,
        engine=engine,
        workers=workers,
        devices=tuple(devices),
        resume=resume,
        retry_failed=retry_failed,
        journal=journal,
        originals=originals,
        shard_size=shard_size,
        step_s=step_s,
        ray=ray,
    )
    return done(wanted, Ears(tell or nobody, begun or nobody, stopping or never))


def done(wanted: Wanted, ears: Ears) -> Summary:
    """Return what became of the requests of a run; see `run`."""
    from selector.batch.folder import Folder

    plan, _ = prepared(wanted.policy)
    preflight.check(wanted, plan)
    folder = Folder(absolute(wanted.out))
    resuming.found(wanted, plan, folder)  # now: somebody else's folder is not even locked
    with folder.lock():
        about = resuming.found(wanted, plan, folder)
        if about is not None:
            return _decided(wanted, plan, folder, about, ears)
        try:
            about = _listed(wanted, plan, folder, ears)
        except Stopped:
            return Summary(str(folder), _about(wanted, plan), interrupted=True)
        return _decided(replace(wanted, resume=True), plan, folder, about, ears)


def _about(wanted: Wanted, plan: Plan, warnings: Sequence[str] = ()) -> About:
    return About(
        input=without_password(wanted.input),
        policy=f"{plan.policy}@{plan.version}",
        policy_hash=plan.policy_hash,
        plan_hash=plan.hash,
        selector=version_of(DISTRIBUTION) or "",
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        rates=_rates(wanted, plan),
        journal=resuming.name_of(wanted.book),
        originals=wanted.originals,
        warnings=warnings,
    )


def _rates(wanted: Wanted, plan: Plan) -> Rates:
    """Return what measuring came to, of which all the run asks in one order."""
    if wanted.book is None:
        return {}
    from selector.journal import Journal

    with Journal(wanted.book) as book:
        return rates.of(plan, lambda: book if book.exists() else None)


def _listed(wanted: Wanted, plan: Plan, folder: Folder, ears: Ears) -> About:
    """Write down all requests of the input, and return the run that this makes."""
    from selector.batch.reading.read import read

    problems, warnings = Problems(), list[str]()
    with resuming.holding(wanted) as holds:
        checked = Checked(plan, problems, holds)

        def listed() -> Iterator[Listed]:
            for one in checked.through(
                read(wanted.input, tell=problems.tell, warn=warnings.append)
            ):
                if ears.stopping():
                    raise Stopped
                yield one
            problems.check()
            warnings.extend(checked.warnings())

        size = wanted.shard_size or SHARD_SIZE
        about = _about(wanted, plan, warnings)
        return folder.begin(about, listed(), plan=plan, shard_size=size)


def _decided(wanted: Wanted, plan: Plan, folder: Folder, about: About, ears: Ears) -> Summary:
    """Let an engine do what is left, and count what is there in the end."""
    from selector.batch.folder import DECISIONS

    tasks = resuming.tasks(wanted, folder)
    ears.begun(Start(about, _requests(tasks, about, folder)))
    started = time.monotonic()
    did = _measured(_setup(wanted, plan, about), tasks, wanted, ears) if tasks else 0
    summary = Summary(
        str(folder),
        about,
        folder.tally(),
        seconds=time.monotonic() - started if tasks else 0.0,
        candidates=ears.candidates,
        done=did,
        left=len(folder.todo()),
        interrupted=did < len(tasks),
    )
    names = folder.place.names(DECISIONS)
    parts = [f"{DECISIONS}/{name}" for name in names if not name.startswith(".")]
    folder.place.put("summary.json", summary.as_json())
    folder.place.put("summary.html", summary.as_page(plan, parts))
    return summary


def _requests(tasks: Sequence[Task], about: About, folder: Folder) -> int:
    """Return how many requests tasks are about; those that are not decided are in whole shards."""
    again = sum(len(one.only) for one in tasks if one.only is not None)
    whole = any(one.only is None for one in tasks)
    return again + (about.requests - folder.tally().requests if whole else 0)


def _setup(wanted: Wanted, plan: Plan, about: About) -> Setup:
    return Setup(
        out=absolute(wanted.out),
        plan=plan,
        rates=about.rates,
        device=wanted.devices[0],
        workers=wanted.processes,
        step_s=wanted.step_s,
        journal=wanted.book,
        originals=wanted.originals,
    )


def _measured(setup: Setup, tasks: Sequence[Task], wanted: Wanted, ears: Ears) -> int:
    """Return how many shards an engine has done."""
    if wanted.engine == "ray":
        from selector.batch import ray

        options = wanted.ray or RayOptions()
        return ray.run(setup, tasks, options=options, tell=ears.hear, stopping=ears.stopping)
    from selector.batch import local

    devices = wanted.devices
    return local.run(setup, tasks, devices=devices, tell=ears.hear, stopping=ears.stopping)
