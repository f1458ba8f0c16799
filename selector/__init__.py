"""Choose the best of N generated images, say why, and keep that choice honest over time."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from selector.scoring import score
    from selector.types import Candidate, Edit, Selection

_HOME = {
    "selector.engine": ("Selector", "select"),
    "selector.errors": (
        "CalibrationError",
        "ImageError",
        "JournalError",
        "MeasureError",
        "PolicyError",
        "RequestError",
        "SelectorError",
        "WeightsError",
    ),
    "selector.policy.policy": ("Policy",),
    "selector.scoring": ("score",),
    "selector.types": ("Candidate", "Edit", "Selection"),
}

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
    "score",
    "select",
]


def __getattr__(name: str) -> Any:
    """Import a public name at its first use, so that `selector --help` answers at once."""
    for home, names in _HOME.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
