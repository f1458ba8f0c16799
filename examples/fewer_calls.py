"""See how few calls of a slow measure an answer takes, and that it is the same answer.

    python examples/fewer_calls.py

A picture whose cheap scores are so low that even a perfect slow score could not bring it among the
delivered is not shown to the slow measure (`our_team/connoisseur.py`). `mode: exhaustive` measures
everything, and delivers the same.
"""

from PIL import Image, ImageDraw

from selector import Selection, Selector

POLICY = {
    "name": "colourful",
    "version": 1,
    "method": {
        "weighted_sum": [
            {"of": "our_team.colourfulness", "weight": 3, "scale": {"ends": [20, 80]}},
            {"of": "our_team.connoisseur", "weight": 1},
        ]
    },
    "deliver": 2,
}
COLOURS = ("red", "gold", "limegreen", "blue", "orchid", "orange", "teal", "navy")


def kite(colours: int, paleness: float) -> Image.Image:
    """Return a drawing of a kite of so many colours, mixed with grey."""
    picture = Image.new("RGB", (256, 256), "gainsboro")
    draw = ImageDraw.Draw(picture)
    for number in range(colours):
        corner = 28 + number * 200 / colours
        draw.polygon([(128, 228), (corner, 60), (corner + 200 / colours, 60)], COLOURS[number])
    return Image.blend(picture, Image.new("RGB", picture.size, "gray"), paleness)


def select(mode: str) -> Selection:
    """Return what is delivered of twelve kites; what is audited at random is not wanted here."""
    cascade = {"mode": mode, "parallelism": 1, "audit": 0}
    kites = [kite(1 + at % 6, paleness=at / 12) for at in range(12)]
    with Selector({**POLICY, "cascade": cascade}) as selector:
        return selector.select("a colourful kite", kites)


lazy, full = select("exact"), select("exhaustive")
for name, one in {"exact": lazy, "exhaustive": full}.items():
    calls = one.spent.calls["our_team.connoisseur"]
    print(f"{name}: delivers {[each.id for each in one.accepted]} after {calls} slow calls")
print("saved:", dict(lazy.spent.saved), "in", lazy.spent.rounds, "rounds")
last = lazy.rejected[0]
print(f"{last.id}: {lazy.reasons[last.id][0]}")
