"""Prose for a terminal: wrapped between words, every foreign text on harmless lines."""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from selector.errors import RequestError
from selector.foreign import shortened, visible

CLEAR = "\r\x1b[K"  # back to the start of the line, and wipe it
WIDEST = 100  # columns; longer lines are hard to read
NARROWEST = 40


def shown(text: str, longest: int | None = None) -> str:
    """Return *text* on one line without control, direction or other invisible characters."""
    safe = visible(text)
    return safe if longest is None else shortened(safe, longest)


def entry(label: str, text: str, *, column: int, indent: int = 2) -> str:
    """Return *text* as a paragraph that hangs beside *label*.

    No word is broken, so that a name or an address can be copied.

    Args:
        label: What the paragraph is about; "" for none.
        text: Wrapped to the terminal; each of its own lines begins a new one.
        column: Where the paragraph begins, counted from *indent*.
        indent: Spaces before the label.
    """
    head = " " * indent + shown(label)
    hang = " " * (indent + column)
    lines = []
    if len(head) >= len(hang) and label:
        lines, head = [head], ""
    for line in text.splitlines() or [""]:
        lines.append(_filled(shown(line), head.ljust(len(hang)), hang))
        head = ""
    return "\n".join(line.rstrip() for line in lines)


def _filled(line: str, first: str, rest: str) -> str:
    width = max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))
    return textwrap.fill(
        line,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    ) or first  # fmt: skip


def coloured(text: str, colour: str | None) -> str:
    """Return *text* in a colour; a pipe, and whoever sets NO_COLOR, gets it without."""
    if colour is None or os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return text
    return typer.style(text, fg=colour)


@contextmanager
def printing() -> Iterator[None]:
    """End quietly where the reader of standard output has gone.

    Raises:
        RequestError: Standard output can't be written: its disk is full.
    """
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        # What is left would fail again at the end of the process, loudly.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # a reader that has seen enough is no mistake
            raise RequestError(f"standard output: can't be written ({error.strerror}).") from None
