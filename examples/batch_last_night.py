"""Last night's requests decided in one go: a manifest in, a row for every candidate out.

Run: python examples/batch_last_night.py
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import pyarrow.dataset
from PIL import Image

from selector import batch

PROMPTS = ["a red kite", "a green kite", "a blue kite"]


def drawn(folder: Path) -> Path:
    """Draw two pictures a prompt, one of them blank, and write the manifest that lists them."""
    rng = np.random.default_rng(0)
    rows = []
    for number, prompt in enumerate(PROMPTS):
        for name in ("kite", "blank"):
            tiles = rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)
            tiles = tiles if name == "kite" else np.full_like(tiles, 90)
            picture = Image.fromarray(tiles).resize((640, 640), Image.Resampling.NEAREST)
            picture.save(folder / f"{number}-{name}.png")
        images = [f"{number}-kite.png", f"{number}-blank.png"]
        rows.append({"request_id": f"night-{number}", "prompt": prompt, "images": images})
    rows[1]["images"].append("lost.png")  # not there: it gets its row all the same
    manifest = folder / "last-night.jsonl"
    manifest.write_text("\n".join(map(json.dumps, rows)))
    return manifest


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        out = f"{name}/decided"
        summary = batch.run(str(drawn(Path(name))), "starter", out)
        print("verdicts:", dict(sorted(summary.tally.verdicts.items())))
        rows = pyarrow.dataset.dataset(f"{out}/decisions").to_table().to_pylist()
        for row in rows:
            why = row["error"] or "; ".join(one["text"] for one in row["reasons"])
            print(row["request_id"], row["candidate_id"], row["verdict"], why, sep=" | ")
        again = batch.run(f"{name}/last-night.jsonl", "starter", out, resume=True)
        print("resumed:", again.done, "shards to do")
