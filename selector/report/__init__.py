"""Pages to look at, made from data that others computed; no network, no script, computes nothing."""

from selector.report.notebook import small

__all__ = ["small"]
