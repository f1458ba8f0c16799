"""Files of tokens as the library tokenizers writes them: looked at before that reads them."""

from __future__ import annotations

import json
from typing import Any

from selector.backbones.transformers_ready import transformers

VOCABULARIES = {"BPE": dict, "WordPiece": dict, "WordLevel": dict, "Unigram": list}  # by type


def tokenizer(content: bytes) -> Any:
    """Return the tokenizer that a tokenizer.json holds.

    Raises:
        ValueError: It holds none. Of one that is damaged further inside its library says so.
    """
    check(content)
    transformers()  # says what to do where it is missing, and brings tokenizers along
    from tokenizers import Tokenizer

    return Tokenizer.from_str(content.decode())


def check(content: bytes) -> None:
    """Look whether a tokenizer.json has a model with a vocabulary.

    Raises:
        ValueError: It has none.
    """
    try:
        told = json.loads(content)
    except RecursionError:
        raise ValueError("lists in lists") from None
    if wrong := _wrong(told.get("model") if isinstance(told, dict) else None):
        raise ValueError(wrong)


def _wrong(model: Any) -> str:
    if not isinstance(model, dict):
        return "no model in it"
    kind = model.get("type", "BPE")  # of old files, which tell none
    if not isinstance(kind, str) or kind not in VOCABULARIES:
        return f"a model of type {kind!r:.50}"
    fits = isinstance(model.get("vocab"), VOCABULARIES[kind])
    return "" if fits else "no vocabulary in its model"
