"""Choose the best of N generated images, say why, and keep that choice honest over time."""

from selector.engine import Selector, select
from selector.errors import (
    CalibrationError,
    ImageError,
    JournalError,
    MeasureError,
    PolicyError,
    RequestError,
    SelectorError,
    WeightsError,
)
from selector.policy.policy import Policy
from selector.types import Candidate, Edit, Selection

__all__ = [
    "CalibrationError",
    "Candidate",
    "Edit",
    "ImageError",
    "JournalError",
    "MeasureError",
    "Policy",
    "PolicyError",
    "RequestError",
    "Selection",
    "Selector",
    "SelectorError",
    "WeightsError",
    "select",
]
