"""All that can be told of labels before anything is made of them: how many, by whom, in agreement or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from selector.labels import agreement
from selector.labels.agreement import LEVELS, Alpha, Level
from selector.labels.answers import PREFERENCES, Answers, Form, answers
from selector.labels.cells import quoted
from selector.labels.checks import FEW
from selector.labels.label import Label
from selector.labels.raters import Gate, Judged, judged, thin

LEAST = 3  # raters an item should have
SHOWN = 11  # answers that are told apart in a table
KAPPAS = 30  # pairs of raters that are listed, those with most in common

LEVEL: Mapping[Form, Level] = {  # at which answers of each form are compared
    "verdict": "nominal",
    "flag": "nominal",
    "comparison": "nominal",
    "rating": "ordinal",
}


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa of two raters; *weighted* counts near misses of ratings as smaller."""

    one: str
    other: str
    items: int
    plain: float
    weighted: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What was said of one aspect in one form.

    Attributes:
        aspect: Of what.
        form: How.
        judgements: How many; of a ranking, each pair in it.
        raters: How many.
        items: Candidates, or pairs of them.
        thin: Items with fewer than three raters.
        level: At which agreement is told.
        alphas: By level; of what is not a number only the nominal one.
        fleiss: Fleiss' kappa, where all items have equally many raters.
        kappas: Of pairs of raters, those with most items in common first.
        shares: How often each answer was given.
        confusion: By answer, what another rater answered to the same item, as shares.
    """

    aspect: str
    form: Form
    judgements: int
    raters: int
    items: int
    thin: int
    level: Level
    alphas: Mapping[Level, Alpha]
    fleiss: float | None
    kappas: tuple[Kappa, ...]
    shares: Mapping[str, float]
    confusion: tuple[tuple[float, ...], ...]

    @property
    def alpha(self) -> Alpha:
        """The one that counts."""
        return self.alphas[self.level]


@dataclass(frozen=True, slots=True)
class Overview:
    """All that is there.

    Attributes:
        labels: How many.
        requests: Of how many requests.
        raters: Each, with the checks that they fail.
        aspects: By aspect and form.
        cleaned: Likewise, without the raters who should be dropped; empty if there are none.
        notes: What to know of it, in sentences.
        left_out: What does not count.
    """

    labels: int
    requests: int
    raters: tuple[Judged, ...]
    aspects: tuple[Summary, ...]
    cleaned: tuple[Summary, ...] = ()
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def overview(
    labels: Sequence[Label],
    gate: Gate = Gate(),  # noqa: B008 - it is frozen
    *,
    notes: Sequence[str] = (),
    left_out: Sequence[str] = (),
) -> Overview:
    """Return what can be told of labels.

    Args:
        labels: All that are there.
        gate: Which raters count.
        notes: What is known of them already.
        left_out: Likewise, of those that do not count.
    """
    aspects, raters = summaries(labels), judged(labels, gate)
    dropped = {one.name for one in raters if one.dropped}
    kept = [one for one in labels if one.rater not in dropped]
    return Overview(
        labels=len(labels),
        requests=len({one.request for one in labels}),
        raters=raters,
        aspects=aspects,
        cleaned=summaries(kept) if dropped else (),
        notes=(*notes, *warnings(aspects)),
        left_out=tuple(left_out),
    )


def summaries(labels: Sequence[Label]) -> tuple[Summary, ...]:
    """Return what was said of each aspect in each form, and how far people agree."""
    return tuple(map(_summary, answers(labels)))


def warnings(aspects: Sequence[Summary]) -> Iterator[str]:
    """Give what should be mended before labels are relied upon."""
    for one in aspects:
        what = "pairs" if one.form == "comparison" else "candidates"
        name = quoted(one.aspect)
        if one.raters == 1:
            yield f"{name}: there is one rater only, so nothing shows whether others agree."
        elif one.thin:
            yield (
                f"{name}: {one.thin:,} of {one.items:,} {what} have fewer than {LEAST} raters; "
                "what a single person says is noise for a good part."
            )
        if len(one.shares) == 1:
            yield f"{name}: only one answer was ever given; nothing can be learned of it."


def _summary(given: Answers) -> Summary:
    ratings = tuple(given.items.values())
    level = LEVEL[given.form]
    levels = LEVELS if given.form == "rating" else (level,)
    shares, confusion = _spread(given)
    return Summary(
        aspect=given.aspect,
        form=given.form,
        judgements=sum(map(len, ratings)),
        raters=len({name for one in ratings for name in one}),
        items=len(ratings),
        thin=thin(given, LEAST),
        level=level,
        alphas={one: agreement.alpha(ratings, one) for one in levels},
        fleiss=agreement.fleiss(ratings),
        kappas=tuple(_kappas(given)),
        shares=shares,
        confusion=confusion,
    )


def _kappas(given: Answers) -> Iterator[Kappa]:
    both = agreement.between(tuple(given.items.values()), FEW)
    ordered = sorted(both.items(), key=lambda one: (-len(one[1][0]), one[0]))
    for (first, second), (mine, theirs) in ordered[:KAPPAS]:
        rated = given.form == "rating"
        yield Kappa(
            first,
            second,
            len(mine),
            agreement.cohen(mine, theirs),
            agreement.cohen(mine, theirs, "quadratic") if rated else None,
        )


def _spread(given: Answers) -> tuple[dict[str, float], tuple[tuple[float, ...], ...]]:
    """Return how often each answer was given, and what others said of the same items."""
    values = [value for one in given.items.values() for value in one.values()]
    answers_, counts = np.unique(values, return_counts=True)
    shares = {
        _word(given.form, one): float(n / len(values))
        for one, n in zip(answers_, counts, strict=True)
    }
    if len(answers_) > SHOWN:
        return {}, ()
    held = agreement.table(tuple(given.items.values()))
    if not len(held.counts) or given.form == "comparison":
        return shares, ()
    sizes = held.counts.sum(axis=1) - 1
    both = (held.counts / sizes[:, None]).T @ held.counts
    both -= np.diag((held.counts / sizes[:, None]).sum(axis=0))
    rows = both / np.maximum(both.sum(axis=1, keepdims=True), 1e-12)
    whole = len(held.answers) == len(answers_)
    return shares, tuple(tuple(map(float, row)) for row in rows) if whole else ()


def _word(form: Form, value: float) -> str:
    match form:
        case "verdict":
            return "good" if value else "not good"
        case "flag":
            return "there" if value else "not there"
        case "comparison":
            return PREFERENCES[value]
        case "rating":
            return f"{value:g}"
