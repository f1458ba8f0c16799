"""Deliver several that do not look alike, however good a near copy of the best may be.

python examples/deliver_many.py
"""

from PIL import Image, ImageDraw, ImageEnhance

from selector import Candidate, select

POLICY = {
    "name": "three-of-a-kind",
    "version": 1,
    "method": {"weighted_sum": [{"of": "filters.blank.structure", "weight": 1}]},
    "deliver": 3,
    # Hashes that differ in at most 6 of 64 bits look the same to most people.
    "distinct": {"by": "filters.near_duplicates", "within": 6},
}


def circles(*places: tuple[int, int, int]) -> Image.Image:
    """Return a drawing of circles: left, top, and how wide."""
    picture = Image.new("RGB", (400, 400), "seashell")
    draw = ImageDraw.Draw(picture)
    for left, top, wide in places:
        draw.ellipse([left, top, left + wide, top + wide], outline="teal", width=wide // 8)
    return picture


many = circles((20, 20, 170), (210, 30, 170), (30, 210, 170), (215, 205, 170), (160, 160, 80))
candidates = [
    Candidate(many, "many"),
    Candidate(ImageEnhance.Brightness(many).enhance(0.95), "many-darker"),
    Candidate(circles((30, 30, 340), (120, 120, 160)), "ring"),
    Candidate(circles((10, 10, 150), (240, 240, 150), (250, 20, 90)), "corners"),
    Candidate(circles((150, 260, 100)), "one"),
]
selection = select("a pattern of circles", candidates, POLICY)

print("delivered:", [one.id for one in selection.accepted])
for one in selection.rejected:
    print("left out:", one.id, *selection.reasons[one.id])
print("quality:", {one: round(value, 3) for one, value in selection.decision.quality.items()})
