"""How alike the candidates of one request look to each other."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import PIL.Image

from selector.images import Image
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, NotApplicable, Output, Scope, Score

BITS = 64


class NearDuplicates(Measure):
    """How far the picture is from the one of its set that looks most like it.

    Unit: `nearest`, bits in which the perceptual hashes differ, 0 to 64; higher is better, 0 looks
        the same, strangers differ by about 32.
    Needs: the thumbnail of every member of the set; no prompt.
    Evidence: `distances`, to every member of the set in ascending order of content hash; 0 to
        itself.
    Blind to: mirroring, rotation and crops by more than a few percent, which look far; small
        details (a text, a face), which don't count; pictures with nothing in them, whose hash is
        chance.
    Model: none.
    Source: ImageHash's `phash`: signs of the 8 x 8 lowest frequencies of a cosine transform; after
        C. Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010.
    """

    kind: ClassVar[Kind] = "filter"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "set"

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The distance to the nearest other member."""
        nearest = Output(
            "bits of 64", 0, BITS, True, optional=True,
            words="distance to the candidate that looks most like it", usual=(19, 30), whole=True,
        )  # fmt: skip
        return {"nearest": nearest}

    @property
    def cost(self) -> Cost:
        """Measured at 1024²."""
        return Cost(seconds=0.0007)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return the distance of every member of one set to the nearest other."""
        if len(subjects) <= 1:
            return [{"nearest": NotApplicable("alone in its set")} for _ in subjects]
        distances = _distances([subject.image.view(_hash) for subject in subjects])
        hashes = [subject.image.content_hash for subject in subjects]
        order = sorted(range(len(subjects)), key=hashes.__getitem__)
        return [{"nearest": _score(row, own, order)} for own, row in enumerate(distances.tolist())]


def _hash(image: Image) -> npt.NDArray[Any]:
    """Return the perceptual hash, shape (8, 8), bool."""
    import imagehash

    return np.array(imagehash.phash(PIL.Image.fromarray(image.thumbnail)).hash)


def _distances(hashes: Sequence[npt.NDArray[Any]]) -> npt.NDArray[np.int64]:
    """Return the Hamming distances of all pairs, shape (N, N)."""
    signs = np.where(np.stack(hashes).reshape(len(hashes), BITS), 1, -1)
    return (BITS - signs @ signs.T) // 2


def _score(row: list[int], own: int, order: list[int]) -> Score:
    nearest = min(distance for other, distance in enumerate(row) if other != own)
    return Score(float(nearest), evidence={"distances": [row[other] for other in order]})
