"""How likely it is that people say what they said, given what candidates are worth to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.labels import grading
from selector.labels.terms import Choices, Grades, Pairs, Terms

Array = npt.NDArray[Any]

# Inverse variances of the priors. Raters share what is common to them, and each departs from it.
SIDE = 0.1  # of the appeal of the left side that all share: hardly any
OWN_SIDE = 4.0  # of each rater's departure: half a logit
CUTS = 0.01  # of the cut points that all share, about those that the frequencies alone give
OWN_CUTS = 2.0  # of each rater's departure: 0.7 logits up or down, steps wider or narrower
BETA = (8.0, 1.5)  # of reliability: most raters mean nearly all that they say


@dataclass(frozen=True, eq=False)
class Parts:
    """The parts of the vector that a likelihood is a function of: views, not copies.

    Attributes:
        worth: Of each candidate.
        side: How much the left side appeals to all, then how each rater departs from that.
        trust: By rater, the log-odds that an answer is meant.
        cuts: By scale, the first cut point, then the logarithms of the gaps to the next.
        own: By scale, how each rater departs from that; shape (raters, steps - 1).
    """

    worth: Array
    side: Array
    trust: Array
    cuts: tuple[Array, ...]
    own: tuple[Array, ...]

    @property
    def sides(self) -> Array:
        """How much the left side appeals to each rater."""
        appeal: Array = self.side[0] + self.side[1:]
        return appeal


@dataclass(frozen=True, eq=False)
class Answers:
    """What was said in one form, with how likely that is.

    Attributes:
        said: The answers.
        weight: 1 for each, 0.5 for half of a tie.
        meant: How probable it is that each was meant, and not drawn.
        logs: The logarithm of how probable each is, meant or drawn.
    """

    said: Pairs | Choices | Grades
    weight: Array
    meant: Array
    logs: Array


@dataclass(frozen=True, eq=False)
class Likelihood:
    """A posterior over the worth of candidates and the habits of raters.

    Attributes:
        terms: What was said.
        lam: Inverse variance of worth.
        position: Whether the left side may appeal by itself.
        held: By rater, a reliability that is known; nan where it is to be found.
    """

    terms: Terms
    lam: float
    position: bool
    held: Array

    def start(self) -> Array:
        """Return where to begin: all candidates alike, cut points as the frequencies say."""
        raters = len(self.terms.raters)
        parts = [np.zeros(len(self.terms.candidates) + 1 + raters)]
        parts.append(np.full(raters, np.log(BETA[0] / BETA[1])))
        for grades in self.terms.grades:
            parts += [grading.usual(grades), np.zeros(raters * (grades.steps - 1))]
        return np.concatenate(parts)

    def units(self) -> Array:
        """Return for each number of the vector how far it may move for a like change of the value.

        A cut point is held by thousands of answers and a candidate by five: unless each moves in
        steps of its own, finding the best vector takes five times as long.
        """
        said = self.terms
        count, raters = len(said.candidates), len(said.raters)
        sharp = self.lam + 0.25 * np.bincount(said.pairs.won, minlength=count)
        sharp += 0.25 * np.bincount(said.pairs.lost, minlength=count)
        sharp += 0.2 * np.bincount(said.choices.members, minlength=count)
        sides = OWN_SIDE + 0.25 * np.bincount(said.pairs.rater, minlength=raters)
        parts: list[Array] = [sharp, sides.sum(keepdims=True), sides, 1 + 0.05 * said.counts]
        for grades in said.grades:
            sharp += 0.35 * np.bincount(grades.item, minlength=count)
            given = np.bincount(grades.rater, minlength=raters) / grades.steps
            parts.append(np.full(grades.steps - 1, CUTS + given.sum()))
            parts.append(np.repeat(OWN_CUTS + given, grades.steps - 1))
        units: Array = 1 / np.sqrt(np.concatenate(parts))
        return units

    def parts(self, at: Array) -> Parts:
        """Return the parts of a vector."""
        count, raters = len(self.terms.candidates), len(self.terms.raters)
        begin = count + 1 + raters
        cuts: list[Array] = []
        own: list[Array] = []
        end = begin + raters
        for grades in self.terms.grades:
            many = grades.steps - 1
            cuts.append(at[end : end + many])
            own.append(at[end + many : end + many * (1 + raters)].reshape(raters, many))
            end += many * (1 + raters)
        return Parts(
            at[:count], at[count:begin], at[begin : begin + raters], tuple(cuts), tuple(own)
        )

    def value(self, at: Array) -> tuple[float, Array]:
        """Return the negative logarithm of the posterior, and its gradient.

        The gradient is that of the meant answers alone, weighed by how probably they were meant.
        """
        slope = np.zeros_like(at)
        known, slopes = self.parts(at), self.parts(slope)  # what is added to these is in *slope*
        total = self._prior(known, slopes)
        eta = self.reliability(known)
        for place, one in enumerate(self.answers(known)):
            total -= float((one.weight * one.logs).sum())
            _push(one, known, slopes, place - 2)
            more = one.weight * (one.meant - eta[one.said.rater])
            slopes.trust[:] -= np.bincount(one.said.rater, more, len(eta))
        slopes.trust[~np.isnan(self.held)] = 0
        if not self.position:
            slopes.side[:] = 0
        return total, slope

    def reliability(self, known: Parts) -> Array:
        """Return the share of each rater's answers that are meant."""
        from scipy import special

        return np.where(np.isnan(self.held), special.expit(known.trust), self.held)

    def answers(self, known: Parts) -> Iterator[Answers]:
        """Give pairs, choices, and the grades of each scale, with how likely they are."""
        eta = self.reliability(known)
        for said, weight, among, logs in self._told(known):
            with np.errstate(divide="ignore"):  # a rater may be known to mean all, or nothing
                meant = np.log(eta)[said.rater] + logs
                drawn = np.log1p(-eta)[said.rater] - np.log(among)
            both = np.logaddexp(meant, drawn)
            yield Answers(said, weight, np.exp(meant - both), both)

    def _told(
        self, known: Parts
    ) -> Iterator[tuple[Pairs | Choices | Grades, Array, Array | float, Array]]:
        """Give each form of answer: its weights, out of how many, the logarithm if it is meant."""
        pairs, choices = self.terms.pairs, self.terms.choices
        yield pairs, pairs.weight, 2.0, -np.logaddexp(0, -margins(pairs, known))
        yield choices, np.ones(len(choices.sizes)), choices.sizes, chosen(choices, known)[0]
        for place, grades in enumerate(self.terms.grades):
            low, high = grading.ends(grades, known.worth, known.cuts[place], known.own[place])
            yield grades, np.ones(len(low)), float(grades.steps), grading.between(low, high)

    def _prior(self, known: Parts, slopes: Parts) -> float:
        total = _ridge(known.worth, slopes.worth, self.lam)
        total += _ridge(known.side[:1], slopes.side[:1], SIDE)
        total += _ridge(known.side[1:], slopes.side[1:], OWN_SIDE)
        for place, grades in enumerate(self.terms.grades):
            away = known.cuts[place] - grading.usual(grades)
            total += _ridge(away, slopes.cuts[place], CUTS)
            total += _ridge(known.own[place], slopes.own[place], OWN_CUTS)
        trust, (good, bad) = known.trust, BETA
        free = np.isnan(self.held)
        each = (good - 1) * np.logaddexp(0, -trust) + (bad - 1) * np.logaddexp(0, trust)
        slopes.trust[:] += (good + bad - 2) * self.reliability(known) - (good - 1)
        return total + float(each[free].sum())


def margins(pairs: Pairs, known: Parts) -> Array:
    """Return by how much each winner is ahead, the appeal of its side included."""
    appeal = known.sides[pairs.rater] * pairs.side
    ahead: Array = known.worth[pairs.won] - known.worth[pairs.lost] + appeal
    return ahead


def chosen(choices: Choices, known: Parts) -> tuple[Array, Array]:
    """Return the logarithm of the probability of each choice, and that of each member."""
    if not len(choices.starts):
        return np.zeros(0), np.zeros(0)
    worth = known.worth[choices.members]
    total = np.logaddexp.reduceat(worth, choices.starts)
    return worth[choices.starts] - total, np.exp(worth - np.repeat(total, choices.sizes))


def _ridge(values: Array, slope: Array, strength: float) -> float:
    slope += strength * values
    return 0.5 * strength * float((values * values).sum())


def _push(one: Answers, known: Parts, slopes: Parts, scale: int) -> None:
    """Take from the gradient what meant answers add to the logarithm of the likelihood."""
    weights = one.weight * one.meant
    match one.said:
        case Pairs():
            _push_pairs(one.said, known, slopes, weights)
        case Choices():
            _push_choices(one.said, known, slopes, weights)
        case Grades():
            parts = (known.worth, known.cuts[scale], known.own[scale])
            worth, cuts = grading.slopes(one.said, parts, weights)
            slopes.worth[:] -= worth
            slopes.cuts[scale][:] -= cuts.sum(axis=0)
            slopes.own[scale][:] -= cuts


def _push_pairs(pairs: Pairs, known: Parts, slopes: Parts, weights: Array) -> None:
    from scipy import special

    pull = weights * special.expit(-margins(pairs, known))
    count = len(known.worth)
    slopes.worth[:] -= np.bincount(pairs.won, pull, count) - np.bincount(pairs.lost, pull, count)
    own = np.bincount(pairs.rater, pull * pairs.side, len(known.trust))
    slopes.side[0] -= own.sum()
    slopes.side[1:] -= own


def _push_choices(choices: Choices, known: Parts, slopes: Parts, weights: Array) -> None:
    count = len(known.worth)
    pull = chosen(choices, known)[1] * np.repeat(weights, choices.sizes)
    slopes.worth[:] += np.bincount(choices.members, pull, count)
    slopes.worth[:] -= np.bincount(choices.members[choices.starts], weights, count)
