"""One request: candidates in, plan and measures at work, a selection out and written down."""

from selector.engine.selector import Selector, select

__all__ = ["Selector", "select"]
