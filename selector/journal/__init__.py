"""The journal: an append-only record of every request, whole, beside the plan that decided it."""

from selector.journal.journal import Journal, RequestRow
from selector.journal.place import default_path

__all__ = ["Journal", "RequestRow", "default_path"]
