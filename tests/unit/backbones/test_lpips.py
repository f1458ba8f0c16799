"""LPIPS is its authors': the same numbers with the same trunk and heads."""

import numpy as np
import pytest
import torch
from PIL import Image

import goldens
import trunks
from pictures import noise
from selector.backbones.lpips import Lpips, Which
from selector.errors import WeightsError

GOLDEN = goldens.document("lpips")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache folder with the published heads, offline, and beside them a trunk of one's own."""
    monkeypatch.setenv("SELECTOR_CACHE", str(tmp_path))
    monkeypatch.setenv("SELECTOR_OFFLINE", "1")
    return trunks.cache(tmp_path)


@pytest.fixture
def network(cache):
    """The network of the golden cases."""
    made = Lpips(Which(goldens.weights(cache / "trunk.pth"), "cpu"))
    yield made
    made.close()


def pair(case) -> list[np.ndarray]:
    names = (case["inputs"][which] for which in ("reference", "distorted"))
    return [np.asarray(Image.open(goldens.FOLDER / "pairs" / name)) for name in names]


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["id"])
def test_golden_cases(network, case):
    """Each layer's mean and their sum are what the authors' package gives."""
    within = {name: GOLDEN["tolerance"]["lpips"][name] for name in ("abs", "rel")}
    means = [each.mean(dtype=float) for each in network.layers(*pair(case))]
    assert means == pytest.approx(case["expected"]["per_layer"], **within)
    assert sum(means) == pytest.approx(case["expected"]["lpips"], **within)


def test_faint_responses_count_like_strong_ones(cache):
    """What is added to lengths decides nothing: the golden numbers, of a trunk that answers all in
    a ten-thousandth.
    """
    held = torch.load(cache / "trunk.pth")
    faint = {name for name in held if name.endswith(".bias")} | {"features.0.weight"}
    path = cache / "faint.pth"
    torch.save({name: each * (1e-4 if name in faint else 1) for name, each in held.items()}, path)
    made = Lpips(Which(goldens.weights(path), "cpu"))
    case = GOLDEN["cases"][0]
    means = [each.mean(dtype=float) for each in made.layers(*pair(case))]
    made.close()
    assert means == pytest.approx(case["expected"]["per_layer"], rel=1e-3)


def test_the_map_tells_where(network):
    """It has the size of the picture, about the mean of the layers, and is largest at the change."""
    one = np.asarray(noise(200, 160))
    other = one.copy()
    other[40:80, 120:160] = 255 - other[40:80, 120:160]
    found = network.map(one, other)
    assert found.shape == (160, 200)
    assert found.mean() == pytest.approx(
        sum(each.mean() for each in network.layers(one, other)), rel=0.2
    )
    assert found[40:80, 120:160].mean() > 3 * found[100:, :80].mean()


@pytest.mark.parametrize("size", [(31, 31), (31, 900)])
def test_small_pictures_fit(network, size):
    """Down to 31 px each layer has something to say; equal pictures do not differ."""
    one = np.asarray(noise(*size))
    assert network.map(one, one).max() == 0
    assert len(network.layers(one, one)) == 5


def test_another_model_is_told(cache):
    """A file that lacks a layer is no such trunk, and what it lacks is named."""
    path = trunks.write(cache / "other.pth", leave_out="features.6.bias")
    with pytest.raises(WeightsError, match=r"lacks features\.6\.bias"):
        Lpips(Which(goldens.weights(path), "cpu"))
