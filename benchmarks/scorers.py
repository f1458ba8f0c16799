"""Five scorers in one request against each by itself: time, memory, and the bare forward passes.

    python -m benchmarks.scorers FOLDER [--repeats 3] [--precision fp32 bf16] [--candidates 8]

FOLDER holds checkpoints of the published sizes with random weights, made there if they are missing
(9.4 GB; `benchmarks/random_weights.py`). Each side runs in a process of its own, with models loaded
and warm before the clock starts; every repeat has new pictures (1024², PNG) and a new prompt.

- alone: each scorer through its own pipeline, as existing libraries run it: `benchmarks/pipelines.py`;
- selector: one request with all five, in each precision;
- bare: the forward passes of the four towers on tensors that are ready, in each precision, with the
  selector's own linear layers: what is left is what the selector adds.
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.measuring import Seconds, machine, seconds, table
from benchmarks.pictures import encoded, mosaic
from benchmarks.random_weights import made

PROMPT = (
    "a red fox number {} sitting in fresh snow at the edge of a pine forest, early morning light, "
    "breath visible in the cold air, soft background, detailed fur"
)
NAMES = ("pickscore", "hpsv2", "image_reward", "aesthetic", "clip_score")
TOWERS = {"aesthetic": "clip_vit_l_14", "clip_score": "clip_vit_l_14"}  # of a name of its own
PACKAGES = ("torch", "transformers", "open-clip-torch")
Pictures = Sequence[Sequence[Path]]
Request = Callable[[str, Sequence[Path]], object]


def main() -> None:
    """Print the table; `--side` is what a process of its own is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--candidates", type=int, default=8)
    parser.add_argument("--precision", nargs="+", default=["fp32", "bf16"])
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--pictures", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        sets = [sorted(one.iterdir()) for one in sorted(given.pictures.iterdir())]
        print(json.dumps(side(given.side, made(given.folder), sets)))
        return
    made(given.folder)
    with tempfile.TemporaryDirectory() as pictures:
        _draw(Path(pictures), given.repeats + 1, given.candidates)
        versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
        about = f"{given.candidates} candidates of 1024², {machine()}, {versions}"
        print(f"Five scorers, {about}\n")
        run = partial(_child, given.folder, Path(pictures))
        print(report(run, given.precision))
        print(f"\n{each_scorer(run, given.precision, given.candidates)}")


def report(run: Callable[[str], Mapping[str, Any]], precisions: Iterable[str]) -> str:
    """Return the table of all sides; *run* measures one."""
    alone = run("alone")
    rows = [_row("alone", alone, alone, None)]
    for precision in precisions:
        bare = run(f"bare-{precision}")
        rows.append(_row(f"bare, {precision}", bare, alone, bare))
        rows.append(_row(f"selector, {precision}", run(f"selector-{precision}"), alone, bare))
    head = ["", "a request", "faster than alone", "of the bare passes", "peak memory", "of alone's"]
    return table(head, rows)


def each_scorer(
    run: Callable[[str], Mapping[str, Any]], precisions: Sequence[str], candidates: int
) -> str:
    """Return the table of what each scorer takes an image, by itself; *run* measures one."""
    rows = [
        [name]
        + [
            f"{Seconds(tuple(run(f'{name}-{each}')['seconds'])).median / candidates:.2f} s"
            for each in precisions
        ]
        for name in NAMES
    ]
    return table(["an image", *precisions], rows)


def _row(
    name: str, found: Mapping[str, Any], alone: Mapping[str, Any], bare: Mapping[str, Any] | None
) -> list[str]:
    took = Seconds(tuple(found["seconds"])).median
    before = Seconds(tuple(alone["seconds"])).median
    passes = Seconds(tuple(bare["seconds"])).median if bare else None
    return [
        name,
        f"{took:.2f} s",
        f"{before / took:.2f}×",
        f"{took / passes:.2f}×" if passes else "",
        f"{found['peak'] / 2**30:.2f} GiB",
        f"{found['peak'] / alone['peak']:.2f}×",
    ]


def side(name: str, files: Mapping[str, Path], pictures: Pictures) -> dict[str, Any]:
    """Return how long each request took on one side, and the peak memory of this process."""
    kind, _, precision = name.partition("-")
    sides = {"alone": _alone, "bare": _bare, "selector": _selector} | {
        name: partial(_selector, names=(name,)) for name in NAMES
    }
    request = sides[kind](files, precision)
    request(PROMPT.format("warm"), pictures[0])
    took = [
        seconds(lambda at=at, some=some: request(PROMPT.format(at), some))
        for at, some in enumerate(pictures[1:])
    ]
    return {"seconds": took, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


def _alone(files: Mapping[str, Path], _precision: str) -> Request:
    from benchmarks.pipelines import pipelines

    each = pipelines(files)
    return lambda prompt, images: [score(prompt, images) for score in each.values()]


def _selector(
    files: Mapping[str, Path], precision: str, *, names: Sequence[str] = NAMES
) -> Request:
    from selector import Selector

    engine = Selector(policy(files, precision, names), journal=False)

    def request(prompt: str, images: Sequence[Path]) -> object:
        selection = engine.select(prompt, images)
        failed = [
            one
            for row in selection.outcomes.values()
            for one in row.values()
            if one.kind != "score"
        ]
        assert not failed, failed[0]
        return selection

    return request


def policy(
    files: Mapping[str, Path], precision: str, names: Sequence[str] = NAMES
) -> dict[str, Any]:
    """Return a policy of the scorers of those *names* on the checkpoints in *files*."""
    from selector.backbones.model_file import checksum

    @cache
    def own(name: str) -> dict[str, str]:
        return {"path": str(files[name]), "sha256": checksum(files[name])}

    measures = {
        name: {
            "use": f"scorers.{name}",
            "precision": precision,
            "checkpoint": own(TOWERS.get(name, name)),
        }
        for name in names
    }
    if "aesthetic" in measures:
        measures["aesthetic"]["head"] = own("aesthetic")
    ends = {"scale": {"ends": [-1000, 1000]}}
    return {
        "name": "five",
        "version": 1,
        "measures": measures,
        "method": {"weighted_sum": [{"of": name, "weight": 1} | ends for name in names]},
    }


def _bare(files: Mapping[str, Path], precision: str) -> Request:
    """Return the forward passes alone: towers of the published sizes, tensors that are ready."""
    from benchmarks.pipelines import bert_ids, blip, torch  # first: transformers starts after it
    from benchmarks.random_weights import clip_config
    from selector.backbones.linear import pack

    CLIPModel = importlib.import_module("transformers").CLIPModel  # noqa: N806 - a class
    dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]
    clips = []
    for size in ("H", "H", "L"):
        with torch.device("meta"):
            model = CLIPModel(clip_config(size))
        clips.append(model.to_empty(device="cpu").to(dtype).eval())
        for value in clips[-1].parameters():
            torch.nn.init.normal_(value, 0, 0.02)
        for tower in (clips[-1].text_model, clips[-1].vision_model):
            ids = tower.embeddings.position_ids
            ids.copy_(torch.arange(ids.shape[1])[None])
            pack(tower)
    vision, text, _ = blip(files["image_reward"])
    vision, text = vision.to(dtype), text.to(dtype)
    for tower in (vision, text):
        pack(tower)

    def request(prompt: str, images: Sequence[Path]) -> object:
        ids = torch.tensor([[49406, *range(1000, 1000 + len(prompt.split())), 49407]])
        seen = torch.rand(len(images), 3, 224, 224).to(dtype)
        words, mask = bert_ids(prompt, len(images))
        read = int(mask[0].sum())
        with torch.inference_mode():
            for model in clips:
                model.get_image_features(pixel_values=seen)
                model.get_text_features(input_ids=ids, attention_mask=torch.ones_like(ids))
            tokens = vision(seen).last_hidden_state
            return text(
                input_ids=words[:, :read],
                attention_mask=mask[:, :read],
                encoder_hidden_states=tokens,
                is_decoder=False,
            )

    return request


def _draw(folder: Path, sets: int, candidates: int) -> None:
    for number in range(sets):
        (folder / f"{number:02d}").mkdir()
        for which in range(candidates):
            picture = mosaic(1024, 1024, seed=number * candidates + which)
            (folder / f"{number:02d}" / f"{which:02d}.png").write_bytes(encoded(picture))


def _child(folder: Path, pictures: Path, name: str) -> Mapping[str, Any]:
    command = [sys.executable, "-m", "benchmarks.scorers", str(folder)]
    done = subprocess.run(  # noqa: S603 - this very script
        [*command, "--side", name, "--pictures", str(pictures)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
