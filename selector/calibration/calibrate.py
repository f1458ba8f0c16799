"""From a journal and labels to a calibrated file: everything that a policy asks labels for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from selector.calibration import checks
from selector.calibration import drafting as draft
from selector.calibration.accepting import Accepting, Requests, accepting
from selector.calibration.certify import Target
from selector.calibration.claim import claim_of
from selector.calibration.costs import ByCosts, by_costs, needs_curve
from selector.calibration.cuts import cuts_of
from selector.calibration.data_hash import data_hash
from selector.calibration.delivered import chance
from selector.calibration.gather import GOOD_FROM, Gathered, Known, of_journal
from selector.calibration.likely import factors_of, outputs_of, quality_curve
from selector.calibration.lines import Open, open_lines
from selector.calibration.resolve import Learning, scales_of, weights_of
from selector.decision.contest import Contest
from selector.errors import CalibrationError
from selector.journal import Journal
from selector.labels import Label
from selector.labels.label import VERDICT
from selector.planning import plan_of
from selector.policy.calibration import CUT, Calibration, CutOf, Data
from selector.policy.order import order
from selector.policy.plan import Ref
from selector.policy.policy import Policy

FITS = 1 / 3  # of the requests, where anything is fitted; what fits never certifies


@dataclass(frozen=True)
class Asked:
    """What a person asks of a calibration.

    Attributes:
        aspect: Of what labels are that say whether a candidate is good.
        good_from: From which step on a rating says so.
        by_segment: Whether segments with enough labels get lines of their own.
        faults: By fault that people looked for, the output that tells of it.
        date: When it is, YYYY-MM-DD.
        command: What asks.
    """

    date: str
    command: str = "selector calibrate"
    aspect: str = VERDICT
    good_from: float = GOOD_FROM
    by_segment: bool = False
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """What came of it.

    Attributes:
        policy: What was calibrated.
        calibration: What labels support; None if they support nothing that the policy asks for.
        cuts: The lines of it, those too that labels don't support.
        gathered: What it rests on.
        accepting: Its accept lines; None if it asks for none.
    """

    policy: Policy
    calibration: Calibration | None
    cuts: tuple[CutOf, ...]
    gathered: Gathered
    accepting: Accepting | None

    @property
    def whole(self) -> bool:
        """Whether labels support all that the policy asks for."""
        return self.calibration is not None and all(one.value is not None for one in self.cuts)


def calibrate(journal: Journal, labels: Sequence[Label], *, policy: Policy, asked: Asked) -> Made:
    """Return what labels support of all that a policy leaves to calibration.

    Args:
        journal: Where requests of the policy are recorded.
        labels: What people said of candidates of these.
        policy: What is calibrated.
        asked: What else is asked for.

    Raises:
        CalibrationError: The policy asks for nothing, or the labels can't be used; says why.
        JournalError: There is no journal, or it can't be read.
        PolicyError: The policy can't be planned.
    """
    checks.check(policy)
    plan = plan_of(policy, None)
    lines = open_lines(policy, plan)
    checks.check_target(policy, lines)
    gathered = of_journal(journal, plan, labels, aspect=asked.aspect, good_from=asked.good_from)
    checks.check_kinds(policy, lines, gathered)
    return _Calibrating(policy, lines, gathered, asked=asked).made()


class _Calibrating:
    """One step after the other, each with the rounded numbers of those before it."""

    def __init__(
        self,
        policy: Policy,
        lines: Sequence[Open],
        gathered: Gathered,
        *,
        asked: Asked,
    ) -> None:
        self._policy, self._lines, self._asked = policy, lines, asked
        self._faults, unknown = _faults(policy, gathered, asked)
        self._gathered = gathered = replace(gathered, told=(*gathered.told, *unknown))
        fits = bool(lines) and checks.fits_anything(policy, lines)
        known = gathered.known
        # By images: the same ones again under another id must not certify what they fitted.
        fitting = tuple(one for one in known if chance(("fits", one.images)) < FITS) if fits else ()
        chosen = {one.id for one in fitting}
        rest = _once([one for one in known if one.id not in chosen], gathered)
        if fits:
            checks.check_parts(policy, gathered.judged, fitting, rest)
        self._requests = Requests(known, fitting, rest, gathered.judged)
        self._learning = Learning(
            policy, gathered.plan, fitting if lines else known, gathered.judged
        )

    def made(self) -> Made:
        """Return what came of it."""
        made = self._fitted(
            draft.first(self._policy, self._gathered.plan, self._lines, self._stand_ins())
        )
        costs = self._costs(made)
        cuts = list(self._reject(costs))
        made = made.model_copy(update={"cuts": (*_of_lines(made), *cuts)})
        found = self._accepting(made, costs)
        if found:
            cuts = [*cuts_of(found, self._target, self._how(costs)), *cuts]
        made = made.model_copy(update={"cuts": tuple(cuts)})
        whole = self._told(made, found)
        some = any((whole.scales, whole.weights, whole.probability))
        kept = whole if some or any(one.value is not None for one in cuts) else None
        return Made(self._policy, kept, tuple(cuts), self._gathered, found)

    @property
    def _target(self) -> Target:
        target = self._policy.target
        assert target is not None  # noqa: S101 - checked, as there are lines
        return Target(target.bad_delivered, target.confidence)

    def _stand_ins(self) -> list[float]:
        """Return a value for each line that fits its output."""
        known = self._gathered.known
        values = []
        for line in self._lines:
            found = [
                getattr(one.outcomes.of(name, line.ref.key), "value", None)
                for one in known
                for name in one.standing
                if line.ref
            ]
            numbers = [value for value in found if value is not None]
            values.append(line.near(numbers[0] if numbers else line.high))
        return values

    def _fitted(self, made: Calibration) -> Calibration:
        learning, policy = self._learning, self._policy
        made = made.model_copy(update={"scales": tuple(scales_of(learning))})
        if any(draft.asks_weight(part) for part in draft.parts(policy)):
            found, by = weights_of(learning, made)
            made = made.model_copy(update={"weights": found, "weights_by": by})
        if not draft.of_probability(policy):
            return made
        return made.model_copy(update={"probability": factors_of(learning, made, self._faults)})

    def _costs(self, made: Calibration) -> ByCosts | None:
        if not needs_curve(self._policy):
            return by_costs(self._policy, None)
        plan = plan_of(self._policy, made)
        stages = order(plan)
        sums = [
            contest.rows[name].quality
            for one in self._learning.known
            for contest in [Contest(plan, one.outcomes, stages)]
            for name in one.standing
        ]
        return by_costs(self._policy, quality_curve(self._learning, np.array(sums)))

    def _reject(self, costs: ByCosts | None) -> Iterator[CutOf]:
        if costs and draft.rejects(self._policy):
            yield CutOf(on=CUT, line="reject_below", value=costs.reject, why=costs.why)

    def _accepting(self, made: Calibration, costs: ByCosts | None) -> Accepting | None:
        if not self._lines:
            return None
        return accepting(
            plan_of(self._policy, made),
            self._lines,
            self._requests,
            target=self._target,
            at_least=self._least(costs),
            by_segment=self._asked.by_segment,
        )

    def _least(self, costs: ByCosts | None) -> float | None:
        if costs is None:
            return None
        return 1.0 if costs.accept is None else max(costs.accept, costs.reject)

    def _how(self, costs: ByCosts | None) -> str:
        certify = f"on {len(self._requests.certifying)} requests"
        fitting = len(self._requests.fitting)
        how = f"{certify} that fitted nothing ({fitting} others did)" if fitting else certify
        return f"{how}; not laxer than {costs.why}" if costs else how

    def _told(self, made: Calibration, found: Accepting | None) -> Calibration:
        """Return the file with what it holds for and rests on."""
        known, judged = self._gathered.known, self._gathered.judged
        asked = {request for request, _ in judged.keys}
        used = [one for one in known if one.id in asked]
        told = {request for request, _ in judged.seen} if found else asked
        sizes = [len(one.outcomes.candidates) for one in used if one.id in told]
        generators = {one.generator for one in used}
        named = tuple(sorted(one for one in generators if one))  # who names none is none of them
        prints = {
            name: one.fingerprint for name, one in plan_of(self._policy, made).instances.items()
        }
        holds = made.holds_for.model_copy(
            update={
                "candidates": (min(sizes), max(sizes)),
                "generators": named,
                "measures": dict(sorted({**made.holds_for.measures, **prints}.items())),
            }
        )
        data = Data(
            hash=data_hash(self._gathered),
            requests=len(used),
            candidates=len(judged.keys),
            bad=sum(not good for good in judged.good.values()),
            labels=judged.labels,
            raters=judged.raters,
            left_out=self._gathered.told,
        )
        update = {"holds_for": holds, "data": data, "date": self._asked.date}
        made = made.model_copy(update={**update, "command": self._asked.command})
        return made.model_copy(update={"claim": claim_of(self._policy, made, found)})


def _once(known: Sequence[Known], gathered: Gathered) -> tuple[Known, ...]:
    """Return requests without those whose very images another has, of which more was judged."""
    judged = {request for request, _ in gathered.judged.seen}
    kept: dict[str, Known] = {}
    for one in sorted(known, key=lambda one: one.id not in judged):
        kept.setdefault(one.images, one)
    return tuple(sorted(kept.values(), key=lambda one: one.id))


def _faults(
    policy: Policy, gathered: Gathered, asked: Asked
) -> tuple[Mapping[str, Ref], tuple[str, ...]]:
    """Return the output that tells of each fault that people flagged, and which flags are no use."""
    flaws = gathered.judged.flaws
    if not draft.of_probability(policy):
        if asked.faults:
            raise CalibrationError(
                f"--fault: {policy.name} does not cut the probability of being good, so that no "
                f"fault counts (got {', '.join(asked.faults)}). Leave it out, or cut `of: "
                "probability`."
            )
        return {}, ()
    told = {fault: of for fault, of in flaws.items() if len(set(of.values())) > 1}
    found, unknown = outputs_of(gathered.plan, flaws, asked.faults)
    unused = [
        f"flags of {fault!r} are left out: no output of the policy is named like it; say which "
        f"tells of it, --fault {fault}=OUTPUT"
        for fault in unknown
    ]
    unused += [
        f"flags of {fault!r} are left out: all say the same" for fault in found if fault not in told
    ]
    return {fault: ref for fault, ref in found.items() if fault in told}, tuple(unused)


def _of_lines(made: Calibration) -> Iterator[CutOf]:
    return (one for one in made.cuts if one.line != "reject_below")
