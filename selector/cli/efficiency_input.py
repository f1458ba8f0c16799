"""What `selector efficiency` is asked about: labelled candidates of a table or of the journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from selector.errors import RequestError
from selector.foreign import isolated

if TYPE_CHECKING:
    from selector.calibration.assessment import Asked
    from selector.calibration.sample import Sample
    from selector.labels import Label
    from selector.planning import Planned
    from selector.policy.plan import Plan

THREE_QUARTERS = 0.75  # of a rating's scale: 4 of 1 to 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for, as it was given."""

    policy: str | None
    scores: str | None
    labels: tuple[str, ...]
    journal: str | None
    measures: tuple[str, ...]
    lower: tuple[str, ...]
    columns: tuple[str, ...]
    aspect: str | None
    good_from: float | None
    prices: tuple[float, float] | None


def read(wanted: Wanted) -> tuple[Sample, Asked]:
    """Return the labelled candidates, and what is asked of them.

    Raises:
        RequestError: Neither a table nor a policy is named, or an option is no such thing.
        CalibrationError: The table or the labels can't be used.
        PolicyError: The policy can't be planned.
        JournalError: The journal can't be read.
    """
    if wanted.scores is None and wanted.policy is None:
        raise RequestError(
            "efficiency: of what? Give --scores TABLE, or a policy that the journal has requests of."
        )
    return _of_table(wanted, wanted.scores) if wanted.scores else _of_journal(wanted)


def _of_table(wanted: Wanted, scores: str) -> tuple[Sample, Asked]:
    from selector import labels
    from selector.calibration import chosen, table
    from selector.cli.labels_columns import columns as columns_of

    columns = columns_of(wanted.columns)
    said = labels.read_all(wanted.labels or (scores,), columns)
    if not wanted.labels:  # the columns that labels are read from are no scores
        columns = columns.found(labels.sources.opened(Path(scores)).header, scores)
    aspect = _aspect(wanted, said.labels)
    made = table.sample(
        scores, said.labels, aspect=aspect, outputs=wanted.measures or None, columns=columns
    )
    made = replace(made, left_out=(*said.left_out, *said.notes, *made.left_out))
    planned = _planned(wanted.policy)
    lower = _named(made, wanted.lower)
    if planned is None:
        return made, _asked(wanted, said.labels, aspect, lower)
    lower |= chosen.lower_is_better(planned.plan)
    asked = _asked(wanted, said.labels, aspect, lower)
    own = (planned.plan.policy, chosen.by_table(planned.plan, made))
    made = replace(made, left_out=(*made.left_out, *_fitted(planned)))
    return made, replace(asked, policy=own, costs=planned.policy.costs)


def _of_journal(wanted: Wanted) -> tuple[Sample, Asked]:
    from selector.calibration import chosen
    from selector.calibration.gather import GOOD_FROM, of_journal
    from selector.cli.labels_columns import columns as columns_of
    from selector.cli.replay import address
    from selector.cli.said import said
    from selector.journal import Journal
    from selector.planning import planned

    made = planned(str(wanted.policy))
    with Journal(address(wanted.journal)) as book:
        labels, notes = said(wanted.labels, columns_of(wanted.columns), book)
        aspect = _aspect(wanted, labels)
        asked = _asked(wanted, labels, aspect, chosen.lower_is_better(made.plan))
        # What a calibrated file says was not there when these requests were decided.
        bare = planned(str(wanted.policy), calibration=None).plan
        found = of_journal(
            book, bare, labels, aspect=aspect, good_from=asked.good_from or GOOD_FROM
        )
    sample = _only(found.sample, wanted, made.plan)
    outcomes = {one.id: one.outcomes for one in found.known}
    own = (made.plan.policy, chosen.by_outcomes(made.plan, sample, outcomes))
    told = (*notes, *sample.left_out, *found.told, *_fitted(made))
    return replace(sample, left_out=told), replace(asked, policy=own, costs=made.policy.costs)


def _only(sample: Sample, wanted: Wanted, plan: Plan) -> Sample:
    """Return a sample with the outputs that are asked about: by default those with a better end."""
    judging = {
        f"{name}.{output}"
        for name, one in plan.instances.items()
        for output, about in one.outputs.items()
        if about.higher_is_better is not None
    }
    kept = {
        name: column
        for name, column in sample.scores.items()
        if (_is_any(name, wanted.measures) if wanted.measures else name in judging)
    }
    if not kept:
        raise RequestError(
            f"--measures: no output by this name (got {', '.join(wanted.measures)}). "
            f"There are {', '.join(sample.scores)}."
        )
    return replace(sample, scores=kept)


def _is_any(name: str, patterns: Sequence[str]) -> bool:
    return any(name == one or fnmatchcase(name, one) for one in patterns)


def _fitted(planned: Planned) -> Iterator[str]:
    """Give a word of warning where the policy's numbers may come from the labels that judge it."""
    if planned.calibration is not None:
        yield (
            "The policy goes by a calibrated file. Where that was made of these very labels, the "
            "policy looks better than it is: judge it by labels of other requests."
        )


def _planned(policy: str | None) -> Planned | None:
    if policy is None:
        return None
    from selector.planning import planned

    return planned(policy)


def _asked(wanted: Wanted, said: Sequence[Label], aspect: str, lower: frozenset[str]) -> Asked:
    from selector.calibration.assessment import Asked

    good_from = wanted.good_from
    return Asked(
        good_from=_good_from(said, aspect) if good_from is None else good_from,
        lower=lower,
        prices=wanted.prices,
    )


def _good_from(said: Sequence[Label], aspect: str) -> float | None:
    """Return from where on a candidate is good, by what its labels are.

    Most verdicts; three quarters of a rating's scale. Comparisons don't say what is good.
    """
    from selector.labels import Pair, Ranking, Rating

    of_aspect = [one.said for one in said if one.aspect == aspect]
    if any(isinstance(one, Pair | Ranking) for one in of_aspect):
        return None
    first = next(iter(of_aspect), None)
    if isinstance(first, Rating):
        return first.low + THREE_QUARTERS * (first.high - first.low)
    return 0.5


def _aspect(wanted: Wanted, said: Sequence[Label]) -> str:
    """Return of what labels are that are asked about: the one that there is, else the verdict."""
    from selector.labels import Flag
    from selector.labels.label import VERDICT

    aspects = sorted({one.aspect for one in said if not isinstance(one.said, Flag)})
    if wanted.aspect is not None:
        return wanted.aspect
    if len(aspects) == 1 or VERDICT in aspects:
        return aspects[0] if len(aspects) == 1 else VERDICT
    listed = ", ".join(map(isolated, aspects))
    raise RequestError(f"--aspect: labels are of several things (got {listed}). Name one.")


def _named(sample: Sample, patterns: Sequence[str]) -> frozenset[str]:
    for pattern in patterns:
        if not any(_is_any(name, [pattern]) for name in sample.scores):
            raise RequestError(f"--lower: no such column of scores (got {pattern!r}). Check it.")
    return frozenset(name for name in sample.scores if _is_any(name, patterns))
