"""From the tables of an older version to today's: changed in place, or read as they lie."""

# ruff: noqa: S608 - the names in the statements are those of the tables themselves

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, Dialect, Table
from sqlalchemy.schema import CreateColumn

from selector.journal import tables
from selector.journal.tables import (
    candidates,
    events,
    outcomes,
    plans,
    requests,
    summaries,
    tallies,
)

# What each version added to the one before it. A new column stands last in its table, as it does
# where it is added, so that the tables of a new journal and of an old one are the same.
NEW_COLUMNS: dict[int, tuple[Column[object], ...]] = {
    2: (requests.c.audited, candidates.c.at_most),
    3: (
        plans.c.number,
        requests.c.disagreed,
        requests.c.generator,
        requests.c.segment,
        requests.c.policy_text,
        requests.c.salt,
        outcomes.c.after,
        summaries.c.segment,
        summaries.c.disagreed,
        events.c.salt,
    ),
}
NEW_TABLES: dict[int, tuple[Table, ...]] = {
    2: (tallies, events),
    3: (
        tables.policies,
        tables.labels,
        tables.chain,
        tables.erasures,
        tables.heads,
        tables.states,
    ),
}
# Since 3 some may be erased, and some must be in the chain.
GUARDED_ANEW = (outcomes, candidates, summaries, tallies, requests, events)


def upgrade(dialect: Dialect, since: int) -> Iterator[str]:
    """Yield the statements that make the tables of version *since* those of today."""
    made = _tables_since(since)
    for column in _columns_since(since):
        text = CreateColumn(column).compile(dialect=dialect)
        yield f"ALTER TABLE {column.table} ADD COLUMN {text}"
    for table in made:
        yield from tables.creation(table, dialect)
    for table in GUARDED_ANEW:
        if table not in made:
            yield f"DROP TRIGGER {table.name}_no_update"
            yield f"DROP TRIGGER {table.name}_no_delete"
    for table in dict.fromkeys((*made, *GUARDED_ANEW)):
        yield from tables.guards(table, dialect)
    yield tables.VERDICTS


def views(since: int) -> Iterator[str]:
    """Yield the statements that let one connection read version *since* as if it were today's.

    For a file that can't be changed: a temporary view stands before the table of its name.
    """
    made = _tables_since(since)
    added: dict[str, list[Column[object]]] = {}
    for column in _columns_since(since):
        added.setdefault(column.table.name, []).append(column)
    for old, columns in added.items():
        missing = ", ".join(f"{_default(column)} AS {column.name}" for column in columns)
        yield f"CREATE TEMP VIEW {old} AS SELECT *, {missing} FROM main.{old}"
    for table in made:
        yield f"CREATE TEMP VIEW {table.name} AS SELECT {_nothing(table)} WHERE 0"
    yield tables.VERDICTS.replace("CREATE VIEW", "CREATE TEMP VIEW", 1)


def _columns_since(since: int) -> list[Column[object]]:
    new = [column for version, some in NEW_COLUMNS.items() if version > since for column in some]
    made = _tables_since(since)
    return [column for column in new if column.table not in made]


def _tables_since(since: int) -> list[Table]:
    return [table for version, some in NEW_TABLES.items() if version > since for table in some]


def _default(column: Column[object]) -> str:
    return "NULL" if column.nullable else "0"


def _nothing(table: Table) -> str:
    return ", ".join(f"NULL AS {column.name}" for column in table.columns)
