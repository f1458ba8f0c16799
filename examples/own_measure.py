"""Rank by a measure of your own, which a policy names by its module's path.

    python examples/own_measure.py

The measure is `our_team/colourfulness.py` beside this script: one file with one class, and nothing
to register. `selector policy check` and the journal know it like those that come with the package.
"""

from PIL import Image, ImageDraw

from selector import Selector

POLICY = {
    "name": "colourful",
    "version": 1,
    # An instance has a name and its parameters; without any, `of: our_team.colourfulness` will do.
    "measures": {"colour": {"use": "our_team.colourfulness", "spread_counts": 0.3}},
    "gates": [{"on": "colour", "reject_below": 5}],
    # It has no highest value, so a scale says which numbers are worth telling apart.
    "method": {"weighted_sum": [{"of": "colour", "weight": 1, "scale": {"ends": [5, 110]}}]},
    "deliver": "all",
}


def umbrella(*colours: str) -> Image.Image:
    """Return a drawing of an umbrella in these colours."""
    picture = Image.new("RGB", (256, 256), "gainsboro")
    draw = ImageDraw.Draw(picture)
    for number, colour in enumerate(colours):
        step = 180 / len(colours)
        start = 180 + number * step
        draw.pieslice([28, 60, 228, 260], start, start + step, fill=colour)
    return picture


candidates = [
    umbrella("gray", "black", "dimgray"),
    umbrella("rosybrown", "tan", "gray"),
    umbrella("red", "gold", "limegreen", "blue"),
]
with Selector(POLICY) as selector:
    selection = selector.select("a colourful umbrella", candidates)

for one in selection.in_order():
    colour = selection.outcomes[one.id]["colour.colourfulness"].value
    print(f"{selection.verdict(one.id):7} {one.id} {colour:.0f}", *selection.reasons[one.id])
