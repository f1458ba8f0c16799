"""The journal: an append-only record of every request, whole, beside the plan that decided it."""

from selector.journal.journal import Journal
from selector.journal.place import default_path
from selector.journal.records import (
    Event,
    Head,
    Label,
    LabelRow,
    PolicyRow,
    RequestRow,
    SummaryRow,
    Verified,
)

__all__ = [
    "Event",
    "Head",
    "Journal",
    "Label",
    "LabelRow",
    "PolicyRow",
    "RequestRow",
    "SummaryRow",
    "Verified",
    "default_path",
]
