"""What a run would be, and whether it can begin: looked at without anything being written."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field

from selector.batch import alone, preflight, resuming
from selector.batch.about import About
from selector.batch.checking import Checked, Problems
from selector.batch.listing import sharded
from selector.batch.setup import SHARD_SIZE
from selector.batch.wanted import Wanted, cores
from selector.errors import PolicyError, RequestError, SelectorError
from selector.planning import absent, measure_of, plan_of
from selector.policy.plan import Plan
from selector.weights.entry import Entry

ROW, OUTPUT = 600, 40  # bytes of a candidate on disk, and of each of its outputs; mostly less


@dataclass(frozen=True, slots=True)
class Looked:
    """What a run would be, if it began now.

    Attributes:
        problems: Why it can't begin, in words; nothing if it can.
        warnings: What is odd, and no reason not to begin.
        plan: What would decide; None where the policy has problems.
        requests: How many there are; of them are made *candidates* and *shards*.
        candidates: How many there are.
        shards: How many there are.
        about: The run that is in the folder already and would be gone on with.
        left: How many shards are to be decided.
        hosted: The instances that worker processes measure.
        others: The instances that the *devices* measure.
        devices: Where models run.
        models: Those that would have to be fetched first.
        workers: How many processes read pictures.
        needed: Bytes that the decisions will take, about.
        free: Bytes that the disk has; None where the folder is on none.
    """

    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    plan: Plan | None
    requests: int = 0
    candidates: int = 0
    shards: int = 0
    about: About | None = None
    left: int = 0
    hosted: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    models: tuple[Entry, ...] = field(default=())
    workers: int = 1
    needed: int = 0
    free: int | None = None


@dataclass(frozen=True, slots=True)
class _Count:
    """How many there are of what in an input."""

    requests: int = 0
    candidates: int = 0
    shards: int = 0


def look(wanted: Wanted) -> Looked:
    """Return what a run would be, and every reason why it can't begin."""
    problems, warnings = Problems(), list[str]()
    plan = _planned(wanted, problems)
    for one in preflight.problems(wanted, plan):
        problems.tell(one)
    about, left = _there(wanted, plan, problems)
    count = _Count()
    if about is None:
        count = _listed(wanted, plan, problems, warnings)
    else:
        count = _Count(about.requests, about.candidates, about.shards)
    needed, free = _space(wanted, plan, count.candidates)
    if free is not None and needed > free:
        problems.tell(_too_little(wanted, needed, free))
    workers = wanted.processes
    if workers > cores() and wanted.engine == "local":
        warnings.append(f"workers: {workers} share {cores()} cores; more of them are no faster")
    hosted, others = _stations(plan)
    return Looked(
        problems=tuple(problems.lines()),
        warnings=tuple(warnings),
        plan=plan,
        requests=count.requests,
        candidates=count.candidates,
        shards=count.shards,
        about=about,
        left=count.shards if about is None else left,
        hosted=hosted,
        others=others,
        devices=wanted.devices,
        models=absent(map(measure_of, plan.instances.values())) if plan else (),
        workers=workers,
        needed=needed,
        free=free,
    )


def _planned(wanted: Wanted, problems: Problems) -> Plan | None:
    try:
        return plan_of(wanted.policy)
    except PolicyError as error:
        for line in error.problems:
            problems.tell(line)
    except SelectorError as error:
        problems.tell(str(error))
    return None


def _there(wanted: Wanted, plan: Plan | None, problems: Problems) -> tuple[About | None, int]:
    """Return the run that would be gone on with, and how many of its shards are left."""
    from selector.batch.folder import Folder

    if plan is None or problems.count:  # it may be what they are about
        return None, 0
    folder = Folder(wanted.out)
    try:
        alone.check(folder.place)
        about = resuming.found(wanted, plan, folder)
    except RequestError as error:
        problems.tell(str(error))
        return None, 0
    return about, len(resuming.tasks(wanted, folder)) if about else 0


def _listed(wanted: Wanted, plan: Plan | None, problems: Problems, warnings: list[str]) -> _Count:
    """Return how much the input lists; what is wrong with it is a problem like the others."""
    from selector.batch.reading.read import read

    requests = candidates = shards = 0
    if not wanted.source:
        return _Count()
    found = read(wanted.input, tell=problems.tell, warn=warnings.append)
    try:
        with resuming.holding(wanted) as holds:
            checked = Checked(plan, problems, holds)
            for shard in sharded(checked.through(found), wanted.shard_size or SHARD_SIZE):
                shards += 1
                requests += len(shard)
                candidates += sum(len(one.candidates) for one in shard)
        warnings += checked.warnings()
    except SelectorError as error:
        problems.tell(str(error))
    return _Count(requests, candidates, shards)


def _stations(plan: Plan | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what worker processes measure, and what the devices do."""
    from selector.batch.pool import hosted

    if plan is None:
        return (), ()
    inside = hosted(plan)
    names = tuple(plan.instances)
    return tuple(one for one in names if one in inside), tuple(
        one for one in names if one not in inside
    )


def _space(wanted: Wanted, plan: Plan | None, candidates: int) -> tuple[int, int | None]:
    """Return how many bytes the run will take, about, and how many there are."""
    outputs = sum(len(one.outputs) for one in plan.instances.values()) if plan else 0
    needed = candidates * (ROW + OUTPUT * outputs)
    above = preflight.nearest(wanted.out)
    try:
        return needed, None if above is None else shutil.disk_usage(above).free
    except OSError:  # what is wrong with it was told
        return needed, None


def _too_little(wanted: Wanted, needed: int, free: int) -> str:
    from selector.doctor.finding import megabytes

    return (
        f"{wanted.out}: too little space (got {megabytes(free)}; the decisions take about "
        f"{megabytes(needed)}). Free some, or name another folder."
    )
