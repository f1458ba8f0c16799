"""A model's folder: what can be one, and what makes it another."""

import json
import shutil
from pathlib import Path

import pytest

from selector.backbones.model_folder import content, unfit

WEIGHTS = (64).to_bytes(8, "little") + b"{" + b" " * 62 + b"}" + bytes(1_000_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that looks like a model's."""
    made = tmp_path / "model"
    made.mkdir()
    (made / "config.json").write_text("{}")
    (made / "tokenizer.json").write_text("{}")
    (made / "model.safetensors").write_bytes(WEIGHTS)
    return made


def test_a_folder_of_transformers_fits(folder: Path) -> None:
    """Weights in one file, or in those that the index names."""
    assert unfit(folder) == ""

    (folder / "model.safetensors").rename(folder / "model-1.safetensors")
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-1.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    assert unfit(folder) == ""


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("config.json", None, "no config.json"),
        ("model.safetensors", None, "no model.safetensors"),
        ("model.safetensors.index.json", '{"weight_map": {"a": "b.safetensors"}}', "no b.safeten"),
        ("model.safetensors.index.json", "{", "no index of weights"),
        ("model.safetensors.index.json", "[]", "no index of weights"),
        ("model.safetensors.index.json", '{"weight_map": 1}', "no index of weights"),
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
    assert content(folder) == ""


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


def test_other_weights_make_it_another(folder: Path) -> None:
    """Trained a little further, all of them move; one more, or a renamed one, is in the header."""
    before = content(folder)
    trained = WEIGHTS[:72] + bytes(1 if at % 500 == 0 else 0 for at in range(1_000_000))
    (folder / "model.safetensors").write_bytes(trained)
    moved = content(folder)
    (folder / "model.safetensors").write_bytes(WEIGHTS.replace(b"{ ", b"{x"))

    assert len({before, moved, content(folder)}) == 3
