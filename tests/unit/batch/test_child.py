"""A process of ours starts from anywhere, ends with its parent, and says how it ended."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

from selector.batch.child import MEMORY, THREADS, Child

SERVES = """
import os, signal, sys, threading, time
from selector.batch.child import received

def echo(connection, payload):
    for one in received(connection):
        connection.send([payload, one])

def about(connection, _payload):
    print("to nobody")
    print("to everybody", file=sys.stderr, flush=True)
    connection.send([sys.path, dict(os.environ), os.getpgrp()])

def whispers(connection, count, aside):
    for one in range(count):
        aside.send(one)
    connection.send("told")

def stuck(connection, _payload):
    connection.send(os.getpid())
    while True:
        time.sleep(0.01)

def deaf(connection, _payload):
    for one in received(connection):
        connection.send(one)
        while True:
            time.sleep(0.01)

def ends(_connection, how):
    print("last words", file=sys.stderr, flush=True)
    os.kill(os.getpid(), how) if how else sys.exit(3)
"""


@pytest.fixture
def served(tmp_path, monkeypatch):
    """Give a maker of children that run what is above; all are ended."""
    (tmp_path / "served.py").write_text(SERVES)
    monkeypatch.syspath_prepend(tmp_path)
    children = []

    def start(name, payload=None, **rest):
        children.append(Child(f"served:{name}", payload, **rest))
        return children[-1]

    yield start
    for one in children:
        one.end()


def _is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _gone_within(seconds: float, pid: int) -> bool:
    until = time.monotonic() + seconds
    while _is_there(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not _is_there(pid)


def test_it_serves_what_it_is_sent(served):
    """It is told its payload, and answers in the order of what it is sent."""
    child = served("echo", "payload")
    for number in range(3):
        child.connection.send(number)
    assert [child.connection.recv() for _ in range(3)] == [["payload", n] for n in range(3)]


def test_it_finds_the_modules_of_its_parent(served, capsys, monkeypatch):
    """Its path is the parent's; what it prints is nobody's, what it complains goes to the parent."""
    monkeypatch.delenv(THREADS[0], raising=False)
    monkeypatch.setenv(THREADS[1], "7")
    threshold, trim = MEMORY
    monkeypatch.delenv(trim, raising=False)
    monkeypatch.setenv(threshold, "131072")
    child = served("about", threads=1)
    path, environment, group = child.connection.recv()
    assert path == sys.path
    assert (environment[THREADS[0]], environment[THREADS[1]]) == ("1", "7")
    assert (environment[trim], environment[threshold]) == (MEMORY[trim], "131072")
    assert group != os.getpgrp()  # a key that interrupts the parent does not reach it
    child.end()
    assert child.last_words() == "to everybody"
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "to everybody\n")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (0, "exit code 3"),
        (signal.SIGKILL, "signal 9, killed: out of memory?"),
        (signal.SIGTERM, "signal 15, Terminated"),
    ],
    ids=["exit", "kill", "term"],
)
def test_how_it_ended_is_told(served, how, said):
    """Exit codes and signals come as words, with what it wrote last."""
    child = served("ends", int(how))
    with pytest.raises((EOFError, OSError)):
        child.connection.recv()
    assert child.fate() == said
    assert "last words" in child.last_words()
    assert not child.is_alive


@pytest.mark.parametrize("count", [3, 0])
def test_what_it_says_aside_wakes_nobody(served, count):
    """It lies there until it is read, in order, and can be read when the process has ended."""
    child = served("whispers", count, has_aside=True)
    assert child.connection.recv() == "told"
    with pytest.raises((EOFError, OSError)):
        child.connection.recv()
    assert [child.aside.recv() for _ in range(count)] == list(range(count))
    with pytest.raises(EOFError):
        child.aside.recv()


@pytest.mark.parametrize("name", ["echo", "stuck", "deaf"])
def test_it_ends_in_two_seconds_whatever_it_does(served, name):
    """Idle, busy or deaf, it is gone soon after it was told to end; nothing stays open."""
    before = len(os.listdir("/proc/self/fd"))
    child = served(name)
    if name != "stuck":
        child.connection.send("work")
    child.connection.recv()
    started = time.monotonic()
    child.end()
    assert time.monotonic() - started < 3
    assert not Path(f"/proc/{child.pid}").exists()  # nor a zombie
    assert len(os.listdir("/proc/self/fd")) == before


def test_it_takes_in_what_it_is_sent_while_it_is_busy(served):
    """Whoever sends never waits for a child that measures, however much is sent."""
    child = served("deaf")
    child.connection.send("first")
    assert child.connection.recv() == "first"
    started = time.monotonic()
    child.connection.send(b"x" * 20_000_000)
    assert time.monotonic() - started < 3


def test_it_does_not_survive_its_parent(tmp_path):
    """When the parent is killed with no chance to say so, no orphan goes on for two seconds."""
    (tmp_path / "served.py").write_text(SERVES)
    script = tmp_path / "parent.py"
    script.write_text(
        dedent(
            """
            import time
            from selector.batch.child import Child
            children = [Child("served:stuck", None), Child("served:echo", None)]
            print(*[child.pid for child in children], children[0].connection.recv(), flush=True)
            time.sleep(60)
            """
        )
    )
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as parent:
        stuck, echo, itself = map(int, parent.stdout.readline().split())
        assert stuck == itself
        assert _is_there(stuck)
        parent.kill()
    assert _gone_within(2, stuck)
    assert _gone_within(2, echo)
