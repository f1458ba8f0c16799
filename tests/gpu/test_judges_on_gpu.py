"""Judges and HPSv3 on a GPU: near what the CPU gives, by as much as the precision says."""

import numpy as np
import pytest

import goldens
import tiny_vlm
from selector.backbones.hpsv3 import Rewards, Which
from selector.backbones.judge import Manner, Question
from selector.backbones.torch_ready import torch
from selector.backbones.vlm import Vlm
from selector.images import open_image

ERRORS = {"fp32": 2e-3, "bf16": 0.2, "fp16": 0.05}  # of a score; fp32 may be TF32
WEIGHTS = goldens.FOLDER / "hpsv3/weights/HPSv3.safetensors"


@pytest.fixture(autouse=True)
def gpu() -> None:
    """A GPU, or a reason why not."""
    if not torch().cuda.is_available():
        pytest.skip("no GPU that torch can use")


@pytest.mark.parametrize("precision", ERRORS)
def test_hpsv3_gives_nearly_the_same(precision) -> None:
    """Its scores of several pictures at once differ from the CPU's in fp32 by little."""
    names = ("square_512.png", "landscape_640x360.png", "small_100x80.png")
    images = [open_image(goldens.picture(name)) for name in names]
    texts = [f"A text about {name}. The rating: <|Reward|>" for name in names]
    scores = []
    for device, kind in (("cpu", "fp32"), ("cuda", precision)):
        rewards = Rewards(Which("HPSv3", goldens.weights(WEIGHTS), kind, device))
        scores.append([found.mu for found in rewards.of(images, texts)])
        rewards.close()
    assert scores[1] == pytest.approx(scores[0], abs=ERRORS[precision])


@pytest.mark.parametrize("kind", tiny_vlm.KINDS)
def test_a_judge_begins_nearly_as_on_the_cpu(kind, tmp_path) -> None:
    """Of each family: how likely its first tokens are; and it answers, many at once."""
    folder = tiny_vlm.folder(tmp_path, kind)
    seen = np.random.default_rng(0).integers(0, 256, (3, 90, 70, 3), dtype=np.uint8)
    questions = [Question((each, "A cat, yes or no?" * at)) for at, each in enumerate(seen, 1)]
    told = []
    for device in ("cpu", "cuda"):
        judge = Vlm(folder, name="Tiny", precision="fp32", device=device, manner=Manner(5))
        told.append([first.probabilities["Yes"] for first in judge.first(questions)])
        assert all(said.tokens > 5 for said in judge.ask(questions))
        judge.close()
    assert told[1] == pytest.approx(told[0], abs=1e-3)
