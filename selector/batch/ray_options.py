"""What a run on Ray takes of a machine or a cluster, and whether it fits; knows Ray by name only."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

OBJECT_STORE_MB = 256  # shard numbers pass through it, never pixels
LEAST_STORE_MB = 100  # Ray refuses less than 75, and a little is its own

Resources = Mapping[str, float]  # what a machine of a cluster has, by Ray's names: "CPU", "GPU"


@dataclass(frozen=True, slots=True)
class RayOptions:
    """How many actors, and what each of them holds.

    Attributes:
        address: The cluster to join, as Ray names it ("auto",
            "10.0.0.1:6379"). None: Ray is started on this machine, for this run alone.
        actors: How many stations there are, each an actor, for the whole run.
        cpus: How many processors each of them holds: that many processes of it read pictures.
            None: its share of this machine; on a cluster 1.
        gpus: How many accelerators each of them holds; less than 1 is a share of one.
        object_store_mb: How much memory Ray's processes share on this machine; a cluster has its
            own bound.
        retries: How often a shard is begun again whose actor came to an end over it.
        device: Where the models of scorers run. None: "cuda" with an accelerator, else as the run
            says.
    """

    address: str | None = None
    actors: int = 1
    cpus: float | None = None
    gpus: float = 0.0
    object_store_mb: int = OBJECT_STORE_MB
    retries: int = 3
    device: str | None = None

    def each(self, cores: int) -> float:
        """Return how many processors an actor holds, on a machine that has *cores*."""
        if self.cpus is not None:
            return self.cpus
        return max(1, cores // self.actors) if self.address is None else 1


def wrong(options: RayOptions) -> Iterator[str]:
    """Give what no machine could do."""
    if options.actors < 1:
        yield f"ray: at least 1 actor (got {options.actors}). Leave it out for 1."
    if options.cpus is not None and not _is_share(options.cpus, above=0.0):
        yield (
            f"ray: processors of an actor are a whole number, or a share of one (got "
            f"{options.cpus:g}). Leave it out for its share of this machine."
        )
    if options.gpus and not _is_share(options.gpus, above=0.0):
        yield (
            f"ray: accelerators of an actor are a whole number, or a share of one (got "
            f"{options.gpus:g}). Name 0 for none, 0.5 for two actors on each."
        )
    if options.object_store_mb < LEAST_STORE_MB:
        yield (
            f"ray: its object store takes {LEAST_STORE_MB} MB at least (got "
            f"{options.object_store_mb}). Leave it out for {OBJECT_STORE_MB}."
        )
    if options.address is not None and not options.address.strip():
        yield "ray: its address is empty (got ''). Name the cluster, or leave it out."
    if options.address is not None and options.address.startswith("ray://"):
        yield (
            "ray: Ray Data can't be driven from outside of a cluster (got a ray:// address). Run this "
            "on a machine of it, as `ray job submit` does, with the address auto."
        )
    if options.retries < 0:
        yield f"ray: a shard is begun again 0 times or more (got {options.retries}). Name 3."


def _is_share(number: float, *, above: float) -> bool:
    """Return whether Ray takes this number: it divides one thing, not several."""
    return math.isfinite(number) and number > above and (number < 1 or number == int(number))


def misfits(
    options: RayOptions, machines: Sequence[Resources], cores: int, *, least: int | None = None
) -> list[str]:
    """Return in words that the actors do not fit on these machines, and which numbers would.

    Args:
        options: What is asked.
        machines: What there is.
        cores: How many processors this machine has.
        least: How many of the actors must fit; None: all.
    """
    cpus = options.each(cores)
    fit = sum(_fit(one, {"CPU": cpus, "GPU": options.gpus}) for one in machines)
    if fit >= (options.actors if least is None else least):
        return []
    asked = f"{_many(options.actors, 'actor')} of {_many(cpus, 'processor')}"
    if options.gpus:
        asked += f" and {_many(options.gpus, 'accelerator')}"
    has = ", ".join(_has(one) for one in _sorts(machines)) or "no machine"
    return [f"ray: {asked} each do not fit (got {has}). {_cure(options, fit, machines)}"]


def split(journal: str | None, machines: int) -> list[str]:
    """Return in words that so many machines can't write this journal."""
    if journal is None or machines <= 1 or journal.partition("://")[0].startswith("postgres"):
        return []
    said = f"ray: {machines} machines can't write one journal in a file."
    return [f"{said} Give the address of one in PostgreSQL, or none."]


def _cure(options: RayOptions, fit: int, machines: Sequence[Resources]) -> str:
    if fit:
        return f"Ask for {_many(fit, 'actor')} at most, or for less for each."
    if options.gpus and not any(one.get("GPU") for one in machines):
        return "Ask for no accelerators, or for machines that have some."
    most = int(max((one.get("CPU", 0) for one in machines), default=0))
    if most < 1:
        return "Wait until the cluster has machines, or start some."
    return f"Ask for 1 actor of {_many(most, 'processor')} at most."


def _fit(machine: Resources, needs: Resources) -> int:
    """Return how many actors fit on a machine; shares of one must not be lost to rounding."""
    return int(min(machine.get(name, 0) / many for name, many in needs.items() if many) + 1e-9)


def _sorts(machines: Sequence[Resources]) -> list[Resources]:
    """Return one machine of each sort: a cluster has a thousand of three."""
    sorts = {(one.get("CPU", 0), one.get("GPU", 0)): one for one in machines}
    sorts.pop((0, 0), None)  # a head that is to do nothing else
    return [sorts[key] for key in sorted(sorts)]


def _has(machine: Resources) -> str:
    has = _many(machine.get("CPU", 0), "processor")
    gpus = machine.get("GPU", 0)
    return f"{has} and {_many(gpus, 'accelerator')}" if 0 < gpus < math.inf else has


def _many(number: float, what: str) -> str:
    return f"{number:g} {what}" if number == 1 else f"{number:g} {what}s"
