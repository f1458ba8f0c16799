"""Rank by a model of your own, on an embedding that the other scorers use too.

    python examples/own_scorer.py

The scorer is one file, `our_team/on_brand.py`: a small head on OpenAI's CLIP ViT-L/14. Here both
have weights at random, made in a moment (`our_team/at_random.py`), so the order means nothing. With
a head of yours leave `checkpoint` out: the published CLIP is fetched once, and one tower in memory
serves your head and `scorers.aesthetic`.
"""

import tempfile
from pathlib import Path

from our_team import at_random
from PIL import Image, ImageDraw

from selector import Selector


def poster(ground: str, ink: str) -> Image.Image:
    """Return a drawing in two colours."""
    picture = Image.new("RGB", (320, 240), ground)
    ImageDraw.Draw(picture).ellipse([90, 50, 230, 190], fill=ink)
    return picture


posters = [poster("navy", "gold"), poster("white", "crimson"), poster("black", "gray")]

with tempfile.TemporaryDirectory() as name:
    checkpoint, head = at_random.tower(Path(name)), at_random.head(Path(name))
    policy = {
        "name": "on-brand",
        "version": 1,
        "measures": {
            "brand": {"use": "our_team.on_brand", "head": head, "checkpoint": checkpoint},
        },
        "method": {"weighted_sum": [{"of": "brand", "weight": 1}]},
        "deliver": 1,
    }
    with Selector(policy) as selector:
        selection = selector.select("a poster for the summer sale", posters)

for one in selection.in_order():
    probability = selection.outcomes[one.id]["brand.on_brand"].value
    print(f"{selection.verdict(one.id):7} {one.id} {probability:.4f}")
