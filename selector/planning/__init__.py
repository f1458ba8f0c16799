"""A policy and what its measures declare become a plan; every problem is told at once."""

from selector.planning.planner import Source, measure_of, plan_of

__all__ = ["Source", "measure_of", "plan_of"]
