"""What the label model adds to counting votes, in a world with careless raters and spammers.

    python -m benchmarks.label_model [--runs 20] [--bias 0.3]

8 images x 50 prompts, 40 votes each by 20 raters: 14 good, 4 careless (half the slope), 2 who draw
lots. Worth is normal with variance 2; whoever looks likes the left side: of two equals it wins the
share 0.5 + bias. The weaker that is, the less there is to gain. Spearman is against the truth, inside a prompt;
efficiency is what the image that is held best gains over a random one, as a share of what the best
would gain.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks.measuring import machine, table
from selector.labels import Label, Pair
from selector.labels.model import Settings, fit

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # where the world is made

from judgements import World, spam_world

Worth = Mapping[tuple[str, str], float]

MODELS = {
    "plain Bradley–Terry": Settings(raters=False, position=False),
    "with reliability": Settings(position=False),
    "with reliability and side": Settings(),
}


def win_rate(labels: tuple[Label, ...]) -> Worth:
    """Return the share of its votes that each image wins."""
    won: dict[tuple[str, str], list[float]] = {}
    for one in labels:
        assert isinstance(one.said, Pair)
        wins = float(one.said.prefers == "left")
        won.setdefault((one.request, one.said.left), []).append(wins)
        won.setdefault((one.request, one.said.right), []).append(1 - wins)
    return {key: sum(values) / len(values) for key, values in won.items()}


def judged(world: World) -> dict[str, tuple[float, float, float]]:
    """Return by model Spearman, efficiency and seconds."""
    rates = win_rate(world.labels)
    found = {"win rate": (world.spearman(rates), world.efficiency(rates), 0.0)}
    for name, settings in MODELS.items():
        start = time.perf_counter()
        worth = fit(world.labels, "quality", settings).worth
        took = time.perf_counter() - start
        found[name] = (world.spearman(worth), world.efficiency(worth), took)
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--bias", type=float, default=0.3)
    given = parser.parse_args()
    runs = [judged(spam_world(seed, bias=given.bias)) for seed in range(given.runs)]
    rows = []
    for name in runs[0]:
        values = np.array([one[name] for one in runs])
        gains = values[:, 0] - np.array([one["plain Bradley–Terry"][0] for one in runs])
        error = gains.std(ddof=1) / np.sqrt(len(runs)) if len(runs) > 1 else 0.0
        spearman, efficiency, took = values.mean(axis=0)
        rows.append(
            [name, f"{spearman:.3f}", f"{gains.mean():+.3f} ± {error:.3f}", f"{efficiency:.3f}",
             f"{took:.2f} s"]
        )  # fmt: skip
    print(f"{machine()}; {given.runs} runs, the left wins {0.5 + given.bias:.0%} between equals\n")
    print(table(["labels by", "Spearman", "over plain", "efficiency", "time"], rows))


if __name__ == "__main__":
    main()
