"""Made-up worlds of labelled candidates whose truth is known."""

from dataclasses import dataclass

import numpy as np

from selector.calibration.sample import Sample


@dataclass(frozen=True)
class World:
    """What candidates are worth, and how measures and people see it; all in standard deviations.

    Attributes:
        requests: How many there are, with so many *candidates* each.
        rhos: How closely each measure follows the worth, within a request.
        raters: How many people judge each candidate.
        noise: How far a judgement is off.
        levels: How far requests differ as wholes, in measures and in worth.
    """

    requests: int = 200
    candidates: int = 8
    rhos: tuple[float, ...] = (0.6,)
    raters: int = 2
    noise: float = 0.5
    levels: float = 1.0

    def truth(self, rng):
        """Return the worths, shape (requests, candidates)."""
        level = rng.normal(0, self.levels, (self.requests, 1))
        return level + rng.normal(size=(self.requests, self.candidates))

    def measured(self, rng, truth):
        """Return what measures say, shape (measures, requests, candidates)."""
        own = truth - truth.mean(axis=1, keepdims=True)
        return np.array(
            [
                rho * own
                + np.sqrt(1 - rho**2) * rng.normal(size=truth.shape)
                + rng.normal(0, self.levels, (self.requests, 1))
                for rho in self.rhos
            ]
        )

    def judged(self, rng, truth):
        """Return what people say, shape (requests, candidates, raters)."""
        return truth[:, :, None] + rng.normal(0, self.noise, (*truth.shape, self.raters))


def sample(world: World, seed: int = 0) -> Sample:
    """Return a world as labelled candidates, the measures named m0, m1 and so on."""
    rng = np.random.default_rng(seed)
    truth = world.truth(rng)
    scores = world.measured(rng, truth)
    ratings = world.judged(rng, truth).reshape(-1, world.raters)
    names = [(f"r{at}", f"c{place}") for at, place in np.ndindex(truth.shape)]
    return Sample(
        requests=tuple(request for request, _ in names),
        candidates=tuple(candidate for _, candidate in names),
        scores={f"m{at}": one.ravel() for at, one in enumerate(scores)},
        worth=ratings.mean(axis=1),
        ratings=tuple(dict(zip("abcdefghij", row.tolist(), strict=False)) for row in ratings),
    )
