"""What was decided of one request as rows, one a candidate: plain values, without times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from selector.batch.listed import Listed, ListedCandidate
from selector.batch.tally import without_place
from selector.batch.texts import json_text, valid
from selector.types import Candidate, Failure, NotApplicable, Outcome, Reason, Score, Selection

Row = dict[str, Any]
Rows = list[Row]
Told = tuple[
    str, float | None, str | None
]  # of an outcome: its kind, the number, why there is none

NOT_EVALUATED: Told = ("not_evaluated", None, None)


def rows_of(listed: Listed, result: Selection | str, *, attempt: int = 1) -> Rows:
    """Return a row for each candidate of a request, in the order of the input.

    Beside plain cells each has "outcomes" (`Told` by "instance.output"), "expect" and "input".

    Args:
        listed: The request.
        result: What was decided, or why the request failed.
        attempt: How often it was tried, with this.
    """
    common = _request(listed) | {"attempt": attempt}
    if isinstance(result, str):
        common |= _FAILED | {"error": valid(without_place(listed, result))}
        found: Mapping[str, Row] = {}
    else:
        common |= _result(result)
        found = _candidates(result)
    return [
        common | _listed(one, position) | found.get(one.id, {})
        for position, one in enumerate(listed.candidates)
    ]


_FAILED: Row = {
    "content_hash": None,
    "pixel_hash": None,
    "verdict": None,
    "rank": None,
    "quality": None,
    "answer": None,
    "needs_person": None,
    "advice": None,
    "reasons": [],
    "notes": [],
    "outcomes": {},
    "evidence": None,
    "failed": True,
    "audited": False,
}


def _request(listed: Listed) -> Row:
    return {
        "request_id": listed.id,
        "prompt": None if listed.is_edit else listed.prompt,
        "instruction": listed.prompt if listed.is_edit else None,
        "source": None if listed.source is None else valid(str(listed.source)),
        "expect": listed.expect,
    }


def _listed(one: ListedCandidate, position: int) -> Row:
    return {
        "candidate_id": one.id,
        "position": position,
        "path": valid(str(one.picture)),
        "input": one.columns,
    }


def _result(selection: Selection) -> Row:
    return {
        "answer": selection.answer,
        "needs_person": selection.needs_person,
        "advice": selection.advice,
        "failed": any(_is_failed(selection, one) for one in selection.candidates),
        "audited": selection.audited,
    }


def _is_failed(selection: Selection, one: Candidate) -> bool:
    row = selection.outcomes.get(one.id, {})
    return one.error is not None or any(isinstance(found, Failure) for found in row.values())


def _candidates(selection: Selection) -> dict[str, Row]:
    ranks = {name: rank for rank, name in enumerate(selection.decision.ranking, start=1)}
    return {
        one.id: _candidate(one, selection) | {"rank": ranks.get(one.id)}
        for one in selection.candidates
    }


def _candidate(one: Candidate, selection: Selection) -> Row:
    decision, outcomes = selection.decision, selection.outcomes.get(one.id, {})
    return {
        "content_hash": one.content_hash,
        "pixel_hash": one.pixel_hash,
        "verdict": decision.verdicts[one.id],
        "quality": decision.quality.get(one.id),
        "reasons": [_reason(reason) for reason in decision.reasons.get(one.id, ())],
        "error": None if one.error is None else valid(one.error),
        "notes": [valid(note) for note in one.notes],
        "outcomes": {key: _told(found) for key, found in outcomes.items()},
        "evidence": _evidence(outcomes),
    }


def _reason(reason: Reason) -> Row:
    given = {one.name: getattr(reason, one.name) for one in fields(Reason)} | {"text": str(reason)}
    return {key: valid(value) if isinstance(value, str) else value for key, value in given.items()}


def _told(found: Outcome) -> Told:
    match found:
        case Score(value=value):
            return found.kind, value, None
        case Failure(reason=reason) | NotApplicable(reason=reason):
            return found.kind, None, valid(reason)
    return NOT_EVALUATED


def _evidence(outcomes: Mapping[str, Outcome]) -> str | None:
    found = {key: getattr(outcome, "evidence", None) for key, outcome in outcomes.items()}
    shown = {key: evidence for key, evidence in found.items() if evidence is not None}
    return json_text(shown) if shown else None
