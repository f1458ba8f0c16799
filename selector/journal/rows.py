"""A selection as rows of plain data, and the rows as the selection; knows no database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from selector.journal.plain import Row, finite, json_or_null, to_json
from selector.journal.summary import summary
from selector.journal.tallies import tallies
from selector.policy.plan import Plan
from selector.types import Edit, Outcome, Reason, Selection, Spent, agreed

_SPENT = tuple(field.name for field in fields(Spent))
_REASON = tuple(field.name for field in fields(Reason))


@dataclass(frozen=True, slots=True)
class Rows:
    """One request as the tables hold it: by table, its rows by column.

    The column `request` of all but the first, the request's number in the journal, is missing here.
    """

    request: Row
    candidates: Sequence[Row]
    outcomes: Sequence[Row]
    summary: Row
    tallies: Sequence[Row] = ()


def plan_row(plan: Plan, created: str) -> Row:
    """Return the row of a plan that was first used at *created*, UTC, ISO 8601.

    Raises:
        ValueError: The plan holds what JSON can't.
    """
    body = to_json(plan.to_dict())
    return {"hash": plan.hash, "schema": plan.schema, "first_used": created, "body": body}


def policy_row(plan: Plan, created: str) -> Row | None:
    """Return the row of the text that a plan was made from, None where nobody knows it."""
    if plan.written is None:
        return None
    return {
        "hash": _text_hash(plan),
        "name": plan.policy,
        "version": plan.version,
        "policy_hash": plan.policy_hash,
        "first_used": created,
        "text": plan.written.text,
        "calibrated": plan.written.calibrated,
    }


def _text_hash(plan: Plan) -> str | None:
    written = plan.written
    if written is None:
        return None
    said = to_json([plan.policy_hash, written.text, written.calibrated])
    return hashlib.sha256(said.encode()).hexdigest()


def to_rows(plan: Plan, selection: Selection) -> Rows:
    """Return the rows of *selection*, from which `to_selection` makes an equal one.

    Outcomes that were not evaluated have rows too: without them one could not tell "known not to
    be evaluated" from "never spoken of", and the selection would not come back the same.

    Raises:
        ValueError: *plan* did not decide it, it speaks of candidates that it does not have, or it
            holds what can't be kept: a number that is not finite, an object that is not JSON.
    """
    _check(plan, selection)
    return Rows(
        request=_request_row(plan, selection),
        candidates=_candidate_rows(selection),
        outcomes=_outcome_rows(plan, selection),
        summary={"policy": plan.policy, "version": plan.version, **summary(selection)},
        tallies=tallies(plan, selection),
    )


def to_selection(rows: Rows) -> Selection:
    """Return the selection that `to_rows` was given; its images are None.

    Raises:
        ValueError: The rows are not those of a selection.
    """
    request = rows.request
    said = request["prompt"]
    return Selection.from_dict(
        {
            "request_id": request["id"],
            "created": request["created"],
            "prompt": said if request["edit"] is None else _edit(said, request["edit"]),
            "policy": _versioned(request["policy"], request["version"]),
            "plan_hash": request["plan_hash"],
            "candidates": [_candidate(row) for row in rows.candidates],
            "outcomes": _table(rows),
            "decision": _decision(rows),
            "expect": json.loads(request["expect"]),
            "spent": json.loads(request["spent"]),
            "audited": request["audited"],
            "afterwards": _afterwards(rows.outcomes),
            "disagreed": request["disagreed"],
        }
    )


def _check(plan: Plan, selection: Selection) -> None:
    if selection.plan_hash != plan.hash:
        raise ValueError(f"plan {selection.plan_hash!r} decided it, not {plan.hash!r}")
    if selection.policy != _versioned(plan.policy, plan.version):
        raise ValueError(f"policy {selection.policy!r} is not the plan's")
    names = [one.id for one in selection.candidates]
    known = set(names)
    if len(known) < len(names):
        raise ValueError("two candidates have one id")
    of = selection.decision
    for spoken in (of.ranking, of.verdicts, of.reasons, of.quality, of.at_most, selection.outcomes):
        if not known.issuperset(spoken):
            strangers = sorted(set(spoken) - known)
            raise ValueError(f"{strangers} are no candidates of it")


def _versioned(policy: str, version: int) -> str:
    return f"{policy}@{version}"


def _request_row(plan: Plan, selection: Selection) -> Row:
    prompt, decision, spent = selection.prompt, selection.decision, selection.spent
    return {
        "id": selection.request_id,
        "created": selection.created,
        "prompt": prompt.instruction if isinstance(prompt, Edit) else prompt,
        "edit": json_or_null(_source(prompt)),
        "expect": to_json(dict(selection.expect)),
        "policy": plan.policy,
        "version": plan.version,
        "policy_hash": plan.policy_hash,
        "plan_hash": plan.hash,
        "answer": decision.answer,
        "needs_person": decision.needs_person,
        "advice": decision.advice,
        "candidates": len(selection.candidates),
        "seconds": finite(spent.seconds.get("total")),
        "spent": to_json({name: _plain(getattr(spent, name)) for name in _SPENT}),
        "audited": selection.audited,
        "disagreed": selection.disagreed,
        "generator": agreed(selection.candidates, "generator"),
        "segment": agreed(selection.candidates, "segment"),
        "policy_text": _text_hash(plan),
    }


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _source(prompt: str | Edit) -> Row | None:
    if not isinstance(prompt, Edit):
        return None
    return {"path": prompt.path, "content_hash": prompt.content_hash}


def _edit(instruction: str, rest: str) -> Row:
    return {"instruction": instruction, **json.loads(rest)}


def _candidate_rows(selection: Selection) -> list[Row]:
    decision, outcomes = selection.decision, selection.outcomes
    ranks = {name: place for place, name in enumerate(decision.ranking, start=1)}
    return [
        {
            "position": position,
            "candidate_id": one.id,
            "content_hash": one.content_hash,
            "pixel_hash": one.pixel_hash,
            "path": one.path,
            "metadata": to_json(dict(one.metadata)),
            "error": one.error,
            "notes": to_json(one.notes) if one.notes else "[]",
            "verdict": decision.verdicts.get(one.id),
            "rank": ranks.get(one.id),
            "quality": finite(decision.quality.get(one.id)),
            "at_most": finite(decision.at_most.get(one.id)),
            "reasons": json_or_null(_reasons(decision.reasons.get(one.id))),
            "outcomes": len(outcomes[one.id]) if one.id in outcomes else None,
        }
        for position, one in enumerate(selection.candidates)
    ]


def _reasons(of: Sequence[Reason] | None) -> list[Row] | None:
    return None if of is None else [{name: getattr(one, name) for name in _REASON} for one in of]


def _candidate(row: Row) -> Row:
    return {
        "id": row["candidate_id"],
        "metadata": json.loads(row["metadata"]),
        "path": row["path"],
        "content_hash": row["content_hash"],
        "pixel_hash": row["pixel_hash"],
        "error": row["error"],
        "notes": json.loads(row["notes"]),
    }


def _outcome_rows(plan: Plan, selection: Selection) -> list[Row]:
    prints: dict[str, tuple[str, str, str]] = {}
    rows: list[Row] = []
    for candidate, outcomes in selection.outcomes.items():
        after: Collection[str] = selection.afterwards.get(candidate, ())
        for key, outcome in outcomes.items():
            named = prints.get(key) or prints.setdefault(key, _named(plan, key))
            rows.append(_outcome_row(candidate, named, outcome, after=key in after))
    return rows


def _named(plan: Plan, key: str) -> tuple[str, str, str]:
    """Return instance, output and fingerprint of what a table of outcomes calls *key*."""
    instance, _, output = key.rpartition(".")
    if instance not in plan.instances:
        raise ValueError(f"the plan has no instance for the outcome {key!r}")
    return instance, output, plan.instances[instance].fingerprint


def _outcome_row(
    candidate: str, named: tuple[str, str, str], outcome: Outcome, *, after: bool
) -> Row:
    return {
        "candidate_id": candidate,
        "instance": named[0],
        "output": named[1],
        "fingerprint": named[2],
        "kind": outcome.kind,
        "value": finite(getattr(outcome, "value", None)),
        "reason": getattr(outcome, "reason", None),
        "evidence": json_or_null(getattr(outcome, "evidence", None)),
        "members": getattr(outcome, "members", None),
        "after": after,
    }


def _outcome(row: Row) -> Row:
    found = {name: row[name] for name in ("kind", "value", "reason", "members")}
    if row["evidence"] is not None:
        found["evidence"] = json.loads(row["evidence"])
    return {name: value for name, value in found.items() if value is not None}


def _afterwards(outcomes: Sequence[Row]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in outcomes:
        if row["after"]:
            found.setdefault(row["candidate_id"], []).append(f"{row['instance']}.{row['output']}")
    return found


def _table(rows: Rows) -> dict[str, dict[str, Row]]:
    known = (row for row in rows.candidates if row["outcomes"] is not None)
    table: dict[str, dict[str, Row]] = {row["candidate_id"]: {} for row in known}
    for row in rows.outcomes:
        table[row["candidate_id"]][f"{row['instance']}.{row['output']}"] = _outcome(row)
    return table


def _decision(rows: Rows) -> Row:
    request = rows.request
    reasons = _column(rows.candidates, "reasons")
    ranks = _column(rows.candidates, "rank")
    return {
        "ranking": sorted(ranks, key=lambda name: ranks[name]),
        "verdicts": _column(rows.candidates, "verdict"),
        "reasons": {name: json.loads(text) for name, text in reasons.items()},
        "quality": _column(rows.candidates, "quality"),
        "at_most": _column(rows.candidates, "at_most"),
        "answer": request["answer"],
        "needs_person": request["needs_person"],
        "advice": request["advice"],
    }


def _column(candidates: Sequence[Row], name: str) -> dict[str, Any]:
    return {row["candidate_id"]: row[name] for row in candidates if row[name] is not None}
