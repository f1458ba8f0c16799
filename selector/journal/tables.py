"""What the journal keeps: its tables, in the terms that every database of ours understands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    false,
)
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.types import UserDefinedType

SCHEMA = 2


class ExactDouble(UserDefinedType[float]):
    """A double, kept bit for bit: a column that SQLite knows to be REAL turns -0.0 into 0.0."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the column's type in SQL: none, so that nothing is converted."""
        return ""


metadata = MetaData()


def _needed(name: str, kind: Any, *more: Any) -> Column[Any]:
    return Column(name, kind, *more, nullable=False)


def _of_request() -> Column[Any]:
    return Column("request", ForeignKey("requests.number"), primary_key=True, nullable=False)


plans = Table(
    "plans",
    metadata,
    Column("hash", Text, primary_key=True, nullable=False),
    _needed("schema", Integer),
    _needed("first_used", Text),
    _needed("body", Text),
)
requests = Table(
    "requests",
    metadata,
    # Kept small because every outcome repeats it, and rising because newest comes first.
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    _needed("created", Text),
    _needed("prompt", Text),
    Column("edit", Text),
    _needed("expect", Text),
    _needed("policy", Text),
    _needed("version", Integer),
    _needed("policy_hash", Text),
    _needed("plan_hash", Text, ForeignKey("plans.hash")),
    _needed("answer", Text),
    _needed("needs_person", Boolean),
    Column("advice", Text),
    _needed("candidates", Integer),
    Column("seconds", ExactDouble),
    _needed("spent", Text),
    Column("audited", Boolean, nullable=False, server_default=false()),
)
candidates = Table(
    "candidates",
    metadata,
    _of_request(),
    Column("candidate_id", Text, primary_key=True, nullable=False),
    _needed("position", Integer),
    Column("content_hash", Text),
    Column("pixel_hash", Text),
    Column("path", Text),
    _needed("metadata", Text),
    Column("error", Text),
    _needed("notes", Text),
    Column("verdict", Text),
    Column("rank", Integer),
    Column("quality", ExactDouble),
    Column("reasons", Text),
    Column("outcomes", Integer),
    Column("at_most", ExactDouble),
    sqlite_with_rowid=False,
)
outcomes = Table(
    "outcomes",
    metadata,
    _of_request(),
    Column("candidate_id", Text, primary_key=True, nullable=False),
    Column("instance", Text, primary_key=True, nullable=False),
    Column("output", Text, primary_key=True, nullable=False),
    _needed("fingerprint", Text),
    _needed("kind", Text),
    Column("value", ExactDouble),
    Column("reason", Text),
    Column("evidence", Text),
    Column("members", Text),
    ForeignKeyConstraint(
        ["request", "candidate_id"], ["candidates.request", "candidates.candidate_id"]
    ),
    sqlite_with_rowid=False,
)
summaries = Table(
    "summaries",
    metadata,
    _of_request(),
    _needed("created", Text),
    _needed("policy", Text),
    _needed("version", Integer),
    Column("generator", Text),
    _needed("outputs", Text),
    _needed("failures", Integer),
    Column("margin", ExactDouble),
    _needed("accepted", Integer),
    _needed("review", Integer),
    _needed("rejected", Integer),
    _needed("needs_person", Boolean),
    _needed("audit", Boolean),
)

# What each measure came to in a request, so that what measuring costs here, and how often it
# refuses, is told without reading every outcome. Two instances of one fingerprint have one row.
tallies = Table(
    "tallies",
    metadata,
    Column("fingerprint", Text, primary_key=True, nullable=False),
    _of_request(),
    _needed("calls", Integer),
    _needed("seconds", ExactDouble),
    _needed("measured", Integer),
    _needed("refused", Integer),
    _needed("whole", Boolean),
    sqlite_with_rowid=False,
)
events = Table(
    "events",
    metadata,
    Column("number", Integer, primary_key=True),
    _needed("created", Text),
    _needed("kind", Text),
    _needed("subject", Text),
    _needed("writer", Text),
    _needed("value", ExactDouble),
    Column("body", Text),
    Index("events_by_writer", "kind", "subject", "writer", "number"),
)


def ddl(dialect: Dialect) -> Iterator[str]:
    """Yield the statements that make an empty database a journal, to which one can only append."""
    for table in metadata.sorted_tables:
        yield from creation(table, dialect)


def creation(table: Table, dialect: Dialect) -> Iterator[str]:
    """Yield the statements that make one table, to which one can only append."""
    yield str(CreateTable(table).compile(dialect=dialect))
    for index in table.indexes:
        yield str(CreateIndex(index).compile(dialect=dialect))
    for verb in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER {table.name}_no_{verb.lower()} BEFORE {verb} ON {table.name} "
            "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        )
