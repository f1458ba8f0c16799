"""A file of somebody's own that a measure loads: named by its path, held to its content."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from selector.backbones.model_file import checksum, located, to_paste, unfit, verified

# What tells how a checkpoint is made up and how it reads, where it lies beside one.
BESIDE = (
    "config.json",
    "open_clip_config.json",
    "vision_config.json",
    "med_config.json",
    "vocab.txt",
    "bert_tokenizer/vocab.txt",
)


class OwnFile(BaseModel):
    """A model file of the user's own: `{path: models/ours.safetensors, sha256: …}`.

    Its checksum is part of the fingerprint of whatever loads it, and so is that of a configuration
    or a vocabulary beside it: numbers of other files are never taken for its numbers. Where it lies
    is not.

    Attributes:
        path: Where it lies; relative to the current folder, ~ is home.
        sha256: Of its content, 64 hex digits. Left out, the error tells it, to be pasted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[str, Field(min_length=1)]
    sha256: str = Field("", validate_default=True)

    @field_validator("sha256")
    @classmethod
    def _pinned(cls, given: str, info: ValidationInfo) -> str:
        if not re.fullmatch("[0-9a-f]{64}", given):
            raise ValueError(to_paste(info.data.get("path")))
        return given

    @property
    def identity(self) -> dict[str, str]:
        """What its numbers follow from: the checksum, and those of the small files beside it."""
        found = {"sha256": self.sha256}
        for name in BESIDE:
            path = self.location.parent / name
            if not unfit(path):
                found[name] = checksum(path)
        return found

    @property
    def location(self) -> Path:
        """The whole path; nothing need lie there."""
        return located(self.path)

    @property
    def pair(self) -> tuple[str, str]:
        """Its path and its checksum, for the rooms below, which know no such files."""
        return str(self.location), self.sha256

    def missing(self) -> str:
        """Return why no model can lie there, and what to do; "" if one can."""
        return unfit(self.location)

    def verified(self) -> Path:
        """Return the whole path of the file, whose content is what was said.

        Raises:
            WeightsError: It can't be read, or holds something else.
        """
        return verified(*self.pair)
