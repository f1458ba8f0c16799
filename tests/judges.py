"""Judges for policies that are tried on pictures: scorers on files of 1 MB, and a server to ask."""

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import PIL.Image

import goldens
import openai_server
from openai_server import Heard, JudgeServer
from selector import Policy
from selector.backbones.torch_ready import torch
from selector.policy import find

# By the path of a scorer, which weights of which file must be zero for it to see no picture.
EYES = {
    "scorers.aesthetic": ("head", "weight"),
    "scorers.hpsv2": ("checkpoint", "visual.ln_post.weight"),
    "scorers.image_reward": ("checkpoint", "mlp.layers.7.weight"),
    "scorers.pickscore": ("checkpoint", "vision_model.post_layernorm.weight"),
}
Files = Mapping[str, Mapping[str, Any]]  # by the path of a scorer, its parameters
ASKED = "scorers.vlm_question"
SURE = 0.999
# By the name of a question and the picture it is about, how surely the judge says yes.
Opinion = Callable[[str, PIL.Image.Image], float]


def golden() -> Files:
    """Return judges with opinions, all of them random."""
    return {path: goldens.parameters(path) for path in EYES}


def impartial(folder: Path) -> Files:
    """Write judges that find all pictures alike, so that all else about them decides."""
    found = {}
    for path, (parameter, layer) in EYES.items():
        given = goldens.parameters(path)
        place = folder / path
        shutil.copytree(Path(given[parameter]["path"]).parent, place)
        file = place / Path(given[parameter]["path"]).name
        _blind(file, layer)
        found[path] = given | {parameter: goldens.own(file)}
    return found


def nothing_wrong(name: str, _: PIL.Image.Image) -> float:
    """Find whatever a question of a shipped policy is about as it should be."""
    return SURE if _questions()[name][1] else 1 - SURE


@contextlib.contextmanager
def asked(opinion: Opinion = nothing_wrong) -> Iterator[JudgeServer]:
    """Run a judge that is asked the questions of the shipped policies."""

    def answer(heard: Heard) -> Mapping[str, float]:
        share = opinion(question_of(heard), heard.pictures[0])
        return {"Yes": share, "No": 1 - share}

    with openai_server.serving() as server:
        server.answering(openai_server.by(answer))
        yield server


def question_of(heard: Heard) -> str:
    """Return what the shipped policies call the question that was heard."""
    (name,) = (name for name, (text, _) in _questions().items() if text in heard.text)
    return name


@cache
def _questions() -> Mapping[str, tuple[str, bool]]:
    """Return each question by its name: how it begins, and whether yes is good."""
    every = (Policy.load(name).measures.items() for name in find.names())
    return {
        name: (
            one.parameters["question"].partition("{")[0],
            one.parameters.get("high_is") == "good",
        )
        for measures in every
        for name, one in measures
        if one.use == ASKED
    }


def appointed(policy: Policy, judges: Files, **changes: Any) -> Policy:
    """Return *policy* with these judges in the place of its own, and some entries changed."""
    measures = policy.model_dump(mode="json")["measures"] | changes.pop("measures", {})
    having = {name: {**one, **judges.get(one["use"], {})} for name, one in measures.items()}
    return policy.having(measures=having, **changes)


def _blind(file: Path, layer: str) -> None:
    """Make a layer of a model's file answer the same, whatever it is shown."""
    if file.suffix == ".safetensors":
        from safetensors.torch import load_file, save_file

        tensors = load_file(file)
        tensors[layer].zero_()
        save_file(tensors, file)
        return
    stored = torch().load(file, map_location="cpu", weights_only=True)
    stored.get("state_dict", stored)[layer].zero_()
    torch().save(stored, file)
