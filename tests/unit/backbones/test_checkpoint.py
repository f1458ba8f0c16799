"""Weights are read as tensors, of the shapes that are wanted, and nothing in a file is run."""

import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

import goldens
from selector.backbones import checkpoint
from selector.backbones.checkpoint import archive_name, shapes, tensors
from selector.backbones.torch_ready import torch
from selector.errors import WeightsError

WANTED = {"layers.0.weight": (3, 2), "layers.0.bias": (3,)}


def content(dtype: str = "float32") -> dict[str, Any]:
    module = torch()
    kind = getattr(module, dtype)
    weight = module.arange(6, dtype=module.float32).reshape(3, 2) + 0.5
    return {"layers.0.weight": weight.to(kind), "layers.0.bias": module.ones(3, dtype=kind)}


def written(path: Path, held: Any, *, old: bool = False) -> Path:
    """Return the file that the library of its ending writes."""
    if path.suffix == ".safetensors":
        from safetensors.torch import save_file

        save_file(held, path)
    else:
        torch().save(held, path, _use_new_zipfile_serialization=not old)
    return path


@pytest.mark.parametrize("ending", ["safetensors", "pt", "pth", "bin"])
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_wanted_tensors_come_in_full_floats(tmp_path, ending, dtype) -> None:
    """Whatever kind of file it is and however exact, its numbers come as float32."""
    path = written(tmp_path / f"model.{ending}", content(dtype))
    found = tensors(path, WANTED, what="a head")

    assert list(found) == list(WANTED)
    assert found["layers.0.weight"].tolist() == [[0.5, 1.5], [2.5, 3.5], [4.5, 5.5]]
    assert {each.dtype for each in found.values()} == {torch().float32}


@pytest.mark.parametrize("old", [True, False])
def test_a_state_within_more_is_found(tmp_path, old) -> None:
    """What training scripts save around the weights is left out, in either format of torch."""
    held = {"epoch": 3, "name": "x", "state_dict": content()}
    path = written(tmp_path / "model.pt", held, old=old)

    assert tensors(path, WANTED, what="a head")["layers.0.bias"].tolist() == [1, 1, 1]


def test_little_of_a_file_stays_mapped(tmp_path, monkeypatch) -> None:
    """Reading a file takes hardly more memory than what is kept, and the numbers are the same."""
    module = torch()
    held = {f"layers.{at}.weight": module.full((2**20,), float(at)) for at in range(24)}  # 4 MiB
    path = written(tmp_path / "model.pt", held)
    wanted = dict.fromkeys(held, (2**20,))
    monkeypatch.setattr(checkpoint, "MAPPED", 8 << 20)
    mapped = []

    def to(tensor: Any) -> Any:
        kept = tensor.clone()
        mapped.append(
            sum(
                int(line.split()[1]) * 1024
                for block in Path("/proc/self/smaps").read_text().split("VmFlags")
                if str(path) in block
                for line in block.splitlines()
                if line.startswith("Rss:")
            )
        )
        return kept

    found = tensors(path, wanted, what="a head", to=to)
    assert {name: float(each[0]) for name, each in found.items()} == {
        name: float(each[0]) for name, each in held.items()
    }
    assert 0 < max(mapped) < 20 << 20


def test_what_is_read_outlives_its_file(tmp_path) -> None:
    """Tensors are copies: a file that is overwritten afterwards changes none of them."""
    for ending in ("safetensors", "pt"):
        path = written(tmp_path / f"model.{ending}", content())
        found = tensors(path, WANTED, what="a head")
        with path.open("r+b") as file:
            file.write(b"\xff" * path.stat().st_size)
        assert found["layers.0.weight"].sum() == 18


def test_names_are_translated_and_the_rest_left_out(tmp_path) -> None:
    """*rename* gives the name that is wanted, *drop* what may be there beside it."""
    held = {f"model.{name}": each for name, each in content().items()}
    path = written(tmp_path / "model.safetensors", held | {"other.step": torch().ones(1)})
    found = tensors(
        path,
        WANTED,
        what="a head",
        drop=lambda name: name.startswith("other."),
        rename=lambda name: name.removeprefix("model."),
    )

    assert set(found) == set(WANTED)


def test_another_model_is_told_from_the_right_one(tmp_path) -> None:
    """What is missing, of another shape, or too much: each is named, and what was expected."""
    path = written(tmp_path / "model.safetensors", content())
    with pytest.raises(WeightsError, match=r"it lacks layers.1.bias .*expected a head: 1 tensors"):
        tensors(path, {"layers.1.bias": (3,)}, what="a head", drop=lambda _: True)
    with pytest.raises(WeightsError, match=r"layers.0.bias \[3\] instead of \[4\]"):
        tensors(path, WANTED | {"layers.0.bias": (4,)}, what="a head")
    with pytest.raises(WeightsError, match=r"has also layers.0.weight"):
        tensors(path, {"layers.0.bias": (3,)}, what="a head")


def test_many_differences_are_counted(tmp_path) -> None:
    """A file that has nothing in common is told in a line, not in a thousand names."""
    path = written(tmp_path / "model.safetensors", content())
    wanted = {f"blocks.{number}.weight": (1,) for number in range(500)}
    with pytest.raises(WeightsError, match="and 497 more") as caught:
        tensors(path, wanted, what="a tower")
    assert len(str(caught.value)) < 500


class Bomb:
    """What runs a command when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("old", [True, False])
@pytest.mark.parametrize("ending", ["pt", "pth", "bin", "ckpt", "safetensors"])
def test_code_in_a_file_is_refused_and_never_run(tmp_path, old, ending) -> None:
    """A file that would run code where pickles are trusted is refused, under any name."""
    mark = tmp_path / "it ran"
    path = tmp_path / f"model.{ending}"
    torch().save(content() | {"x": Bomb(mark)}, path, _use_new_zipfile_serialization=not old)

    with pytest.raises(WeightsError, match=r"it holds more than tensors|can't be read as a model"):
        tensors(path, WANTED, what="a head")
    assert not mark.exists()


@pytest.mark.parametrize("ending", ["safetensors", "pt"])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_told(tmp_path, ending, share) -> None:
    """A download that ended early is an error that says to get it again, never a few weights."""
    path = written(tmp_path / f"model.{ending}", content())
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])

    with pytest.raises(WeightsError, match=r"model\.\w+: .*expected a head.*Get the file again"):
        tensors(path, WANTED, what="a head")


@pytest.mark.parametrize("held", [[1, 2], "text", {"state_dict": 3}, {}])
def test_what_is_no_mapping_of_tensors_is_told(tmp_path, held) -> None:
    """A file that torch can read and that is no model is refused."""
    path = written(tmp_path / "model.pt", held)
    with pytest.raises(WeightsError, match=r"model\.pt: .*expected a head"):
        tensors(path, WANTED, what="a head")


def test_a_file_that_is_not_there_is_told(tmp_path) -> None:
    """Neither a missing file nor a folder is opened."""
    for path in (tmp_path / "none.pt", tmp_path):
        with pytest.raises(WeightsError, match=str(path)):
            shapes(path, what="a head")


def test_a_renamed_file_tells_what_it_was() -> None:
    """HPSv2's two versions, alike in every tensor, are told apart by what torch wrote into them."""
    folder = goldens.FOLDER / "hpsv2" / "weights"
    assert archive_name(folder / "HPS_v2_compressed.pt") == "HPS_v2_compressed"
    assert archive_name(folder / "HPS_v2.1_compressed.pt") == "HPS_v2.1_compressed"


def test_a_file_that_does_not_tell_its_name(tmp_path) -> None:
    """Files of other kinds, and those that are missing, have no such name."""
    empty = tmp_path / "empty.pt"
    with zipfile.ZipFile(empty, "w"):
        pass
    for path in (empty, tmp_path / "none", written(tmp_path / "m.safetensors", content())):
        assert archive_name(path) == ""


@pytest.mark.parametrize("packed", ["model/data/0", "model/data.pkl"])
def test_a_packed_file_is_refused(tmp_path, packed) -> None:
    """Torch would take the packed bytes for the numbers: plausible ones, and wrong."""
    path = written(tmp_path / "model.pt", content())
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part, zipfile.ZIP_DEFLATED if name == packed else None)

    with pytest.raises(WeightsError, match=rf"a compressed part, {packed}.*Get the file again"):
        tensors(path, WANTED, what="a head")


def test_a_table_that_would_fill_memory_is_refused(tmp_path) -> None:
    """Before it is read."""
    path = tmp_path / "model.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", bytes(checkpoint.LARGEST_TABLE + 1))
        archive.writestr("model/version", "3")

    with pytest.raises(WeightsError, match=r"data\.pkl of 16777217 bytes"):
        shapes(path, what="a head")


def _odd(kind: str) -> Any:
    module, numbers = torch(), torch().ones(3)
    if kind == "meta":
        return module.empty(3, device="meta")
    if kind == "sparse_coo":
        return numbers.to_sparse()
    return numbers.to(getattr(module, kind))


@pytest.mark.parametrize(
    "kind", ["int8", "int64", "bool", "complex64", "float8_e4m3fn", "meta", "sparse_coo"]
)
def test_what_holds_no_numbers_as_they_are_is_refused(tmp_path, kind) -> None:
    """Indices, scaled or packed numbers, or none: each would become weights, and wrong ones."""
    path = written(tmp_path / "model.pt", content() | {"layers.0.bias": _odd(kind)})
    with pytest.raises(WeightsError, match=rf"layers.0.bias holds no weights .*\(got {kind},"):
        tensors(path, WANTED, what="a head")


PICKLES = {
    "an empty stack": b"\x80\x02(u.",
    "no such memo": b"\x80\x02h\x07.",
    "a list for a mapping": b"\x80\x02]K\x01K\x02s.",
    "a mark for a number": b"\x80\x02}(K\x01a.",
    "a number that is called": b"\x80\x02K\x01K\x02R.",
    "another stream": b"\x80\x02K\x01Q.",
}


@pytest.mark.parametrize("pickled", PICKLES.values(), ids=PICKLES)
def test_whatever_a_damaged_table_makes_torch_say(tmp_path, pickled) -> None:
    """It is told as a file that can't be read."""
    path = tmp_path / "model.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", pickled)
        archive.writestr("model/version", "3\n")
        archive.writestr("model/byteorder", "little")

    with pytest.raises(WeightsError, match=r"can't be read as a model|holds more than tensors"):
        tensors(path, WANTED, what="a head")
