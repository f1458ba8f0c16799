"""Pages to look at, made from data that others computed; no network, no script, computes nothing."""

from selector.report.notebook import small
from selector.report.page import page
from selector.report.writing import put, ready, write

__all__ = ["page", "put", "ready", "small", "write"]
