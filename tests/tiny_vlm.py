"""Tiny vision-language models at random, on disk as published ones lie there: processor and weights.

They are made by transformers from their families' own classes, with a tokenizer that is trained here
on a few words. What they say means nothing; that it is the same each time does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selector.backbones.torch_ready import torch

KINDS = ("qwen2", "qwen2.5", "qwen3", "llava")
WORDS = 400  # tokens at most
READ = ("a photo of a cat", "rate this image from 1 to 5", "yes or no?", "Yes", "No") * 3
MARKS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
OF_QWEN = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
OF_LLAVA = ("<image>", "<video>")
LIVELY = 0.3  # spread of the weights: a picture moves what is said

TURNS = (
    "{% for turn in messages %}<|im_start|>{{ turn['role'] }}\n"
    "{% for part in turn['content'] %}"
    "{% if part['type'] == 'image' %}PICTURE{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n"
    "{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}"
    "{% endif %}"
)
TEXT: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 4096,
}


def folder(at: Path, kind: str = "qwen2", *, seed: int = 0) -> Path:
    """Return the folder of a tiny model of one's own, made now in *at*, about 0.3 MB.

    Args:
        at: A folder that is there.
        kind: One of `KINDS`.
        seed: Of its weights: another one says something else.
    """
    torch().manual_seed(seed)
    path = at / f"{kind}-{seed}"
    processor, model = _llava() if kind == "llava" else _qwen(_QWEN[kind])
    for weights in model.parameters():
        if weights.ndim > 1:
            weights.data = torch().randn_like(weights) * LIVELY
    processor.save_pretrained(path)
    model.save_pretrained(path)
    return path


@dataclass(frozen=True)
class _Qwen:
    """What differs between the families of Qwen."""

    name: str  # of its classes
    video: str  # its processor of videos, which the whole one wants
    patch: int
    text: dict[str, Any]
    vision: dict[str, Any]


_PLAIN = {"rope_type": "default", "rope_theta": 10000.0}
_QWEN = {
    "qwen2": _Qwen(
        "Qwen2VL",
        "Qwen2VLVideoProcessor",
        14,
        {"rope_parameters": _PLAIN | {"mrope_section": [1, 1, 2]}},
        {"embed_dim": 32, "mlp_ratio": 2},
    ),
    "qwen2.5": _Qwen(
        "Qwen2_5_VL",
        "Qwen2VLVideoProcessor",
        14,
        {"rope_parameters": _PLAIN | {"mrope_section": [1, 1, 2]}},
        {
            "intermediate_size": 64,
            "out_hidden_size": 32,
            "window_size": 112,
            "fullatt_block_indexes": [1],
        },
    ),
    "qwen3": _Qwen(
        "Qwen3VL",
        "Qwen3VLVideoProcessor",
        16,
        {
            "head_dim": 8,
            "rope_parameters": _PLAIN | {"mrope_section": [2, 1, 1], "mrope_interleaved": True},
        },
        {
            "intermediate_size": 64,
            "out_hidden_size": 32,
            "num_position_embeddings": 64,
            "deepstack_visual_indexes": [0],
        },
    ),
}


def _qwen(family: _Qwen) -> tuple[Any, Any]:
    import transformers

    roles = ("vision_bos_token", "vision_eos_token", "image_token", "video_token")
    tokens = _tokenizer((*MARKS, *OF_QWEN), dict(zip(roles, OF_QWEN, strict=True)))
    pictures = transformers.Qwen2VLImageProcessor(
        size={"shortest_edge": 28 * 28, "longest_edge": 112 * 112}, patch_size=family.patch
    )
    processor = getattr(transformers, f"{family.name}Processor")(
        image_processor=pictures,
        tokenizer=tokens,
        video_processor=getattr(transformers, family.video)(),
        chat_template=TURNS.replace("PICTURE", "<|vision_start|><|image_pad|><|vision_end|>"),
    )
    marks = dict(
        zip(
            ("vision_start_token_id", "vision_end_token_id", "image_token_id", "video_token_id"),
            tokens.convert_tokens_to_ids(list(OF_QWEN)),
            strict=True,
        )
    )
    seen = {"depth": 2, "hidden_size": 32, "num_heads": 4, "patch_size": family.patch}
    config = getattr(transformers, f"{family.name}Config")(
        text_config=TEXT | family.text | _ends(tokens), vision_config=seen | family.vision, **marks
    )
    made = getattr(transformers, f"{family.name}ForConditionalGeneration")
    return processor, made(config).eval()


def _llava() -> tuple[Any, Any]:
    import transformers

    roles = dict(zip(("image_token", "video_token"), OF_LLAVA, strict=True))
    tokens = _tokenizer((*MARKS, *OF_LLAVA), roles)
    size = {"height": 32, "width": 32}
    grids = [[32, 32], [32, 64], [64, 32], [64, 64]]
    processor = transformers.LlavaOnevisionProcessor(
        image_processor=transformers.LlavaOnevisionImageProcessor(
            size=size, image_grid_pinpoints=grids
        ),
        tokenizer=tokens,
        video_processor=transformers.LlavaOnevisionVideoProcessor(size=size),
        num_image_tokens=16,
        vision_feature_select_strategy="full",
        chat_template=TURNS.replace("PICTURE", "<image>\n"),
    )
    image, video = tokens.convert_tokens_to_ids(list(OF_LLAVA))
    seen = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    config = transformers.LlavaOnevisionConfig(
        vision_config=transformers.SiglipVisionConfig(
            **seen, num_attention_heads=4, image_size=32, patch_size=8
        ),
        text_config=transformers.Qwen2Config(**TEXT, **_ends(tokens)),
        image_token_id=image,
        video_token_id=video,
        image_grid_pinpoints=grids,
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
    )
    return processor, transformers.LlavaOnevisionForConditionalGeneration(config).eval()


def _ends(tokens: Any) -> dict[str, int]:
    return {
        "vocab_size": len(tokens),
        "bos_token_id": tokens.convert_tokens_to_ids("<|im_start|>"),
        "eos_token_id": tokens.eos_token_id,
        "pad_token_id": tokens.pad_token_id,
    }


def _tokenizer(marks: Sequence[str], roles: dict[str, str]) -> Any:
    """Return a tokenizer of bytes and the few words that it has seen."""
    torch()
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=WORDS,
        special_tokens=list(marks),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(READ, trainer)
    ends = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
    return PreTrainedTokenizerFast(tokenizer_object=made, **ends, extra_special_tokens=roles)
