"""Requests for worker processes, and measures of a team's own that hang or crash on some of them."""

from pathlib import Path

import PIL.Image

import batches
import outside
from selector.batch.listed import Listed, ListedCandidate, Picture
from selector.batch.setup import Setup
from selector.planning import plan_of

EVIL = (97, 101)  # the size of the picture that a measure does not survive

HANG = "time.sleep(600)"
BUSY = "while True: pass"
ABORT = "__import__('os').abort()"
KILLED = "__import__('os').kill(__import__('os').getpid(), 9)"

RUN = """
    for subject in subjects:
        if subject.image.size == {size}:
            {does}
    return [{{"value": Score(subject.image.size[0] / 200)}} for subject in subjects]
"""


def listed(folder: Path, name: str = "r", count: int = 3, **rest: object) -> Listed:
    """Write *count* pictures and return the request that they are the candidates of."""
    paths = batches.images(folder / name, count)
    candidates = [ListedCandidate(one.name, Picture(str(one)), {"seed": 1}) for one in paths]
    return Listed(name, f"prompt of {name}", tuple(candidates), **rest)


def spoil(listed: Listed, at: int) -> str:
    """Make one candidate the picture that a measure does not survive; return its id."""
    one = listed.candidates[at]
    PIL.Image.new("RGB", EVIL, "red").save(one.picture.path)
    return one.id


def evil(folder: Path, does: str, *, kind: str = "filter", scope: str = "candidate") -> str:
    """Write a measure that does something evil with one size of picture; return its path."""
    name = f"evil{len(list(folder.glob('evil*')))}"
    path = outside.write(folder, name, RUN.format(size=EVIL, does=does))
    file = folder / name / "own.py"
    text = file.read_text().replace('kind = "scorer"', f'kind = "{kind}"')
    file.write_text(text.replace("version = 1", f'version = 1\n    scope = "{scope}"'))
    return path


def setup(policy: dict, **rest: object) -> Setup:
    """Return what the workers of a run under *policy* are told."""
    return Setup("unused", plan_of(policy), **rest)


def gated(path: str, **rest: object) -> dict:
    """Return a policy of filters which asks one more of a team's own, of every candidate."""
    gate = {"on": f"{path}.value", "reject_below": 0.01}
    gates = [*batches.FILTERS["gates"], gate]
    return batches.FILTERS | {"gates": gates, "cascade": {"mode": "exhaustive"}} | rest
