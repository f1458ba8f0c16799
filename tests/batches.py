"""Small inputs of batch runs: pictures on disk, a manifest that lists them, a policy of filters."""

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import PIL.Image

BLOCK = 12  # px; edges enough to be sharp, pixels few enough to be quick

FILTERS = {
    "name": "batches",
    "version": 1,
    "gates": [
        {"on": "filters.resolution.short_side", "reject_below": 64},
        {"on": "filters.blank.structure", "reject_below": 0.001},
    ],
    "method": {
        "weighted_sum": [{"of": "filters.sharpness.overall", "scale": {"ends": [0, 0.5]}}],
    },
    "deliver": 1,
    "distinct": {"by": "filters.near_duplicates", "within": 6},
}


def images(folder: Path, count: int, size: int = 96) -> list[Path]:
    """Write *count* sharp pictures that differ, PNG and JPEG in turn: the same ones every time."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for index in range(count):
        suffix, options = (".png", {}) if index % 2 == 0 else (".jpg", {"quality": 95})
        paths.append(folder / f"{index:05d}{suffix}")
        picture(index, size).save(paths[-1], **options)
    return paths


def picture(index: int, size: int = 96) -> PIL.Image.Image:
    """Return a picture of coloured blocks, another for each index."""
    few = -(-size // BLOCK)
    blocks = np.random.default_rng(index).integers(0, 256, (few, few, 3), dtype=np.uint8)
    return PIL.Image.fromarray(blocks.repeat(BLOCK, axis=0).repeat(BLOCK, axis=1)[:size, :size])


def blank(index: int, size: int = 96) -> PIL.Image.Image:
    """Return a picture of one colour, another for each of the first 16 million."""
    colour = (index % 256, index // 256 % 256, index // 65536 % 256)
    return PIL.Image.new("RGB", (size, size), colour)


def jsonl(folder: Path, requests: int, each: int = 3) -> Path:
    """Write requests with *each* images and the manifest that lists them, a row a request.

    Of more than one image the last is blank, which `FILTERS` refuses.
    """
    paths = images(folder / "images", requests * each)
    with (folder / "requests.jsonl").open("w", encoding="utf-8") as file:
        for number in range(requests):
            mine = paths[number * each : (number + 1) * each]
            if each > 1:
                blank(number).save(mine[-1])
            row = {
                "request_id": f"r{number:04d}",
                "prompt": f"coloured blocks, number {number}",
                "images": [f"images/{path.name}" for path in mine],
                "seed": number,
                "expect.faces": 2,
            }
            file.write(json.dumps(row) + "\n")
    return folder / "requests.jsonl"


def tar(path: Path, members: dict[str, bytes]) -> Path:
    """Write a plain tar of files, in this order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def png(index: int, size: int = 96) -> bytes:
    """Return a picture of `picture` as the bytes of a PNG."""
    file = io.BytesIO()
    picture(index, size).save(file, "PNG")
    return file.getvalue()
