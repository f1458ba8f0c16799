"""A policy and what its measures declare become a plan; every problem is told at once."""

from selector.planning.linter import Warned, lint
from selector.planning.models import absent, unlisted
from selector.planning.planner import Planned, Source, measure_of, plan_of, planned
from selector.policy.resolved import FOUND

__all__ = [
    "FOUND",
    "Planned",
    "Source",
    "Warned",
    "absent",
    "lint",
    "measure_of",
    "plan_of",
    "planned",
    "unlisted",
]
