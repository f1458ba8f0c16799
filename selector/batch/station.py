"""A station takes shards and leaves their decisions: alone, one a device, one an actor of Ray's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Self

from selector import cascade
from selector.batch import originals
from selector.batch.begun import Begun
from selector.batch.folder import Folder
from selector.batch.journaling import Journaling
from selector.batch.listed import Listed, Picture
from selector.batch.merging import WHOLE, Deciding, Merging, Result
from selector.batch.pool import Pool, hosted
from selector.batch.setup import Progress, Setup, Task, Tell
from selector.batch.shards import Shards
from selector.batch.stored import opened
from selector.batch.worker import measures_of
from selector.engine import told
from selector.engine.deciding import deciding
from selector.engine.request import Request
from selector.errors import ImageError, RequestError
from selector.images import Image, Packed, PixelBudget, unpacked
from selector.log import of_request
from selector.runner import Runner
from selector.types import Failure, Selection


class Station:
    """Decides shards, several requests at once; keeps models loaded and its workers at hand.

    Workers read the pictures and begin the requests; what they do not host is measured here.
    """

    def __init__(self, setup: Setup) -> None:
        """Start the workers; models are loaded when they are first needed.

        Raises:
            MeasureError: A measure here is not what it is in the plan.
            JournalError: The journal is none.
        """
        self._setup = setup
        self._folder = Folder(setup.out)
        self._budget = PixelBudget(setup.pixel_budget)
        plan = setup.plan
        measures = measures_of(plan, plan.instances)
        batches = {
            name: WHOLE if one.scope == "set" else one.batch for name, one in measures.items()
        }
        with ExitStack() as stack:
            self._journaling = Journaling(plan, setup.journal)
            stack.callback(self._journaling.close)
            runner = Runner(measures, device=setup.device)
            stack.callback(runner.close)
            self._merging = Merging(runner.run, batches, pixels=setup.pixel_budget)
            self._pool = Pool(setup, hosted(plan))
            stack.callback(self._pool.close)
            self._open = stack.pop_all()

    def work(self, tasks: Iterable[Task], tell: Tell) -> Iterator[int]:
        """Decide shards, and yield the number of each when its part is written.

        The next shard is begun while requests of one are still open.

        Args:
            tasks: The shards; one is taken when there is room for its requests.
            tell: Hears of each request that was decided.

        Raises:
            RequestError: The folder can't be read or written.
            JournalError: The journal can't be read or written, and the plan minds.
            MeasureError: Workers can't be kept alive.
        """
        shards = Shards(self._folder, self._journaling)
        begun = self._pool.begin(shards.requests(tasks))
        for one, result in self._merging.decided(map(self._deciding, begun)):
            self._end(one, result, shards, tell)
            yield from self._written(shards, tell)
        yield from self._written(shards, tell)

    def close(self) -> None:
        """End the workers, let go of the models and of the journal."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _deciding(self, begun: Begun) -> Deciding:
        """Return a request as it goes on here."""
        setup, request = self._setup, self._request(begun)
        if begun.begun is None:
            return Deciding(request, _failing(begun.error))
        asking = deciding(request, setup.limits, setup.rates, begun.begun)
        return Deciding(request, asking, begun.size)

    def _request(self, begun: Begun) -> Request:
        """Return a request with what its worker found; no picture is read again for that."""
        listed = begun.listed
        pictures = {one.id: one.picture for one in listed.candidates}
        images = {name: self._unpacked(one, pictures[name]) for name, one in begun.images.items()}
        source: Image | Failure | None = None
        if isinstance(begun.source, str):
            source = Failure(begun.source)
        elif begun.source is not None and listed.source is not None:
            source = self._unpacked(begun.source, listed.source)
        return Request(
            listed.id,
            self._setup.plan,
            begun.prompt,
            begun.expect,
            begun.started,
            None,
            candidates=list(begun.candidates),
            images=images,
            source=source,
            calls=dict(begun.calls),
            tokens=dict(begun.tokens),
            seconds=dict(begun.seconds),
        )

    def _unpacked(self, packed: Packed, picture: Picture) -> Image:
        limits, budget = self._setup.limits, self._budget
        return unpacked(packed, opened(picture), limits=limits, budget=budget)

    def _end(self, one: Deciding, result: Result, shards: Shards, tell: Tell) -> None:
        """Write down what a request got, where a journal is asked for, and take it in."""
        request = one.request
        shard = shards.of(request.id)
        listed, attempt = shard.requests[request.id], shard.attempts[request.id]
        with of_request(request.id):
            if isinstance(result, Selection):
                told.decided(request, result)
                refused = self._journaling.append(listed, result, request.images, attempt)
                result = refused or result
            self._take(listed, result, shards, tell)

    def _take(self, listed: Listed, result: Result, shards: Shards, tell: Tell) -> None:
        if isinstance(result, Selection):
            result = self._placed(listed, result)
        if isinstance(result, Selection):
            shards.take(listed, result)
            verdicts = Counter[str](result.decision.verdicts.values())
        else:
            shards.take(listed, str(result))
            verdicts = Counter[str]({"": len(listed.candidates)})
        tell(Progress(1, len(listed.candidates), dict(verdicts)))

    def _placed(self, listed: Listed, selection: Selection) -> Result:
        """Put the accepted originals into the run's folder, if that is asked for."""
        if self._setup.originals is None:
            return selection
        try:
            originals.put(self._folder, listed, selection, how=self._setup.originals)
        except ImageError as error:  # it is no longer what was judged
            return error
        return selection

    def _written(self, shards: Shards, tell: Tell) -> Iterator[int]:
        """Take in what the journal has already, write the shards that are whole, and yield them."""
        for listed, result in shards.known():
            self._take(listed, result, shards, tell)
        for shard in shards.whole():
            self._folder.put(shard.task, shard.in_order(), shard.tally)
            yield shard.task.shard


def _failing(why: str) -> cascade.Asking[Selection]:
    """Return what a request asks of which nothing could be begun: nothing; it fails."""
    raise RequestError(why)
    yield
