"""Turns a prompt into the tokens that CLIP reads, as each of the two published tokenizers does."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import util
from pathlib import Path
from typing import Any

from selector.backbones.torch_ready import torch
from selector.errors import WeightsError
from selector.installed import CURE, install_extra, mend

CONTEXT = 77  # tokens that CLIP reads, those of start and end included
START, END = 49406, 49407
MERGES = 49152 - 256 - 2  # of the vocabulary's file, which has more lines than OpenAI used
REMEMBERED = 50_000  # words that open_clip's tokenizer keeps; it would keep all that ever came


@dataclass(frozen=True, slots=True)
class Tokens:
    """What CLIP reads of a prompt.

    Attributes:
        ids: From the start to the first end of text; at most 77, never padded.
        unread: The end of the prompt that is not read; "" if all of it is.
    """

    ids: tuple[int, ...]
    unread: str


def openai(prompt: str, *, context: int = CONTEXT) -> Tokens:
    """Return the tokens of OpenAI's tokenizer, which is open_clip's too.

    It mends mis-decoded text, resolves HTML entities twice, and takes capitals for small letters.

    Raises:
        WeightsError: open_clip is not installed or does not start.
    """
    tokenizer, clean = _openai()
    text = clean(prompt)
    small = text.lower()
    ids = [START]
    for match in tokenizer.pat.finditer(small):
        ids.extend(_pieces(tokenizer, match[0]))
        if len(ids) >= context or END in ids:
            return _cut(ids, context, _rest(text, small, match.span()))
    return Tokens((*ids, END), "")


def hugging_face(prompt: str, *, context: int = CONTEXT) -> Tokens:
    """Return the tokens of transformers' CLIP tokenizer, which takes text as it stands.

    It neither mends text nor resolves HTML entities.

    Raises:
        WeightsError: transformers or open_clip, which has the vocabulary, is not installed.
    """
    read = _hugging_face()(prompt, add_special_tokens=False, return_offsets_mapping=True)
    ids = [START, *read["input_ids"]]
    ends = [index for index, each in enumerate(ids) if each == END]
    kept = min([context - 1, len(ids), *ends])
    offsets = [0, *(start for start, _ in read["offset_mapping"])]
    unread = prompt[offsets[kept] :] if kept < len(ids) else ""
    return Tokens((*ids[:kept], END), unread.strip())


def _cut(ids: list[int], context: int, rest: Callable[[bool], str]) -> Tokens:
    """Return what is kept of *ids*, whose last word may be more than fits or the end itself."""
    end = ids.index(END) if END in ids else len(ids)
    kept = min(end, context - 1)
    return Tokens((*ids[:kept], END), rest(kept < len(ids)))


def _rest(text: str, small: str, span: tuple[int, int]) -> Callable[[bool], str]:
    """Return how to get what is behind a word, or behind and with it if it is read in part."""
    written = text if len(text) == len(small) else small  # a few small letters are two characters
    return lambda is_partial: written[span[0] if is_partial else span[1] :].strip()


def _pieces(tokenizer: Any, word: str) -> list[int]:
    if len(tokenizer.cache) > REMEMBERED:
        tokenizer.cache = {each: each for each in ("<start_of_text>", "<end_of_text>")}
    spelt = "".join(tokenizer.byte_encoder[byte] for byte in word.encode())
    return [tokenizer.encoder[piece] for piece in tokenizer.bpe(spelt).split(" ")]


@cache
def _openai() -> tuple[Any, Callable[[str], str]]:
    torch()
    try:
        from open_clip import tokenizer
    except (ImportError, OSError) as error:
        raise _missing("open_clip", error) from None
    return tokenizer.SimpleTokenizer(), tokenizer.get_clean_fn("whitespace")


@cache
def _hugging_face() -> Any:
    torch()
    try:
        from transformers import CLIPTokenizer
    except (ImportError, OSError) as error:
        raise _missing("transformers", error) from None
    letters, merges = _vocabulary()
    joined = ["".join(pair) for pair in merges]
    words = [*letters, *(f"{each}</w>" for each in letters), *joined]
    words += ["<|startoftext|>", "<|endoftext|>"]
    known: Any = {"vocab": {word: index for index, word in enumerate(words)}, "merges": merges}
    return CLIPTokenizer(**known)


def _vocabulary() -> tuple[list[str], list[tuple[str, str]]]:
    """Return the letters and the merges of OpenAI's vocabulary, which open_clip brings."""
    spec = util.find_spec("open_clip")
    folder = next(iter(spec.submodule_search_locations or ()), "") if spec else ""
    try:
        text = gzip.decompress((Path(folder) / "bpe_simple_vocab_16e6.txt.gz").read_bytes())
    except OSError as error:
        raise _missing("open_clip", error) from None
    lines = text.decode().split("\n")[1 : MERGES + 1]
    return _letters(), [(first, second) for first, second in map(str.split, lines)]


def _letters() -> list[str]:
    """Return the 256 characters that stand for bytes, in the order of GPT-2's byte alphabet."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1)]
    shown += range(ord("®"), ord("ÿ") + 1)
    hidden = 256 - len(shown)
    return [*map(chr, shown), *(chr(256 + index) for index in range(hidden))]


def _missing(package: str, error: BaseException) -> WeightsError:
    cure = mend(error) or install_extra("scorers")
    return WeightsError(f"{package}: it does not start (got {error}).{CURE}{cure}")
