"""How often what calibration promises is broken, and what it costs to promise, in made-up worlds.

    python -m benchmarks.certified [lines | costs | faults | winners] [--runs 600]

- lines: certified accept lines in worlds of known risk: how often the target is broken, which
  share is accepted, how often none is certified; beside the rule "the bad rate seen is low enough";
- costs: what accepting, asking and rejecting costs by curves fitted to so many labels, beside the
  true probabilities and the best single line;
- faults: three detectors, each of one fault: the product of their curves, certified, beside a
  logistic regression on their scores;
- winners: lines certified on random candidates, when what is delivered is chosen by a reward.
"""

from __future__ import annotations

import argparse
import math

from benchmarks.measuring import machine, table
from benchmarks.worlds import (
    CASES,
    DELIVERED,
    FAULTY,
    GOALS,
    by_faults,
    by_winners,
    certified,
    costs,
    naive,
    outcomes,
    product,
    straight,
)


def print_lines(runs: int) -> None:
    """Print how certified lines keep what they promise."""
    rows = []
    for case in CASES:
        share, bad = outcomes(certified, case, runs)
        lucky, broken = outcomes(naive, case, runs)
        goal = f"{GOALS[case]:.2f}" if case in GOALS else ""
        rows.append(
            [
                f"AUC {case.world.auc:.2f}, {case.world.bad:.0%} bad, at most {case.risk:.0%}, {case.labels}",
                f"{(bad > case.risk).mean():.3f}",
                f"{share.mean():.2f}",
                goal,
                f"{(share == 0).mean():.2f}",
                f"{(broken > case.risk).mean():.2f}",
                f"{lucky.mean():.2f}",
            ]
        )
    most = 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)
    print(f"The target may be broken in {most:.3f}: 5 % and three standard errors.\n")
    head = [
        "world, target, labels",
        "broken",
        "accepted",
        "goal",
        "none",
        "naive: broken",
        "accepted",
    ]
    print(table(head, rows))


def print_costs(runs: int) -> None:
    """Print what three-way decisions cost."""
    rows = []
    for labels in (100, 200, 500, 1000, 2000):
        spent, truth, single = costs(labels, max(runs // 6, 10))
        rows.append([f"{labels}", f"{spent:.3f}", f"{spent / truth:.3f}", f"{spent / single:.3f}"])
    print("Goals at 500 labels: 1.02 and 0.80.\n")
    print(table(["labels", "cost", "of the truth's", "of the best single line's"], rows))


def print_faults(runs: int) -> None:
    """Print what share is accepted with three detectors."""
    rows = []
    for labels in (1000, 2000, 4000):
        row = [f"{labels}"]
        for fit in (product, straight):
            share, bad = by_faults(fit, labels, max(runs // 6, 10))
            row += [f"{(bad > FAULTY).mean():.3f}", f"{share.mean():.3f}"]
        rows.append(row)
    head = ["labels", "product: broken", "accepted", "straight: broken", "accepted"]
    print(table(head, rows))


def print_winners(runs: int) -> None:
    """Print how much is bad of what is delivered, by what was labelled."""
    rows = []
    for likes in (-1.0, 0.0, 0.6, 1.0):
        row = [f"{likes:+.1f}"]
        for on_winners in (False, True):
            bad = by_winners(likes, 1000, max(runs // 20, 10), on_winners=on_winners)
            row += [f"{bad.mean():.4f}", f"{(bad > DELIVERED).mean():.2f}"]
        rows.append(row)
    head = ["reward of a bad one", "by any: bad", "broken", "by winners: bad", "broken"]
    print(table(head, rows))


PRINTED = {
    "lines": print_lines,
    "costs": print_costs,
    "faults": print_faults,
    "winners": print_winners,
}


def main() -> None:
    """Print what was asked for, or everything."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", nargs="?", choices=PRINTED)
    parser.add_argument("--runs", type=int, default=600)
    given = parser.parse_args()
    print(machine())
    for name in [given.what] if given.what else PRINTED:
        print(f"\n## {name}\n")
        PRINTED[name](given.runs)


if __name__ == "__main__":
    main()
