"""A file of somebody's own that a measure loads: named by its path, held to its content."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from selector.backbones import own_weights
from selector.backbones.model_file import located, to_paste, unfit, verified
from selector.backbones.own_weights import OwnWeights


class OwnFile(BaseModel):
    """A model file of the user's own: `{path: models/ours.safetensors, sha256: …}`.

    Its checksum is part of the fingerprint of whatever loads it: numbers of another file are never
    taken for its numbers. Where it lies is not.

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
        """What its numbers follow from: the checksum."""
        return {"sha256": self.sha256}

    @property
    def location(self) -> Path:
        """The whole path; nothing need lie there."""
        return located(self.path)

    def missing(self) -> str:
        """Return why no model can lie there, and what to do; "" if one can."""
        return unfit(self.location)

    def verified(self) -> Path:
        """Return the whole path of the file, whose content is what was said.

        Raises:
            WeightsError: It can't be read, or holds something else.
        """
        return verified(self.path, self.sha256)


class Checkpoint(OwnFile):
    """A whole model of the user's own: a file, and beside it what tells how to read it.

    A configuration or a vocabulary that comes, goes or changes makes another fingerprint; one that
    does so after it was looked at is an error when the model is loaded.
    """

    @property
    def identity(self) -> dict[str, str]:
        """What its numbers follow from: the checksum, and those of the small files beside it."""
        return super().identity | dict(self.weights.beside)

    @cached_property
    def weights(self) -> OwnWeights:
        """The file, and what lay beside it when that was first asked."""
        return own_weights.found(self.path, self.sha256)
