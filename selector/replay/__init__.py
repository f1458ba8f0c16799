"""Recorded requests decided again, without a model: what another policy would have said, and why."""

from selector.journal.recorded import Which
from selector.replay.nearest import Nearest, nearest
from selector.replay.replayed import Rate, Replayed, Told
from selector.replay.run import Task, replay
from selector.replay.tally import Tally
from selector.replay.what_if import WhatIf

__all__ = [
    "Nearest",
    "Rate",
    "Replayed",
    "Tally",
    "Task",
    "Told",
    "WhatIf",
    "Which",
    "nearest",
    "replay",
]
