"""Measure images without a policy: one number or one reason each, and the mean with an interval.

    python examples/numbers_without_a_policy.py

On the command line: `selector score sharpness FOLDER`. A learned scorer is called alike:
`score("scorers.pickscore", prompts, images)`.
"""

import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from selector import score
from selector.types import Score


def boat(sea: str, blur: float) -> Image.Image:
    """Return a drawing of a boat, as sharp as that."""
    picture = Image.new("RGB", (256, 256), "lightcyan")
    draw = ImageDraw.Draw(picture)
    draw.rectangle([0, 180, 256, 256], fill=sea)
    draw.polygon([(60, 170), (196, 170), (170, 205), (86, 205)], fill="sienna")
    draw.polygon([(128, 40), (128, 160), (190, 160)], fill="white", outline="gray")
    return picture.filter(ImageFilter.GaussianBlur(blur))


prompts = ["a boat at noon"] * 3 + ["a boat at night"] * 3 + ["a boat at dawn"]
images = [boat("deepskyblue", blur) for blur in (0, 0.3, 0.6)]
images += [boat("midnightblue", blur) for blur in (0.4, 0.5, 0.7)]
images += [b"what was left of a download"]
scores = score("filters.sharpness", prompts, images)

for row in scores.rows:
    outcome = row.outcomes["sharpest"]
    # What could not be measured is a Failure with a reason: never 0, and never NaN.
    said = f"{outcome.value:.4f}" if isinstance(outcome, Score) else f"{outcome.reason:.40}…"
    print(f"{row.image} | {row.prompt} | {said}")

summary = scores.summary("sharpest")
print(f"mean {summary.mean:.4f} of {summary.evaluated}, {summary.failed} failed")
# Images of one prompt resemble each other, so the prompts are the sample, not the images.
low, high = summary.interval
print(f"95 % interval {low:.4f} to {high:.4f} over {summary.groups} {summary.over}")
print(f"made by {scores.measure} version {scores.version}")

with tempfile.TemporaryDirectory() as folder:
    table = Path(folder) / "scores.csv"  # or .json, .parquet
    scores.write(table)
    print(table.read_text().splitlines()[0])
