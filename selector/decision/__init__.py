"""The decision: gates, ranking, walk. Pure functions of a plan and of what was measured."""
