"""Prompts become the tokens that the published tokenizers make of them, and what is cut is told."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import goldens
from selector.backbones.tokens import END, START, hugging_face, openai
from selector.backbones.torch_ready import torch

FOX = (START, 320, 736, 3240, END)
WORDS = " ".join(f"word {number}" for number in range(200))


def golden() -> list[tuple[str, str, str, list[int]]]:
    """Return scorer, column, prompt and tokens of every golden case that has them."""
    return [
        (folder, column, case["inputs"]["prompt"], case["expected"][column])
        for folder in ("pickscore", "hpsv2", "clip_score")
        for case in goldens.document(folder)["cases"]
        for column in ("token_ids", "token_ids_hf")
        if column in case["expected"]
    ]


@pytest.mark.parametrize(("folder", "column", "prompt", "expected"), golden())
def test_tokens_are_those_of_the_original_programs(folder, column, prompt, expected) -> None:
    """Accents, entities, spaces, long and empty prompts: the same tokens as the scorer's authors'."""
    published = hugging_face if "hf" in column or folder == "pickscore" else openai
    assert list(published(prompt).ids) == expected


@given(st.text(max_size=200))
def test_openai_s_tokens_are_open_clip_s(text) -> None:
    """Whatever the prompt: what open_clip's own function gives up to its first end of text."""
    torch()
    import open_clip

    whole = open_clip.tokenize([text])[0].tolist()

    assert list(openai(text).ids) == whole[: whole.index(END) + 1]


@given(st.text(max_size=300), st.sampled_from([openai, hugging_face]))
def test_tokens_have_one_beginning_and_one_end(text, published) -> None:
    """Any text becomes at most 77 tokens from the start to the only end."""
    ids = published(text).ids
    assert ids[0] == START
    assert ids.index(END) == len(ids) - 1 <= 76


@pytest.mark.parametrize("published", [openai, hugging_face])
def test_what_is_cut_off_is_told(published) -> None:
    """A prompt of 400 tokens is read up to the 75th, and the rest is told as it was written."""
    read = published(f"A FOX, {WORDS}, and a Lighthouse")

    assert len(read.ids) == 77
    assert read.unread.endswith("199, and a Lighthouse")
    assert f"A FOX, {WORDS}, and a Lighthouse".endswith(read.unread)
    shown = published(f"A FOX, {WORDS}, and a Lighthouse".removesuffix(read.unread))
    assert shown.ids == read.ids
    assert shown.unread == ""


@pytest.mark.parametrize("published", [openai, hugging_face])
def test_what_just_fits_is_read(published) -> None:
    """75 words fit between start and end; the 76th does not."""
    assert published("a " * 75).unread == ""
    assert len(published("a " * 75).ids) == 77
    assert published("a " * 75 + "Lighthouse").unread == "Lighthouse"


def test_a_word_that_is_cut_is_told_whole() -> None:
    """Where the cut falls into a word, what is told begins with that word."""
    assert openai("a " * 74 + "qzxjkvwq fox").unread == "qzxjkvwq fox"


@pytest.mark.parametrize(
    ("published", "mark"), [(openai, "<end_of_text>"), (hugging_face, "<|endoftext|>")]
)
def test_a_prompt_that_ends_itself_hides_nothing(published, mark) -> None:
    """What follows an end of text that is written in the prompt is not read, and said to be so."""
    read = published(f"a red fox {mark} in the snow")

    assert read.ids == FOX
    assert read.unread == f"{mark} in the snow"


def test_entities_and_damaged_letters_are_openai_s_alone() -> None:
    """OpenAI's tokenizer reads `&amp;amp;` as `&`, and mends what was decoded wrongly; the other not."""
    assert openai("fish &amp;amp; chips").ids == openai("fish & chips").ids
    assert openai("cafÃ©").ids == openai("café").ids
    assert hugging_face("fish &amp; chips").ids != hugging_face("fish & chips").ids
    assert hugging_face("cafÃ©").ids != hugging_face("café").ids


@pytest.mark.parametrize("published", [openai, hugging_face])
@pytest.mark.timeout(60)
def test_long_and_odd_prompts_are_read_in_time(published) -> None:
    """Five thousand emoji, and one word of twenty thousand letters, cost no more than a moment."""
    for text in ("🦊" * 5000, "qzxjkvw" * 3000, "&quot;" * 5000, "\x00\x00 \ud7ff"):
        assert len(published(text).ids) <= 77


def test_no_tokenizer_asks_the_network() -> None:
    """Both work where no connection can be opened, and none of the hub's variables is set."""
    code = """
import socket
def refused(*given, **named): raise AssertionError("a connection was tried")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refused
from selector.backbones.tokens import hugging_face, openai
assert hugging_face("a red fox").ids == openai("a red fox").ids == (49406, 320, 736, 3240, 49407)
"""
    offline = {name: value for name, value in os.environ.items() if "OFFLINE" not in name}
    done = subprocess.run(
        [sys.executable, "-c", code], env=offline, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-500:]
