"""A model in a folder, as transformers writes it: looked at before anything of it is loaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from selector.errors import WeightsError

SMALL = (".json", ".txt", ".jinja", ".model")  # what tells how it is made up and how it reads
WEIGHTS = ".safetensors"
WHOLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
SAMPLES, SAMPLE = 64, 4096  # bytes: a fine-tune changes all weights, so few are enough to see it
LARGEST_HEADER = 100 * 2**20  # bytes; what safetensors itself allows
PUT = "Put a model there as transformers writes it, in safetensors, or name another folder."
_known: dict[Path, tuple[object, str]] = {}  # what tells a change, and the checksum


def unfit(folder: Path) -> str:
    """Return why the folder can hold no model, and what to do; "" if it can hold one."""
    try:
        if not folder.is_dir():
            found = "a file" if folder.is_file() else "nothing there"
            return f"{folder}: it is no model's folder (got {found}). {PUT}"
        lacking = [name for name in ("config.json", *_named(folder)) if _lacks(folder, name)]
    except OSError as error:
        return f"{folder}: it can't be read (got {error.strerror}). Let this user read it."
    except (ValueError, LookupError, TypeError, AttributeError):
        return f"{folder / INDEX}: it is no index of weights. {PUT}"
    return f"{folder}: a model's file is missing (got no {lacking[0]}). {PUT}" if lacking else ""


def _lacks(folder: Path, name: str) -> bool:
    return not (folder / name).is_file()


def _named(folder: Path) -> list[str]:
    """Return the names of the files that must hold the weights."""
    if (folder / WHOLE).is_file() or not (folder / INDEX).is_file():
        return [WHOLE]
    return sorted({*map(str, json.loads((folder / INDEX).read_bytes())["weight_map"].values())})


def content(folder: Path) -> str:
    """Return the checksum of what the model's numbers follow from; "" where no model can be.

    Of the small files all counts: configuration, vocabulary, templates. Of the weights their names,
    sizes and headers, and samples all over them: reading 16 GB would take minutes.

    Raises:
        WeightsError: A file can't be read.
    """
    if unfit(folder):
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
    """Give the header, which names every tensor, and pieces from all over the rest."""
    size = file.stat().st_size
    with file.open("rb") as weights:
        length = min(int.from_bytes(weights.read(8), "little"), LARGEST_HEADER)
        yield weights.read(length)
        start, last = 8 + length, max(8 + length, size - SAMPLE)
        for number in range(SAMPLES):
            weights.seek(start + (last - start) * number // (SAMPLES - 1))
            yield weights.read(SAMPLE)
