"""Choose among edits of one picture: what was changed, and whether the rest was left alone.

python examples/edits.py
"""

from PIL import Image, ImageDraw, ImageFilter

from selector import Candidate, Edit, score, select

POLICY = {
    "name": "kept",
    "version": 1,
    "gates": [
        # 0 is the source again; over 0.6 more was changed than one part.
        {"on": "detectors.preservation.edited", "accept_above": 0.001, "accept_below": 0.6},
        {"on": "detectors.preservation.shift", "accept_below": 3},
        # 1 is a rest that is as it was; storing an edit anew as JPEG leaves 0.91 and more.
        {"on": "detectors.preservation.ssim", "accept_above": 0.85},
    ],
    "method": {"weighted_sum": [{"of": "detectors.preservation.ssim"}]},
}


def street(hat: str, wall: str = "burlywood") -> Image.Image:
    """Return a drawing of somebody with a hat before a wall."""
    picture = Image.new("RGB", (512, 512), wall)
    draw = ImageDraw.Draw(picture)
    for row in range(0, 512, 32):
        draw.line([0, row, 512, row], fill="sienna", width=2)
    draw.ellipse([180, 200, 332, 380], fill="peachpuff")
    draw.rectangle([160, 140, 352, 215], fill=hat)
    return picture


source = street("royalblue")
red = street("firebrick")
edits = [
    Candidate(red, "only-the-hat"),
    Candidate(red.filter(ImageFilter.GaussianBlur(2)), "the-rest-is-soft"),
    Candidate(street("firebrick", "lightgreen"), "the-wall-as-well"),
    Candidate(source, "nothing-done"),
]

# Whether the instruction was followed a judge can be asked: see `policies/edit.yaml`.
selection = select(Edit("make the hat red", source), edits, POLICY | {"deliver": "all"})
for one in selection.in_order():
    print(f"{one.id}: {selection.verdict(one.id)}", *selection.reasons[one.id])

# The numbers alone; for measures that read one, the instruction stands in the prompt's place.
scores = score("detectors.preservation", "make the hat red", edits, source)
print("edited:", [f"{share:.2f}" for share in scores.values("edited") if share is not None])
