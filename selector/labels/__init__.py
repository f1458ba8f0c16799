"""What people said: read from files, held against each other, weighed into one worth a candidate."""

from selector.labels.columns import Columns
from selector.labels.label import Flag, Label, Pair, Ranking, Rating, Said, Verdict
from selector.labels.read import Read, read, read_all
from selector.labels.votes import votes
from selector.labels.written import write

__all__ = [
    "Columns",
    "Flag",
    "Label",
    "Pair",
    "Ranking",
    "Rating",
    "Read",
    "Said",
    "Verdict",
    "read",
    "read_all",
    "votes",
    "write",
]
