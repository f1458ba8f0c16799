"""HPSv3's numbers in words of our own: held to what they were when they met its authors'."""

import json

import numpy as np
import pytest

import goldens
from selector.backbones import hpsv3_view as view
from selector.backbones.hpsv3 import Reward, Rewards, Which
from selector.images import Image, open_image

DOCUMENT = json.loads((goldens.FOLDER / "hpsv3/own_words.json").read_text())
CASES = DOCUMENT["cases"]
OFF = DOCUMENT["tolerance"]["mu"]["abs"]


@pytest.fixture
def rewards():
    """A model of the golden weights that remembers no reward of another test."""
    own = goldens.weights(goldens.FOLDER / "hpsv3/weights/HPSv3.safetensors")
    held = Rewards(Which("HPSv3", own, "fp32", "cpu"))
    yield held
    held.close()


def asked(case: dict) -> tuple[Image, str]:
    given = case["inputs"]
    text = DOCUMENT["text"].replace("{prompt}", given["prompt"])
    return open_image(goldens.picture(given["image"])), text


def numbers(found) -> np.ndarray:
    assert all(isinstance(one, Reward) for one in found), found
    return np.array([(one.mu, np.log(one.sigma)) for one in found])


def expected(*cases: dict) -> np.ndarray:
    return np.array([[case["expected"][name] for name in ("mu", "raw_sigma")] for case in cases])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_picture_has_the_reward_that_it_had(case, rewards):
    """The same size, the same number of tokens, the same two numbers."""
    image, text = asked(case)
    seen = image.view(view.shown)
    assert [*seen.shape[:2]] == case["expected"]["resized_hw"]
    assert len(rewards._lease.model.read(text, view.tokens(seen))) == case["expected"]["n_tokens"]
    assert numbers(rewards.of([image], [text])) == pytest.approx(expected(case), abs=OFF)


def test_a_batch_has_the_rewards_that_each_had(rewards):
    """Pictures of other sizes and texts of other lengths beside it change nothing."""
    images, texts = zip(*map(asked, CASES), strict=True)
    assert numbers(rewards.of(images, texts)) == pytest.approx(expected(*CASES), abs=OFF)
