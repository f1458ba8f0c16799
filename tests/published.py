"""The wordings that judges were trained with, where they lie beside the repository: never in it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from selector.weights import manifest
from selector.weights.place import places

TEMPLATES = {
    "unified_reward": "unifiedreward2_point_acs",
    "unified_reward_pair": "unifiedreward2_pair_score",
    "unified_reward_edit": "unifiedreward_edit_pointwise_instruction_following",
    "unified_reward_edit_quality": "unifiedreward_edit_pointwise_quality",
    "unified_reward_edit_rank": "unifiedreward_edit_pairwise_rank",
    "unified_reward_edit_score": "unifiedreward_edit_pairwise_score",
}
# Of these only rendered texts are there, by their task.
RENDERED = {
    "unified_reward_classic": "classic_final_score",
    "unified_reward_classic_axes": "classic_acs",
    "unified_reward_classic_pair": "classic_pair_rank",
}


def bring(shared: Path, cache: Path) -> None:
    """Put them where they would be fetched to; another text than the manifest names is not taken."""
    golden = shared / "golden"
    for name, file in TEMPLATES.items():
        _put(cache, name, [(golden / "templates" / f"{file}.txt").read_bytes().decode()])
    for name, task in RENDERED.items():
        case = next(prompts(shared, "unifiedreward1", task))
        text, said = case["expected"]["text"], case["inputs"]["prompt"]
        _put(cache, name, [text.replace(said, "{P}")])
    bench = json.loads((golden / "templates" / "qwen_image_bench.json").read_text())
    user = bench["user_header"] + "<image>" + bench["user_body"]
    _put(cache, "qwen_image_bench", [bench["system"], user, *bench["checklists"].values()])


def prompts(shared: Path, folder: str, task: str = "") -> Iterator[dict[str, Any]]:
    """Yield the golden prompts of a task: what was said, and the whole text that a judge gets."""
    found = json.loads((shared / "golden" / folder / "cases.json").read_text())["prompts"]
    return (one for one in found if one["inputs"].get("task", "") == task)


def _put(cache: Path, name: str, texts: list[str]) -> None:
    for place, text in zip(places(cache, manifest.entry(f"wording/{name}")), texts, strict=True):
        place.path.parent.mkdir(parents=True, exist_ok=True)
        place.path.write_bytes(text.encode())
