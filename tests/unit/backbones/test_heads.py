"""Heads: the published ones' known numbers, and files that are no head."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import goldens
from selector.backbones import heads
from selector.errors import WeightsError

PUBLISHED = {"v2": "sac+logos+ava1-l14-linearMSE.pth", "v1": "sa_0_4_vit_l_14_linear.pth"}
# The head's number for a unit vector along the first axis, and for one along the diagonal; its
# length; its bias. Of the authors' programs in float64.
KNOWN = {
    "v2": (4.545052, 4.883285, 17.995625, 5.236646),
    "v1": (5.402092, 1.513130, 28.444397, 3.529372),
}
SIZES = {0: (12, 8), 2: (6, 12), 4: (5, 6), 6: (3, 5), 7: (1, 3)}


def net(**changes) -> dict[str, torch.Tensor]:
    """Return the tensors of a small net of v2's layers; named ones may change."""
    source = torch.Generator().manual_seed(7)
    held = {}
    for number, (out, into) in SIZES.items():
        held[f"layers.{number}.weight"] = torch.randn(out, into, generator=source)
        held[f"layers.{number}.bias"] = torch.randn(out, generator=source)
    return held | changes


@pytest.fixture
def features() -> np.ndarray:
    """Embeddings of length 1, 768 numbers each."""
    rows = np.load(goldens.FOLDER / "aesthetic" / "features_768.npy").astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("version", PUBLISHED)
def test_published_heads_give_their_known_numbers(version, shared, features):
    """Both of them, for known vectors and for every golden row."""
    head = heads.read(shared / "golden" / "aesthetic_heads" / PUBLISHED[version], width=768)
    expected = goldens.cases("aesthetic")["head-features"]["expected"][version]
    first, diagonal, length, bias = KNOWN[version]

    assert head(features) == pytest.approx(np.array(expected), abs=5e-4)
    vectors = np.stack([np.eye(768)[0], np.full(768, 768**-0.5)]).astype(np.float32)
    assert head(vectors) == pytest.approx([first, diagonal], abs=2e-6)
    assert np.linalg.norm(head.weight) == pytest.approx(length, abs=2e-6)
    assert head.bias == pytest.approx(bias, abs=2e-6)


def test_features_that_are_not_of_length_1_do_not_pass(shared):
    """They give what may look like points, far off."""
    head = heads.read(shared / "golden" / "aesthetic_heads" / PUBLISHED["v2"], width=768)
    rows = np.load(goldens.FOLDER / "aesthetic" / "features_768.npy").astype(np.float32)
    expected = goldens.cases("aesthetic")["head-features"]["expected"]["v2"]

    assert np.abs(head(rows) - expected).min() > 0.1


@pytest.mark.parametrize("ending", [".pth", ".safetensors"])
def test_a_net_without_activations_is_what_torch_makes_of_it(ending, tmp_path):
    """Layer by layer, in either kind of file."""
    save = save_file if ending == ".safetensors" else torch.save
    save(net(), tmp_path / f"head{ending}")
    rows = np.random.default_rng(0).normal(size=(5, 8)).astype(np.float32)
    there = torch.from_numpy(rows)
    for number in SIZES:
        layer = net()[f"layers.{number}.weight"], net()[f"layers.{number}.bias"]
        there = torch.nn.functional.linear(there, *layer)

    found = heads.read(tmp_path / f"head{ending}", width=8)(rows)
    assert found == pytest.approx(there[:, 0].numpy(), rel=1e-4)


def test_a_row_alone_is_what_it_is_among_others(features):
    """To the last bit: pictures that differ never tie because of who is beside them."""
    head = heads.read(goldens.FOLDER / "aesthetic" / "head.safetensors", width=768)
    together = head(features)
    alone = [head(features[index : index + 1])[0] for index in range(len(features))]

    assert list(together) == alone


def _with_relu() -> dict[str, torch.Tensor]:
    """Return the layout of the sibling whose layers have ReLU between, as its names tell."""
    numbers = {0: 0, 2: 3, 4: 6, 6: 9, 7: 11}
    return {
        f"layers.{numbers[int(name.split('.')[1])]}.{name.split('.')[2]}": tensor
        for name, tensor in net().items()
    }


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (_with_relu(), "no head of a known kind.*activations.*give a linear one"),
        ({"weight": torch.zeros(1, 8)}, "no head of a known kind"),
        ({"weight": torch.zeros(1, 512), "bias": torch.zeros(1)}, "takes 512 numbers.*gives 8"),
        ({"weight": torch.zeros(2, 8), "bias": torch.zeros(2)}, "another model"),
        ({"weight": torch.tensor(1.0), "bias": torch.zeros(1)}, "takes no numbers"),
        (net(**{"layers.2.weight": torch.zeros(6, 11)}), "another model"),
        (net(**{"layers.4.bias": torch.zeros(9)}), "another model"),
    ],
    ids=["with ReLU", "no bias", "other width", "two numbers", "no vector", "no chain", "a bias"],
)
def test_what_is_no_such_head_is_refused(held, said, tmp_path):
    """With the reason: each of these would give plausible numbers, or none at all."""
    torch.save(held, tmp_path / "head.pth")
    with pytest.raises(WeightsError, match=said):
        heads.read(tmp_path / "head.pth", width=8)
