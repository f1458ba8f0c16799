"""People who judge made-up images: good ones, careless ones, and those who only press keys."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from selector.labels import Flag, Label, Pair, Ranking, Rating, Verdict

KINDS = {"good": 14, "careless": 4, "spam": 2}  # raters of each kind
SLOPE = {"good": 1.0, "careless": 0.5, "spam": 0.0}  # how far each heeds what an image is worth


@dataclass(frozen=True)
class World:
    """Images of which it is known what they are worth, and what people said of pairs of them.

    Attributes:
        worth: Shape (prompts, images).
        labels: Votes.
    """

    worth: np.ndarray
    labels: tuple[Label, ...]

    def spearman(self, worth: Mapping[tuple[str, str], float]) -> float:
        """Return the mean over prompts of the rank correlation with the truth."""
        from scipy.stats import spearmanr

        found = self._table(worth)
        return float(np.mean([spearmanr(*pair)[0] for pair in zip(found, self.worth, strict=True)]))

    def efficiency(self, worth: Mapping[tuple[str, str], float]) -> float:
        """Return what the image that is held best gains, as a share of what the best would."""
        picked = self.worth[np.arange(len(self.worth)), self._table(worth).argmax(axis=1)]
        mean, best = self.worth.mean(axis=1), self.worth.max(axis=1)
        return float((picked - mean).sum() / (best - mean).sum())

    def _table(self, worth: Mapping[tuple[str, str], float]) -> np.ndarray:
        prompts, images = self.worth.shape
        rows = [[worth.get((str(p), str(i)), 0.0) for i in range(images)] for p in range(prompts)]
        return np.array(rows)


def spam_world(
    seed: int, *, prompts: int = 50, images: int = 8, votes: int = 40, bias: float = 0.3
) -> World:
    """Return votes of which 70 % are by good raters, 20 % by careless ones, 10 % drawn by lot.

    Worth is normal with variance 2, as the model supposes. Whoever looks likes the left side: of
    two equals it wins the share 0.5 + *bias*. Which image is on which side is drawn.
    """
    side = logits(bias)
    random = np.random.default_rng(seed)
    worth = random.normal(0, np.sqrt(2), (prompts, images))
    kinds = [kind for kind, many in KINDS.items() for _ in range(many)]
    labels = []
    for prompt in range(prompts):
        for _ in range(votes):
            rater = int(random.integers(len(kinds)))
            left, right = random.choice(images, 2, replace=False)
            ahead = SLOPE[kinds[rater]] * (worth[prompt, left] - worth[prompt, right])
            pull = side * (kinds[rater] != "spam")
            prefers = "left" if random.random() < 1 / (1 + np.exp(-ahead - pull)) else "right"
            said = Pair(str(left), str(right), prefers)
            labels.append(Label(str(prompt), f"{kinds[rater]} {rater}", said, "quality"))
    return World(worth, tuple(labels))


def logits(bias: float) -> float:
    """Return by how much the left side appeals where of two equals it wins 0.5 + *bias*."""
    return math.log((0.5 + bias) / (0.5 - bias))


NAMES = st.text(min_size=1, max_size=6).filter(lambda name: name.strip() == name)
CELLS = st.sampled_from(["a", "b", "c", "<b>", "=1+1", "ü"])


@st.composite
def _pairs(draw: st.DrawFn) -> Pair:
    left, right = draw(st.permutations(["a", "b", "c", "<b>"]))[:2]
    prefers = draw(st.sampled_from(["left", "right", "tie", "both_bad"]))
    return Pair(left, right, prefers, shown=draw(st.booleans()))


SAID = st.one_of(
    st.builds(Verdict, CELLS, st.booleans()),
    st.builds(Rating, CELLS, st.floats(1, 5), st.just(1.0), st.just(5.0)),
    _pairs(),
    st.builds(Ranking, st.permutations(["a", "b", "c"]).map(tuple)),
    st.builds(Flag, CELLS, st.booleans()),
)
LABELS = st.builds(
    Label,
    request=NAMES,
    rater=NAMES,
    said=SAID,
    aspect=st.sampled_from(["verdict", "fidelity", "hands"]),
    created=st.sampled_from(["", "2026-01-01T09:00:00+00:00"]),
    seconds=st.none() | st.floats(0, 1000),
    gold=st.none() | SAID,
)
