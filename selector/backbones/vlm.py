"""Vision-language models in this process: what is asked of them, many questions at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from jinja2 import TemplateError

from selector.backbones.batches import MOST, SHARE, Batches, free_bytes, ran_out
from selector.backbones.judge import First, Manner, Question, Said
from selector.backbones.model_folder import content
from selector.backbones.precision import Precision, Where
from selector.backbones.residency import Lease
from selector.backbones.vlm_answers import answers, firsts
from selector.backbones.vlm_chat import Inputs, inputs
from selector.backbones.vlm_folder import Loaded, VlmFolder
from selector.errors import MeasureError
from selector.foreign import shortened
from selector.types import Failure

MOST_ON_CPU = 16  # questions: the weights are read once a word for all of them
READ = 2048  # tokens of a picture of 1024² and its text, about; how many they are is seen later
STATES = 8  # of the width of the network, held at once for every token, besides the inner ones
SAID = 300  # characters of why a question can't be put

# What processors and chat templates raise of what they can't take.
_UNFIT = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError),
    *(RuntimeError, TypeError, ValueError),
    TemplateError,
)

T = TypeVar("T")


class Vlm:
    """A judge in this process: a model in a folder of transformers' layout, shared by all who ask.

    It answers greedily. A question that can't be put to it fails alone. Safe for many threads.
    """

    def __init__(
        self, folder: Path, *, name: str, precision: Precision, device: str, manner: Manner
    ) -> None:
        """Load the model, unless it is loaded.

        Args:
            folder: What lies there stays as it is.
            name: For messages.
            precision: Of its weights and its arithmetic.
            device: "cpu", "cuda", "cuda:1".
            manner: How it answers; its seed does nothing, for nothing is drawn.

        Raises:
            WeightsError: There is no such model in the folder.
            MeasureError: There is no such device, or that precision is not for it.
        """
        where = Where(device, precision)
        self._name, self._manner = name, manner
        self._lease = Lease(("vlm", content(folder), where), lambda: VlmFolder(folder, name, where))
        with self._lease.use() as loaded:
            room = _room(loaded, manner.max_tokens) * where.bytes
        self._device, self._token_bytes = device, room // READ
        most = MOST_ON_CPU if device == "cpu" else MOST
        self._batches = Batches(name, device, row_bytes=room, most=most)

    def ask(self, questions: Sequence[Question]) -> list[Said | Failure]:
        """Return what it answers to each, or why there is no answer; one never sinks another.

        Raises:
            MeasureError: This was closed.
            WeightsError: The model had to make room and can't be loaded again.
        """
        return self._each(questions, lambda loaded, given: answers(loaded, given, self._manner))

    def first(self, questions: Sequence[Question]) -> list[First | Failure]:
        """Return how it would begin its answer to each, or why nobody knows.

        Raises:
            MeasureError: This was closed.
            WeightsError: The model had to make room and can't be loaded again.
        """
        return self._each(questions, firsts)

    def close(self) -> None:
        """Let go of the model; the last one to do so unloads it."""
        self._lease.close()

    def _each(
        self, questions: Sequence[Question], answer: Callable[[Loaded, Inputs], list[T]]
    ) -> list[T | Failure]:
        with self._lease.use() as loaded:
            return self._halving(questions, lambda part: self._put(loaded, part, answer))

    def _halving(
        self,
        questions: Sequence[Question],
        put: Callable[[Sequence[Question]], list[T | Failure]],
    ) -> list[T | Failure]:
        """Return the answers to all; a question for which memory is too small fails alone."""
        try:
            return [said for part in self._batches.parts(questions, put) for said in part]
        except MeasureError as error:
            if len(questions) == 1:
                return [Failure(str(error))]
        half = len(questions) // 2
        return self._halving(questions[:half], put) + self._halving(questions[half:], put)

    def _put(
        self,
        loaded: Loaded,
        questions: Sequence[Question],
        answer: Callable[[Loaded, Inputs], list[T]],
    ) -> list[T | Failure]:
        """Return the answers to *questions* in one pass; in two if one is unfit, or all too long."""
        given = self._given(loaded, questions)
        alone = len(questions) == 1
        if not isinstance(given, Failure) and (alone or self._has_room(given)):
            return [*answer(loaded, given)]
        if alone:
            return [given]
        half = len(questions) // 2
        first = self._put(loaded, questions[:half], answer)
        return first + self._put(loaded, questions[half:], answer)

    def _given(self, loaded: Loaded, questions: Sequence[Question]) -> Inputs | Failure:
        try:
            given = inputs(loaded, questions, thinking=self._manner.thinking)
        except _UNFIT as error:
            if ran_out(error):
                raise
            said = shortened(" ".join(str(error).split()), SAID).rstrip(".")
            return Failure(f"{self._name} can't be asked this (got {said or type(error).__name__})")
        most = _reads(loaded) - self._manner.max_tokens
        if (tokens := given["input_ids"].shape[1]) > most:
            said = f"got {tokens} tokens, it reads {most} and then answers"
            return Failure(f"{self._name}: the question is too long ({said})")
        return given.to(loaded.network.device, loaded.network.dtype)

    def _has_room(self, given: Inputs) -> bool:
        """Return whether memory is large enough, about, for as many tokens as there are."""
        free = free_bytes(self._device)
        return free is None or given["input_ids"].numel() * self._token_bytes <= free * SHARE


def _reads(loaded: Loaded) -> float:
    """Return how many tokens the model can tell apart by their places, those of answers too."""
    text = loaded.network.config.get_text_config()
    return getattr(text, "max_position_embeddings", None) or math.inf


def _room(loaded: Loaded, writes: int) -> int:
    """Return how many numbers one question takes while it is answered, about."""
    text = loaded.network.config.get_text_config()
    heads = getattr(text, "num_key_value_heads", None) or text.num_attention_heads
    head = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    remembered = 2 * text.num_hidden_layers * heads * head
    inner = getattr(text, "intermediate_size", None) or 4 * text.hidden_size
    return int(READ * (STATES * text.hidden_size + 3 * inner) + (READ + writes) * remembered)
