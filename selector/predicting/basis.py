"""What a choice follows from and holds for: as data, as a hash, and in words what changed of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from selector.policy.order import order
from selector.policy.plan import Plan, Prediction, canonical
from selector.types import to_data


def basis(plan: Plan, prediction: Prediction) -> str:
    """Return the hash of a prediction and of all of the plan that it depends on."""
    told = dict(to_data(Prediction, prediction))
    del told["basis"]
    return hashlib.sha256(canonical({"of": depends(plan), "told": told}).encode()).hexdigest()


def depends(plan: Plan) -> dict[str, JsonValue]:
    """Return all of a plan that a choice depends on, as JSON data, by the words for it.

    How much is audited, and what more candidates cost, changes nothing of it.
    """
    regret, worth = plan.regret, plan.worth
    return {
        "the policy": plan.policy_hash,
        "the measures": {name: one.fingerprint for name, one in plan.instances.items()},
        "the order of measuring": list(order(plan)),
        "parallelism": plan.parallelism,
        "regret": regret.share if regret else None,
        "value_of_quality": worth.quality if worth else None,
        "price_of_call": worth.call if worth else None,
    }


def changed(plan: Plan, before: Mapping[str, Any]) -> str:
    """Return in words what of a plan differs from what a choice depended on; "" if nothing does."""
    now = depends(plan)
    return ", ".join(
        f"{name} ({_differing(before.get(name), value)})"
        for name, value in now.items()
        if before.get(name) != value
    )


def _differing(before: Any, now: Any) -> str:
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        names = sorted(one for one in {*before, *now} if before.get(one) != now.get(one))
        return ", ".join(names)
    if isinstance(before, str | list) or isinstance(now, list):
        return "another"
    return f"{_said(before)}, now {_said(now)}"


def _said(value: Any) -> str:
    return (
        f"{value:g}" if isinstance(value, int | float) else "none" if value is None else "another"
    )
