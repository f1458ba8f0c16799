"""What a vision-language model is given of questions: its own chat template, and harmless texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

import PIL.Image

from selector.backbones.judge import Question
from selector.backbones.vlm_folder import Loaded

Inputs: TypeAlias = Any  # of transformers: tensors by name
Part: TypeAlias = dict[str, str]


def inputs(loaded: Loaded, questions: Sequence[Question], *, thinking: bool | None) -> Inputs:
    """Return what the model takes of all *questions* at once, padded on the left.

    Tokens that steer the model are taken out of texts: they can't end a turn, nor show a picture.
    """
    chosen = {} if thinking is None else {"enable_thinking": thinking}
    texts = [
        loaded.processor.apply_chat_template(
            _turns(each, loaded.marks), add_generation_prompt=True, tokenize=False, **chosen
        )
        for each in questions
    ]
    shown = [
        [PIL.Image.fromarray(part) for part in each.parts if not isinstance(part, str)]
        for each in questions
    ]
    images = shown if any(shown) else None
    return loaded.processor(text=texts, images=images, padding=True, return_tensors="pt")


def _turns(question: Question, marks: re.Pattern[str]) -> list[dict[str, Any]]:
    asked = [
        _said(part, marks) if isinstance(part, str) else {"type": "image"}
        for part in question.parts
    ]
    turns = [("system", [_said(question.system, marks)])] if question.system else []
    turns.append(("user", asked))
    for answer, reply in question.answered:
        turns += [("assistant", [_said(answer, marks)]), ("user", [_said(reply, marks)])]
    return [{"role": role, "content": content} for role, content in turns]


def _said(text: str, marks: re.Pattern[str]) -> Part:
    text = text.encode("utf-8", "replace").decode()  # half a character has no token
    while marks.pattern and marks.search(text):  # what is left may be one again
        text = marks.sub("", text)
    return {"type": "text", "text": text}
