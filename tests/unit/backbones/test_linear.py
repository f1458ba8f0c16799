"""Linear layers through oneDNN give what torch's own give, and keep their weights once."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import pytest

from selector.backbones import linear
from selector.backbones.linear import Linear, pack
from selector.backbones.torch_ready import torch

BF16_STEP = 2**-8  # of one number, relative


def layer(dtype: str = "float32"):
    """Return a linear layer of 48 numbers to 32."""
    torch().manual_seed(4)
    return torch().nn.Linear(48, 32).to(getattr(torch(), dtype)).requires_grad_(requires_grad=False)


@pytest.mark.parametrize("shape", [(48,), (5, 48), (2, 7, 48), (0, 48)])
@pytest.mark.parametrize(("dtype", "off"), [("float32", 1e-5), ("bfloat16", BF16_STEP)])
@pytest.mark.parametrize("can_pack", [True, False])
def test_a_linear_layer_gives_what_torch_s_own_gives(shape, dtype, off, can_pack, monkeypatch):
    """Of any number of rows, in either precision, with oneDNN or without."""
    if not can_pack:
        monkeypatch.setattr(torch().backends.mkldnn, "is_available", lambda: False)
    theirs = layer(dtype)
    given = torch().randn(shape).to(theirs.weight.dtype)
    exact = given.double() @ theirs.weight.double().T + theirs.bias.double()
    with torch().inference_mode():
        found = Linear(theirs.weight, theirs.bias)(given)

    assert found.dtype == given.dtype
    assert found.shape == (*shape[:-1], 32)
    assert torch().allclose(found.double(), exact, rtol=off, atol=off)


def test_a_packed_module_computes_the_same_and_holds_its_weights_once():
    """The plain weight is let go of; what asks a layer for its type still hears it."""
    module = torch().nn.Sequential(layer(), torch().nn.GELU(), torch().nn.Linear(32, 3).eval())
    given = torch().randn(6, 48)
    with torch().inference_mode():
        before = module(given)
        pack(module)
        after = module(given)

    assert torch().allclose(before, after, atol=1e-5)
    assert sum(each.numel() for name, each in module.named_parameters() if "weight" in name) == 0
    assert module[0].weight.dtype == torch().float32


class Reads(torch().nn.Module):
    """Multiplies by the weight of its layer itself, as some attention pools do."""

    def __init__(self):
        super().__init__()
        self.read, self.chain = layer(), torch().nn.Sequential(layer())

    def forward(self, given):
        return given @ self.read.weight.T + self.chain(given)


def test_layers_whose_weights_others_read_stay_as_they_are():
    """Those of torch's own attention always, and any outside a chain where nobody knows better."""
    attention = torch().nn.MultiheadAttention(8, 2)
    pack(attention)
    assert attention.out_proj.weight.numel() == 64

    reads, given = Reads(), torch().randn(3, 48)
    with torch().inference_mode():
        before = reads(given)
        pack(reads, chains=True)
        assert torch().allclose(reads(given), before, atol=1e-5)
    assert reads.chain[0].weight.numel() == 0


@pytest.mark.parametrize(("dtype", "is_packed"), [("float32", True), ("float64", False)])
def test_what_onednn_computes_is_laid_out_for_it(dtype, is_packed, monkeypatch):
    """That is what makes it fast; other numbers, and where it is switched off, stay as they are."""
    module = torch().nn.Sequential(layer(dtype))
    monkeypatch.setattr(torch().backends.mkldnn, "is_available", lambda: False)
    pack(module)
    assert module[0].weight.numel() == 48 * 32
    monkeypatch.undo()
    pack(module)
    assert (module[0].weight.numel() == 0) == is_packed
    assert Linear(layer(dtype).weight, layer(dtype).bias)._weight.is_mkldnn == is_packed


def test_bf16_is_laid_out_where_the_processor_takes_it():
    """Torch is asked by the name that it has for the question."""
    takes = getattr(torch().ops.mkldnn, linear.TAKES_BF16)()
    given = layer("bfloat16")
    assert Linear(given.weight, given.bias)._weight.is_mkldnn == takes


def test_a_model_that_is_unloaded_gives_its_memory_back():
    """Loaded again and again, it takes no more than the first time, and next to nothing between."""
    program = """
from pathlib import Path
from selector.backbones.heap import trim
from selector.backbones.linear import pack
from selector.backbones.torch_ready import torch

def taken():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024

torch().manual_seed(0)
def loaded():
    model = torch().nn.Sequential(*(torch().nn.Linear(1024, 4096) for _ in range(20)))
    pack(model)
    return model

first = taken()
for _ in range(3):
    model = loaded()
    print(taken() - first)
    del model
    trim()
    print(taken() - first)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=100
    )
    took = [float(line) for line in done.stdout.split()]
    weights = 20 * 16  # MiB
    assert max(took[::2]) < 1.15 * weights + 20
    assert max(took[1::2]) < 0.2 * weights


@pytest.mark.parametrize(
    ("there", "dtype"),
    [
        ({}, "float32"),
        ({"_linear_pointwise": print}, "float32"),
        (
            {
                "_linear_pointwise": print,
                "_reorder_linear_weight": print,
                "_is_mkldnn_bf16_supported": lambda: False,
            },
            "bfloat16",
        ),
    ],
)
def test_where_onednn_lacks_something_nothing_is_packed(there, dtype, monkeypatch):
    """A torch without the functions, or a processor that they are not for: torch's own stays."""
    ops = SimpleNamespace(mkldnn=SimpleNamespace(**there))
    stand_in = SimpleNamespace(**{**vars(torch()), "ops": ops})
    module = torch().nn.Sequential(layer(dtype))
    monkeypatch.setattr(linear, "torch", lambda: stand_in)
    pack(module)

    assert module[0].weight.numel() == 48 * 32
    assert "forward" not in vars(module[0])
