"""Where in the cache folder a model's file lies, and what of it has come so far."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from selector.weights.entry import Entry, File, Source

PARTIAL = ".partial"  # the folder of what has not come whole


@dataclass(frozen=True, slots=True)
class Place:
    """The place of one file of a model.

    Attributes:
        folder: The cache folder.
        entry: The model.
        file: Which file of it.
    """

    folder: Path
    entry: Entry
    file: File

    @property
    def name(self) -> str:
        """Its path in the cache folder: alone, or in the folder of its model beside others."""
        alone = len(self.entry.files) == 1
        return self.file.name if alone else f"{self.entry.name}/{self.file.name}"

    @property
    def path(self) -> Path:
        """Where the file lies, whole and right, or nothing does."""
        return self.folder / self.name

    @property
    def guard(self) -> Path:
        """What is locked by who brings the file."""
        return self._beside("guard")

    def part(self, source: Source) -> Path:
        """Return where that lies which has come from *source*, to be gone on with."""
        return self._beside(f"{hashlib.sha256(repr(source).encode()).hexdigest()[:8]}.part")

    def _beside(self, kind: str) -> Path:
        return self.folder / PARTIAL / f"{self.name.replace('/', '.')}.{kind}"


def places(folder: Path, entry: Entry) -> list[Place]:
    """Return the places of all files of a model."""
    return [Place(folder, entry, file) for file in entry.files]
