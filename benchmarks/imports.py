"""How long it takes until `selector` answers; goal: import in 0.15 s, and no heavy library.

    python -m benchmarks.imports [--repeats 15] [--slowest]

Each command is a process of its own, with its files in the cache of the system. What a bare
interpreter takes is in the total; the libraries are those that are imported when it ends.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from benchmarks.measuring import machine, milliseconds, repeated, table

HEAVY = (
    "numpy", "PIL", "scipy", "pydantic", "yaml", "sqlalchemy", "jinja2", "typer", "rich",
    "imagehash", "skimage", "cv2", "mediapipe", "torch", "transformers", "pandas", "matplotlib",
)  # fmt: skip
NOTHING = "pass"
CODES = {
    "bare Python": NOTHING,
    "`import selector`": "import selector",
    "`from selector import Selector`": "from selector import Selector",
    '`Selector("starter")`': "from selector import Selector; Selector('starter', journal=False)",
}
HELPS = {"`selector --help`": ["--help"], "`selector select --help`": ["select", "--help"]}
SLOWEST = 15  # lines of what takes longest to import


def main() -> None:
    """Print the table, or what takes longest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--slowest", action="store_true", help="by -X importtime, instead")
    given = parser.parse_args()
    if given.slowest:
        slowest()
        return
    rows = []
    for name, command in commands().items():
        took = repeated(lambda one=command: _run(one), given.repeats)
        rows.append([name, milliseconds(took.median), milliseconds(took.least), libraries(name)])
    print(f"Until it answers, {given.repeats} processes each. {machine()}\n")
    print(table(["", "median", "least", "libraries"], rows))


def commands() -> dict[str, list[str]]:
    """Return what is started, by name."""
    script = str(Path(sys.executable).with_name("selector"))
    codes = {name: [sys.executable, "-c", code] for name, code in CODES.items()}
    return codes | {name: [script, *arguments] for name, arguments in HELPS.items()}


def libraries(name: str) -> str:
    """Return which libraries a piece of code imports."""
    if name not in CODES:
        return "–"
    code = f"{CODES[name]}\nimport sys; print(*(one for one in {HEAVY} if one in sys.modules))"
    return _run([sys.executable, "-c", code]).stdout.strip() or "none"


def slowest() -> None:
    """Print which imports of `from selector import Selector` take longest, in microseconds."""
    code = CODES["`from selector import Selector`"]
    lines = _run([sys.executable, "-X", "importtime", "-c", code]).stderr.splitlines()
    rows = [line.removeprefix("import time:").split("|") for line in lines if "|" in line]
    found = [(int(row[1]), int(row[0]), row[2].strip()) for row in rows[1:]]
    for whole, own, module in sorted(found, reverse=True)[:SLOWEST]:
        print(f"{whole:>9} µs, itself {own:>7} µs  {module}")


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours


if __name__ == "__main__":
    main()
