"""What people said: read from files, held against each other, weighed into one worth a candidate."""

from selector.labels.label import Flag, Label, Pair, Ranking, Rating, Said, Verdict

__all__ = ["Flag", "Label", "Pair", "Ranking", "Rating", "Said", "Verdict"]
