"""Lets a vision-language model answer what it was given, greedily, and reads what it wrote."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from selector.backbones.judge import First, Manner, Said
from selector.backbones.torch_ready import torch
from selector.backbones.vlm_chat import Inputs
from selector.backbones.vlm_folder import Loaded
from selector.types import Failure

LIKELIEST = 50  # tokens whose probability is told, beside those of yes and no
THOUGHT = ("<think>", "</think>")  # stay in a text, though to some models they are no words


def answers(loaded: Loaded, given: Inputs, manner: Manner) -> list[Said]:
    """Return what the model says to each row of what it is *given*."""
    own = loaded.network.generation_config.repetition_penalty
    penalty = own if manner.repetition_penalty is None else manner.repetition_penalty
    made = _written(
        loaded, given, max_new_tokens=manner.max_tokens, repetition_penalty=penalty
    ).sequences
    rows = made[:, given["input_ids"].shape[1] :].tolist()
    read = given["attention_mask"].sum(1).tolist()
    return [_said(loaded, row, tokens) for row, tokens in zip(rows, read, strict=True)]


def firsts(loaded: Loaded, given: Inputs) -> list[First | Failure]:
    """Return how likely the first tokens of its answer are, for each row of what it is *given*.

    A damaged model gives no finite numbers, nor does one whose numbers grow too large: a Failure.
    """
    # Its scores would have the penalty for repetition in them, its logits are the model's own.
    made = _written(loaded, given, max_new_tokens=1, repetition_penalty=1.0, output_logits=True)
    shares = made.logits[0].float().softmax(-1)
    likeliest = shares.topk(min(LIKELIEST, shares.shape[1]))
    read = given["attention_mask"].sum(1).tolist()
    return [
        First(_told(loaded, row, ids), row[ids[-1]] if len(ids) < len(row) else 0.0, tokens + 1)
        if math.isfinite(row[ids[0]])
        else Failure(f"the model gave no finite number (got {row[ids[0]]})")
        for row, ids, tokens in zip(shares.tolist(), likeliest.indices.tolist(), read, strict=True)
    ]


def _written(loaded: Loaded, given: Inputs, **how: Any) -> Any:
    with torch().inference_mode():
        return loaded.network.generate(**given, **how, return_dict_in_generate=True)


def _said(loaded: Loaded, row: Sequence[int], read: int) -> Said:
    """Return an answer up to its end, behind which there is only padding."""
    end = next((place for place, token in enumerate(row) if token in loaded.ends), None)
    written = len(row) if end is None else end + 1
    return Said(_text(loaded, row[:end]), read + written, whole=end is not None)


def _text(loaded: Loaded, tokens: Sequence[int]) -> str:
    silent = {each for token, each in loaded.steering.items() if token not in THOUGHT}
    text: str = loaded.processor.tokenizer.decode([each for each in tokens if each not in silent])
    return text


def _told(loaded: Loaded, shares: Sequence[float], likeliest: Sequence[int]) -> dict[str, float]:
    """Return the probabilities by how tokens are written; what is written alike is added up."""
    told: dict[str, float] = {}
    for token in dict.fromkeys((*likeliest, *loaded.yes_no)):
        text = loaded.processor.tokenizer.decode([token])
        told[text] = told.get(text, 0.0) + shares[token]
    return told
