"""Weights of somebody's own: one file, and the small files beside it that tell how to read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from selector.backbones.model_file import checksum, located, unfit, verified
from selector.errors import WeightsError

# What tells how a checkpoint is made up and how it reads, where it lies beside one.
BESIDE = (
    "config.json",
    "open_clip_config.json",
    "vision_config.json",
    "med_config.json",
    "vocab.txt",
    "bert_tokenizer/vocab.txt",
    "tokenizer.json",
)


@dataclass(frozen=True, slots=True)
class OwnWeights:
    """Which weights, by all that their numbers follow from: equal ones share what they load.

    Attributes:
        path: The whole path of the file.
        sha256: Of its content.
        beside: The name and the sha256 of each file beside it that tells how to read it.
    """

    path: str
    sha256: str
    beside: tuple[tuple[str, str], ...] = ()

    @property
    def location(self) -> Path:
        """The whole path; nothing need lie there."""
        return Path(self.path)

    def verified(self) -> Path:
        """Return the whole path of the file, beside which all is as it was.

        Raises:
            WeightsError: It can't be read, or holds something else, or a file beside it does.
        """
        path = verified(self.path, self.sha256)
        if changed := {*_beside(path)} ^ {*self.beside}:
            raise WeightsError(
                f"{path.parent / min(changed)[0]}: it tells how to read {path.name}, and changed "
                "since that was looked at (got another checksum). Put it back, or start again."
            )
        return path


def found(named: str, sha256: str) -> OwnWeights:
    """Return the weights that are *named*, with what lies beside them now.

    Raises:
        WeightsError: What lies beside them can't be read.
    """
    path = located(named)
    return OwnWeights(str(path), sha256, _beside(path))


def _beside(path: Path) -> tuple[tuple[str, str], ...]:
    there = {name: path.parent / name for name in BESIDE}
    return tuple((name, checksum(each)) for name, each in there.items() if not unfit(each))
