"""One worth for each candidate out of all that people said, whatever form they said it in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.labels import grading
from selector.labels.label import Label
from selector.labels.likelihood import Likelihood, Parts, chosen, margins
from selector.labels.terms import Choices, Grades, Pairs, Terms, terms
from selector.labels.votes import Candidate

Array = npt.NDArray[Any]

LAM = 0.5  # inverse variance of worth: intervals of 0.3 to 0.7 cover as often as they say


@dataclass(frozen=True, slots=True)
class Rater:
    """What the model says of one rater.

    Attributes:
        reliability: The share of answers that are meant; the others might as well be drawn.
        side: How much the left side appeals by itself, in logits; 0 where sides are not known.
        labels: How many the rater gave.
    """

    reliability: float
    side: float
    labels: int


@dataclass(frozen=True, slots=True)
class Settings:
    """What the model considers.

    Attributes:
        lam: Inverse variance of worth inside a request.
        raters: Whether some raters may answer at random.
        position: Whether the left side may appeal by itself.
        reliability: Of raters of whom it is known, from attention checks for example.
    """

    lam: float = LAM
    raters: bool = True
    position: bool = True
    reliability: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Fitted:
    """What candidates are worth to people, in logits.

    Attributes:
        worth: By request and candidate. Candidates that were only compared are worth 0 on average
            of their request; verdicts and ratings make requests comparable.
        error: Standard errors, as the raters' habits are estimated.
        raters: By name.
        covariances: By request: its candidates, and how their errors go together.
    """

    worth: Mapping[Candidate, float]
    error: Mapping[Candidate, float]
    raters: Mapping[str, Rater]
    covariances: Mapping[str, tuple[tuple[str, ...], Array]]

    def difference(self, request: str, one: str, other: str) -> tuple[float, float]:
        """Return how much more *one* is worth than *other*, and the standard error of that.

        Raises:
            KeyError, ValueError: Nobody said anything of one of them.
        """
        names, covariance = self.covariances[request]
        first, second = names.index(one), names.index(other)
        spread = covariance[first, first] + covariance[second, second]
        error = float(np.sqrt(max(spread - 2 * covariance[first, second], 0.0)))
        return self.worth[request, one] - self.worth[request, other], error


def fit(
    labels: Iterable[Label],
    aspect: str | None,
    settings: Settings = Settings(),
) -> Fitted:
    """Return what each candidate is worth, with standard errors, and how good each rater is.

    P(i is preferred to j) is eta expit(worth i - worth j + side) + (1 - eta) / 2 for a rater who
    means the share eta of what they say; ties, and "both bad", are half wins. A ranking is a row
    of choices (Plackett and Luce), a rating or verdict a place between a rater's own cut points,
    which are drawn towards those that all share. Worth is normal a priori, so that a candidate
    that always wins stays finite.

    Args:
        labels: Of any kind; attention checks do not count.
        aspect: What they are to be of; None takes all aspects for one, faults left out.
        settings: What is considered.

    Raises:
        CalibrationError: Nobody said anything of it.

    Source: R. A. Bradley and M. E. Terry, "Rank Analysis of Incomplete Block Designs",
        Biometrika, 1952; X. Chen et al., "Pairwise Ranking Aggregation in a Crowdsourced
        Setting", WSDM 2013; N. Bugakova et al., "Aggregation of pairwise comparisons with
        reduction of biases", 2019.
    """
    said = terms(labels, aspect)
    likelihood = Likelihood(said, settings.lam, settings.position, _held(said, settings))
    known = likelihood.parts(_best(likelihood))
    covariances = dict(_covariances(likelihood, known))
    errors = np.concatenate([np.sqrt(np.diag(one)) for _, one in covariances.values()])
    trust, sides = likelihood.reliability(known).tolist(), known.sides.tolist()
    return Fitted(
        worth=dict(zip(said.candidates, known.worth.tolist(), strict=True)),
        error=dict(zip(said.candidates, errors.tolist(), strict=True)),
        raters={
            name: Rater(trust[place], sides[place], int(said.counts[place]))
            for place, name in enumerate(said.raters)
        },
        covariances=covariances,
    )


def _held(said: Terms, settings: Settings) -> Array:
    """Return the reliability of raters of whom it is known; nan for the others."""
    unknown = np.nan if settings.raters else 1.0
    return np.array([settings.reliability.get(name, unknown) for name in said.raters])


def _best(likelihood: Likelihood) -> Array:
    """Return the vector that is most likely.

    It ends where expectation and maximisation in turn would, in a tenth of the time.
    """
    from scipy import optimize

    start, units = likelihood.start(), likelihood.units()

    def value(moved: Array) -> tuple[float, Array]:
        found, slope = likelihood.value(start + units * moved)
        return found, units * slope

    limits = {"maxiter": 1000, "maxfun": 2000, "ftol": 1e-11, "gtol": 1e-5, "maxcor": 20}
    found = optimize.minimize(
        value, np.zeros_like(start), jac=True, method="L-BFGS-B", options=limits
    )
    return np.asarray(start + units * found.x)


def _covariances(
    likelihood: Likelihood, known: Parts
) -> Iterable[tuple[str, tuple[tuple[str, ...], Array]]]:
    """Give by request the inverse of how sharply its labels tell (Laplace), the prior included."""
    said = likelihood.terms
    blocks, sizes, first = _blocks(said)
    ends = np.cumsum(sizes * sizes)
    flat = np.zeros(int(ends[-1]))
    for one, other, what in _curved(likelihood, known):
        block = blocks[one]
        begins = ends[block] - sizes[block] ** 2
        place = begins + (one - first[block]) * sizes[block] + other - first[block]
        flat += np.bincount(place, what, len(flat))
    names = groupby(said.candidates, key=lambda one: one[0])
    for place, (request, group) in enumerate(names):
        size, end = int(sizes[place]), int(ends[place])
        block = flat[end - size * size : end].reshape(size, size)
        yield request, (tuple(name for _, name in group), np.linalg.inv(block))


def _curved(likelihood: Likelihood, known: Parts) -> Iterator[tuple[Array, Array, Array]]:
    """Give how sharply each answer tells, with the two candidates between which it tells."""
    from scipy import special

    every = np.arange(len(known.worth))
    yield every, every, np.full(len(every), likelihood.lam)
    for place, one in enumerate(likelihood.answers(known)):
        weights = one.weight * one.meant
        match one.said:
            case Pairs(won=won, lost=lost):
                wins = special.expit(margins(one.said, known))
                sharp = wins * (1 - wins) * weights
                yield from ((won, won, sharp), (lost, lost, sharp))
                yield from ((won, lost, -sharp), (lost, won, -sharp))
            case Choices():
                yield from _curved_choices(one.said, chosen(one.said, known)[1], weights)
            case Grades(item=item):
                parts = known.worth, known.cuts[place - 2], known.own[place - 2]
                low, high = grading.ends(one.said, *parts)
                yield item, item, grading.sharpness(low, high) * weights


def _curved_choices(
    choices: Choices, shares: Array, weights: Array
) -> Iterator[tuple[Array, Array, Array]]:
    """Give what choices tell: diag(p) - p p', over those that could be chosen."""
    yield choices.members, choices.members, shares * np.repeat(weights, choices.sizes)
    for size in np.unique(choices.sizes):
        rows = choices.starts[choices.sizes == size][:, None] + np.arange(size)
        share, member = shares[rows], choices.members[rows]
        both = share[:, :, None] * share[:, None, :] * weights[choices.sizes == size][:, None, None]
        one = np.broadcast_to(member[:, :, None], both.shape)
        yield one.ravel(), np.swapaxes(one, 1, 2).ravel(), -both.ravel()


def _blocks(said: Terms) -> tuple[Array, Array, Array]:
    """Return the request of each candidate, how many each request has, and where it begins."""
    places: dict[str, int] = {}
    blocks = np.array([places.setdefault(one, len(places)) for one, _ in said.candidates])
    sizes = np.bincount(blocks)
    return blocks, sizes, np.cumsum(sizes) - sizes
