"""A policy becomes a plan; whatever is wrong with it is told at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from selector.errors import PolicyError
from selector.measures import loader
from selector.measures.base import Measure
from selector.planning import edits, models
from selector.planning.instances import Instances
from selector.planning.parts import Parts
from selector.policy import document, find, plan
from selector.policy.document import Loc, Problem, Spot
from selector.policy.plan import Plan
from selector.policy.policy import Policy

Source = Policy | Mapping[str, Any] | str | bytes | os.PathLike[str]


@dataclass(frozen=True)
class Planned:
    """A policy with its plan.

    Attributes:
        policy: What was written.
        plan: What can run; its gates, terms and so on stand in the order of the policy's.
        measures: The measure of each instance that the policy names.
    """

    policy: Policy
    plan: Plan
    measures: Mapping[str, Measure]


def plan_of(source: Source) -> Plan:
    """Return the plan of a policy; see `planned`."""
    return planned(source).plan


def planned(source: Source) -> Planned:
    """Return a policy with its plan.

    Args:
        source: What `Policy.load` takes.

    Raises:
        PolicyError: The policy can't be read, breaks the grammar, refers to what does not exist
            or does not fit, or asks for what is not built yet. Lists every problem.
    """
    try:
        policy = Policy.load(source)
    except PolicyError as error:
        if not isinstance(error.rest, Policy):
            raise
        policy = error.rest
    planner = _Planner(policy)
    made = planner.make()
    if problems := (*policy.left_out.problems, *planner.problems):
        raise PolicyError(document.in_order(problems))
    return Planned(policy, made, {name: one for name, _, one in planner.instances.made()})


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
    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.problems: list[Problem] = []
        self.instances = Instances(policy, self._tell_at)
        self.parts = Parts(policy, self.instances, self._tell)

    def make(self) -> Plan:
        policy = self.policy
        self.instances.declare()
        for text, spot in policy.left_out.references:
            self.instances.ref(text, spot)
        self._not_built_yet()
        gates, method = self.parts.gates(), self.parts.method()
        cut, distinct = self.parts.cut(), self.parts.distinct()
        self._fits_method()
        self._can_be_kept()
        instances = self.instances.planned(plan.refs_of(gates, method, distinct))
        self._one_kind_of_request(instances)
        self._licences()
        return Plan(
            policy=policy.name,
            version=policy.version,
            policy_hash=policy.hash,
            instances=instances,
            gates=gates,
            method=method,
            cut=cut,
            deliver=policy.deliver if isinstance(policy.deliver, int) else None,
            review_at_most=policy.review_at_most,
            distinct=distinct,
            on_empty=policy.on_empty,
            uncertified=tuple(self.parts.uncertified),
            if_uncertified=policy.uncertified,
            journal=policy.journal or ("required" if _saves(policy) else "where_set"),
            timeout_s=policy.timeout_s,
            mode=policy.cascade.mode,
            parallelism=policy.cascade.parallelism,
            audit=policy.cascade.audit,
            regret=_regret(policy),
            worth=_worth(policy),
            written=_written(policy),
        )

    def _tell_at(self, spot: Spot, said: str) -> None:
        self.problems.append(Problem(spot, said))

    def _tell(self, loc: Loc, said: str) -> None:
        self._tell_at(self.policy.spot(*loc), said)

    def _not_built_yet(self) -> None:
        policy = self.policy
        if policy.cut and policy.cut.of == "probability":
            what = "a cut of the calibrated probability"
            self._tell(("cut", "of"), f"{what} is not built yet. Cut 'quality' for now.")

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


def _written(policy: Policy) -> plan.Written:
    """Return the files that a policy is made of, to be kept as they were used."""
    beside = find.calibrated(policy.name)
    calibrated = find.read(beside).decode("utf-8", "replace") if beside.is_file() else None
    return plan.Written(policy.text, calibrated)


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
