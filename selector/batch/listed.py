"""Requests as an input lists them: names and places, never pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from selector.foreign import without_password


@dataclass(frozen=True, slots=True)
class Picture:
    """Where the bytes of one image lie.

    Attributes:
        path: A file's path, or the address of one that fsspec can open ("s3://bucket/a.png"). Of
            an image inside another file, that file: a tar, an Arrow file.
        member: What the image is called in there: a member of a tar, a column of an Arrow file.
        offset: Where its bytes begin in a tar.
        size: How many they are in a tar.
        row: Its row in an Arrow file, from 0.
        at: Its place in that cell, where the column holds lists, from 0.
    """

    path: str
    member: str = ""
    offset: int | None = None
    size: int | None = None
    row: int | None = None
    at: int | None = None

    def __str__(self) -> str:
        """Return it in words: an address without its password."""
        return without_password(self._where())

    def _where(self) -> str:
        if self.row is not None:
            place = "" if self.at is None else f"/{self.at}"
            return f"{self.path}#{self.row}/{self.member}{place}"
        return f"tar://{self.member}::{self.path}" if self.member else self.path


@dataclass(frozen=True, slots=True)
class ListedCandidate:
    """One candidate of a request.

    Attributes:
        id: Unique in its request.
        picture: Where it lies.
        columns: Whatever else the input says of it, by the name of its column.
    """

    id: str
    picture: Picture
    columns: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listed:
    """One request: a prompt or an instruction, and its candidates.

    Attributes:
        id: Unique in the run.
        prompt: What the images were made for; of an edit, the instruction.
        candidates: In the order of the input; at least one.
        is_edit: Whether the prompt is an instruction to change *source*.
        source: The picture before the edit, if there is one.
        expect: What is expected of this request, by name.
        where: Where the input lists it, for messages: "requests.jsonl:12".
    """

    id: str
    prompt: str
    candidates: tuple[ListedCandidate, ...]
    is_edit: bool = False
    source: Picture | None = None
    expect: Mapping[str, float] = field(default_factory=dict)
    where: str = ""
