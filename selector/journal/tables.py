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
    UniqueConstraint,
    false,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.types import UserDefinedType


class ExactDouble(UserDefinedType[float]):
    """A double, kept bit for bit: a column that SQLite knows to be REAL turns -0.0 into 0.0."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the column's type in SQL: none, so that nothing is converted."""
        return ""


@compiles(ExactDouble, "postgresql")
def _double(_type: ExactDouble, _compiler: Any, **_: Any) -> str:
    return "DOUBLE PRECISION"


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
    Column("number", Integer),
)
# The texts of policies as they were used, so that an earlier one can be put back in force.
policies = Table(
    "policies",
    metadata,
    Column("hash", Text, primary_key=True, nullable=False),
    _needed("name", Text),
    _needed("version", Integer),
    _needed("policy_hash", Text),
    _needed("first_used", Text),
    _needed("text", Text),
    Column("calibrated", Text),
    _needed("number", Integer),
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
    Column("disagreed", Boolean),
    Column("generator", Text),
    Column("segment", Text),
    Column("policy_text", Text),
    Column("salt", Text),
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
    Column("after", Boolean, nullable=False, server_default=false()),
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
    Column("segment", Text),
    Column("disagreed", Boolean),
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
    Column("salt", Text),
    Index("events_by_writer", "kind", "subject", "writer", "number"),
)
# What people said. `verdict` is what the engine had said of that candidate.
labels = Table(
    "labels",
    metadata,
    Column("number", Integer, primary_key=True),
    _needed("created", Text),
    _needed("request_id", Text),
    _needed("candidate_id", Text),
    Column("content_hash", Text),
    _needed("rater", Text),
    _needed("aspect", Text),
    _needed("value", ExactDouble),
    Column("verdict", Text),
    Column("body", Text),
    Column("salt", Text),
    Index("labels_by_request", "request_id"),
)

# One entry for everything that is appended, in the order of commit: `number` is the one that the
# row itself has. A digest is over a salt beside the row, and a link over the entry and the link
# before it of the same writer. So a row may be erased, with its salt, and the chain still holds.
chain = Table(
    "chain",
    metadata,
    Column("number", Integer, primary_key=True),
    _needed("writer", Text),
    _needed("sequence", Integer),
    _needed("kind", Text),
    _needed("schema", Integer),
    _needed("digest", Text),
    _needed("link", Text),
    UniqueConstraint("writer", "sequence"),
)
erasures = Table(
    "erasures",
    metadata,
    Column("erased", Integer, primary_key=True),
    _needed("number", Integer),
    _needed("created", Text),
)

# What changes: where each writer's chain ends, so that a cut end is noticed; and what can be made
# anew from the rows, as where monitoring stands.
heads = Table(
    "heads",
    metadata,
    Column("writer", Text, primary_key=True, nullable=False),
    _needed("sequence", Integer),
    _needed("link", Text),
)
states = Table(
    "states",
    metadata,
    Column("name", Text, primary_key=True, nullable=False),
    _needed("body", Text),
)

CHANGING = frozenset({heads.name, states.name})
# By which column each table that may be erased tells whose row it is; the children first.
ERASABLE = {
    outcomes: "request",
    candidates: "request",
    summaries: "request",
    tallies: "request",
    labels: "number",
    requests: "number",
}
# A process of an older selector may have the file open while a newer one renews it: from then on
# what it writes would stand outside the chain.
OLDER = frozenset({requests, events})
UPGRADE = "a newer selector has renewed the journal: upgrade this one"
VERDICTS = """CREATE VIEW verdicts AS
SELECT r.id AS request_id, r.created, r.policy, r.version, r.generator, r.segment, c.candidate_id,
       c.content_hash, c.path, c.verdict, c.rank, c.quality, c.at_most, c.reasons
FROM requests r JOIN candidates c ON c.request = r.number"""


def ddl(dialect: Dialect) -> Iterator[str]:
    """Yield the statements that make an empty database a journal, to which one can only append."""
    for table in metadata.sorted_tables:
        yield from creation(table, dialect)
    for table in metadata.sorted_tables:
        yield from guards(table, dialect)
    yield VERDICTS


def creation(table: Table, dialect: Dialect) -> Iterator[str]:
    """Yield the statements that make one table.

    What a server checks for each row that refers to another takes half of the time of writing. A
    request is written whole and can't be changed, so there nothing is checked; the chain tells.
    """
    refers: list[Any] | None = None if dialect.name == "sqlite" else []
    made = CreateTable(table, include_foreign_key_constraints=refers)
    yield str(made.compile(dialect=dialect))
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        yield str(CreateIndex(index).compile(dialect=dialect))


def guards(table: Table, dialect: Dialect) -> Iterator[str]:
    """Yield the statements after which rows of a table can't be changed, nor go unless erased."""
    if table.name in CHANGING:
        return
    if table in OLDER and dialect.name == "sqlite":
        yield (
            f"CREATE TRIGGER {table.name}_in_chain BEFORE INSERT ON {table.name} "
            f"WHEN NEW.salt IS NULL BEGIN SELECT RAISE(ABORT, '{UPGRADE}'); END"
        )
    for verb in ("UPDATE", "DELETE"):
        name, key = f"{table.name}_no_{verb.lower()}", ERASABLE.get(table)
        if dialect.name == "sqlite":
            unless = f"WHEN {_KEPT.format(key)} " if key and verb == "DELETE" else ""
            yield (
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table.name} {unless}"
                "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
            )
        else:
            argument = f"'{key}'" if key and verb == "DELETE" else ""
            yield (
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table.name} FOR EACH ROW "
                f"EXECUTE FUNCTION append_only({argument})"
            )


_KEPT = "NOT EXISTS (SELECT 1 FROM erasures WHERE erased = OLD.{})"
