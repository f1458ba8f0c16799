"""WebDataset shards: tar files whose members stand together by key, images beside what is said."""

from __future__ import annotations

import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from selector.batch.listed import Picture
from selector.batch.reading import files, jsonl
from selector.batch.reading.rows import Pictured, Row, Tell
from selector.errors import RequestError
from selector.foreign import named, visible
from selector.images.suffixes import SUFFIXES as IMAGES

SUFFIX = ".tar"
PACKED = (
    ".tar.gz",
    ".tgz",
    ".tar.bz2",
    ".tbz2",
    ".tar.xz",
    ".txz",
    ".tar.zst",
    ".tzst",
    ".tar.lz4",
)

TEXTS = {"txt": "prompt", "prompt.txt": "prompt", "instruction.txt": "instruction"}
_KEY = re.compile(r"((?:.*/|)[^./][^./]*)\.([^/]+)", re.DOTALL)  # as WebDataset parts a name


@dataclass(frozen=True, slots=True)
class _Sample:
    """What stands in a shard under one key."""

    key: str
    images: list[Pictured] = field(default_factory=list)
    sources: list[Picture] = field(default_factory=list)
    said: dict[str, bytes] = field(default_factory=dict)  # by ending


def rows(path: str, tell: Tell, warn: Tell, passed: Counter[str]) -> Iterator[Row]:
    """Give the samples of a shard; nothing of an image is read, and nothing is unpacked.

    Args:
        path: The shard.
        tell: Is told what is wrong.
        warn: Is told what a shard that is cut short has lost.
        passed: Counts by ending what is neither an image nor says anything of one.

    Raises:
        RequestError: It can't be read, or is no tar.
    """
    if path.lower().endswith(PACKED):
        raise RequestError(
            f"{files.called(path)}: a packed tar has to be read from its beginning for every image "
            "(got one). Unpack it to a plain .tar."
        )
    with files.opened(path) as file:
        yield from _Shard(file, path, tell, passed).rows(warn)


class _Shard:
    """One tar file, read from member to member."""

    def __init__(self, file: BinaryIO, path: str, tell: Tell, passed: Counter[str]) -> None:
        self._file = file
        self._path = files.absolute(path)
        self._shown = files.called(path)
        self._tell = tell
        self._passed = passed
        self._lost = ""  # in words, what is not there any more
        self._endings: frozenset[str] = frozenset()  # of what the first sample says

    def rows(self, warn: Tell) -> Iterator[Row]:
        """Give its samples; whose words were cut off, is left out: nobody knows what it is."""
        last: _Sample | None = None
        for sample in self._samples():
            if last is not None:
                self._endings = self._endings or frozenset(last.said)
                yield from self._row(last)
            last = sample
        if last is None or not self._lost:
            yield from [] if last is None else self._row(last)
        elif gone := sorted(self._endings - last.said.keys()):
            lacks = " and ".join(f".{one}" for one in gone)
            self._lost += f"; {named(last.key)} is left out, as its {lacks} is lost"
        elif last.images:
            yield from self._row(last)
        if self._lost:
            warn(f"{self._shown}: it is damaged or cut short ({self._lost}). Fetch it again.")

    def _samples(self) -> Iterator[_Sample]:
        sample: _Sample | None = None
        for member in self._members():
            if member.isdir():
                continue
            parted = _KEY.fullmatch(member.name)
            if parted is None:
                self._pass_over(member.name)
                continue
            if sample is None or sample.key != parted[1]:
                if sample is not None:
                    yield sample
                sample = _Sample(parted[1])
            self._take(sample, member, parted[2])
        if sample is not None:
            yield sample

    def _take(self, sample: _Sample, member: tarfile.TarInfo, ending: str) -> None:
        kind = ending.lower()
        suffix = f".{kind.rpartition('.')[2]}"
        if kind not in TEXTS and kind != "json" and suffix not in IMAGES:
            self._pass_over(member.name)
        elif not member.isreg() or member.issparse():
            self._tell(
                f"{self._where(member.name)}: no plain file (got a link, a device or holes). Write "
                "the shard with the files themselves."
            )
        elif suffix in IMAGES:
            picture = Picture(self._path, member.name, member.offset_data, member.size)
            if kind == f"source{suffix}":
                sample.sources.append(picture)
            else:
                sample.images.append(Pictured(picture, member.name.rpartition("/")[2]))
        elif (data := self._read(member)) is not None:
            sample.said[kind] = data

    def _read(self, member: tarfile.TarInfo) -> bytes | None:
        """Return what a small member holds; None if it was cut off."""
        with files.telling(self._path):
            self._file.seek(member.offset_data)
            data = self._file.read(min(member.size, files.LONGEST_TEXT + 1))
        return None if len(data) < min(member.size, files.LONGEST_TEXT + 1) else data

    def _members(self) -> Iterator[tarfile.TarInfo]:
        """Give the members in their order, as far as there are any; what is lost is kept in mind."""
        with files.telling(self._path):
            length = self._file.seek(0, 2)
            self._file.seek(0)
        archive = self._archive(length)
        while archive is not None:
            with files.telling(self._path):
                try:
                    member = archive.next()
                except tarfile.TarError as error:
                    self._lost = f"all behind byte {archive.offset:,}: {error}"
                    return
            if member is None:
                self._look_at_the_end(archive.offset)
                return
            yield member
            if member.offset_data + member.size > length:
                there = f"{max(0, length - member.offset_data):,} of {member.size:,} bytes"
                name = named(member.name)
                self._lost = f"of {name} {there} are there, of all behind it nothing"
                return
            archive.members.clear()  # type: ignore[attr-defined] # else it keeps all there are

    def _archive(self, length: int) -> tarfile.TarFile | None:
        with files.telling(self._path):
            try:
                return tarfile.open(fileobj=self._file, mode="r:")
            except tarfile.TarError as error:
                if length < tarfile.BLOCKSIZE:
                    self._lost = f"it has {length} bytes"
                    return None
                raise RequestError(
                    f"{self._shown}: no tar file (got {visible(str(error))}). Give another, or "
                    "fetch it again."
                ) from None

    def _look_at_the_end(self, offset: int) -> None:
        """Tell an archive that ends from one that stops: `tarfile` passes over the difference."""
        with files.telling(self._path):
            self._file.seek(offset)
            mark = self._file.read(tarfile.BLOCKSIZE)
        if mark != bytes(tarfile.BLOCKSIZE):
            self._lost = (
                f"from byte {offset:,} on there is neither a member nor the mark of its end"
            )

    def _row(self, sample: _Sample) -> Iterator[Row]:
        where = self._where(sample.key)
        problems: list[str] = []
        cells = _cells(sample, problems.append)
        if not sample.images:
            got = ", ".join(f".{one}" for one in sample.said) or "nothing that can be read"
            problems.append(f"no image is called so (got {got}). Add one, or take out the rest.")
        if len(sample.sources) > 1:
            problems.append(f"one .source is needed (got {len(sample.sources)}). Take some out.")
        for problem in problems:
            self._tell(f"{where}: {problem}")
        if problems:
            return
        whole = cells.get("request_id") is None
        images = sample.images
        if whole:
            cells["request_id"] = sample.key
        elif len(images) == 1:
            images = [Pictured(images[0].picture, images[0].name, sample.key)]
        yield Row(where, cells, images, next(iter(sample.sources), None), whole)

    def _pass_over(self, name: str) -> None:
        base = name.rpartition("/")[2]
        if not base.startswith("."):
            self._passed[_ending(base)] += 1

    def _where(self, name: str) -> str:
        return f"{self._shown}, {named(name)}"


def _cells(sample: _Sample, wrong: Tell) -> dict[str, Any]:
    """Return what is said of a sample: in its JSON, and in files of text."""
    cells: dict[str, Any] = {}
    texts: dict[str, str] = {}
    for ending, data in sample.said.items():
        try:
            text = files.decoded(data, f".{ending}").rstrip("\r\n")
        except RequestError as error:
            wrong(str(error))
            continue
        if ending == "json":
            found = jsonl.parsed(text.encode(), "one object")
            if isinstance(found, str):
                wrong(f".json: {found}")
            else:
                cells |= found
        else:
            texts[ending] = text
    for ending, text in texts.items():
        name = TEXTS[ending]
        if not text and cells.get(name):
            continue
        if cells.get(name) not in (None, "", text):
            wrong(f".{ending} and its .json: two texts that differ. Keep one of them.")
        elif not (name == "prompt" and text == cells.get("instruction")):
            cells[name] = text
    if not {"prompt", "instruction"} & cells.keys() and isinstance(cells.get("caption"), str):
        cells["prompt"] = cells["caption"]
    return cells


def _ending(name: str) -> str:
    dot = name.rfind(".")
    return name[dot:].lower() if dot > 0 else ""
