"""A model's folder: what can be one, and what makes it another."""

import json
import shutil
from pathlib import Path

import pytest

from selector.backbones.model_folder import content, unfit

LARGE, SMALL = 1_000_000, 100  # bytes of two tensors


def weights(large: bytes = bytes(LARGE), small: bytes = bytes(SMALL), name: str = "large") -> bytes:
    """A file of safetensors with two tensors."""
    told = {
        "__metadata__": {"format": "pt"},
        name: {"dtype": "U8", "shape": [LARGE], "data_offsets": [0, LARGE]},
        "small": {"dtype": "U8", "shape": [SMALL], "data_offsets": [LARGE, LARGE + SMALL]},
    }
    header = json.dumps(told).encode()
    return len(header).to_bytes(8, "little") + header + large + small


def index(**weight_map: str) -> str:
    return json.dumps({"weight_map": weight_map})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that looks like a model's."""
    made = tmp_path / "model"
    made.mkdir()
    (made / "config.json").write_text("{}")
    (made / "tokenizer.json").write_text("{}")
    (made / "processor_config.json").write_text("{}")
    (made / "model.safetensors").write_bytes(weights())
    return made


def test_a_folder_of_transformers_fits(folder: Path) -> None:
    """Weights in one file, or in those that the index names."""
    assert unfit(folder) == ""

    (folder / "model.safetensors").rename(folder / "model-1.safetensors")
    named = index(a="model-1.safetensors", b="model-1.safetensors")
    (folder / "model.safetensors.index.json").write_text(named)
    assert unfit(folder) == ""


@pytest.mark.parametrize(
    ("was", "name"),
    [
        ("processor_config.json", "preprocessor_config.json"),
        ("tokenizer.json", "tokenizer.model"),
        ("tokenizer.json", "vocab.json"),
    ],
)
def test_older_folders_fit_too(folder: Path, was: str, name: str) -> None:
    """Their files for pictures and for words have other names; one of a kind is enough."""
    (folder / was).rename(folder / name)
    assert unfit(folder) == ""


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("config.json", None, "no config.json"),
        ("model.safetensors", None, "no model.safetensors"),
        ("processor_config.json", None, "no processor_config.json or preprocessor_config.json"),
        ("tokenizer.json", None, "no tokenizer.json or tokenizer.model or vocab.json"),
        ("model.safetensors.index.json", index(a="b.safetensors"), "no b.safetensors"),
        ("model.safetensors.index.json", "{", "no index of weights"),
        ("model.safetensors.index.json", "[]", "no index of weights"),
        ("model.safetensors.index.json", '{"weight_map": 1}', "no index of weights"),
        ("model.safetensors.index.json", "[" * 100_000, "no index of weights"),
    ],
)
def test_what_is_missing_is_told(folder: Path, name: str, text: str | None, said: str) -> None:
    """A folder that holds no model, or half of one, is told with what to do."""
    if text is None:
        (folder / name).unlink()
    else:
        (folder / "model.safetensors").unlink()
        (folder / name).write_text(text)

    assert said in unfit(folder)
    assert unfit(folder).endswith("name another folder.")
    without = unfit(folder, beside=())  # what a model may do without is no part of what it is
    assert (content(folder) == "") == bool(without) == ("token" not in name and "proc" not in name)


def test_what_is_no_folder_is_told(folder: Path) -> None:
    """Nothing there, a file."""
    assert "got nothing there" in unfit(folder / "other")
    assert "got a file" in unfit(folder / "config.json")


def test_the_same_content_elsewhere_is_the_same(folder: Path, tmp_path: Path) -> None:
    """Neither its place nor what a person reads makes it another."""
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    (other / "README.md").write_text("a model")

    assert content(other) == content(folder)
    assert len(content(folder)) == 64


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "chat_template.jinja"])
def test_what_tells_how_to_read_it_makes_it_another(folder: Path, name: str) -> None:
    """Each of the small files counts, also one that comes."""
    before = content(folder)
    (folder / name).write_text('{"other": 1}')

    assert content(folder) != before


def elsewhere(folder: Path, name: str) -> None:
    """Move the weights to a place that the index names."""
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / "model.safetensors").rename(folder / name)
    (folder / "model.safetensors.index.json").write_text(index(a=name))


@pytest.mark.parametrize("name", ["w/a.safetensors", "../a.safetensors", "a.bin"])
def test_weights_that_would_not_count_are_not_loaded(folder: Path, name: str) -> None:
    """In another folder, or in another form: two models that differ there would be one."""
    elsewhere(folder, name)
    assert "no index of weights that lie beside it" in unfit(folder)
    assert content(folder) == ""


def moved(at: int) -> bytes:
    return bytes(at) + b"\1" * 20_000 + bytes(LARGE - 20_000 - at)


@pytest.mark.parametrize(
    "other",
    [
        weights(small=b"\1" * SMALL),
        weights(small=bytes(SMALL - 1) + b"\1"),
        weights(moved(0)),
        weights(moved(LARGE // 2 - 10_000)),
        weights(moved(LARGE - 20_000)),
        weights(name="other"),
    ],
    ids=["small", "small's end", "large's start", "large's middle", "large's end", "its name"],
)
def test_other_weights_make_it_another(folder: Path, other: bytes) -> None:
    """One tensor trained a little further, however small it is beside the others; or renamed."""
    before = content(folder)
    (folder / "model.safetensors").write_bytes(other)
    assert content(folder) != before


@pytest.mark.parametrize(
    "header",
    [
        b"{",
        b"[]",
        b'{"a": {"data_offsets": [-9, 1e99]}, "b": {"data_offsets": [0, 0.5]}}',
        b"[" * 100_000,
    ],
)
def test_a_header_that_can_not_be_read_is_told_when_it_is_loaded(
    folder: Path, header: bytes
) -> None:
    """Here it only has a checksum."""
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    assert len(content(folder)) == 64
