"""What every process of a run is told: what decides, where to, with how much of the machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from selector.images import Limits
from selector.policy.order import Rates
from selector.policy.plan import Plan

SHARD_SIZE = 1_000  # candidates: minutes of work at most, and a file that is worth opening
STEP_S = 60.0  # one image decoded, or measured by one filter: a thousand times what it mostly takes

Originals = Literal["link", "copy"]


@dataclass(frozen=True, slots=True)
class Setup:
    """What a station needs to decide shards; can be sent to another process.

    Attributes:
        out: The run's folder, where the shards lie and the decisions go: a path, or an address
            that fsspec can open.
        plan: What decides.
        rates: What measuring came to when the run began; all its processes ask in one order.
        device: Where the models of scorers run.
        workers: How many processes read pictures for them; at least 1.
        step_s: After how many seconds a worker is ended that is still at one step with one image.
        limits: What an image may be.
        pixel_budget: Bytes of decoded pixels that a station holds at once, and each worker.
        journal: Where requests are written down, too; None: nowhere.
        originals: How the accepted originals come into the run's folder; None: not.
    """

    out: str
    plan: Plan
    rates: Rates = field(default_factory=dict)
    device: str = "cpu"
    workers: int = 1
    step_s: float = STEP_S
    limits: Limits = field(default_factory=Limits)
    pixel_budget: int = 256 * 2**20
    journal: str | None = None
    originals: Originals | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One shard to be decided, whole or in part.

    Attributes:
        shard: Its number.
        only: The requests that are decided again; the others stay. None: all.
    """

    shard: int
    only: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How much was decided since it was last told.

    Attributes:
        requests: How many requests.
        candidates: How many candidates they have.
        verdicts: How many of these got which verdict; "" for those of requests that failed.
    """

    requests: int
    candidates: int
    verdicts: Mapping[str, int]


Tell = Callable[[Progress], None]
