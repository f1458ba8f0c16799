"""Ask a selection for its grounds: reasons, outcomes, evidence, and what was not measured.

python examples/why_a_verdict.py
"""

from PIL import Image, ImageDraw

from selector import Candidate, select
from selector.types import NotEvaluated, Score

POLICY = {
    "name": "why",
    "version": 1,
    "gates": [
        {"on": "filters.resolution.short_side", "reject_below": 128, "accept_above": 256},
        {"on": "filters.blank.structure", "reject_below": 0.0003},
    ],
    "method": {"weighted_sum": [{"of": "filters.blank.spread", "weight": 1}]},
    "deliver": 2,
    "distinct": {"by": "filters.near_duplicates", "within": 6},
    "cascade": {"audit": 0},  # no request is measured in full for later comparison
}


def house(side: int, wall: str) -> Image.Image:
    """Return a drawing of a house."""
    picture = Image.new("RGB", (300, 300), "lightblue")
    draw = ImageDraw.Draw(picture)
    draw.rectangle([80, 140, 220, 280], fill=wall)
    draw.polygon([(60, 140), (150, 50), (240, 140)], fill="firebrick")
    return picture.resize((side, side))


candidates = [
    Candidate(house(300, "ivory"), "good"),
    Candidate(house(300, "cornsilk"), "hardly-different"),
    Candidate(house(200, "ivory").rotate(90), "small"),
    Candidate(house(64, "ivory"), "tiny"),
    Candidate(Image.new("RGB", (300, 300), "white"), "nothing-there"),
]
selection = select("a house", candidates, POLICY)

for one in selection.in_order():
    print(f"{one.id}: {selection.verdict(one.id)}")
    for reason in selection.reasons[one.id]:
        # `str(reason)` says it in words; its fields say it to a program.
        print(f"  because: {reason.kind}, {reason} (margin {reason.margin})")
    for name, outcome in selection.outcomes[one.id].items():
        match outcome:
            case Score(value=value, evidence=None):
                print(f"  {name} = {value:.4g}")
            case Score(value=value, evidence=evidence):
                print(f"  {name} = {value:.4g}, evidence {evidence}")
            case NotEvaluated():
                print(f"  {name} was not measured: the answer did not depend on it")
            case other:  # a Failure, or NotApplicable: both carry a reason
                print(f"  {name}: {other.kind}, {other.reason}")
print("measured, how many times:", dict(selection.cost))
