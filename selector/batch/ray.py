"""A run on Ray: stations as actors of a fixed pool, each given shards. The only file that imports Ray.

Ray Data hands blocks of shard numbers to a pool of actors, and those of an actor that came to an
end to another. Nothing else passes through it: an actor reads its shards from the run's folder and
leaves its parts there, as a station on this machine does. A desk, one small actor more, knows which
shards were begun and when to stop.
"""

from __future__ import annotations

import math
import os
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from selector.backbones.daemons import started
from selector.batch.desk import Desk, News
from selector.batch.ray_options import RayOptions, misfits, split, wrong
from selector.batch.ray_session import as_ours, session
from selector.batch.setup import Progress, Setup, Task, Tell
from selector.batch.wanted import cores
from selector.errors import RequestError, SelectorError
from selector.installed import CURE, install_extra
from selector.log import is_heard, operator_log

SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",  # else its makers hear of each run
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # what matters of the rest is raised
    "RAY_ENABLE_AUTO_CONNECT": "0",  # else a thread of its own starts it again after Ctrl-C
}
POLL_S = 0.3  # how often the driver asks what there is to tell, and says whether to stop
LETTING_GO_S = 5.0  # after a stop, that actors have to give their blocks back
WAITING_S = 60.0  # without a shard begun, before it is said what is waited for
BLOCK = 8  # shards that an actor is given at once: the pictures of one come while another ends
ROUNDS = 8  # times that an actor is given a block, at least, so that all end about together


def loaded() -> Any:
    """Return Ray itself, imported when a run first asks for it.

    Raises:
        RequestError: It is not installed.
    """
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise RequestError(
            f"ray: it can't be imported (got {error}).{CURE}{install_extra('ray')}"
        ) from None
    return ray


def check(options: RayOptions, *, journal: str | None = None) -> list[str]:
    """Return why a run can't begin with these options; a cluster is asked what it has.

    Where no accelerators are asked of this machine, Ray need not be started for the answer.
    """
    try:
        ray, found = loaded(), _before(options)
        if found or not (options.address or options.gpus or ray.is_initialized()):
            return found
        with session(ray, options):
            return _inside(ray, options, journal)
    except RequestError as error:
        return [str(error)]


def run(
    setup: Setup,
    tasks: Sequence[Task],
    *,
    options: RayOptions,
    tell: Tell,
    stopping: Callable[[], bool],
) -> int:
    """Decide shards on Ray, and return how many were done.

    A shard whose actor came to an end is begun again, or skipped if its part was written by then.
    What was told of it is told once more; its rows are there once.

    Args:
        setup: What decides; an actor has as many workers as it holds processors, on this machine
            as many as the run says at most.
        tasks: The shards.
        options: What is taken of the machine or the cluster.
        tell: Hears what was decided, some times a second.
        stopping: Once it says True no shard is begun any more; those that were are finished.

    Raises:
        RequestError: The options do not fit what there is; an actor came to an end over one shard
            again and again; or Ray itself did.
        SelectorError: What a station raises.
    """
    _check(_before(options))
    if not tasks:
        return 0
    ears = _Ears(tell, stopping)
    with session(loaded(), options) as ray, as_ours(ray):
        problems = _inside(ray, options, setup.journal)
        done = 0 if problems else _decided(ray, setup, tasks, options, ears)
    _check(problems)
    return done


def _decided(
    ray: Any, setup: Setup, tasks: Sequence[Task], options: RayOptions, ears: _Ears
) -> int:
    """Let actors decide the shards, and return how many were done."""
    desk = ray.remote(**_beside(ray))(Desk).remote()
    path = [str(Path(one).absolute()) for one in sys.path]  # measures of one's own are found there
    given = (_settled(setup, options), _AtDesk(desk), options.retries, path)
    return _followed(ray, _dataset(ray, given, tasks, options), desk, ears)


def _settled(setup: Setup, options: RayOptions) -> Setup:
    """Return what an actor is told."""
    device = options.device or ("cuda" if options.gpus else setup.device)
    workers = max(1, int(options.each(cores())))
    if options.address is None:
        workers = min(workers, setup.workers)
    return replace(setup, workers=workers, device=device)


def _check(problems: Sequence[str]) -> None:
    if problems:
        raise RequestError("\n".join(problems))


def _before(options: RayOptions) -> list[str]:
    """Return what is wrong whatever Ray says: accelerators, and what it has already, it counts."""
    found = list(wrong(options))
    if found or options.address is not None or loaded().is_initialized():
        return found
    return misfits(options, [{"CPU": cores(), "GPU": math.inf}], cores())


def _inside(ray: Any, options: RayOptions, journal: str | None) -> list[str]:
    """Return what is wrong with what Ray has: a cluster may grow, if it has room for one actor."""
    machines = [dict(node["Resources"]) for node in ray.nodes() if node["Alive"]]
    found = misfits(options, machines, cores(), least=1 if options.address else options.actors)
    return [*found, *split(journal, len(machines))]


def _beside(ray: Any) -> dict[str, Any]:
    """Return where the desk is: with the driver, as its machine stays as long as the run."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=True)
    return {"num_cpus": 0, "max_restarts": -1, "max_task_retries": -1, "scheduling_strategy": here}


def _dataset(ray: Any, given: tuple[Any, ...], tasks: Sequence[Task], options: RayOptions) -> Any:
    """Return the run as Ray Data sees it: blocks of shard numbers, and a fixed pool for them.

    It starts an actor again, and its block, as often as that comes to an end; the desk counts.
    """
    from selector.batch.actor import Actor, rows

    each = max(1, min(BLOCK, len(tasks) // (options.actors * ROUNDS)))
    # Blocks that are there already: to read them, too, would take a processor that no actor leaves.
    blocks = ray.data.from_items(rows(tasks), override_num_blocks=-(-len(tasks) // each))
    context = blocks.context
    context.enable_progress_bars = context.print_on_execution_start = False
    context.execution_no_progress_timeout_s = -1  # a shard takes as long as it takes
    return blocks.map_batches(
        Actor,
        fn_constructor_args=given,
        batch_size=None,
        # No second block waits for an actor while another has none.
        compute=ray.data.ActorPoolStrategy(size=options.actors, max_tasks_in_flight_per_actor=1),
        num_cpus=options.each(cores()),
        num_gpus=options.gpus or None,
    )


class _AtDesk:
    """The desk as actors see it; can be sent to them."""

    def __init__(self, desk: Any) -> None:
        self._desk = desk

    def begin(self, shard: int) -> int:
        return int(loaded().get(self._desk.begin.remote(shard)))

    def done(self, shard: int) -> None:
        loaded().get(self._desk.done.remote(shard))

    def tell(self, progress: Progress) -> None:
        self._desk.tell.remote(progress)  # it takes each caller's words in their order

    def fail(self, error: SelectorError, shards: Collection[int]) -> None:
        loaded().get(self._desk.fail.remote(error, shards))


def _followed(ray: Any, dataset: Any, desk: Any, ears: _Ears) -> int:
    """Hear of what is done until all is, or nothing more is to be; return how many shards were."""
    idle = threading.Event()
    # By no thread that the program's end would wait for.
    drained, since = started(lambda: _drain(dataset, idle)), math.inf
    while True:
        has_ended = bool(wait([drained], POLL_S).done)
        news = ray.get(desk.news.remote(stop=ears.stopping()))
        ears.hear(news, ray.available_resources)
        if news.is_idle:
            idle.set()
            since = min(since, time.monotonic())
        if has_ended:
            drained.result()
        # Where no actor ever found room, no block comes back that could end it.
        if has_ended or time.monotonic() - since > LETTING_GO_S:
            return _done(news)


def _done(news: News) -> int:
    if news.error is not None:
        raise news.error
    return news.done


def _drain(dataset: Any, idle: threading.Event) -> None:
    """Let the run go on: Ray Data does what somebody takes."""
    for _ in dataset.iter_batches(batch_size=None, prefetch_batches=0):
        if idle.is_set():
            return


@dataclass
class _Ears:
    """Who hears of a run, and who says when it is to stop.

    What Ray took to begin is said in the log, and what it waits for if that is long.
    """

    tell: Tell
    stopping: Callable[[], bool]
    started: float = field(default_factory=time.monotonic)
    is_begun: bool = False
    is_warned: bool = False

    def hear(self, news: News, free: Callable[[], Mapping[str, float]]) -> None:
        """Pass on what there is to tell."""
        for one in news.progress:
            self.tell(one)
        for shard in news.again:
            operator_log().warning("batch.ray_again", shard=shard)
        seconds = round(time.monotonic() - self.started, 1)
        if news.begun and not self.is_begun:
            self.is_begun = True
            if is_heard():
                operator_log().info("batch.ray_ready", seconds=seconds)
        elif not news.begun and seconds > WAITING_S and not self.is_warned:
            self.is_warned = True
            known = {name.lower(): free().get(name, 0) for name in ("CPU", "GPU")}
            operator_log().warning("batch.ray_waiting", seconds=seconds, **known)
