"""A file of somebody's own that a measure loads: named by its path, held to its content."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from selector.backbones.model_file import checksum, located, unfit
from selector.errors import WeightsError


class OwnFile(BaseModel):
    """A model file of the user's own: `{path: models/ours.safetensors, sha256: …}`.

    Its checksum is part of the fingerprint of whatever loads it, so that numbers of another file
    are never taken for its numbers; where it lies is not.

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
            raise ValueError(_told(info.data))
        return given

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
        if (found := checksum(self.location)) != self.sha256:
            raise WeightsError(
                f"{self.location}: another file than the policy says (got sha256 {found}, expected "
                f"{self.sha256}). Put the right one there, or write its checksum."
            )
        return self.location


def _told(given: dict[str, Any]) -> str:
    """Return in words the checksum of the file that was named, to be pasted."""
    if "path" not in given:  # it is no text, which is told beside
        return "expected the checksum of the file, 64 hex digits"
    try:
        return f"expected the checksum of the file: write sha256: {checksum(located(given['path']))}"
    except WeightsError as error:
        return f"expected the checksum of the file. {str(error).rstrip('.')}"
