"""A model in a folder, as transformers writes it: looked at before anything of it is loaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from selector.errors import WeightsError

SMALL = (".json", ".txt", ".jinja", ".model")  # what tells how it is made up and how it reads
WEIGHTS = ".safetensors"
WHOLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
PROCESSOR = ("processor_config.json", "preprocessor_config.json")  # one of them is enough
TOKENS = ("tokenizer.json", "tokenizer.model", "vocab.json")
SAMPLE = 4096  # bytes: training moves all numbers of a tensor, so a few of each show it
LARGEST_HEADER = 100 * 2**20  # bytes; what safetensors itself allows
PUT = "Put a model there as transformers writes it, in safetensors, or name another folder."
METADATA = "__metadata__"  # in a header, among the tensors
_ODD = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
_known: dict[Path, tuple[object, str]] = {}  # what tells a change, and the checksum


def unfit(folder: Path, *, beside: Sequence[tuple[str, ...]] = (PROCESSOR, TOKENS)) -> str:
    """Return why the folder can hold no model, and what to do; "" if it can hold one.

    Args:
        folder: Where it should lie.
        beside: What must lie beside configuration and weights, one file of each; most models that
            see are read by what they bring, CLIP-T5 needs less.
    """
    try:
        if not folder.is_dir():
            found = "a file" if folder.is_file() else "nothing there"
            return f"{folder}: it is no model's folder (got {found}). {PUT}"
        lacking = _lacking(folder, beside)
    except OSError as error:
        return f"{folder}: it can't be read (got {error.strerror}). Let this user read it."
    except _ODD:
        return f"{folder / INDEX}: it is no index of weights that lie beside it. {PUT}"
    return f"{folder}: a model's file is missing (got no {lacking[0]}). {PUT}" if lacking else ""


def _lacking(folder: Path, beside: Sequence[tuple[str, ...]]) -> list[str]:
    """Return which files are missing; of those where one is enough, all."""
    wanted = [("config.json",), *((name,) for name in _named(folder)), *beside]
    return [
        " or ".join(names)
        for names in wanted
        if not any((folder / name).is_file() for name in names)
    ]


def _named(folder: Path) -> list[str]:
    """Return the names of the files that must hold the weights.

    Raises:
        ValueError: One is in another folder, or no safetensors: its content would not count.
    """
    if (folder / WHOLE).is_file() or not (folder / INDEX).is_file():
        return [WHOLE]
    names = {*map(str, json.loads((folder / INDEX).read_bytes())["weight_map"].values())}
    if any(Path(name).name != name or Path(name).suffix != WEIGHTS for name in names):
        raise ValueError(INDEX)
    return sorted(names)


def content(folder: Path) -> str:
    """Return the checksum of what the model's numbers follow from; "" where no model can be.

    Of the small files all counts: configuration, vocabulary, templates. Of the weights their names,
    sizes and headers, and of each tensor the first, the middle and the last 4 KB: reading 16 GB
    would take minutes. What is trained further is another model, be it a single small tensor; a few
    numbers changed by hand inside a large one are not seen.

    Raises:
        WeightsError: A file can't be read.
    """
    if unfit(folder, beside=()):
        return ""
    try:
        files = sorted(each for each in folder.iterdir() if _counts(each))
        facts = tuple((each.name, *_facts(each)) for each in files)
        if _known.get(folder, ("", ""))[0] != facts:
            _known[folder] = facts, _checksum(files)
    except OSError as error:
        raise WeightsError(
            f"{folder}: the model can't be read (got {error.strerror}). Let this user read it."
        ) from None
    return _known[folder][1]


def _counts(file: Path) -> bool:
    return file.suffix in (*SMALL, WEIGHTS) and file.is_file()


def _facts(file: Path) -> tuple[int, ...]:
    told = file.stat()
    return told.st_size, told.st_mtime_ns, told.st_ctime_ns, told.st_ino


def _checksum(files: list[Path]) -> str:
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{file.name}\n{file.stat().st_size}\n".encode())
        for part in _samples(file) if file.suffix == WEIGHTS else [file.read_bytes()]:
            whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()


def _samples(file: Path) -> Iterator[bytes]:
    """Give the header, which names every tensor, and pieces of each of them."""
    size = file.stat().st_size
    with file.open("rb") as weights:
        length = min(int.from_bytes(weights.read(8), "little"), LARGEST_HEADER)
        header = weights.read(length)
        yield header
        for start, end in _spans(header, size - 8 - length):
            last = max(start, end - SAMPLE)
            for place in sorted({start, (start + last) // 2, last}):
                weights.seek(8 + length + place)
                yield weights.read(min(SAMPLE, end - place))


def _spans(header: bytes, held: int) -> list[tuple[int, int]]:
    """Return from where to where each tensor lies; none of a header that can't be read."""
    try:
        told = json.loads(header)
        found = {tuple(each["data_offsets"]) for name, each in told.items() if name != METADATA}
        inside = ((int(start), int(end)) for start, end in found if 0 <= start <= end <= held)
        return sorted(inside)
    except _ODD:
        return []
