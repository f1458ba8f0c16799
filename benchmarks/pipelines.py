"""The five scorers as existing libraries run them: each decodes, prepares and encodes for itself.

Images of a request go through a network in one batch. Those libraries that encode the prompt once
an image (HPSv2's, CLIP score's, ImageReward's ports) do so here; PickScore's recipe encodes it once.
Aesthetic loads all of CLIP, as its authors' script does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from benchmarks.random_weights import clip_config
from selector.backbones.torch_ready import torch as ready

torch = ready()

MEAN = torch.tensor((0.48145466, 0.4578275, 0.40821073)).view(3, 1, 1)
STD = torch.tensor((0.26862954, 0.26130258, 0.27577711)).view(3, 1, 1)
SIDE = 224
Pipeline = Callable[[str, Sequence[Path]], list[float]]


def pipelines(files: Mapping[str, Path]) -> dict[str, Pipeline]:
    """Return the five, their models loaded from the checkpoints in *files*."""
    return {
        "pickscore": pickscore(files["pickscore"]),
        "hpsv2": hpsv2(files["hpsv2"]),
        "image_reward": image_reward(files["image_reward"]),
        "aesthetic": aesthetic(files["clip_vit_l_14"], files["aesthetic"]),
        "clip_score": clip_score(files["clip_vit_l_14"]),
    }


def pickscore(path: Path) -> Pipeline:
    """Load PickScore as its README does, by transformers."""
    model, processor = _clip("H", path), _processor()

    def score(prompt: str, images: Sequence[Path]) -> list[float]:
        seen = processor(images=list(map(opened, images)), return_tensors="pt")
        with torch.inference_mode():
            image = _unit(model.get_image_features(**seen).pooler_output)
            text = _unit(model.get_text_features(**_words([prompt])).pooler_output)
            return (model.logit_scale.exp() * (image @ text.T)).ravel().tolist()

    return score


def clip_score(path: Path) -> Pipeline:
    """Load CLIP score as metric libraries do: as many texts as images."""
    model, processor = _clip("L", path), _processor()

    def score(prompt: str, images: Sequence[Path]) -> list[float]:
        seen = processor(images=list(map(opened, images)), return_tensors="pt")
        with torch.inference_mode():
            image = _unit(model.get_image_features(**seen).pooler_output)
            words = _words([prompt] * len(images))
            text = _unit(model.get_text_features(**words).pooler_output)
            return (100 * (image * text).sum(-1)).tolist()

    return score


def aesthetic(path: Path, head: Path) -> Pipeline:
    """Load the aesthetic predictor: CLIP ViT-L/14 and five linear layers."""
    model, processor = _clip("L", path), _processor()
    state = torch.load(head, weights_only=True)
    numbers = (0, 2, 4, 6, 7)

    def score(prompt: str, images: Sequence[Path]) -> list[float]:  # noqa: ARG001 - it reads none
        seen = processor(images=list(map(opened, images)), return_tensors="pt")
        with torch.inference_mode():
            values = _unit(model.get_image_features(**seen).pooler_output)
            for number in numbers:
                weight, bias = (state[f"layers.{number}.{kind}"] for kind in ("weight", "bias"))
                values = values @ weight.T + bias
            return values.ravel().tolist()

    return score


def hpsv2(path: Path) -> Pipeline:
    """Load HPSv2.1 as its package does, by open_clip."""
    import open_clip

    model = open_clip.create_model("ViT-H-14", pretrained=None)
    model.load_state_dict(torch.load(path, weights_only=True)["state_dict"])
    model.eval()
    tokenizer = open_clip.get_tokenizer("ViT-H-14")

    def score(prompt: str, images: Sequence[Path]) -> list[float]:
        seen = torch.stack([letterbox(opened(one)) for one in images])
        with torch.inference_mode():
            image = model.encode_image(seen, normalize=True)
            text = model.encode_text(tokenizer([prompt] * len(images)), normalize=True)
            return torch.diagonal(image @ text.T).tolist()

    return score


def image_reward(path: Path) -> Pipeline:
    """Load ImageReward as its ports to transformers do: as many texts as images, 35 tokens each."""
    vision, text, head = blip(path)
    processor = _processor()

    def score(prompt: str, images: Sequence[Path]) -> list[float]:
        seen = processor(images=list(map(opened, images)), return_tensors="pt")["pixel_values"]
        ids, mask = bert_ids(prompt, len(images))
        with torch.inference_mode():
            tokens = vision(seen).last_hidden_state
            read = text(
                input_ids=ids, attention_mask=mask, encoder_hidden_states=tokens, is_decoder=False
            ).last_hidden_state[:, 0]
            return head(read).ravel().tolist()

    return score


def blip(path: Path) -> tuple[Any, Any, Any]:
    """Return ImageReward's two towers and its head; the random weights of the head only."""
    from transformers import BlipTextConfig, BlipVisionConfig
    from transformers.models.blip.modeling_blip import BlipVisionModel
    from transformers.models.blip.modeling_blip_text import BlipTextModel

    wide = {"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24}
    vision = BlipVisionModel(
        BlipVisionConfig(**wide, num_attention_heads=16, image_size=SIDE, layer_norm_eps=1e-6)
    )
    text = BlipTextModel(
        BlipTextConfig(vocab_size=30524, num_attention_heads=12, encoder_hidden_size=1024),
        add_pooling_layer=False,
    )
    state = torch.load(path, weights_only=True, mmap=True)
    sizes = (768, 1024, 128, 64, 16, 1)
    head = torch.nn.Sequential(*map(torch.nn.Linear, sizes[:-1], sizes[1:]))
    for layer, number in zip(head, (0, 2, 4, 6, 7), strict=True):
        layer.load_state_dict(
            {kind: state[f"mlp.layers.{number}.{kind}"] for kind in ("weight", "bias")}
        )
    return vision.eval(), text.eval(), head


def bert_ids(prompt: str, count: int) -> tuple[Any, Any]:
    """Return *count* times as many made-up token ids as the prompt has words, padded to 35."""
    words = [101, *(1000 + len(word) for word in prompt.split()[:33]), 102]
    ids = torch.tensor([[*words, *[0] * (35 - len(words))]] * count)
    return ids, (ids != 0).long()


def opened(path: Path) -> PIL.Image.Image:
    """Decode a file."""
    return PIL.Image.open(path).convert("RGB")


def letterbox(picture: PIL.Image.Image) -> Any:
    """Return a picture as HPSv2 sees it, shape (3, 224, 224): whole, with black bars."""
    values = torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255
    scale = SIDE / max(picture.size)
    size = [round(side * scale) for side in values.shape[1:]]
    small = torch.nn.functional.interpolate(
        values[None], size, mode="bicubic", antialias=True, align_corners=False
    )[0]
    high, wide = (SIDE - side for side in size)
    edges = (wide // 2, wide - wide // 2, high // 2, high - high // 2)
    return (torch.nn.functional.pad(small, edges) - MEAN) / STD


def _clip(size: str, path: Path) -> Any:
    from safetensors.torch import load_file
    from transformers import CLIPModel

    with torch.device("meta"):
        model = CLIPModel(clip_config(size))
    model.to_empty(device="cpu")
    model.load_state_dict(load_file(path), strict=False)
    for tower in (model.text_model, model.vision_model):
        ids = tower.embeddings.position_ids
        ids.copy_(torch.arange(ids.shape[1])[None])
    return model.eval()


def _processor() -> Any:
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    return CLIPImageProcessorPil()


def _words(prompts: Sequence[str]) -> Mapping[str, Any]:
    """Return tokens of transformers' kind, padded to the longest."""
    from selector.backbones.tokens import hugging_face

    ids = torch.tensor([hugging_face(one).ids for one in prompts])
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}


def _unit(values: Any) -> Any:
    return values / values.norm(dim=-1, keepdim=True)
