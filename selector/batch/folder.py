"""The folder of a run: what it is of, the requests in shards, and what was decided of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any

from selector.batch import listing, parts
from selector.batch.about import About
from selector.batch.alone import alone, is_ours
from selector.batch.listed import Listed
from selector.batch.places import Place
from selector.batch.rows import Rows
from selector.batch.setup import SHARD_SIZE, Task
from selector.batch.tally import Tally
from selector.errors import RequestError
from selector.foreign import named, visible
from selector.log import operator_log
from selector.policy.plan import Plan

RUN, PLAN = "run.json", "plan.json"
REQUESTS, DECISIONS = "requests", "decisions"

_NUMBERED = re.compile(r"part-(\d+)\.parquet", re.ASCII)
_FEW = 3


class Folder:
    """The folder of a run; making one touches nothing.

    Args:
        url: A path, or an address that fsspec can open.
    """

    def __init__(self, url: str) -> None:
        self.place = Place.at(url)

    def __str__(self) -> str:
        return str(self.place)

    def state(self) -> About | None:
        """Return what run the folder holds; None if there is no such folder, or nothing in it.

        Raises:
            RequestError: It holds other things, or what it holds can't be read.
        """
        names = [one for one in self.place.names() if not is_ours(one)]
        if RUN in names:
            return self.about()
        if names == [REQUESTS] and not self.place.names(REQUESTS):  # of a listing that failed
            return None
        if names:
            more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
            raise RequestError(
                f"{self}: holds other things than a run "
                f"(got {', '.join(map(named, names[:_FEW]))}{more}). Name a new folder."
            )
        return None

    def about(self) -> About:
        """Return what run the folder holds.

        Raises:
            RequestError: It holds none, or its run.json is damaged or of a newer selector.
        """
        try:
            return About.from_json(self.place.read(RUN))
        except ValueError as error:
            raise RequestError(
                f"{self.place.called(RUN)}: not a run that can be read (got {visible(str(error))}). "
                "Name a new folder."
            ) from None

    def begin(
        self,
        about: About,
        requests: Iterable[Listed],
        *,
        plan: Plan,
        shard_size: int = SHARD_SIZE,
    ) -> About:
        """Write down a new run with all its requests, and return what is known of it then.

        An error leaves the folder without a run; of a listing that was killed all is made anew.

        Args:
            about: What it is of; its warnings may still grow while the requests are read.
            requests: All of them, in the input's order.
            plan: What decides.
            shard_size: A shard ends with the first request that brings it to so many candidates.

        Raises:
            RequestError: It can't be written, it holds something already, or the input has too many
                columns.
        """
        known = self.state()
        if known is not None and known.listed:
            raise RequestError(f"{self}: holds a run (got {known.policy}). Name a new folder.")
        with ExitStack() as undone:
            undone.callback(self._forget)
            self._forget()
            new = replace(
                about, listed=False, requests=0, candidates=0, shards=0, shard_size=shard_size
            )
            self.place.put(RUN, replace(new, warnings=()).to_json())
            self.place.put(PLAN, json.dumps(plan.to_dict()).encode())
            found = self._listed(new, requests)
            self.place.put(RUN, found.to_json())
            undone.pop_all()
        return found

    def _listed(self, about: About, requests: Iterable[Listed]) -> About:
        columns, warnings = listing.Columns(), about.warnings
        for number, shard in enumerate(listing.sharded(requests, about.shard_size)):
            for one in shard:
                columns.see(one)
            self.place.put(_name(REQUESTS, number), listing.packed(shard))
            about = replace(
                about,
                requests=about.requests + len(shard),
                candidates=about.candidates + sum(len(one.candidates) for one in shard),
                shards=number + 1,
            )
        return replace(about, listed=True, columns=columns.types(), warnings=tuple(warnings))

    def _forget(self) -> None:
        """Remove what a listing wrote, the requests first: what is left is no run that seems whole."""
        for name in self.place.names(REQUESTS):
            if _NUMBERED.fullmatch(name):
                self.place.remove(f"{REQUESTS}/{name}")
        self.place.remove(PLAN)
        self.place.remove(RUN)

    def plan(self) -> Plan:
        """Return what decides.

        Raises:
            RequestError: The plan is damaged, or it is none of this version of selector.
        """
        try:
            return Plan.from_dict(json.loads(self.place.read(PLAN)))
        except ValueError:
            raise RequestError(
                f"{self.place.called(PLAN)}: not a plan of this version of selector. "
                "Begin anew in another folder."
            ) from None

    def shard(self, number: int) -> tuple[Listed, ...]:
        """Return the requests of a shard, in the input's order.

        Raises:
            RequestError: It can't be read, or is damaged.
        """
        name = _name(REQUESTS, number)
        data = self.place.read(name)
        try:
            return listing.unpacked(data)
        except (ValueError, OSError, KeyError, TypeError) as error:
            raise self._damaged(name, error) from None

    def todo(self) -> list[int]:
        """Return the shards without a part of decisions, in order; a damaged part is logged.

        Raises:
            RequestError: The folder holds no run.
        """
        done = {number for number, _ in self._whole()}
        return [number for number in range(self.about().shards) if number not in done]

    def failed(self) -> list[Task]:
        """Return what to do again: of each shard the requests that hold what failed.

        Raises:
            RequestError: A part can't be read.
        """
        tasks = []
        for number in [number for number, tally in self._whole() if tally.failed]:
            with self._part(number) as part:
                made = part.read(["request_id", "failed"])
            ids = made.filter(made["failed"])["request_id"].to_pylist()
            tasks.append(Task(number, frozenset(ids)))
        return tasks

    def attempts(self, task: Task) -> dict[str, int]:
        """Return how often each request of a task was tried, with this; 1 of those not named.

        Raises:
            RequestError: The part can't be read.
        """
        if task.only is None:
            return {}
        with self._part(task.shard) as part:
            tried = parts.attempts(part.read(["request_id", "attempt"]))
        return {name: tried[name] + 1 for name in task.only if name in tried}

    def put(self, task: Task, rows: Rows, tally: Tally) -> None:
        """Write what was decided of a shard, whole or not at all.

        Of a task in part the rows of its requests are replaced, with an attempt more; the others
        stay, and what all attempts took adds up.

        Args:
            task: Which shard, or which requests of it.
            rows: All that `rows_of` gives for these, in the order of the shard.
            tally: Of these.

        Raises:
            RequestError: It can't be written: no space left, no permission.
        """
        plan, columns = self._form
        made = parts.arrow(plan, columns, rows)
        if task.only is not None:
            with self._part(task.shard) as part:
                old = part.read()
            made, stays = parts.replaced(old, made, task.only)
            spent = parts.tally_in(old.schema.metadata).spent
            tally = parts.counts(stays, plan) + spent + tally
        self.place.put(_name(DECISIONS, task.shard), parts.data(made, tally))

    def tally(self) -> Tally:
        """Return the tally of all parts that are whole."""
        return sum((tally for _, tally in self._whole()), Tally())

    def lock(self) -> AbstractContextManager[None]:
        """Let no other run work in the folder until the end; see `alone`.

        Raises:
            RequestError: Another run does, or the folder can't be written.
        """
        return alone(self.place, (REQUESTS, DECISIONS))

    @cached_property
    def _form(self) -> tuple[Plan, Mapping[str, str]]:
        """What the columns of all parts follow from."""
        return self.plan(), self.about().columns

    def _numbers(self) -> set[int]:
        found = (_NUMBERED.fullmatch(name) for name in self.place.names(DECISIONS))
        return {int(one[1]) for one in found if one}

    @contextmanager
    def _part(self, number: int) -> Iterator[Any]:
        """Give a part of the decisions, of which only what is asked for is read."""
        import pyarrow.parquet as pq

        name = _name(DECISIONS, number)
        with self.place.opened(name) as file:
            try:
                with pq.ParquetFile(file) as part:
                    yield part
            except (ValueError, KeyError) as error:  # Arrow's own, JSON's and pydantic's are such
                raise self._damaged(name, error) from None

    def _whole(self) -> Iterator[tuple[int, Tally]]:
        """Give each part of the decisions that can be read, by its tally; others are logged."""
        for number in sorted(self._numbers()):
            try:
                with self._part(number) as part:
                    tally = parts.tally_in(part.schema_arrow.metadata)
            except RequestError as error:
                operator_log().warning("batch.part_damaged", shard=number, error=str(error))
            else:
                yield number, tally

    def _damaged(self, name: str, error: Exception) -> RequestError:
        return RequestError(
            f"{self.place.called(name)}: damaged (got {visible(str(error))}). "
            "Restore it; or remove the folder and begin anew."
        )


def _name(folder: str, number: int) -> str:
    return f"{folder}/part-{number:05d}.parquet"
