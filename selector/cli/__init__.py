"""The command line: arguments and printing only."""

from selector.cli.main import main

__all__ = ["main"]
