"""What flows between the rooms: candidates, outcomes, reasons, decisions, selections."""

from selector.types.data import from_data, to_data
from selector.types.decided import (
    Answer,
    Ask,
    Decision,
    Outcomes,
    Reason,
    ReasonKind,
    Table,
    Undecided,
    VerdictName,
)
from selector.types.measured import (
    KINDS,
    NOT_EVALUATED,
    Cost,
    Failure,
    Kind,
    Measured,
    NotApplicable,
    NotEvaluated,
    Outcome,
    Output,
    Scope,
    Score,
    members_hash,
)
from selector.types.request import Candidate, Edit
from selector.types.selection import Selection, Spent

__all__ = [
    "KINDS",
    "NOT_EVALUATED",
    "Answer",
    "Ask",
    "Candidate",
    "Cost",
    "Decision",
    "Edit",
    "Failure",
    "Kind",
    "Measured",
    "NotApplicable",
    "NotEvaluated",
    "Outcome",
    "Outcomes",
    "Output",
    "Reason",
    "ReasonKind",
    "Scope",
    "Score",
    "Selection",
    "Spent",
    "Table",
    "Undecided",
    "VerdictName",
    "from_data",
    "members_hash",
    "to_data",
]
