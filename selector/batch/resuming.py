"""What is in a run's folder already: whether this run may go on with it, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from selector.batch.about import About
from selector.batch.checking import Holds
from selector.batch.setup import Task
from selector.batch.wanted import Wanted
from selector.errors import RequestError
from selector.foreign import without_password
from selector.policy.plan import Plan

if TYPE_CHECKING:
    from selector.batch.folder import Folder

NAMED = 5  # instances that are measured otherwise


def found(wanted: Wanted, plan: Plan, folder: Folder) -> About | None:
    """Return the run in the folder that is to be gone on with; None: a new one is to begin.

    A run that was ended before all its requests were listed has decided nothing: it begins anew.

    Raises:
        RequestError: The folder holds another run, or this one and nobody said to go on with it.
    """
    about = folder.state()
    if about is None or not about.listed:
        if wanted.retry_failed and not wanted.resume:
            raise RequestError(
                f"{wanted.out}: no run is there whose failed requests could be decided again. "
                "Leave out --retry-failed."
            )
        return None
    if differs := list(_differences(wanted, plan, folder, about)):
        said = "\n".join(f"  {one}" for one in differs)
        raise RequestError(
            f"{wanted.out}: it holds another run (got {about.policy} of {about.input}). "
            f"Name another folder, or the same run:\n{said}"
        )
    if not (wanted.resume or wanted.retry_failed):
        raise RequestError(_said(wanted, about, len(folder.todo())))
    return about


def tasks(wanted: Wanted, folder: Folder) -> list[Task]:
    """Return what is left to do of a run that is in its folder."""
    left = [Task(number) for number in folder.todo()] if wanted.resume else []
    return left + (folder.failed() if wanted.retry_failed else [])


def _said(wanted: Wanted, about: About, left: int) -> str:
    if left:
        return (
            f"{wanted.out}: this run is there and not finished (got {about.shards - left:,} of "
            f"{about.shards:,} shards). Go on with --resume, or name another folder."
        )
    return (
        f"{wanted.out}: this run is there and finished (got all {about.shards:,} shards). Name "
        "another folder, or decide failed requests again with --retry-failed."
    )


def _differences(wanted: Wanted, plan: Plan, folder: Folder, about: About) -> Iterator[str]:
    """Give in words what this run would do otherwise than the one that is there."""
    if (source := without_password(wanted.input)) != about.input:
        yield f"its input is {about.input}, not {source}"
    policy = f"{plan.policy}@{plan.version}"
    if policy != about.policy:
        yield f"its policy is {about.policy}, not {policy}"
    elif plan.policy_hash != about.policy_hash:
        yield f"its policy is {about.policy} as it was then; it reads otherwise now"
    elif plan.hash != about.plan_hash:
        yield from _measured_otherwise(plan, folder.plan(), about)
    if wanted.originals != about.originals:
        yield f"its accepted originals: {about.originals or 'none'}, not {wanted.originals or 'none'}"
    if wanted.shard_size not in {None, about.shard_size}:
        yield f"its shards have {about.shard_size:,} candidates, not {wanted.shard_size:,}"
    if (journal := name_of(wanted.book)) != about.journal:
        yield f"its journal is {about.journal or 'none'}, not {journal or 'none'}"


def _measured_otherwise(plan: Plan, then: Plan, about: About) -> Iterator[str]:
    """Give the instances whose numbers would not go with those that are there."""
    changed = [
        name
        for name, one in plan.instances.items()
        if name not in then.instances or then.instances[name].fingerprint != one.fingerprint
    ]
    for name in changed[:NAMED]:
        was, now = then.instances.get(name), plan.instances[name]
        versions = f"version {was.version} then, {now.version} now" if was else "not there then"
        yield f"{name} measures otherwise than then ({versions}; other weights, or another version)"
    if not changed:
        yield f"its plan was made otherwise, by selector {about.selector}"


def name_of(book: str | None) -> str | None:
    """Return what a journal is called where others read it: without a password."""
    if book is None:
        return None
    from selector.journal import Journal

    with Journal(book) as opened:
        return opened.name


@contextmanager
def holding(wanted: Wanted) -> Iterator[Holds | None]:
    """Give what says which requests the journal holds; None where there is none yet.

    Raises:
        JournalError: It can't be read.
    """
    if wanted.book is None:
        yield None
        return
    from selector.journal import Journal

    with Journal(wanted.book) as book:
        yield book.holds if book.exists() else None
