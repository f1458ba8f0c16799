"""From the tables of an older version to today's: changed in place, or read as they lie."""

# ruff: noqa: S608 - the names in the statements are those of the tables themselves

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, Dialect, Table
from sqlalchemy.schema import CreateColumn

from selector.journal.tables import candidates, creation, events, requests, tallies

# What version 2 added to version 1. A new column stands last in its table, as it does where it is
# added, so that the tables of a new journal and of an old one are the same.
NEW_COLUMNS: tuple[Column[object], ...] = (requests.c.audited, candidates.c.at_most)
NEW_TABLES = (tallies, events)


def upgrade(dialect: Dialect) -> Iterator[str]:
    """Yield the statements that make the tables of version 1 those of today."""
    for column in NEW_COLUMNS:
        yield f"ALTER TABLE {column.table} ADD COLUMN {CreateColumn(column).compile(dialect=dialect)}"
    for table in NEW_TABLES:
        yield from creation(table, dialect)


def views() -> Iterator[str]:
    """Yield the statements that let one connection read version 1 as if it were today's.

    For a file that can't be changed: a temporary view stands before the table of its name.
    """
    for column in NEW_COLUMNS:
        old = column.table.name
        missing = f"{_default(column)} AS {column.name}"
        yield f"CREATE TEMP VIEW {old} AS SELECT *, {missing} FROM main.{old}"
    for table in NEW_TABLES:
        yield f"CREATE TEMP VIEW {table.name} AS SELECT {_nothing(table)} WHERE 0"


def _default(column: Column[object]) -> str:
    return "NULL" if column.nullable else "0"


def _nothing(table: Table) -> str:
    return ", ".join(f"NULL AS {column.name}" for column in table.columns)
