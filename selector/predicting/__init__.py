"""Saving more than exactness allows: what is chosen from measured requests, and whether it holds."""

from selector.predicting.basis import basis
from selector.predicting.fit import fit
from selector.predicting.promise import is_broken, observe
from selector.predicting.stored import Choice, choice, holds, keep, stored, tell, why_not
from selector.predicting.trial import Trial, trial
from selector.predicting.whole import Whole, loss, whole

__all__ = [
    "Choice",
    "Trial",
    "Whole",
    "basis",
    "choice",
    "fit",
    "holds",
    "is_broken",
    "keep",
    "loss",
    "observe",
    "stored",
    "tell",
    "trial",
    "whole",
    "why_not",
]
