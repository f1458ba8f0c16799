"""Judges for measures that need one: servers on this machine whose answers follow from the picture."""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import PIL.Image

import openai_server
from openai_server import Heard
from selector.dialogue.checklist import HIERARCHY


def redness(picture: PIL.Image.Image) -> float:
    """Return the share of red in a picture, 0 to 1."""
    return round(float(np.asarray(picture.convert("RGB"))[..., 0].mean() / 255), 4)


def axes(heard: Heard) -> str:
    """Answer as UnifiedReward 2.0 does: the redder the better."""
    points = 1 + 4 * redness(heard.pictures[0])
    return (
        f"Alignment Score (1-5): {points}\n"
        f"Coherence Score (1-5): {(points + 5) / 2}\n"
        f"Style Score (1-5): {(points + 1) / 2}"
    )


def shares(heard: Heard) -> str:
    """Answer as UnifiedReward 2.0 does of two pictures: the redder has the larger share."""
    first, second = map(redness, heard.pictures)
    share = round(first / (first + second), 4) if first + second else 0.5
    block = f" Image 1: {share}\n Image 2: {round(1 - share, 4)}"
    return "\n\n".join(f"{axis} Score:\n{block}" for axis in ("Alignment", "Coherence", "Style"))


def marks(heard: Heard) -> str:
    """Answer as UnifiedReward-Edit does: the redder the better."""
    points = 25 * redness(heard.pictures[-1])
    return json.dumps({"reasoning": "as red as that", "score": [points, 25 - points]})


def better_edit(heard: Heard) -> str:
    """Say in a sentence which of the last two pictures is the redder one."""
    first, second = map(redness, heard.pictures[-2:])
    if first == second:
        return "Both edited images are equally good."
    return f"Edited image {1 if first > second else 2} is better."


def asked_about(heard: Heard) -> str:
    """Return of which dimension the criteria stand in a question."""
    return next(
        level1
        for level1, parts in HIERARCHY.items()
        if all(facet in heard.text for facets in parts.values() for facet in facets)
    )


def checklist(heard: Heard) -> str:
    """Answer as Qwen-Image-Bench does: all passes, and what is red excels."""
    mark = 2 if redness(heard.pictures[0]) > 0.5 else 1
    level1 = asked_about(heard)
    found = {
        part: {facet: {"score": mark} for facet in facets}
        for part, facets in HIERARCHY[level1].items()
    }
    return f"<think>\n{{}}\n</think>\n\n{json.dumps(found)}"


def likely(heard: Heard) -> Mapping[str, float]:
    """Begin with yes or no: the redder the likelier yes."""
    share = min(max(redness(heard.pictures[0]), 0.01), 0.99)
    return {"Yes": share, "No": 1 - share}


# By the path of a measure, its parameters beside the judge, and how that judge answers.
JUDGES: Mapping[str, tuple[Mapping[str, Any], Callable[[Heard], str | Mapping[str, float]]]] = {
    "scorers.qwen_image_bench": ({}, checklist),
    "scorers.unified_reward": ({}, axes),
    "scorers.unified_reward_edit": ({}, marks),
    "scorers.unified_reward_edit_pairs": ({"at_most": 16}, better_edit),
    "scorers.unified_reward_pairs": ({"at_most": 16}, shares),
    "scorers.vlm_question": ({}, likely),
    "scorers.vqa_score": ({}, likely),
}


@contextlib.contextmanager
def serving() -> Iterator[dict[str, dict[str, Any]]]:
    """Run a server for each; yield the parameters of each measure, by its path."""
    with contextlib.ExitStack() as running:
        found = {}
        for path, (more, answers) in JUDGES.items():
            server = running.enter_context(openai_server.serving())
            server.answering(openai_server.by(answers))
            found[path] = {"judge": server.parameter(), **more}
        yield found
