"""What a request came to: everything known, the decision and what it took, as one selection."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from selector.cascade import Resolved
from selector.engine.request import Request, saved
from selector.images import Limits
from selector.policy.plan import Plan
from selector.types import NOT_EVALUATED, Outcome, Selection, Spent, Table


def selection(request: Request, found: Resolved, limits: Limits) -> Selection:
    """Return what a request got.

    Args:
        request: With what was spent on it so far.
        found: How it was decided.
        limits: What its images were read with.
    """
    plan = request.plan
    spent = Spent(
        dict(request.calls),
        dict(request.seconds),
        dict(request.tokens),
        len(found.rounds),
        saved(plan, request.candidates, found.table),
    )
    return Selection(
        request_id=request.id,
        created=datetime.now(UTC).isoformat(timespec="milliseconds"),
        prompt=request.prompt,
        policy=f"{plan.policy}@{plan.version}",
        plan_hash=plan.hash,
        candidates=tuple(request.candidates),
        outcomes=outcomes(plan, found.table),
        decision=found.decision,
        expect=dict(request.expect),
        spent=spent,
        plan=plan,
        limits=limits,
        rounds=found.rounds,
    )


def outcomes(plan: Plan, table: Table) -> Mapping[str, Mapping[str, Outcome]]:
    """Return every output that the plan's measures give, for each candidate of *table*."""
    keys = [f"{name}.{output}" for name, one in plan.instances.items() for output in one.outputs]
    return {name: {key: row.get(key, NOT_EVALUATED) for key in keys} for name, row in table.items()}
