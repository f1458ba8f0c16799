"""Numbers without a policy: what one measure finds in each image, and their mean."""

from selector.scoring.measuring import Scoring, score
from selector.scoring.scores import Model, Row, Scores, Summary

__all__ = ["Model", "Row", "Scores", "Scoring", "Summary", "score"]
