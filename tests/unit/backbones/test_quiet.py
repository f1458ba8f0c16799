"""What models say while they start stays off standard error, and standard error stays itself."""

import subprocess
import sys
from pathlib import Path

import pytest

needs_fork = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork, and no sh")

HEAD = """
import os, sys, threading, warnings
from selector.backbones import quiet
quiet.owns_stderr = True
"""


def said(code: str) -> list[str]:
    """Return the lines that a program of its own leaves on standard error."""
    command = [sys.executable, "-c", HEAD + code]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return done.stderr.splitlines()


def test_chatter_is_dropped_and_the_rest_is_passed_on() -> None:
    """Notices and warnings of MediaPipe go, an error stays, and what comes after it too."""
    code = r"""
with quiet.quiet():
    os.write(2, b"I0000 00:00 a notice\nINFO: a line\nan error\nW0000 00:00 a warning\n")
    print("of Python's own", file=sys.stderr, flush=True)
os.write(2, b"INFO: of somebody else\n")
"""
    assert said(code) == ["an error", "of Python's own", "INFO: of somebody else"]


def test_it_leaves_the_standard_error_of_others_alone() -> None:
    """In a process that is not the program's own, and on no terminal, nothing is touched."""
    code = r"""
quiet.owns_stderr = False
with quiet.quiet():
    os.write(2, b"INFO: a line\n")
"""
    assert said(code) == ["INFO: a line"]


def test_models_may_start_at_once() -> None:
    """The first to begin may be the first to end: standard error is back after the last."""
    code = r"""
before = os.fstat(2).st_ino
one_began, both_began, one_ended = (threading.Event() for _ in range(3))
def first():
    with quiet.quiet():
        one_began.set()
        both_began.wait()
    one_ended.set()
def second():
    one_began.wait()
    with quiet.quiet():
        both_began.set()
        one_ended.wait()
        os.write(2, b"INFO: a line\nan error\n")
threads = [threading.Thread(target=each) for each in (first, second)]
for each in threads: each.start()
for each in threads: each.join()
assert os.fstat(2).st_ino == before
os.write(2, b"afterwards\n")
"""
    assert said(code) == ["an error", "afterwards"]


def test_what_fails_puts_it_back() -> None:
    """An exception while a model starts is told where it always is."""
    code = r"""
try:
    with quiet.quiet():
        raise ValueError
except ValueError:
    os.write(2, b"INFO: it failed\n")
"""
    assert said(code) == ["INFO: it failed"]


@needs_fork
def test_a_child_process_has_its_own() -> None:
    """One that is forked while a model starts writes to standard error, and not into a file."""
    code = r"""
began, go_on = threading.Event(), threading.Event()
def starts():
    with quiet.quiet():
        os.write(2, b"INFO: a line\nan error\n")
        began.set()
        go_on.wait()
thread = threading.Thread(target=starts)
thread.start()
began.wait()
warnings.simplefilter("ignore")  # newer Pythons warn of fork in a process with threads
child = os.fork()
if child == 0:
    os.write(2, b"INFO: from the child\n")
    with quiet.quiet():
        os.write(2, b"INFO: another line\n")
    os._exit(0)
os.waitpid(child, 0)
go_on.set()
thread.join()
"""
    assert said(code) == ["INFO: from the child", "an error"]


@needs_fork
def test_without_a_standard_error_nothing_is_put_in_its_place(tmp_path: Path) -> None:
    """Where it is closed, another file may have its number: that one is left alone."""
    code = r"""
with open(sys.argv[1], "w") as file:
    assert file.fileno() == 2
    with quiet.quiet():
        assert os.fstat(2).st_nlink == 1
"""
    file = tmp_path / "file"
    command = ["sh", "-c", 'exec "$@" 2>&-', "sh", sys.executable, "-c", HEAD + code, str(file)]
    subprocess.run(command, check=True, timeout=60)
