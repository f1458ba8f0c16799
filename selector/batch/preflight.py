"""Whether a run can begin: options, packages, devices, the folder, space, all problems at once."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

from selector.batch.checking import Problems
from selector.batch.ray_options import RayOptions
from selector.batch.wanted import ENGINES, JOURNAL_VARIABLE, Wanted
from selector.errors import RequestError, SelectorError
from selector.installed import CURE, install_extra, misfit, requirements
from selector.planning import measure_of
from selector.policy.plan import Plan


def check(wanted: Wanted, plan: Plan) -> None:
    """End here if a run can't begin, for whatever reason there is but its input.

    Raises:
        RequestError: It can't; every reason is told.
    """
    Problems(problems(wanted, plan)).check()


def problems(wanted: Wanted, plan: Plan | None) -> Iterator[str]:
    """Give every reason why a run can't begin, but for its input and what its folder holds."""
    yield from _options(wanted)
    lacking = list(_packages(wanted))
    yield from lacking
    if plan is not None:
        yield from _measures(plan)
        yield from _devices(wanted, plan)
        yield from _journal(wanted, plan)
    if not lacking:
        yield from _folder(wanted)
        if wanted.engine == "ray":
            from selector.batch import ray

            yield from ray.check(wanted.ray or RayOptions(), journal=wanted.book)


def _options(wanted: Wanted) -> Iterator[str]:
    if wanted.engine not in ENGINES:
        yield f"engine: local or ray (got {wanted.engine!r}). Choose one of them."
    if wanted.workers is not None and wanted.workers < 1:
        yield f"workers: at least 1 (got {wanted.workers}). Leave it out for one a core."
    if wanted.shard_size is not None and wanted.shard_size < 1:
        yield f"shard size: at least 1 candidate (got {wanted.shard_size}). Leave it out for 1,000."
    if not (wanted.step_s > 0 and math.isfinite(wanted.step_s)):
        yield f"step_s: seconds above 0 (got {wanted.step_s:g}). Leave it out for 60."
    if wanted.engine == "ray" and (wanted.workers is not None or len(wanted.devices) > 1):
        yield (
            "ray: an actor has as many workers as it holds processors, and one device (got "
            f"{wanted.workers} workers, {len(wanted.devices)} devices). Say --cpus and --actors."
        )
    if not wanted.devices:
        yield "devices: at least one (got none). Name one: cpu, cuda."
    if wanted.originals not in {None, "link", "copy"}:
        yield f"originals: link or copy (got {wanted.originals!r}). Choose one, or none."
    if not wanted.source:
        yield "input: its name is empty (got ''). Name what lists the requests."
    if not wanted.out:
        yield "out: its name is empty (got ''). Name the run's folder."


def _packages(wanted: Wanted) -> Iterator[str]:
    for extra in ("batch", "ray") if wanted.engine == "ray" else ("batch",):
        wrong = [f"{one.name}: {said}" for one in requirements(extra) if (said := misfit(one))]
        if wrong:
            yield f"batch: packages are missing ({'; '.join(wrong)}).{CURE}{install_extra(extra)}"


def _measures(plan: Plan) -> Iterator[str]:
    """Give what would make a measure fail on every image."""
    for name, instance in plan.instances.items():
        extra = measure_of(instance).extra
        needed = requirements(extra) if extra else []
        wrong = [f"{one.name}: {said}" for one in needed if (said := misfit(one))]
        if wrong:
            yield f"{name}: it can't measure here ({'; '.join(wrong)}).{CURE}{install_extra(extra)}"


def _devices(wanted: Wanted, plan: Plan) -> Iterator[str]:
    """Give the devices that are not there; who runs no model on one is not asked for torch."""
    named = sorted({one for one in wanted.devices if one != "cpu"})
    if not named or not any(measure_of(one).extra == "scorers" for one in plan.instances.values()):
        return
    try:
        import torch
    except ImportError:
        return  # what needs it says so itself
    for name in named:
        try:
            torch.zeros(1, device=name)
        except (RuntimeError, AssertionError) as error:
            said = str(error).partition("\n")[0]
            yield f"device: {name} can't be used here (got {said}). Name one that `selector doctor` lists."


def _journal(wanted: Wanted, plan: Plan) -> Iterator[str]:
    if wanted.book is None:
        if plan.journal == "required" and wanted.journal is not False:
            yield (
                f"{plan.policy}: its policy requires a journal (got none). Give --journal, set "
                f"{JOURNAL_VARIABLE}, or say --no-journal; in Python journal=False."
            )
        return
    from selector.journal import Journal

    try:
        with Journal(wanted.book) as book:
            book.holds(["any"])  # whether it can be read at all
    except SelectorError as error:
        yield str(error)


def _folder(wanted: Wanted) -> Iterator[str]:
    """Give why nothing can be written, as far as can be told without writing."""
    from selector.batch.folder import Folder

    try:
        Folder(wanted.out).state()
    except RequestError as error:
        yield str(error)
        return
    above = nearest(wanted.out)
    if above is None:
        return
    if not above.is_dir():
        yield f"{wanted.out}: can't be a folder (got the file {above}). Name another."
    elif not os.access(above, os.W_OK | os.X_OK) or os.statvfs(above).f_flag & os.ST_RDONLY:
        yield f"{wanted.out}: can't be written (got no permission in {above}). Name another folder."


def nearest(out: str) -> Path | None:
    """Return what is there of the way to a run's folder; None where it is no local one."""
    if "://" in out or not out:
        return None
    path = Path(out).absolute()
    return next(one for one in (path, *path.parents) if os.path.lexists(one))
