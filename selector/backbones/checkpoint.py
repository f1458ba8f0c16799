"""Reads the weights of torch models: only what is wanted, of the right shapes, and never code."""

from __future__ import annotations

import pickle
import re
import struct
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from selector.backbones.model_file import unfit
from selector.backbones.torch_ready import torch
from selector.errors import WeightsError

Tensor: TypeAlias = Any  # a torch.Tensor; torch is imported only where it is used
Shapes: TypeAlias = Mapping[str, tuple[int, ...]]

HALF = 2  # bytes of the shortest number that needs no scale
LARGEST_TABLE = 16 << 20  # bytes that tell names and shapes; a thousand tensors take 0.2 MB
MAPPED = 256 << 20  # bytes of a file that stay mapped while its tensors are copied
TOLD = 3  # names of tensors in a message; the others are counted
# What damaged files make torch, safetensors and zipfile raise.
_ODD = (
    *(OSError, EOFError, ValueError, TypeError, AttributeError, AssertionError, LookupError),
    *(ArithmeticError, RuntimeError, zipfile.BadZipFile, struct.error),
)
_NUMBERED = re.compile(r"^(.*?)\.(\d+)\.")


def tensors(
    path: Path,
    wanted: Shapes,
    *,
    what: str,
    drop: Callable[[str], bool] = lambda _: False,
    rename: Callable[[str], str] = lambda name: name,
    to: Callable[[Tensor], Tensor] | None = None,
) -> dict[str, Tensor]:
    """Return the *wanted* tensors of a model file, each a copy of its own.

    Args:
        path: A file of safetensors, or one that torch.save wrote (.pt, .pth, .bin), of a mapping
            of tensors or of {"state_dict": that}. It is never unpickled: code in it does not run.
        wanted: The shape of each tensor, by name.
        what: The model that it should be, for messages: "PickScore (CLIP ViT-H/14)".
        drop: Whether a tensor of that name in the file may be there unwanted; all others are a
            sign of another model.
        rename: Gives the name in *wanted* for a name in the file; *drop* is asked for the latter.
        to: Makes of each tensor what is kept; by default float32 on the CPU, whatever the file has.

    Raises:
        WeightsError: It can't be read, is cut off, holds code, or is another model: then it tells
            what it looks like, and what was expected.
    """
    kept = to or in_full
    held, load = _opened(path, what)
    names = {rename(name): name for name in held if not drop(name)}
    _check({new: held[name] for new, name in names.items()}, wanted, path, what)
    return {name: kept(_weight(load(names[name]), name, path, what)) for name in wanted}


def shapes(path: Path, *, what: str) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor in a model file, by name; *what* it should be, for messages.

    Raises:
        WeightsError: It can't be read, is cut off, or holds code.
    """
    return _opened(path, what)[0]


def in_full(tensor: Tensor) -> Tensor:
    """Return a copy in float32."""
    return tensor.to(torch().float32, copy=True)


def archive_name(path: Path) -> str:
    """Return how the file was called when torch.save wrote it, without its ending; "" if untold.

    It stays when a file is renamed: HPSv2's are "HPS_v2_compressed" and "HPS_v2.1_compressed".
    """
    try:
        with zipfile.ZipFile(path) as archive:
            first = next(iter(archive.namelist()), "")
    except (OSError, zipfile.BadZipFile):
        return ""
    return first.partition("/")[0] if "/" in first else ""


_Read: TypeAlias = tuple[dict[str, tuple[int, ...]], Callable[[str], Tensor]]


def _opened(path: Path, what: str) -> _Read:
    if wrong := unfit(path):
        raise WeightsError(wrong)
    return (_safe if path.suffix == ".safetensors" else _saved)(path, what)


def _safe(path: Path, what: str) -> _Read:
    from safetensors import SafetensorError, safe_open

    torch()

    def load(name: str) -> Tensor:
        # Opened anew for each, so that what was copied does not stay in memory as a mapped file.
        try:
            with safe_open(path, "pt") as file:
                return file.get_tensor(name)
        except (SafetensorError, *_ODD) as error:
            raise _damaged(path, what, error) from None

    try:
        with safe_open(path, "pt") as file:
            names = file.keys()
            return {name: tuple(file.get_slice(name).get_shape()) for name in names}, load
    except (SafetensorError, *_ODD) as error:
        raise _damaged(path, what, error) from None


def _saved(path: Path, what: str) -> _Read:
    held = _mapped(path, what)
    can_map, copied = zipfile.is_zipfile(path), 0  # torch's older format is read whole, once

    def load(name: str) -> Tensor:
        # Mapped anew now and then, so that what was copied does not stay in memory as well.
        nonlocal held, copied
        if can_map and copied > MAPPED:
            held, copied = _mapped(path, what), 0
        tensor = held[name]
        copied += tensor.numel() * tensor.itemsize
        return tensor

    return {name: tuple(each.shape) for name, each in held.items()}, load


def _mapped(path: Path, what: str) -> dict[str, Tensor]:
    """Return the tensors of what torch.save wrote; each is read from the file when it is used."""
    module = torch()
    try:
        if is_zip := zipfile.is_zipfile(path):
            _check_members(path)
        content = module.load(path, map_location="cpu", weights_only=True, mmap=is_zip)
    except pickle.UnpicklingError:
        raise WeightsError(
            f"{path}: it holds more than tensors (got code or objects, which are not run); "
            f"expected {what}. Take the publisher's file, or save the state_dict alone."
        ) from None
    except _ODD as error:
        raise _damaged(path, what, error) from None
    held = content.get("state_dict", content) if isinstance(content, dict) else content
    if not isinstance(held, Mapping):
        raise _damaged(path, what, f"a {type(held).__name__}, not a mapping of tensors")
    return {
        str(name): each
        for name, each in held.items()
        if isinstance(each, module.Tensor) and not each.is_nested  # which has no shape
    }


def _check_members(path: Path) -> None:
    """Refuse what torch.save never writes: packed numbers would be read as others, or fill memory.

    Raises:
        ValueError: A part is packed, or the table of the tensors is too large.
        BadZipFile: It is damaged.
    """
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            if part.compress_type != zipfile.ZIP_STORED or part.file_size != part.compress_size:
                raise ValueError(f"a compressed part, {part.filename}")
            if part.filename.endswith(".pkl") and part.file_size > LARGEST_TABLE:
                raise ValueError(f"{part.filename} of {part.file_size} bytes")


def _weight(tensor: Tensor, name: str, path: Path, what: str) -> Tensor:
    """Return the tensor if it holds numbers as they are, not indices, packed ones or none."""
    module = torch()
    is_plain = tensor.layout == module.strided and not tensor.is_meta
    if is_plain and tensor.is_floating_point() and tensor.itemsize >= HALF:
        return tensor
    got = tensor.dtype if is_plain else "meta" if tensor.is_meta else tensor.layout
    raise WeightsError(
        f"{path}: {name} holds no weights as they are (got {str(got).removeprefix('torch.')}, "
        f"expected floating point numbers of {what}). Take the file that is not quantised."
    )


def _damaged(path: Path, what: str, error: object) -> WeightsError:
    said = " ".join(str(error).split()).partition(". ")[0].rstrip(".")
    return WeightsError(
        f"{path}: it can't be read as a model file (got {said or type(error).__name__}); expected "
        f"{what}. Get the file again, whole."
    )


def _check(found: Shapes, wanted: Shapes, path: Path, what: str) -> None:
    """Raise unless the file holds exactly what is wanted."""
    wrong = [name for name in wanted if name in found and found[name] != wanted[name]]
    missing = [name for name in wanted if name not in found]
    beyond = [name for name in found if name not in wanted]
    told = [
        *([f"lacks {_some(missing)}"] if missing else []),
        *([f"has {_some(_sizes(wrong, found, wanted))}"] if wrong else []),
        *([f"has also {_some(beyond)}"] if beyond else []),
    ]
    if told:
        raise WeightsError(
            f"{path}: another model than expected: it {' and '.join(told)} (got {_portrait(found)}, "
            f"expected {what}: {_portrait(wanted)}). Take the file of that model."
        )


def _sizes(names: Iterable[str], found: Shapes, wanted: Shapes) -> list[str]:
    return [f"{name} {list(found[name])} instead of {list(wanted[name])}" for name in names]


def _some(names: list[str]) -> str:
    more = len(names) - TOLD
    return ", ".join(names[:TOLD]) + (f" and {more} more" if more > 0 else "")


def _portrait(shapes: Shapes) -> str:
    """Return in words what a model of these tensors is: how many, how deep, how wide."""
    if not shapes:
        return "no tensor with a name of its"
    layers: dict[str, int] = {}
    for name in shapes:
        if match := _NUMBERED.match(name):
            layers[match[1]] = max(layers.get(match[1], 0), int(match[2]) + 1)
    widths = [
        shape[0] for name, shape in shapes.items() if name.endswith(("norm1.bias", "ln_1.bias"))
    ]
    width = f" of width {widths[0]}" if widths else ""
    deep = max(layers.values(), default=0)
    return f"{len(shapes)} tensors" + (f", {deep} layers{width}" if deep else "")
