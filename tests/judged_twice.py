"""A journal of real pictures by one policy, and stricter policies to decide them again by."""

import json
from pathlib import Path

import PIL.Image
import PIL.ImageFilter

from selector import Candidate, Selector

OLD = {
    "name": "shop",
    "version": 3,
    "gates": [{"on": "filters.resolution.short_side", "reject_below": 128, "accept_above": 256}],
    "method": {
        "weighted_sum": [{"of": "filters.sharpness.sharpest", "scale": {"ends": [0, 0.02]}}]
    },
}
STRICT = {
    **OLD,
    "version": 4,
    "gates": [{"on": "filters.resolution.short_side", "reject_below": 300}],
    "costs": {"false_accept": 20, "false_reject": 2, "review": 1.5},
}
NEVER = {**OLD, "version": 5, "gates": [{"on": "filters.clipping.shadows", "reject_above": 0.6}]}
PROMPT = "an <astronaut>, smiling"


def policies(folder: Path) -> dict[str, str]:
    """Write the policies into *folder*; return their files' names."""
    named = {"old": OLD, "strict": STRICT, "never": NEVER}
    for name, policy in named.items():
        (folder / f"{name}.yaml").write_text(json.dumps(policy))
    return {name: f"{name}.yaml" for name in named}


def journal(folder: Path, photo: PIL.Image.Image, requests: int = 3) -> str:
    """Write a journal of requests of three pictures each, which lie in *folder*; return its name."""
    sizes = {"large": 320, "small": 280, "tiny": 100}
    where = folder / "journal.sqlite"
    with Selector(OLD, journal=str(where)) as selector:
        for at in range(requests):
            made = []
            for name, side in sizes.items():
                path = folder / f"{name}-{at}.png"
                shown = photo.rotate(3 + at).resize((side, side))
                blurred = shown.filter(PIL.ImageFilter.GaussianBlur(1))  # the small one is sharper
                (blurred if name == "large" else shown).save(path)
                made.append(Candidate(str(path), id=f"{name}-{at}", metadata={"generator": "g"}))
            selector.select(PROMPT, made)
    return where.name
