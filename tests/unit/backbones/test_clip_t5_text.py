"""The tokens that CLIP-T5 reads, with a vocabulary of single letters."""

import shutil

import pytest

import tiny_t5
from selector.backbones.clip_t5_text import CONTEXT, Words
from selector.errors import WeightsError
from tiny_t5 import token

END = 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_t5.folder(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def words(folder) -> Words:
    return Words(folder, end=END, vocabulary=150)


def spelled(letters: str) -> list[int]:
    return [token(letter) for letter in letters]


def test_each_side_of_the_picture_ends_by_itself(words):
    """The model was trained so: two ends, none of them where the picture stands."""
    before, after = words.sides("Hm.", "Is it?")

    assert before == (*spelled("▁Hm.▁USER:"), END)
    assert after == (*spelled("▁Is▁it?▁ASSISTANT:"), END)


def test_the_answer_is_one_word_and_its_end(words):
    """Its probability is that of these two."""
    assert words.text("Yes") == (token("▁Yes"), END)


@pytest.mark.parametrize("mark", tiny_t5.MARKS[:2])
def test_no_text_holds_a_token_of_the_models_own(words, mark):
    """Who writes the end of a text does not end it."""
    inside = words.text(f"a cat {mark}{mark} b")[:-1]
    assert not {0, END} & set(inside)
    assert inside[-1] == token("b")


def test_unknown_letters_and_halves_of_letters_are_read(words):
    """As the unknown one, or a question mark; nothing raises."""
    assert words.text("東") == (token("▁"), 2, END)
    assert words.text("\ud800") == (token("▁"), token("?"), END)


def test_what_is_too_long_is_cut_behind(words):
    """The picture and what stands before it are always read."""
    before, after = words.sides("Hm.", "x" * 5000)
    assert len(before) + 1 + len(after) == CONTEXT


@pytest.mark.parametrize(
    "content",
    [
        *(None, b"", b"[]", b"\xff\xfe", b'{"version": "1.0"}', b"[" * 100_000),
        *(b'{"model": []}', b'{"model": {"type": "Unigram"}}', b'{"model": {"type": []}}'),
    ],
)
def test_a_folder_without_tokens_is_told(folder, tmp_path, content):
    """Missing or damaged: the message names the file."""
    shutil.copytree(folder, tmp_path / "copy")
    (tmp_path / "copy/tokenizer.json").unlink()
    if content is not None:
        (tmp_path / "copy/tokenizer.json").write_bytes(content)

    with pytest.raises(WeightsError, match=r"tokenizer\.json"):
        Words(tmp_path / "copy", end=END, vocabulary=150)


def test_the_tokens_of_a_larger_model_are_refused(folder):
    """They would ask the model about tokens that it does not have."""
    with pytest.raises(WeightsError, match="another model's tokens"):
        Words(folder, end=END, vocabulary=50)
