"""Ask how good a choice is: which share of what a perfect pick would gain it captures.

    python examples/how_good_is_it.py

A table has a row an image: what two measures say, and what three people said, 1 to 5. Every way to
choose stands beside every other, one person and a random pick among them. On the command line:
`selector efficiency --scores scores.csv --column ratings=ann --column ratings=ben …`.
"""

import csv
import tempfile
from pathlib import Path

import numpy as np

from selector import labels
from selector.calibration.assess import assess
from selector.calibration.assessment import Asked
from selector.calibration.table import sample

RATERS = ("ann", "ben", "cleo")


def write(path: Path, requests: int = 120, candidates: int = 6) -> None:
    """Write made-up images: two measures see the same true worth, each with errors of its own."""
    random = np.random.default_rng(7)
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["request", "candidate", "taste", "match", *RATERS])
        for request in range(requests):
            for candidate, worth in enumerate(random.normal(3, 1, candidates)):
                taste, match = worth + random.normal(0, 1.5, 2)
                said = np.clip(np.round(worth + random.normal(0, 0.7, 3)), 1, 5).astype(int)
                table.writerow([request, candidate, round(taste, 3), round(20 + match, 3), *said])


with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "scores.csv"
    write(path)
    columns = labels.Columns(ratings=RATERS, of="quality")
    said = labels.read(path, columns).labels
    images = sample(path, said, aspect="quality", columns=columns)

# One unit of the label is worth 1, one image costs 0.05.
found = assess(images, Asked(good_from=4, prices=(0.05, 1.0)))
for row in found.rows:
    low, high = row.interval or (row.efficiency, row.efficiency)
    print(f"{row.name}: {row.efficiency:.2f} ({low:.2f} to {high:.2f})")
for weight in found.weights:
    print(f"learned: {weight.share:.0%} of the weight for {weight.name}")
print(f"worth generating: {found.advice.n} images, {found.advice.net:.2f} net")
