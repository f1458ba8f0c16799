"""Peak memory of one request of many large pictures; goal: no more for 64 than for 8 but a little.

    python -m benchmarks.memory [--side 4096] [--counts 8 64] [--folder FOLDER]

Each case is a process of its own, and its figure the most memory that was resident at any time
(`ru_maxrss`), Python and all libraries included. The pictures are PNG files of one side; every
eighth has the pixels of the first, with a comment of its own, so that none is a copy. The pixel
budget is the default of `Selector`, 512 MiB.
"""

import argparse
import json
import resource
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

from benchmarks import pictures
from benchmarks.measuring import machine, seconds, table

DIFFERENT = 8  # pictures; encoding 4096² takes seconds each
BEFORE_END = -12  # where a PNG's last chunk, which is empty, starts
FILTERS = {
    "name": "filters",
    "version": 1,
    "gates": [
        {"on": "filters.resolution.short_side", "reject_below": 16},
        {"on": "filters.blank.structure", "reject_below": 0.0003},
        {"on": "filters.clipping.highlights", "accept_below": 0.9},
        {"on": "filters.sharpness.sharpest", "reject_below": 0.00001},
    ],
    "method": {
        "weighted_sum": [{"of": "filters.near_duplicates.nearest", "weight": 1, "if_absent": 64}]
    },
}
POLICIES = {
    "nothing measured, imports alone": None,
    "filters only": FILTERS,
    "`starter`": "starter",
}


def main() -> None:
    """Print the table; as its own child, one case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=4096, help="px")
    parser.add_argument("--counts", type=int, nargs="+", default=[8, 64])
    parser.add_argument("--folder", type=Path, help="where the pictures are or will be made")
    parser.add_argument("--policies", nargs="+", default=list(POLICIES), choices=list(POLICIES))
    parser.add_argument("--case", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.case:
        policy, count = given.case
        print(json.dumps(one_case(policy, sorted(given.folder.glob("*.png"))[: int(count)])))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        make(folder, given.side, max(given.counts))
        rows = [
            [policy, str(count), *measured(policy, count, folder)]
            for policy in given.policies
            for count in (given.counts if POLICIES[policy] else [0])
        ]
    print(f"Peak memory, candidates of {given.side}². {machine()}\n")
    print(table(["policy", "candidates", "peak, MiB", "seconds", "decoded, times"], rows))


def measured(policy: str, count: int, folder: Path) -> list[str]:
    """Return the peak in MiB, the seconds and how many times pixels were decoded, as text."""
    command = [sys.executable, "-m", "benchmarks.memory", "--folder", str(folder)]
    command += ["--case", policy, str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise SystemExit(done.stderr)  # else it is only what models say while they load
    found = json.loads(done.stdout.splitlines()[-1])
    return [f"{found['peak'] / 2**20:,.0f}", f"{found['seconds']:.1f}", str(found["decodes"])]


def one_case(name: str, paths: list[Path]) -> dict[str, float]:
    """Decide one request in this process; return what it took."""
    from selector import Selector

    policy = POLICIES[name]
    took, decodes = 0.0, 0
    if policy:
        with Selector(policy, journal=False) as selector:
            took = seconds(lambda: selector.select("a mosaic of photographs", paths))
            decodes = selector._budget.decodes  # noqa: SLF001 - nobody else asks for it
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB on Linux
    return {"peak": peak * unit, "seconds": took, "decodes": decodes}


def make(folder: Path, side: int, count: int) -> None:
    """Write so many pictures, unless the folder has as many already."""
    folder.mkdir(parents=True, exist_ok=True)
    if len(list(folder.glob("*.png"))) >= count:
        return
    for first in range(min(DIFFERENT, count)):
        png = pictures.encoded(pictures.mosaic(side, side, first), compress_level=1)
        for number in range(first, count, DIFFERENT):
            comment = _chunk(b"tEXt", f"Comment\0{number}".encode())
            path = folder / f"{number:03d}.png"
            path.write_bytes(png[:BEFORE_END] + comment + png[BEFORE_END:])


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    main()
