"""Measures from outside the package, written as files: the way a team adds its own."""

import sys
from pathlib import Path
from textwrap import dedent, indent

HEAD = '''
"""A measure of a team's own."""

import time

from selector.errors import MeasureError
from selector.measures.base import Measure
from selector.types import Cost, Failure, NotApplicable, Output, Score

BUILT = []


class Own(Measure):
    """How much of something there is.

    Unit: share.
    Needs: nothing.
    Evidence: none.
    Blind to: everything.
    Model: none.
    Source: made for a test.
    """

    kind = "scorer"
    version = 1
    level: float = 0.5

    @property
    def needs(self):
        return frozenset({needs!r})

    @property
    def outputs(self):
        return {{"value": Output("share", 0.0, 1.0, higher_is_better=True)}}

    @property
    def cost(self):
        return Cost(0.01)

    def build(self, device):
        BUILT.append(device)

    def run(self, subjects):
'''


def write(folder: Path, name: str, body: str, needs: tuple[str, ...] = ()) -> str:
    """Write a measure whose `run` is *body* as module NAME.own; return its path in a policy."""
    package = folder / name
    package.mkdir()
    (package / "__init__.py").write_text("")
    text = HEAD.format(needs=needs) + indent(dedent(body).strip("\n"), " " * 8) + "\n"
    (package / "own.py").write_text(text.lstrip("\n"))
    sys.modules.pop(name, None)
    sys.modules.pop(f"{name}.own", None)
    return f"{name}.own"


def policy(path: str, **rest) -> dict:
    """Return a policy that ranks by that one measure."""
    return {
        "name": "own",
        "version": 1,
        "method": {"weighted_sum": [{"of": path, "weight": 1}]},
        "cascade": {"audit": 0},  # else one request in a hundred, by chance, measures everything
    } | rest
