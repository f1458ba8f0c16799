"""Some requests are measured in full after their verdict: what a biased sample could not tell."""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import replace

from selector import cascade
from selector.decision.decide import decide
from selector.engine.outcome import outcomes
from selector.log import operator_log
from selector.policy.plan import Plan
from selector.types import NOT_EVALUATED, Decision, Outcomes, Selection, Table

_BYTES = 8


def is_due(request_id: str, plan: Plan) -> bool:
    """Return whether a request is among those that are audited.

    A hash keyed by the policy draws them: evenly, the same again whoever asks, and whatever the
    request is like. Where all is measured anyway there is nothing to audit.
    """
    if plan.mode == "exhaustive":
        return False
    drawn = hmac.new(plan.policy_hash.encode(), request_id.encode(), hashlib.sha256).digest()
    return int.from_bytes(drawn[:_BYTES]) / 2.0 ** (8 * _BYTES) < plan.audit


def auditing(selection: Selection, deadline: float | None) -> cascade.Asking[Selection]:
    """Ask all the rest too, and return the selection with it; the decision stays.

    Args:
        selection: With the plan that decided it.
        deadline: On the clock of `time.monotonic`; what runs out of it stays as it was.
    """
    plan: Plan = selection.plan
    known = Outcomes(selection.candidates, selection.outcomes, selection.expect)
    table = yield from cascade.completing(plan, known)
    if deadline is not None and time.monotonic() >= deadline:
        operator_log().warning("engine.audit_out_of_time", request_id=selection.request_id)
        return selection
    found = outcomes(plan, table)
    return replace(
        selection,
        outcomes=found,
        audited=True,
        afterwards=_afterwards(selection.outcomes, found),
        disagreed=differs(plan, selection, table),
    )


def differs(plan: Plan, selection: Selection, table: Table) -> bool | None:
    """Return whether all outcomes decide otherwise; None if even they do not decide.

    With an exact plan they never may: then an error is logged.

    Args:
        plan: What decided.
        selection: What it decided, on what was measured for that.
        table: All outcomes.
    """
    # A prediction stands in for what was not measured; with all measured there is none to make.
    whole = decide(plan, Outcomes(selection.candidates, table, selection.expect))
    if not isinstance(whole, Decision):
        return None
    before, after = selection.decision, whole
    if _gist(before) == _gist(after):
        return False
    if plan.prediction is None:
        changed = sorted(
            one for one in after.verdicts if after.verdicts[one] != before.verdicts[one]
        )
        operator_log().error(
            "engine.audit_differs", request_id=selection.request_id, candidates=changed
        )
    return True


def _afterwards(before: Table, after: Table) -> dict[str, tuple[str, ...]]:
    """Return what only the audit measured, by candidate."""
    new = {
        one: tuple(key for key in row if row[key] != before.get(one, {}).get(key, NOT_EVALUATED))
        for one, row in after.items()
    }
    return {one: keys for one, keys in new.items() if keys}


def _gist(of: Decision) -> tuple[object, ...]:
    """Return what laziness promises to leave as it is."""
    kept = [one for one in of.ranking if of.verdicts[one] != "reject"]
    return dict(of.verdicts), kept, of.answer, of.needs_person
