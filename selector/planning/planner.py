"""A policy becomes a plan; whatever is wrong with it is told at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from selector.errors import CalibrationError, PolicyError
from selector.measures import loader
from selector.measures.base import Measure
from selector.planning import edits, models
from selector.planning.calibrated import Answers, promises
from selector.planning.instances import Instances
from selector.planning.parts import Parts
from selector.policy import document, plan
from selector.policy.calibration import Calibration
from selector.policy.document import Loc, Problem, Spot
from selector.policy.plan import Plan, Ref
from selector.policy.policy import Policy
from selector.policy.resolved import FOUND, File, Given, file_of, meaning_hash

Source = Policy | Mapping[str, Any] | str | bytes | os.PathLike[str]


@dataclass(frozen=True)
class Planned:
    """A policy with its plan.

    Attributes:
        policy: What was written.
        plan: What can run; its gates, terms and so on stand in the order of the policy's, the
            *dropped* left out.
        measures: The measure of each instance that the policy names, but for what only terms refer
            to that labels give no weight.
        calibration: What its calibrated numbers are of, if anything.
        dropped: The terms that labels give no weight, by their places in the policy.
    """

    policy: Policy
    plan: Plan
    measures: Mapping[str, Measure]
    calibration: Calibration | None = None
    dropped: Mapping[int, Ref] = field(default_factory=dict)


def plan_of(source: Source, calibration: Given = FOUND) -> Plan:
    """Return the plan of a policy; see `planned`."""
    return planned(source, calibration).plan


def planned(source: Source, calibration: Given = FOUND) -> Planned:
    """Return a policy with its plan.

    Args:
        source: What `Policy.load` takes.
        calibration: What the policy's `calibrated` stands for; None for as if nobody had calibrated
            it. By default what ./policies/calibrated/NAME.yaml says, if the policy asks for it and
            it is there.

    Raises:
        PolicyError: The policy can't be read, breaks the grammar, or refers to what does not exist
            or does not fit. Lists every problem.
        CalibrationError: The calibrated file can't be read, or was made for another policy or
            other measures. Lists every problem.
    """
    try:
        policy = Policy.load(source)
    except PolicyError as error:
        if not isinstance(error.rest, Policy):
            raise
        policy = error.rest
    whole = not policy.left_out.problems
    file = file_of(policy, calibration) if whole else None
    planner = _Planner(policy, Answers(file))
    made = planner.make()
    if problems := (*policy.left_out.problems, *planner.problems):
        raise PolicyError(document.in_order(problems))
    planner.answers.misfits(policy, made)
    if planner.answers.problems:
        raise CalibrationError("\n".join(planner.answers.problems))
    gone = {ref.instance for ref in planner.parts.dropped.values()} - made.instances.keys()
    measures = {name: one for name, _, one in planner.instances.made() if name not in gone}
    return Planned(policy, made, measures, file and file.calibration, planner.parts.dropped)


def measure_of(instance: plan.Instance) -> Measure:
    """Return the measure of a planned instance; nothing is loaded yet.

    Raises:
        MeasureError: It is not here any more, or takes other parameters now.
    """
    return loader.construct(instance.use, instance.parameters)


CONFIDENCE = 0.95  # a promise that holds is given up in vain once in twenty
MORE = 4  # candidates
_NO_COMPOSITE = ("lexicographic", "pareto")
_SAVES = ("regret", "value_of_quality")


class _Planner:
    def __init__(self, policy: Policy, answers: Answers) -> None:
        self.policy = policy
        self.answers = answers
        self.problems: list[Problem] = []
        self.instances = Instances(policy, self._tell_at)
        self.parts = Parts(policy, self.instances, self._tell, answers=answers)

    def make(self) -> Plan:
        policy = self.policy
        self.instances.declare()
        for text, spot in policy.left_out.references:
            self.instances.ref(text, spot)
        gates, method = self.parts.gates(), self.parts.method()
        (cut, probability), distinct = self.parts.cut(), self.parts.distinct()
        self._fits_method()
        self._can_be_kept()
        refs = plan.refs_of(gates, method, distinct, probability)
        instances = self.instances.planned(refs)
        self._one_kind_of_request(instances)
        self._licences()
        return Plan(
            policy=policy.name,
            version=policy.version,
            policy_hash=meaning_hash(policy, self.answers.calibration),
            instances=instances,
            gates=gates,
            method=method,
            cut=cut,
            deliver=policy.deliver if isinstance(policy.deliver, int) else None,
            review_at_most=policy.review_at_most,
            distinct=distinct,
            on_empty=policy.on_empty,
            uncertified=(*self.parts.uncertified, *self._another_deliver()),
            if_uncertified=policy.uncertified,
            journal=policy.journal or ("required" if _saves(policy) else "where_set"),
            timeout_s=policy.timeout_s,
            mode=policy.cascade.mode,
            parallelism=policy.cascade.parallelism,
            audit=policy.cascade.audit,
            regret=_regret(policy),
            worth=_worth(policy),
            probability=probability,
            certified=self.answers.certified(policy, self.parts.uncertified),
            written=_written(policy, self.answers.file),
        )

    def _tell_at(self, spot: Spot, said: str) -> None:
        self.problems.append(Problem(spot, said))

    def _tell(self, loc: Loc, said: str) -> None:
        self._tell_at(self.policy.spot(*loc), said)

    def _another_deliver(self) -> Iterator[str]:
        """Tell if what is promised is promised of another number of deliveries."""
        calibration, deliver = self.answers.calibration, self.policy.deliver
        if calibration and promises(self.policy) and calibration.holds_for.deliver != deliver:
            yield f"deliver {deliver} (calibrated for {calibration.holds_for.deliver})"

    def _one_kind_of_request(self, instances: Mapping[str, plan.Instance]) -> None:
        """Tell of measures that no one request can serve: of a prompt here, of an edit there."""
        named = [
            (name, spot, instances[name].needs)
            for name, spot, _ in self.instances.made()
            if name in instances
        ]
        for spot, said in edits.at_odds(named):
            self._tell_at(spot, said)

    def _licences(self) -> None:
        """Tell of models that a policy for commercial use can't have, where they were named."""
        if self.policy.licences == "any":
            return
        for name, spot, measure in self.instances.made():
            for said in models.not_commercial(name, measure):
                self._tell_at(spot, said)

    def _fits_method(self) -> None:
        policy, method = self.policy, self.policy.method
        kind = next((name for name in _NO_COMPOSITE if getattr(method, name) is not None), None)
        if kind and policy.cut and policy.cut.of == "quality":
            self._tell(
                ("cut", "of"),
                f"{kind} has no quality to cut. Use weighted_sum or constrained, or drop the cut.",
            )
        saves = _saves(policy)
        if saves and method.weighted_sum is None and method.constrained is None:
            self._tell(
                ("cascade", saves),
                f"{saves}: weighs quality, which only weighted_sum and constrained have. Drop it.",
            )
        if method.pareto is not None and method.pareto.pick is None:
            for key in ("cut", "distinct", "review_at_most"):
                if getattr(policy, key) is not None:
                    self._tell(
                        (key,), f"{key}: has no effect on pareto without 'pick'. Add a pick."
                    )

    def _can_be_kept(self) -> None:
        """Tell where what saves more has no journal that tells how much, or nobody watches it."""
        policy, saves = self.policy, _saves(self.policy)
        if saves and policy.journal == "best_effort":
            self._tell(
                ("journal",),
                f"journal: {saves} follows from what it holds. Say 'required', or leave it out.",
            )
        if policy.cascade.regret is not None and policy.cascade.audit == 0:
            self._tell(
                ("cascade", "audit"),
                "audit: regret is promised, and only audited requests tell whether the promise is "
                "kept (got 0). Give a share above 0, or leave it out.",
            )


def _written(policy: Policy, file: File | None) -> plan.Written:
    """Return the files that a plan was made of, to be kept as they were used."""
    if file is None:
        return plan.Written(policy.text)
    claim = f"{file.calibration.claim} (calibrated on {file.calibration.date})"
    return plan.Written(policy.text, file.text, claim)


def _saves(policy: Policy) -> str | None:
    """Return which key of the cascade saves more than exactness allows, if one does."""
    return next((key for key in _SAVES if getattr(policy.cascade, key) is not None), None)


def _regret(policy: Policy) -> plan.Regret | None:
    cascade = policy.cascade
    if cascade.regret is None:
        return None
    return plan.Regret(cascade.regret, cascade.confidence or CONFIDENCE)


def _worth(policy: Policy) -> plan.Worth | None:
    cascade = policy.cascade
    if cascade.value_of_quality is None or cascade.price_of_call is None:
        return None
    return plan.Worth(
        cascade.value_of_quality,
        cascade.price_of_call,
        cascade.price_of_candidate,
        cascade.more or MORE,
    )
