"""A PostgreSQL server of the tests' own: started from the installed programs, gone at the end."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

HOST = "127.0.0.1"
READY_S = 30.0
USER = "postgres"
# What makes a server forget nothing when its machine dies; a test's server dies alone.
SETTINGS = {
    "listen_addresses": HOST,
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
}


class Cluster:
    """A server with databases of its own, which may be stopped and started again.

    Attributes:
        port: Where it listens, on the loopback alone.
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self._names = (f"journal_{number}" for number in count(1))
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()
        self._run("initdb", "-D", folder / "data", "-A", "trust", "-U", USER, "--no-sync",
                  "-E", "UTF8", "--locale=C")  # fmt: skip

    def address(self, name: str = USER) -> str:
        """Return the address of a database."""
        return f"postgresql://{USER}@{HOST}:{self.port}/{name}"

    def new(self) -> str:
        """Make an empty database; return its address."""
        name = next(self._names)
        self.tell(f"CREATE DATABASE {name}")
        return self.address(name)

    def tell(self, statement: str) -> None:
        """Run a statement as whoever may do everything."""
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(statement)

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        settings = {**SETTINGS, "port": self.port, "unix_socket_directories": self._folder}
        said = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._folder / "data", *said],
                stdout=log,
                stderr=log,
                **_as_nobody(),
            )
        until = time.monotonic() + READY_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                log_text = (self._folder / "log").read_text(errors="replace")
                raise RuntimeError(f"PostgreSQL does not start:\n{log_text}")
            time.sleep(0.02)

    def stop(self, *, gently: bool = True) -> None:
        """End the server, whoever is connected; roughly, as where it crashes."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT if gently else signal.SIGQUIT)
            self._process.wait(READY_S)
            self._process = None

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: Any) -> None:
        subprocess.run(
            [self._programs / program, *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            **_as_nobody(),
        )


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Give a running server; a test that needs one is skipped where PostgreSQL is not installed.

    Where the variable CI is set it fails there: a promise that is never tested is none.
    """
    programs = _programs()
    if programs is None:
        said = "PostgreSQL is not installed (looked in /usr/lib/postgresql and PATH)"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    folder = Path(tempfile.mkdtemp(prefix="selector-postgres-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, USER)
        server = Cluster(programs, folder)
        try:
            server.start()
            yield server
        finally:
            server.stop(gently=False)
    finally:
        shutil.rmtree(folder)


def _programs() -> Path | None:
    """Return the folder of the newest PostgreSQL's programs, None where there is none."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(found, key=lambda path: int(path.parts[-3]), default=None)
    return newest.parent if newest else _on_path()


def _on_path() -> Path | None:
    name = shutil.which("initdb")
    return Path(name).resolve().parent if name else None


def _as_nobody() -> dict[str, Any]:
    """Return how a program is run by the user of PostgreSQL: it refuses to serve root."""
    if os.geteuid() != 0:
        return {"cwd": "/"}
    return {"user": USER, "group": pwd.getpwnam(USER).pw_gid, "extra_groups": [], "cwd": "/"}


def _free_port() -> int:
    """Return a port that nobody has, below those that outgoing connections take by chance."""
    while True:
        port = secrets.choice(range(20_000, 32_000))
        with socket.socket() as free, suppress(OSError):
            free.bind((HOST, port))
            return port
