"""The journal: an append-only record of every request, whole, beside the plan that decided it."""

from selector.journal.journal import Journal
from selector.journal.place import default_path
from selector.journal.records import Event, RequestRow

__all__ = ["Event", "Journal", "RequestRow", "default_path"]
