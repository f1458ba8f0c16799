"""A vision-language model in a folder of transformers' layout: read from there, and nowhere else."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any, TypeAlias

from selector.backbones.checkpoint import shapes
from selector.backbones.model_folder import INDEX, TOKENS, WHOLE, unfit
from selector.backbones.precision import Where
from selector.backbones.tokenizer_json import check
from selector.backbones.transformers_ready import complaints, transformers, without_bars
from selector.errors import WeightsError
from selector.foreign import shortened

Processor: TypeAlias = Any  # of transformers: it makes what a model takes of texts and pictures
Network: TypeAlias = Any

YES_NO = ("yes", "no")
LONGEST = 8  # characters of a token that says so, with the signs of spaces
SAID = 300  # characters of what transformers has to say
TOLD = 3  # names of tensors in a message
_HERE = {"local_files_only": True, "trust_remote_code": False}


@dataclass(frozen=True)
class Loaded:
    """A model that can be asked.

    Attributes:
        processor: Of transformers, which renders chats too; it pads on the left.
        network: Of transformers, in evaluation mode, where it should be.
    """

    processor: Processor
    network: Network

    @cached_property
    def steering(self) -> dict[str, int]:
        """The tokens that steer the model, as its tokenizer declares them, and their numbers."""
        tokenizer = self.processor.tokenizer
        added = tokenizer.added_tokens_decoder.values()
        found = {*tokenizer.all_special_tokens, *(each.content for each in added if each.special)}
        return {
            token: tokenizer.convert_tokens_to_ids(token) for token in sorted(filter(None, found))
        }

    @cached_property
    def marks(self) -> re.Pattern[str]:
        """What finds one of them in a text; the longest, where one begins as another does."""
        return re.compile("|".join(map(re.escape, sorted(self.steering, key=len, reverse=True))))

    @cached_property
    def ends(self) -> frozenset[int]:
        """The tokens with which an answer ends."""
        told = self.network.generation_config.eos_token_id
        return frozenset(told if isinstance(told, list) else [told])

    @cached_property
    def yes_no(self) -> tuple[int, ...]:
        """The tokens that say yes or no, in any case, with or without spaces."""
        tokenizer = self.processor.tokenizer
        short = (
            (token, each) for token, each in tokenizer.get_vocab().items() if len(token) <= LONGEST
        )
        near = (each for token, each in short if any(word in token.lower() for word in YES_NO))
        return tuple(each for each in near if tokenizer.decode([each]).strip().lower() in YES_NO)


class VlmFolder:
    """What the residency asks of a model: how large it is, and how to load it."""

    def __init__(self, folder: Path, name: str, where: Where) -> None:
        self.name, self.device = name, where.device
        self._folder = folder
        self._where = where

    @cached_property
    def size(self) -> int:
        """What it takes when it is loaded, in bytes; told by the headers of its files."""
        held = (shapes(path, what=self.name) for path in self._shards())
        return sum(prod(shape) for each in held for shape in each.values()) * self._where.bytes

    def load(self) -> Loaded:
        """Return the model from its folder; no code of the folder runs, no pickle is opened.

        Raises:
            WeightsError: It is no such model, is damaged or lacks weights, or writes no chats.
        """
        self._shards()
        try:
            with without_bars():
                processor = self._processor()
                return Loaded(processor, self._network(processor.tokenizer))
        except complaints() as error:
            raise self._unusable(str(error) or type(error).__name__) from None

    def _processor(self) -> Processor:
        if (tokens := self._folder / TOKENS[0]).is_file():
            check(tokens.read_bytes())
        processor = transformers().AutoProcessor.from_pretrained(self._folder, **_HERE)
        tokenizer = getattr(processor, "tokenizer", None)
        if tokenizer is None or not hasattr(processor, "image_processor"):
            raise self._unusable("a processor that takes no pictures")
        if not (processor.chat_template or tokenizer.chat_template):
            raise self._unusable("no chat template")
        processor.chat_template = processor.chat_template or tokenizer.chat_template
        tokenizer.padding_side = "left"
        tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
        return processor

    def _network(self, tokenizer: Any) -> Network:
        network, said = transformers().AutoModelForImageTextToText.from_pretrained(
            self._folder,
            **_HERE,
            use_safetensors=True,
            dtype=self._where.dtype,
            output_loading_info=True,
        )
        # transformers would fill in what is missing at random, and warn.
        if lacking := sorted(said["missing_keys"]):
            more = f" and {len(lacking) - TOLD} more" if len(lacking) > TOLD else ""
            raise self._unusable(f"no weights for {', '.join(lacking[:TOLD])}{more}")
        network.generation_config = _plain(network.generation_config, tokenizer)
        return network.to(self.device).eval().requires_grad_(requires_grad=False)

    def _shards(self) -> list[Path]:
        """Return the files that hold the weights."""
        if wrong := unfit(self._folder):
            raise WeightsError(wrong)
        if (self._folder / WHOLE).is_file():
            return [self._folder / WHOLE]
        named = json.loads((self._folder / INDEX).read_bytes())["weight_map"].values()
        return [self._folder / name for name in sorted({*named})]

    def _unusable(self, got: str) -> WeightsError:
        return WeightsError(
            f"{self._folder}: no model that looks at pictures and answers can be read from it (got "
            f"{shortened(' '.join(got.split()), SAID)}). Name a folder of such a model in "
            "transformers' layout, with its processor and safetensors."
        )


def _plain(told: Any, tokenizer: Any) -> Any:
    """Return of a model's settings for writing what is no matter of drawing lots: ends, penalty."""
    return transformers().GenerationConfig(
        do_sample=False,
        repetition_penalty=told.repetition_penalty or 1.0,
        eos_token_id=told.eos_token_id or tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=told.bos_token_id,
    )
