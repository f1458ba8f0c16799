"""Folders of vision-language models: what can't be used says what is wrong, and no code runs."""

import json
import shutil

import pytest
from safetensors.torch import load_file, save_file

import tiny_vlm
from selector.backbones import vlm_answers
from selector.backbones.precision import Where
from selector.backbones.torch_ready import torch
from selector.backbones.vlm_folder import VlmFolder
from selector.errors import WeightsError

EXACT = Where("cpu", "fp32")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a model."""
    return tiny_vlm.folder(tmp_path_factory.mktemp("models"))


@pytest.fixture
def folder(made, tmp_path):
    """A copy of it, to be spoilt."""
    return shutil.copytree(made, tmp_path / "model")


def opened(folder, where: Where = EXACT) -> VlmFolder:
    return VlmFolder(folder, "Tiny", where)


def change(path, **entries) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


def test_its_size_is_that_of_its_numbers(made):
    """As they will be held: half as much in half floats. Nothing is loaded to tell."""
    held = load_file(made / "model.safetensors")
    numbers = sum(tensor.numel() for tensor in held.values())
    assert opened(made).size == 4 * numbers
    assert opened(made, Where("cpu", "bf16")).size == 2 * numbers


def test_weights_may_lie_in_several_files(folder):
    """As large models are published, with an index; the numbers are the same."""
    whole = opened(folder).load().network.state_dict()
    held = load_file(folder / "model.safetensors")
    parts = {"one.safetensors": sorted(held)[::2], "two.safetensors": sorted(held)[1::2]}
    for file, names in parts.items():
        save_file({name: held[name] for name in names}, folder / file, {"format": "pt"})
    (folder / "model.safetensors").unlink()
    index = {name: file for file, names in parts.items() for name in names}
    told = {"metadata": {}, "weight_map": index}
    (folder / "model.safetensors.index.json").write_text(json.dumps(told))

    split = opened(folder)

    assert split.size == sum(4 * tensor.numel() for tensor in held.values())
    state = split.load().network.state_dict()
    assert all(torch().equal(state[name], tensor) for name, tensor in whole.items())


def drop_weights(folder):
    (folder / "model.safetensors").unlink()


def pickled_weights(folder):
    torch().save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def cut_weights(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:5000])


def lose_a_tensor(folder):
    held = load_file(folder / "model.safetensors")
    held.pop(next(name for name in sorted(held) if "mlp" in name))
    save_file(held, folder / "model.safetensors", {"format": "pt"})


def no_template(folder):
    (folder / "chat_template.jinja").unlink()


def no_processor(folder):
    (folder / "processor_config.json").unlink()


def of_another_kind(folder):
    change(folder / "config.json", model_type="bert")


def of_no_kind(folder):
    change(folder / "config.json", model_type="unheard-of")


def no_number(folder):
    change(folder / "config.json", tie_word_embeddings="x")


def no_heads(folder):
    text = json.loads((folder / "config.json").read_text())["text_config"]
    change(folder / "config.json", text_config=text | {"num_attention_heads": 0})


def not_installed(folder):
    change(folder / "config.json", attn_implementation="flash_attention_2")


def no_words(folder):
    change(folder / "tokenizer.json", model=[])


def no_json(folder):
    (folder / "config.json").write_text("{")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (shutil.rmtree, "nothing there"),
        (drop_weights, "model.safetensors"),
        (pickled_weights, "model.safetensors"),
        (cut_weights, "header"),
        (lose_a_tensor, "no weights for .*mlp"),
        (no_template, "no chat template"),
        (no_processor, "no processor_config.json"),
        (of_another_kind, "no model that looks at pictures"),
        (of_no_kind, "no model that looks at pictures"),
        (no_number, "no model that looks at pictures"),
        (no_json, "no model that looks at pictures"),
        (no_heads, "no model that looks at pictures .*got integer"),
        (not_installed, "no model that looks at pictures .*got FlashAttention2"),
        (no_words, "no model that looks at pictures .*got no model in it"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_is_no_such_model_says_so(spoil, said, folder):
    """The folder is named, what is wrong with it, and in one line; nothing else is raised."""
    spoil(folder)
    with pytest.raises(WeightsError, match=said) as told:
        opened(folder).load()
    assert str(told.value).startswith(str(folder))
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 700


def test_code_in_a_folder_does_not_run(folder):
    """A model that brings its own program is refused, and nobody is asked whether it may run."""
    mark = folder.parent / "it-ran"
    (folder / "mine.py").write_text(f"open({str(mark)!r}, 'w')\nclass Mine: pass\n")
    named = {"AutoConfig": "mine.Mine", "AutoModelForImageTextToText": "mine.Mine"}
    change(folder / "config.json", model_type="mine", auto_map=named)
    with pytest.raises(WeightsError):
        opened(folder).load()
    assert not mark.exists()


def test_no_bar_is_drawn(folder, capfd):
    """Loading says nothing on the screen, and leaves others' bars as they were."""
    from transformers.utils import logging

    opened(folder).load()
    assert capfd.readouterr() == ("", "")
    assert logging.is_progress_bar_enabled()


def test_a_thought_stays_marked(made):
    """What steers a model is left out of what it said, but for where its thought begins and ends."""
    held = opened(made).load()
    tokenizer = held.processor.tokenizer
    tokenizer.add_special_tokens({"additional_special_tokens": ["<think>", "</think>"]})
    said = tokenizer.encode("<think>so</think>Yes<|image_pad|><|endoftext|>")
    assert vlm_answers._text(held, said) == "<think>so</think>Yes"
