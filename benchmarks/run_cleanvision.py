"""cleanvision on a folder, in an environment of its own; imports nothing of this project.

PYTHON benchmarks/run_cleanvision.py FOLDER PROCESSES
"""

import json
import os
import sys
import time

CHECKS = {
    "dark": "dark",
    "light": "light",
    "blurry": "blurry",
    "low-information": "low_information",
    "odd-size": "odd_size",
    "odd-aspect": "odd_aspect_ratio",
    "exact-copy": "exact_duplicates",
    "near-copy": "near_duplicates",
}


def main(folder: str, processes: int) -> None:
    """Print the seconds and the flagged files by check, as JSON."""
    from importlib import metadata

    from cleanvision import Imagelab

    started, spent = time.perf_counter(), sum(os.times()[:4])
    lab = Imagelab(data_path=folder, verbose=False)
    lab.find_issues({name: {} for name in CHECKS.values()}, n_jobs=processes, verbose=False)
    seconds, spent = time.perf_counter() - started, sum(os.times()[:4]) - spent
    flagged = {
        check: [str(path) for path in lab.issues.index[lab.issues[f"is_{name}_issue"]]]
        for check, name in CHECKS.items()
    }
    versions = {name: metadata.version(name) for name in ("cleanvision", "pillow", "numpy")}
    took = {"seconds": seconds, "processor": spent}
    print(json.dumps(took | {"flagged": flagged, "versions": versions}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
