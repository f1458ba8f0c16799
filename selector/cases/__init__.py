"""A policy's expectations as data: outcomes in, verdicts out, so that a team tests it like code."""

from selector.cases.deciding import Result, run

__all__ = ["Result", "run"]
