"""Recorded requests with what people said of them: those that may calibrate, and why others may not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from selector.calibration.deciders import Deciders, deciders
from selector.calibration.said import Judged, check, judged
from selector.calibration.sample import Array, Sample
from selector.calibration.unused import Unused
from selector.decision.contest import Contest
from selector.errors import CalibrationError
from selector.journal import Journal
from selector.journal.light import Damaged, Recorded
from selector.journal.matched import matched
from selector.journal.recorded import Value, Which, recorded
from selector.labels import Label
from selector.labels.label import VERDICT
from selector.policy.order import order
from selector.policy.plan import Plan
from selector.policy.policy import Policy
from selector.types import Failure, Outcomes, Score, agreed

GOOD_FROM = 4.0  # of five steps


@dataclass(frozen=True)
class Known:
    """A recorded request of which all is known.

    Attributes:
        id: Its name.
        outcomes: Its candidates and what was measured of them, under the plan's names.
        standing: Who of them can be read, is no copy and was not refused.
        generator: What made all its candidates, if they say so; likewise *segment*.
        prompt: What was asked for.
    """

    id: str
    outcomes: Outcomes
    standing: tuple[str, ...]
    generator: str | None
    segment: str | None
    prompt: str = ""

    @property
    def images(self) -> str:
        """What it is of: two requests of the very same images tell no more than one."""
        hashes = [one.content_hash for one in self.outcomes.candidates]
        return " ".join(sorted(map(str, hashes))) if all(hashes) else self.id


@dataclass(frozen=True)
class Gathered:
    """What calibration works on.

    Attributes:
        plan: The policy as it is without a calibration.
        known: The requests of which all is known, by id.
        judged: What people said of their candidates.
        told: What was left out, and what else to know, in sentences with counts.
    """

    plan: Plan
    known: tuple[Known, ...]
    judged: Judged
    told: tuple[str, ...] = field(default=(), compare=False)

    @cached_property
    def sample(self) -> Sample:
        """The candidates of requests of which anybody judged anything, as arrays."""
        asked = {request for request, _ in self.judged.worth}
        return sample([one for one in self.known if one.id in asked], self.judged)


def of_journal(
    journal: Journal,
    plan: Plan,
    labels: Sequence[Label],
    *,
    aspect: str = VERDICT,
    good_from: float = GOOD_FROM,
) -> Gathered:
    """Return the requests that may calibrate a policy, with what people said of them.

    These were decided by the policy as it ranks and refuses now, with the same measures, and all
    was measured: by an exhaustive cascade, or by an audit. What laziness measures is a biased
    sample, even where nothing is missing.

    Args:
        journal: Where they are recorded.
        plan: Of the policy, planned without a calibration.
        labels: What people said.
        aspect: Of what.
        good_from: From which step on a rating says "good".

    Raises:
        CalibrationError: No label is of such a request; says why not.
        JournalError: There is no journal, or it can't be read.
    """
    check(labels, aspect)
    if plan.written is None:
        raise CalibrationError(f"{plan.policy}: a plan without its policy. Plan a policy.")
    by = deciders(journal, Policy.load(plan.written.text.encode()), plan)
    reading = _Reading(journal, plan, by)
    known = tuple(sorted(reading.known(), key=lambda one: one.id))
    there = {(one.id, each.id) for one in known for each in one.outcomes.candidates}
    usable = [one for one in labels if all((one.request, name) in there for name in one.candidates)]
    told = [*Unused(journal, by, there).told(labels), *reading.told()]
    if not any(one.aspect == aspect for one in usable):
        none = "no label is of a request that can calibrate. Why they can't:"
        raise CalibrationError("\n".join([f"{plan.policy}: {none}", *told]))
    said = judged(usable, aspect, good_from)
    without = len(known) - len({request for request, _ in said.keys})
    if without:
        told.append(f"{without} {'request has' if without == 1 else 'requests have'} no labels")
    asked = {request for request, _ in said.seen}
    told += _alike([one for one in known if one.id in asked])
    return Gathered(plan, known, said, (*told, *said.told))


def _alike(asked: Sequence[Known]) -> Iterator[str]:
    """Tell if judged requests are of few prompts, or of the same images."""
    prompts = len({one.prompt for one in asked})
    if asked and prompts < len(asked):
        yield (
            f"{len(asked)} judged requests are of {prompts} prompt{'s' * (prompts > 1)}: each counts as if it were of "
            "its own, so what is promised holds where requests to come are of the same prompts"
        )
    images = len({one.images for one in asked})
    if images < len(asked):
        yield f"{len(asked) - images} judged requests have the images of another; they count once"


def sample(known: Sequence[Known], said: Judged) -> Sample:
    """Return the standing candidates of requests as arrays, those of one request together."""
    rows = [(one, name) for one in known for name in one.standing]
    keys = [(one.id, name) for one, name in rows]
    outputs = sorted({key for one, name in rows for key in one.outcomes.table.get(name, {})})
    return Sample(
        requests=tuple(request for request, _ in keys),
        candidates=tuple(name for _, name in keys),
        scores={key: _scores(rows, key) for key in outputs},
        worth=np.array([said.worth.get(key, np.nan) for key in keys], dtype=float),
        ratings=tuple(said.votes.get(key, {}) for key in keys),
        generators=tuple(one.generator or "" for one, _ in rows),
        segments=tuple(one.segment or "" for one, _ in rows),
    )


def _scores(rows: Sequence[tuple[Known, str]], key: str) -> Array:
    found = (one.outcomes.of(name, key) for one, name in rows)
    return np.array([each.value if isinstance(each, Score) else np.nan for each in found])


class _Reading:
    """Goes through the requests that count, once."""

    def __init__(self, journal: Journal, plan: Plan, by: Deciders) -> None:
        self._journal, self._plan, self._by = journal, plan, by
        self._stages = order(plan)
        self._keys: dict[tuple[str, str], list[str]] = {}
        for name, one in plan.instances.items():
            for output in one.outputs:
                self._keys.setdefault((one.fingerprint, output), []).append(f"{name}.{output}")
        self._missing: Counter[str] = Counter()
        self._incomplete = self._damaged = 0

    def known(self) -> Iterator[Known]:
        """Give the requests of which all is known."""
        for one in self._recorded():
            if isinstance(one, Damaged):
                self._damaged += 1
            elif found := self._known(one):
                yield found
            else:
                self._incomplete += 1

    def told(self) -> Iterator[str]:
        """Tell of what was left out, or failed."""
        if self._incomplete:
            yield f"{self._incomplete} requests are left out: not all of them was measured in time"
        if self._damaged:
            yield f"{self._damaged} requests are left out: they can't be read"
        for key, count in sorted(self._missing.items()):
            yield f"{count} scores of {key} are missing: measuring failed"

    def _recorded(self) -> Iterator[Recorded | Damaged]:
        whole, lazy = self._by.of("whole"), self._by.of("lazy")
        if whole:
            yield from recorded(self._journal, Which(having={"plan_hash": whole}))
        if lazy:
            having: dict[str, tuple[Value, ...]] = {"plan_hash": lazy, "audited": (True,)}
            yield from recorded(self._journal, Which(having=having))

    def _known(self, one: Recorded) -> Known | None:
        table = matched(self._keys, one.found)
        outcomes = Outcomes(one.candidates, table, one.expect)
        contest = Contest(self._plan, outcomes, self._stages)
        standing = tuple(name for name, row in contest.rows.items() if not row.refusals)
        # Who was refused before a set was made is in none.
        waits = {name for row in contest.rows.values() for name in row.waits}
        if any(self._plan.instances[name].scope == "candidate" for name in waits):
            return None
        for name in standing:
            row = table.get(name, {})
            self._missing.update(key for key, each in row.items() if isinstance(each, Failure))
        generator, segment = (agreed(one.candidates, each) for each in ("generator", "segment"))
        return Known(one.id, outcomes, standing, generator, segment, one.prompt)
