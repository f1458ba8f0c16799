"""Write a policy in code: gates refuse, the method ranks, the cut says what is good enough.

    python examples/policy_as_a_dict.py

The same as YAML is a file that people review; `selector policy check FILE` reads it.
"""

from PIL import Image, ImageDraw

from selector import Policy, PolicyError, select

POLICY = {
    "name": "banner",
    "version": 1,
    "gates": [
        {"on": "filters.resolution.aspect", "reject_below": 2, "accept_above": 2.5},
        {"on": "filters.clipping.highlights", "reject_above": 0.9},
    ],
    "method": {
        "weighted_sum": [
            {"of": "filters.blank.spread", "weight": 2},
            {"of": "filters.sharpness.sharpest", "weight": 1, "scale": {"ends": [0, 0.1]}},
        ]
    },
    "cut": {"of": "quality", "accept_above": 0.4},
    "deliver": 1,
    "on_empty": "regenerate",
}


def banner(width: int, colour: str) -> Image.Image:
    """Return a drawing, 300 px high."""
    picture = Image.new("RGB", (width, 300), "midnightblue")
    ImageDraw.Draw(picture).polygon([(40, 260), (200, 40), (360, 260)], fill=colour)
    return picture


wide, square, pale = banner(900, "orange"), banner(400, "orange"), banner(900, "darkslateblue")
selection = select("a mountain at night", [wide, square, pale], POLICY)
for one in selection.candidates:
    print(one.id, selection.verdict(one.id), *selection.reasons[one.id], sep=" | ")

# If nothing is good enough, the policy's advice says what to do.
nothing = select("a mountain at night", [square], POLICY)
print("only the square one:", nothing.answer, "->", nothing.advice)

# A mistake is told with its place and what was probably meant, before anything is measured.
try:
    Policy.load(POLICY | {"gates": [{"on": "filters.resolution.aspect", "reject_bellow": 2}]})
except PolicyError as error:
    print("mistake:", error)
