"""Rows go through a model in as large parts as memory has room for."""

import os
import subprocess
import sys

import numpy as np
import pytest

from selector.backbones.batches import Batches, free_bytes
from selector.backbones.torch_ready import torch
from selector.errors import MeasureError

BEYOND = 2**52  # bytes, more than any machine can address


class Model:
    """Doubles rows, a few at a time: with more it asks for more memory than there can be."""

    def __init__(self, room: int, *, of_torch: bool = True) -> None:
        self.room = room
        self.of_torch = of_torch
        self.parts: list[int] = []

    def __call__(self, rows) -> np.ndarray:
        self.parts.append(len(rows))
        if len(rows) > self.room:
            if self.of_torch:
                torch().empty(BEYOND, dtype=torch().uint8)
            np.empty(BEYOND, np.uint8)
        return np.array([[2 * row] for row in rows], np.float32)


def batches(**more) -> Batches:
    return Batches("tower", "cpu", **({"row_bytes": 1, "most": 16} | more))


def test_all_rows_come_in_their_order() -> None:
    """What fits goes at once, up to the most; the rest follows, and nothing is lost."""
    model = Model(room=100)
    found = batches().run(range(20), model)

    assert found[:, 0].tolist() == [2 * row for row in range(20)]
    assert model.parts == [16, 4]


def test_a_cpu_takes_few_rows_at_once() -> None:
    """Where more at once are no faster, memory for them is not taken."""
    model = Model(room=100)
    Batches("tower", "cpu", row_bytes=1).run(range(20), model)

    assert model.parts == [4] * 5


@pytest.mark.parametrize("of_torch", [True, False])
def test_out_of_memory_halves_and_is_remembered(of_torch) -> None:
    """A part that is too much is halved until it fits, and the next call begins there."""
    model, sized = Model(room=3, of_torch=of_torch), batches()
    found = sized.run(range(9), model)
    assert found[:, 0].tolist() == [2 * row for row in range(9)]
    assert model.parts == [9, 4, 2, 2, 2, 2, 1]

    model.parts.clear()
    sized.run(range(3), model)

    assert model.parts == [2, 1]


def test_a_single_row_that_does_not_fit_is_told() -> None:
    """Where not even one row has room, the error says whose it is and what it takes."""
    with pytest.raises(MeasureError, match=r"^tower: the memory is too small for one row.*70 MB"):
        Batches("tower", "cpu", row_bytes=70_000_000).run(range(3), Model(room=0))


def test_other_errors_are_no_lack_of_memory() -> None:
    """A fault of the model comes as it is, at the first try."""
    tried = []

    def broken(rows) -> np.ndarray:
        tried.append(rows)
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        batches().run(range(4), broken)
    assert len(tried) == 1


def test_parts_are_as_large_as_the_free_memory_allows() -> None:
    """Rows that take an eighth of what is free go a few at a time; larger ones one by one."""
    free = free_bytes("cpu")
    if free is None:
        pytest.skip("this system does not tell how much memory is free")
    model = Model(room=100)
    batches(row_bytes=free // 8).run(range(12), model)
    assert max(model.parts) <= 6
    model.parts.clear()

    batches(row_bytes=10 * free).run(range(3), model)

    assert model.parts == [1, 1, 1]


@pytest.mark.skipif(sys.platform != "linux", reason="address space is bounded so on Linux")
def test_a_process_with_little_memory_gets_its_rows() -> None:
    """A bound of the system on the process, which no estimate knows, costs time and no row."""
    code = """
import resource
from selector.backbones.batches import Batches
from selector.backbones.torch_ready import torch
torch().ones(10**7).sum()  # its libraries and threads are there
taken = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + 600_000_000,) * 2)
parts = []
def forward(rows):
    filled = torch().ones(len(rows), 100_000_000, dtype=torch().uint8)
    parts.append(len(rows))
    return filled[:, :1].float().numpy()
found = Batches("tower", "cpu", row_bytes=1).run(range(16), forward)
assert found.shape == (16, 1) and 1 <= max(parts) < 16, parts
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-500:]


def test_what_did_not_fit_once_is_tried_again() -> None:
    """When others let go of the memory, parts grow again, up to the most and no further."""
    model, sized = Model(room=3), batches(most=8)
    sized.run(range(8), model)
    model.room = 100
    model.parts.clear()
    sized.run(range(80), model)

    assert model.parts[0] == 2
    assert max(model.parts) == model.parts[-2] == 8
    assert sorted(model.parts[:-1]) == model.parts[:-1]
