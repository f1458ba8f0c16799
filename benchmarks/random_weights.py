"""Checkpoints of the published sizes and layouts with random weights: speed asks for no others.

    python -m benchmarks.random_weights FOLDER

PickScore and CLIP ViT-L/14 as safetensors in the layout of transformers, HPSv2.1 as a `.pt` in that
of open_clip (half floats, as published), ImageReward as its own `.pt`, and an aesthetic head:
9.4 GB, made in about a minute and kept for the next time.
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FILES = {
    "pickscore": "pickscore/model.safetensors",
    "hpsv2": "hpsv2/HPS_v2.1_compressed.pt",
    "image_reward": "image_reward/ImageReward.pt",
    "clip_vit_l_14": "clip_vit_l_14/model.safetensors",
    "aesthetic": "aesthetic/head.pth",
}
Shapes = Mapping[str, tuple[int, ...]]


def main() -> None:
    """Make what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    for name, path in made(parser.parse_args().folder).items():
        print(f"{path.stat().st_size / 1e9:5.2f} GB  {name}  {path}")


def made(folder: Path) -> dict[str, Path]:
    """Return the checkpoints in *folder*, those that are missing made first."""
    makers = {
        "pickscore": lambda path: _safetensors(clip_shapes("H"), path),
        "hpsv2": lambda path: _pickled(
            {"state_dict": _random(open_clip_shapes(), half=True)}, path
        ),
        "image_reward": _image_reward,
        "clip_vit_l_14": lambda path: _safetensors(clip_shapes("L"), path),
        "aesthetic": lambda path: _pickled(_random(head_shapes()), path),
    }
    paths = {name: folder / file for name, file in FILES.items()}
    for name, path in paths.items():
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            makers[name](path)
    return paths


def clip_config(size: str) -> Any:
    """Return transformers' configuration of ViT-H/14 (exact GELU) or ViT-L/14 (QuickGELU)."""
    from selector.backbones.torch_ready import torch

    torch()
    from transformers import CLIPConfig

    wide, deep, text, layers, act = {
        "H": ((1280, 5120, 16), 32, (1024, 4096, 16), 24, "gelu"),
        "L": ((1024, 4096, 16), 24, (768, 3072, 12), 12, "quick_gelu"),
    }[size]
    dimension = {"H": 1024, "L": 768}[size]
    keys = ("hidden_size", "intermediate_size", "num_attention_heads")
    return CLIPConfig(
        text_config=dict(zip(keys, text, strict=True))
        | {"num_hidden_layers": layers, "hidden_act": act, "projection_dim": dimension},
        vision_config=dict(zip(keys, wide, strict=True))
        | {"num_hidden_layers": deep, "hidden_act": act, "patch_size": 14}
        | {"projection_dim": dimension},
        projection_dim=dimension,
    )


def clip_shapes(size: str) -> Shapes:
    """Return what a checkpoint of transformers' CLIPModel holds."""
    config = clip_config(size)
    import torch
    from transformers import CLIPModel

    with torch.device("meta"):
        return _shapes(CLIPModel(config).state_dict())


def open_clip_shapes() -> Shapes:
    """Return what a checkpoint of open_clip's ViT-H-14 holds."""
    from selector.backbones.torch_ready import torch

    with torch().device("meta"):
        import open_clip

        state = open_clip.CLIP(**open_clip.get_model_config("ViT-H-14")).state_dict()
    return {key: shape for key, shape in _shapes(state).items() if key != "attn_mask"}


def image_reward_shapes() -> Shapes:
    """Return what ImageReward.pt holds, as far as it is used."""
    return dict(_blip_vision(1024, 24)) | dict(_blip_text(768, 12)) | _mlp(768, prefix="mlp.")


def head_shapes() -> Shapes:
    """Return what the published aesthetic head v2 holds."""
    return _mlp(768)


def _mlp(width: int, prefix: str = "") -> Shapes:
    sizes = {0: (1024, width), 2: (128, 1024), 4: (64, 128), 6: (16, 64), 7: (1, 16)}
    found: dict[str, tuple[int, ...]] = {}
    for number, (high, wide) in sizes.items():
        found |= _linear(f"{prefix}layers.{number}", high, wide)
    return found


def _blip_vision(width: int, depth: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    start = "blip.visual_encoder."
    yield from {
        f"{start}cls_token": (1, 1, width),
        f"{start}pos_embed": (1, 197, width),
        f"{start}patch_embed.proj.weight": (width, 3, 16, 16),
        f"{start}patch_embed.proj.bias": (width,),
    }.items()
    for number in range(depth):
        block = f"{start}blocks.{number}."
        yield from (_norm(f"{block}norm1", width) | _norm(f"{block}norm2", width)).items()
        yield from _linear(f"{block}attn.qkv", 3 * width, width).items()
        yield from _linear(f"{block}attn.proj", width, width).items()
        yield from _linear(f"{block}mlp.fc1", 4 * width, width).items()
        yield from _linear(f"{block}mlp.fc2", width, 4 * width).items()
    yield from _norm(f"{start}norm", width).items()


def _blip_text(width: int, depth: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    start = "blip.text_encoder."
    yield f"{start}embeddings.word_embeddings.weight", (30524, width)
    yield f"{start}embeddings.position_embeddings.weight", (512, width)
    yield from _norm(f"{start}embeddings.LayerNorm", width).items()
    for number in range(depth):
        layer = f"{start}encoder.layer.{number}."
        for kind, seen in (("attention", width), ("crossattention", 1024)):
            yield from _linear(f"{layer}{kind}.self.query", width, width).items()
            yield from _linear(f"{layer}{kind}.self.key", width, seen).items()
            yield from _linear(f"{layer}{kind}.self.value", width, seen).items()
            yield from _linear(f"{layer}{kind}.output.dense", width, width).items()
            yield from _norm(f"{layer}{kind}.output.LayerNorm", width).items()
        yield from _linear(f"{layer}intermediate.dense", 4 * width, width).items()
        yield from _linear(f"{layer}output.dense", width, 4 * width).items()
        yield from _norm(f"{layer}output.LayerNorm", width).items()


def _linear(name: str, high: int, wide: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (high, wide), f"{name}.bias": (high,)}


def _norm(name: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def _shapes(state: Mapping[str, Any]) -> Shapes:
    return {key: tuple(value.shape) for key, value in state.items() if "position_ids" not in key}


def _random(shapes: Shapes, *, half: bool = False) -> dict[str, Any]:
    """Return tensors small enough that nothing overflows; layer norms of about 1."""
    import torch

    source = torch.Generator().manual_seed(0)
    found = {}
    for key, shape in shapes.items():
        values = torch.empty(shape).normal_(0, 0.02, generator=source)
        if key == "logit_scale":
            values.fill_(4.6052)  # the logarithm of 100
        elif len(shape) == 1 and key.endswith("weight"):
            values += 1
        found[key] = values.half() if half else values
    return found


def _image_reward(path: Path) -> None:
    """Write the weights, and beside them as many word pieces as BERT has: letters, and made-up words."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,"
    marks = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]"}
    pieces = [*letters, *(f"##{letter}" for letter in letters)]
    lines = [marks.get(at, f"[unused{at}]") for at in range(104)] + pieces
    lines += [f"word{at}" for at in range(30522 - len(lines))]
    path.with_name("vocab.txt").write_text("\n".join(lines) + "\n")
    _pickled(_random(image_reward_shapes()), path)


def _safetensors(shapes: Shapes, path: Path) -> None:
    from safetensors.torch import save_file

    save_file(_random(shapes), path)


def _pickled(state: Mapping[str, Any], path: Path) -> None:
    import torch

    torch.save(state, path)


if __name__ == "__main__":
    main()
