"""What can be said of a truth from a few numbers: small pure functions that several rooms need."""

from selector.statistics.bootstrap import mean_interval

__all__ = ["mean_interval"]
