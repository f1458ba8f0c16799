"""Strip the notebooks of what running leaves behind, so that a change is read as what it is.

python calibration/tidy.py
"""

import json
from pathlib import Path
from typing import Any

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def tidied(text: str) -> str:
    """Return a notebook without outputs, its cells numbered by place, and no word of the machine."""
    cells = [_cell(at, cell) for at, cell in enumerate(json.loads(text)["cells"])]
    made = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def _cell(at: int, cell: dict[str, Any]) -> dict[str, Any]:
    code = {"execution_count": None, "outputs": []} if cell["cell_type"] == "code" else {}
    lines = "".join(cell["source"]).splitlines(keepends=True)
    kept = {"cell_type": cell["cell_type"], "id": f"{at:02}", "metadata": {}, "source": lines}
    return dict(sorted({**kept, **code}.items()))


if __name__ == "__main__":
    for path in sorted(Path(__file__).parent.glob("*.ipynb")):
        path.write_text(tidied(path.read_text(encoding="utf-8")), encoding="utf-8")
