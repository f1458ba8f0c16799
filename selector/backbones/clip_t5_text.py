"""What CLIP-T5 reads: a question around the place of the picture, as numbers of tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

from selector.backbones.model_file import read
from selector.backbones.tokenizer_json import tokenizer
from selector.errors import WeightsError

UNKNOWN = "<unk>"
VOCABULARY = "tokenizer.json"
CONTEXT = 2048  # tokens of both sides that are read, the picture's counted as one

Ids: TypeAlias = tuple[int, ...]


class Words:
    """T5's tokens, from the file beside a model; no text is ever taken for one of T5's own."""

    def __init__(self, folder: Path, *, end: int, vocabulary: int) -> None:
        """Read the file.

        Args:
            folder: The model's.
            end: The token that ends a text.
            vocabulary: How many tokens the model knows.

        Raises:
            WeightsError: It is missing, damaged, or another model's.
        """
        path = folder / VOCABULARY
        self._end = end
        self._tokens = _opened(path)
        unknown = self._tokens.token_to_id(UNKNOWN)
        self._marks = frozenset(self._tokens.get_added_tokens_decoder()) - {unknown}
        if (count := self._tokens.get_vocab_size()) > vocabulary:
            raise WeightsError(
                f"{path}: another model's tokens (got {count}, the model knows {vocabulary}). Put "
                "the one there that the model was made with: Flan-T5's, of its size."
            )

    def text(self, text: str) -> Ids:
        """Return the tokens of a text, with its end."""
        sayable = text.encode(errors="replace").decode()  # half a character has no token
        found: list[int] = self._tokens.encode(sayable, add_special_tokens=False).ids
        return (*(token for token in found if token not in self._marks), self._end)

    def sides(self, system: str, question: str) -> tuple[Ids, Ids]:
        """Return what stands before and behind the picture, each with an end of its own."""
        before = self.text(f"{system} USER: ")
        after = self.text(f"\n{question} ASSISTANT: ")
        return before, after[: CONTEXT - len(before) - 1]


def _opened(path: Path) -> Any:
    try:
        made = tokenizer(read(path))
    except ValueError as error:
        raise WeightsError(
            f"{path}: no tokens can be read from it (got {str(error).rstrip('.')}). Put Flan-T5's "
            f"{VOCABULARY} there."
        ) from None
    made.no_padding()
    made.no_truncation()
    made.encode_special_tokens = True
    return made
