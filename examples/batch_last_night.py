"""Last night's requests decided in one go: a manifest in, a row for every candidate out.

Run: python examples/batch_last_night.py
"""

import json
import tempfile
from pathlib import Path

import pyarrow.dataset
from PIL import Image, ImageDraw

from selector import batch

POLICY = {
    "name": "kites",
    "version": 1,
    "gates": [{"on": "filters.blank.structure", "reject_below": 0.0003}],
    "method": {"weighted_sum": [{"of": "filters.sharpness.sharpest", "scale": {"ends": [0, 0.2]}}]},
}


def drawn(folder: Path) -> Path:
    """Draw a kite and a blank sky for each prompt, and write the manifest that lists them."""
    rows = []
    for colour in ("red", "green", "orange"):
        for name in ("kite", "sky"):
            picture = Image.new("RGB", (320, 320), "lightblue")
            if name == "kite":
                ImageDraw.Draw(picture).polygon(
                    [(160, 40), (240, 140), (160, 280), (80, 140)], colour
                )
            picture.save(folder / f"{colour}-{name}.png")
        images = [f"{colour}-kite.png", f"{colour}-sky.png"]
        rows.append({"request_id": colour, "prompt": f"a {colour} kite", "images": images})
    rows[1]["images"].append("lost.png")  # is not there, and gets its row all the same
    (folder / "last-night.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder / "last-night.jsonl"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        manifest, out = str(drawn(Path(name))), f"{name}/decided"
        summary = batch.run(manifest, POLICY, out)
        print("verdicts:", dict(sorted(summary.tally.verdicts.items())))
        for row in pyarrow.dataset.dataset(f"{out}/decisions").to_table().to_pylist():
            why = row["error"] or "; ".join(one["text"] for one in row["reasons"])
            print(row["request_id"], row["candidate_id"], row["verdict"], why, sep=" | ")
        again = batch.run(manifest, POLICY, out, resume=True)  # also after a kill at any moment
        print("resumed:", again.done, "of", again.about.shards, "shards to do")
