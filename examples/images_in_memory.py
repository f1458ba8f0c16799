"""Choose among pictures that were never files: PIL images, arrays, encoded bytes.

    python examples/images_in_memory.py

A `Candidate` gives a picture an id and whatever you want to find again: a seed, a generator.
"""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from selector import Candidate, Selector

POLICY = {
    "name": "sharp",
    "version": 1,
    "gates": [{"on": "filters.blank.structure", "reject_below": 0.0003}],
    "method": {"weighted_sum": [{"of": "filters.sharpness.sharpest", "weight": 1}]},
}

drawing = Image.new("RGB", (512, 512), "skyblue")
ImageDraw.Draw(drawing).ellipse([150, 150, 360, 360], fill="gold", outline="brown", width=6)
file = io.BytesIO()
drawing.filter(ImageFilter.GaussianBlur(2)).save(file, "PNG")

candidates = [
    Candidate(drawing.filter(ImageFilter.GaussianBlur(4)), "soft", {"seed": 1}),  # a PIL image
    Candidate(np.asarray(drawing), "crisp", {"seed": 2}),  # (H, W, 3), uint8, sRGB
    Candidate(file.getvalue(), "between", {"seed": 3}),  # encoded bytes
    np.zeros((512, 512, 3), np.uint8),  # without a Candidate it is numbered
]

# A Selector keeps its models loaded from one request to the next.
with Selector(POLICY) as selector:
    selection = selector.select("a golden coin in the sky", candidates)

best = selection.accepted[0]
print("best:", best.id, "with seed", best.metadata["seed"])
print("ranking:", [one.id for one in selection.ranking])
print("refused:", [one.id for one in selection.candidates if one not in selection.ranking])
Image.fromarray(best.image).save(file, "PNG")  # `image` is what you gave
