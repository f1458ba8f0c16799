"""The word pieces that BERT reads, against the tokens that ImageReward's own program made."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import goldens
from selector.backbones import word_pieces
from selector.errors import WeightsError

FILE = goldens.FOLDER / "imagereward/weights/bert_tokenizer/vocab.txt"
SIZE, CONTEXT = 184, 35
VOCABULARY = word_pieces.load(FILE, SIZE)
CASES = goldens.cases("imagereward")
# Letters, accents, signs, blanks, what is invisible, and what other tokenizers treat apart.
CHARACTERS = (
    *"abgrxé ÀñİΣςßſK.$~-_'\"،।؟①½ﬁ東豈가각\u0301\u0308\u200b\u00ad\t\n\v\x1c\x85\u2028\u3000"
    "\ufffd\0\ue000🥹👩‍👧🇩🇪",
    *("fox", " red ", "##es", "[SEP]", "[MASK]", "[cls]", "[DEC]"),
)


def read(prompt: str, context: int = CONTEXT):
    return VOCABULARY.tokens(prompt, context=context)


@pytest.fixture(scope="module")
def published():
    """The tokenizer that transformers makes of the same vocabulary, an implementation apart."""
    from selector.backbones.torch_ready import torch

    torch()
    from transformers import BertTokenizer

    made = BertTokenizer.from_pretrained(FILE.parent)
    made.add_special_tokens({"bos_token": "[DEC]"})
    return made


@pytest.mark.parametrize("name", CASES)
def test_tokens_are_those_of_the_original_program(name):
    """Every one, of every prompt of the golden cases; only the padding is left out."""
    expected = CASES[name]["expected"]

    ids = read(CASES[name]["inputs"]["prompt"]).ids

    assert len(ids) == expected["attention_mask_sum"]
    assert [*ids, *[0] * (CONTEXT - len(ids))] == expected["token_ids"]


@given(st.lists(st.sampled_from(CHARACTERS), max_size=14).map("".join))
def test_tokens_of_any_text_are_those_of_the_published_tokenizer(published, prompt):
    """Whatever scripts, accents, invisible characters and names of tokens it is made of."""
    assert list(read(prompt, 12).ids) == published(prompt, truncation=True, max_length=12).input_ids


@given(st.lists(st.sampled_from(CHARACTERS), max_size=40).map("".join))
def test_what_is_read_and_what_is_not_make_up_the_prompt(prompt):
    """The unread end is the prompt's own, begins with a word, and all before it was read."""
    found = read(prompt, 12)
    whole = read(prompt, 1000)

    assert prompt.rstrip().endswith(found.unread)
    if found.unread:
        before = read(prompt.rstrip().removesuffix(found.unread), 1000)
        assert found.ids[: len(before.ids) - 1] == before.ids[:-1]
        assert len(before.ids) <= len(found.ids) == 12 < len(whole.ids)
    else:
        assert found == whole


def test_a_word_read_in_part_counts_as_unread():
    """Of "boats" in a strange language only the first letters fit: it is told whole."""
    assert read("red fox, xyxyx bag", 8).unread == "xyxyx bag"
    assert read("red fox, xyxyx", 9).unread == "xyxyx"
    assert read("red fox, xyxyx", 10).unread == ""


def test_names_of_special_tokens_are_those_tokens():
    """As for the published tokenizer; in small letters they are text."""
    start, sep, dec, end = read("[SEP][DEC]").ids
    assert (sep, end) == (VOCABULARY.numbers["[SEP]"],) * 2
    assert dec == SIZE - 2
    assert start not in read("[cls]").ids[1:]


@pytest.mark.parametrize("prompt", ["\ud800 fox", "🦊🌨️", "x" * 101, "\u202eolleh", "\u0301"])
def test_any_text_can_be_read(prompt):
    """Half characters, emoji, a word without end, marks alone."""
    ids = read(prompt).ids
    assert ids[0] == VOCABULARY.numbers["[CLS]"]
    assert ids[-1] == VOCABULARY.numbers["[SEP]"]
    assert set(ids[1:-1]) <= {*VOCABULARY.numbers.values()}


def test_what_is_behind_the_context_costs_nothing():
    """A megabyte of prompt is read as fast as its beginning."""
    start = time.perf_counter()
    found = read("fox " * 250_000)
    assert time.perf_counter() - start < 0.25
    assert len(found.ids) == CONTEXT


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text + b"fox\n", "183 lines, expected 182"),
        (lambda text: text.replace(b"[MASK]", b"[mask]"), r"none that is \[MASK\]"),
        (lambda _: b"\xff\xfe\x00", "got no text"),
    ],
    ids=["another", "no masks", "a picture"],
)
def test_another_vocabulary_is_refused(tmp_path, change, said):
    """A file of another model, or none at all, is told with what it should be."""
    path = tmp_path / "vocab.txt"
    path.write_bytes(change(FILE.read_bytes()))
    with pytest.raises(WeightsError, match=said) as caught:
        word_pieces.load(path, SIZE)
    assert str(path) in str(caught.value)


def test_windows_line_ends_change_nothing(tmp_path):
    """A vocabulary that passed through an editor there is the same."""
    path = tmp_path / "vocab.txt"
    path.write_bytes(FILE.read_bytes().replace(b"\n", b"\r\n"))
    assert word_pieces.load(path, SIZE) == VOCABULARY
