"""What a judge costs beside the model: in batches, over a network, and in memory over many requests.

    python -m benchmarks.judges [--model FOLDER] [--candidates 16] [--judgements 64] [--requests 1000]

- batched: the questions of one request to a model in this process, in one forward pass against one
  by one. Without `--model`, a tiny random Qwen2-VL, whose time is mostly that of starting things;
- served: as many judgements of a server that takes 0.2 s for each, 16 at once, against the ideal
  time: the rounds of 16, each of 0.2 s; pictures of three sizes, because each is encoded, as PNG or
  as JPEG, by the processor that asks;
- memory: what this process takes after a tenth of the requests, and after all of them.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from benchmarks.measuring import Seconds, machine, repeated, table
from benchmarks.pictures import mosaic
from benchmarks.quick_judge import MODEL, running

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 0.2  # what the server takes for an answer
AT_ONCE = 16
SENT = ((256, "png"), (512, "png"), (1024, "png"), (1024, "jpeg"))  # side, and in which form
QUESTION = {"use": "scorers.vlm_question", "question": "Is a mosaic to be seen?"}


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--candidates", type=int, default=16)
    parser.add_argument("--judgements", type=int, default=64)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    print(f"Judges, {machine()}\n")
    with tempfile.TemporaryDirectory() as folder:
        model = given.model or _tiny(Path(folder))
        print(table(["", "one by one", "one pass", "faster"], [batched(model, given)]))
    with running(SECONDS) as address:
        head = ["pictures", "ideal", "taken", "of the ideal"]
        print("\n" + table(head, [served(address, *sent, given) for sent in SENT]))
    with running(0) as address:
        head = ["requests", "resident memory"]
        print("\n" + table(head, memory(address, given.requests)))


def batched(model: Path, given: Any) -> list[str]:
    """Return the row of questions in one pass against one by one."""
    from selector.backbones.judge import Manner, Question
    from selector.backbones.vlm import Vlm

    judge = Vlm(model, name="tiny", precision="fp32", device="cpu", manner=Manner(8))
    pictures = [np.asarray(mosaic(224, 224, at)) for at in range(given.candidates)]
    questions = [Question((picture, "Rate this picture from 1 to 5.")) for picture in pictures]
    alone = repeated(lambda: [judge.ask([one]) for one in questions], given.repeats)
    together = repeated(lambda: judge.ask(questions), given.repeats)
    judge.close()
    name = f"{given.candidates} candidates"
    return [name, *map(_shown, (alone, together)), f"{alone.median / together.median:.2f}×"]


def served(address: str, side: int, form: str, given: Any) -> list[str]:
    """Return the row of judgements by a server that takes its time, against the ideal."""
    from selector import Selector

    images = [mosaic(side, side, at) for at in range(given.judgements)]
    ideal = math.ceil(given.judgements / AT_ONCE) * SECONDS
    with Selector(_policy(address, picture=form), journal=False) as selector:
        selector.select("warm", images[:1])
        took = Seconds(tuple(_judging(selector, images) for _ in range(given.repeats)))
    return [
        f"{side}², {form.upper()}",
        f"{ideal:.2f} s",
        _shown(took),
        f"{took.median / ideal:.2f}×",
    ]


def memory(address: str, requests: int) -> Iterator[list[str]]:
    """Give the rows of memory after a tenth of the requests, after half, and after all."""
    from selector import Selector

    marks = {max(1, requests // 10), requests // 2, requests}
    with Selector(_policy(address), journal=False) as selector:
        for number in range(1, requests + 1):
            found = selector.select(f"request {number}", [mosaic(256, 256, number)])
            assert found.spent.tokens == {"question": 301}, found.outcomes
            if number in marks:
                yield [f"{number}", f"{_resident() / 2**20:.1f} MiB"]


def _judging(selector: Any, images: Sequence[PIL.Image.Image]) -> float:
    """Return how long the judge took for a request, without reading the pictures."""
    selection = selector.select("a mosaic", images)
    assert selection.spent.calls == {"question": len(images)}, selection.outcomes
    return float(selection.timings["question"])


def _policy(address: str, **more: str) -> dict[str, Any]:
    judge = {"base_url": address, "model": MODEL, "at_once": AT_ONCE, **more}
    return {
        "name": "judged",
        "version": 1,
        "measures": {"question": {**QUESTION, "judge": judge}},
        "method": {"weighted_sum": [{"of": "question", "weight": 1}]},
    }


def _tiny(folder: Path) -> Path:
    """Make a tiny random model as the tests do: a checkout has them beside this."""
    sys.path.insert(0, str(ROOT / "tests"))
    import tiny_vlm

    made: Path = tiny_vlm.folder(folder)
    return made


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _shown(took: Seconds) -> str:
    return f"{took.median:.2f} s"


if __name__ == "__main__":
    main()
