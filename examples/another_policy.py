"""Ask what a stricter policy would have said of requests that were decided already.

    python examples/another_policy.py

Every request is journaled with all that was measured, so a new policy decides it again without
measuring anything: `replay` counts what that changes, `nearest` finds the number that would turn a
verdict. On the command line: `selector replay --policy stricter.yaml`, `selector explain`.
"""

import tempfile
from pathlib import Path

import numpy as np

from selector import Selector
from selector.replay import Replayed, Task, WhatIf, Which, nearest, replay


def policy(sharp: float) -> dict:
    """Return a policy that refuses what is less sharp."""
    return {
        "name": "sharp",
        "version": 1 + round(100 * sharp),
        "gates": [{"on": "filters.sharpness.sharpest", "reject_below": sharp}],
        "method": {"weighted_sum": [{"of": "filters.blank.spread", "weight": 1}]},
    }


def checks(size: int, contrast: int) -> np.ndarray:
    """Return a picture of squares of so many pixels, dark and light."""
    rows, columns = np.indices((256, 256)) // size
    light = 128 + np.where((rows + columns) % 2, contrast, -contrast)
    return np.repeat(light[..., None], 3, axis=2).astype(np.uint8)


with tempfile.TemporaryDirectory() as folder:
    where = Path(folder) / "journal.sqlite"
    with Selector(policy(sharp=0.01), journal=where) as selector:
        for contrast in (20, 60, 100):
            pictures = [checks(size, contrast - size // 4) for size in (4, 16, 64)]
            selection = selector.select("a chessboard", pictures)
    with Selector(policy(sharp=0.2), journal=False) as stricter:
        tally = replay(Task(str(where), stricter.plan, Which()))

print(f"{tally.requests} requests, {Replayed(tally).other_winner} with another winner")
for (before, after), count in sorted(tally.flips.items()):
    print(f"{before} → {after}: {count}")
best = selection.accepted[0].id
turn = nearest(WhatIf.of(selection.plan, selection, best)).turn
(change,) = turn.changes
print(
    f"{best} would be lost if {change.key} were {change.how} {change.about} (was {change.was:.2f})"
)
