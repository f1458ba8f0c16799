"""A process's way to a journal in PostgreSQL: transactions, and writers that take turns."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakSet

from sqlalchemy import URL, Connection, create_engine, event, text

from selector.errors import JournalError
from selector.journal import chain, tables
from selector.journal.faults import explained

SCHEMA = "selector_journal"  # of PostgreSQL: our tables have common names
TURN = 0x53656C4A  # the lock that a writer holds, "SelJ"
BUSY = "30s"  # how long a writer waits for another one; an append takes milliseconds
CONNECT_S = 10

# Only who is erased may go, which no `WHEN` of a trigger can ask here.
_GUARD = f"""
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql SET search_path = {SCHEMA} AS $$
BEGIN
  IF TG_NARGS = 1 AND EXISTS (
    SELECT 1 FROM erasures WHERE erased = (to_jsonb(OLD) ->> TG_ARGV[0])::bigint
  ) THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'the journal is append-only';
END $$
"""  # noqa: S608 - nothing comes from outside


class Server:
    """A journal in PostgreSQL, in the schema `selector_journal` of a database.

    Writers take turns, over all processes: so numbers rise in the order of commit, and whoever
    reads all after a number misses nothing.
    """

    def __init__(self, url: URL) -> None:
        self.name = url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)
        where = {name: url.query[name] for name in ("host", "port") if name in url.query}
        port = None if "port" in where else url.port or 5432
        same = URL.create("postgresql", url.username, None, url.host, port, url.database, where)
        self.place = same.render_as_string()
        self._ready = False
        self.connections = 0
        with explained(self.name), _driver():
            self._engine = create_engine(
                url,
                pool_pre_ping=True,
                connect_args={"connect_timeout": CONNECT_S},
                hide_parameters=True,  # in errors, which may be logged: they hold prompts
            )
        event.listen(self._engine, "connect", _at_home)
        event.listen(self._engine, "connect", self._count)
        _known.add(self)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that alone may write; all of it is kept, or nothing.

        Raises:
            JournalError: The database can't be reached or written, or is of a newer selector.
        """
        with explained(self.name), self._engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({TURN})")
            if not self._ready:
                _prepare(self.name, connection)
            yield connection
        self._ready = True

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a transaction that sees one moment of the journal, and can change nothing.

        Raises:
            JournalError: There is no journal, or it can't be read.
        """
        if not self.exists():
            raise JournalError(f"{self.name}: there is no journal. Check the address.")
        with explained(self.name), self._engine.connect() as connection:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection

    def exists(self) -> bool:
        """Return whether there is a journal of today's version.

        Raises:
            JournalError: The database can't be reached, or the journal is of a newer selector.
        """
        if not self._ready:
            with explained(self.name), self._engine.connect() as connection:
                self._ready = _schema(self.name, connection) == chain.SCHEMA
        return self._ready

    def settle(self) -> bool:
        """Return that it is done: what was erased is overwritten when the database next cleans up (VACUUM)."""
        return True

    def _count(self, *_: object) -> None:
        self.connections += 1

    def close(self) -> None:
        """Close all connections; they open again when they are next used."""
        with explained(self.name):
            self._engine.dispose()

    def forget_connections(self) -> None:
        """Leave all connections to the process that this one was forked from."""
        self._engine.dispose(close=False)


@contextmanager
def _driver() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise JournalError(
            f"journal: PostgreSQL needs a driver (got {error}). "
            "pip install 'selector-engine[postgres]'"
        ) from error


def _at_home(driver: Any, _record: object) -> None:
    """Let a new connection find our tables, and keep what it is told it has kept."""
    with driver.cursor() as cursor:
        cursor.execute(f"SET search_path TO {SCHEMA}")
        cursor.execute("SET default_transaction_isolation TO 'read committed'")  # after the turn
        cursor.execute("SET synchronous_commit TO on")
        cursor.execute(f"SET lock_timeout TO '{BUSY}'")
    driver.commit()


def _schema(name: str, connection: Connection) -> int:
    """Return the version of the tables; 0 if there are none."""
    if connection.scalar(text("SELECT to_regclass('states')")) is None:
        return 0
    found = connection.scalar(text("SELECT body FROM states WHERE name = 'schema'"))
    schema = int(found or 0)
    if schema > chain.SCHEMA:
        raise JournalError(
            f"{name}: written by a newer selector (got schema {schema}, known up to "
            f"{chain.SCHEMA}). Upgrade selector-engine, or choose another database."
        )
    return schema


def _prepare(name: str, connection: Connection) -> None:
    """Make the tables, if nobody did."""
    if _schema(name, connection):
        return
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    connection.exec_driver_sql(_GUARD)
    for statement in tables.ddl(connection.dialect):
        connection.exec_driver_sql(statement)
    connection.execute(
        text("INSERT INTO states (name, body) VALUES ('schema', :body)"),
        {"body": str(chain.SCHEMA)},
    )


_known: WeakSet[Server] = WeakSet()


def _after_fork() -> None:
    for server in list(_known):
        server.forget_connections()


os.register_at_fork(after_in_child=_after_fork)
