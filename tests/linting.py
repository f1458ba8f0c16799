"""Small policies for the linter, and a scorer with what none of the package's declares yet."""

import sys
from pathlib import Path

from policies import small
from selector.planning import lint, planned

TASTE = '''
"""A judge of beauty that learned from photographs."""

from selector.measures.base import Measure
from selector.types import Cost, Output


class Taste(Measure):
    kind = "scorer"
    version = 1
    favours = ("photographs",)
    level: float = 0.5

    @property
    def outputs(self):
        return {
            "beauty": Output("points", None, None, True, usual=(4.0, 7.0)),
            "injury": Output("probability", 0, 1, False, harm=True),
            "rank": Output("points", 0, 10, True, within_prompt=True),
        }

    @property
    def cost(self):
        return Cost(0.01)

    def run(self, subjects):
        return []
'''
BEAUTY, RANK = "lint_taste.own.beauty", "lint_taste.own.rank"
FACES, HANDS, BLANK = "detectors.faces.defect", "detectors.hands.defect", "filters.blank.structure"
SHARP, COUNT, NEAR = (
    "filters.sharpness.sharpest",
    "detectors.hands.count",
    "filters.near_duplicates",
)


def write_taste(folder: Path) -> None:
    """Write the scorer as module lint_taste.own, to be imported anew."""
    package = folder / "lint_taste"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "own.py").write_text(TASTE.lstrip())
    sys.modules.pop("lint_taste.own", None)
    sys.modules.pop("lint_taste", None)


def warned(**entries) -> list[tuple[str, str]]:
    """Return rule and place of each warning on a policy with these entries."""
    found = lint(planned(small(**entries)))
    return [(one.rule, one.spot.words.removeprefix("policy: ")) for one in found]


def by(*terms, **rest) -> dict:
    return {"method": {"weighted_sum": list(terms)}} | rest


def in_order(*steps) -> dict:
    return {"method": {"lexicographic": list(steps)}}
