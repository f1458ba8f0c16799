"""Keeps what models say on the way off standard error, where somebody may be reading."""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator

owns_stderr = False  # set by a program whose process has no other users, as the command line
# What the C++ of MediaPipe says: notices and warnings, each a line. Errors are passed on.
_CHATTER = re.compile(rb"^(?:[IW]\d{4} |INFO: |WARNING: )")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what MediaPipe's C++ says while starting off a terminal; no setting of its does.

    Only on a terminal, or in a process that is the program's own: elsewhere a stray line does no
    harm, and standard error, which other threads and child processes share, is left alone.
    """
    if not owns_stderr and not os.isatty(2):
        yield
        return
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
            said.seek(0)
            os.write(2, b"".join(line for line in said if not _CHATTER.match(line)))
