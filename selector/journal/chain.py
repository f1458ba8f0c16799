"""The hash chain: what an entry says of a row, so that no row is changed, lost or moved unseen."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

from selector.journal.plain import Row, to_json

Kind = str  # "plan", "policy", "request", "event", "label", "erasure", or "start"
SCHEMA = 3  # of the tables
WRITER = "main"  # whose chain it is if nobody says
BEGINNING = ""  # the link before the first

# The columns that each version's digests are over, in their order. What is looked up by others
# (the number) and the salt itself are not among them.
_COLUMNS: dict[int, dict[str, tuple[str, ...]]] = {
    3: {
        "plans": ("hash", "schema", "first_used", "body"),
        "policies": (
            "hash", "name", "version", "policy_hash", "first_used", "text", "calibrated",
        ),
        "requests": (
            "id", "created", "prompt", "edit", "expect", "policy", "version", "policy_hash",
            "plan_hash", "answer", "needs_person", "advice", "candidates", "seconds", "spent",
            "audited", "disagreed", "generator", "segment", "policy_text",
        ),
        "candidates": (
            "candidate_id", "position", "content_hash", "pixel_hash", "path", "metadata", "error",
            "notes", "verdict", "rank", "quality", "reasons", "outcomes", "at_most",
        ),
        "outcomes": (
            "candidate_id", "instance", "output", "fingerprint", "kind", "value", "reason",
            "evidence", "members", "after",
        ),
        "summaries": (
            "created", "policy", "version", "generator", "outputs", "failures", "margin",
            "accepted", "review", "rejected", "needs_person", "audit", "segment", "disagreed",
        ),
        "tallies": ("fingerprint", "calls", "seconds", "measured", "refused", "whole"),
        "events": ("created", "kind", "subject", "writer", "value", "body"),
        "labels": (
            "created", "request_id", "candidate_id", "content_hash", "rater", "aspect", "value",
            "verdict", "body",
        ),
    }
}  # fmt: skip
_NAMED_BY = {"outcomes": 3}  # how many of the first columns tell a request's rows apart


def salt() -> str:
    """Return a new salt: without it nobody can guess what an erased row said from its digest."""
    return secrets.token_hex(16)


def digest(of: Mapping[str, Iterable[Row]], salt: str | None, schema: int = SCHEMA) -> str:
    """Return the digest of rows, sha256 hex.

    Args:
        of: By table, the rows that belong together.
        salt: Of those that may be erased.
        schema: The version whose columns it is over.
    """
    said = [[name, _plain(name, rows, schema)] for name, rows in of.items()]
    return _sha256((salt or "") + to_json(said))


def erasure_digest(created: str, erased: Iterable[int], schema: int = SCHEMA) -> str:
    """Return the digest of an erasure: when it was, and of which entries."""
    return _sha256(to_json([schema, created, sorted(erased)]))


def start_digest(number: int, requests: int, events: int) -> str:
    """Return the digest of a chain's start in a journal that is older than its chain.

    Args:
        number: The highest that any row has.
        requests: How many there are.
        events: Likewise.
    """
    return _sha256(to_json(["start", number, requests, events]))


def link(before: str, entry: Row) -> str:
    """Return the link of an entry, sha256 hex.

    Args:
        before: The link before it, of the same writer.
        entry: Of the table `chain`; its own link is not read.
    """
    said = [entry[name] for name in ("writer", "sequence", "number", "kind", "schema", "digest")]
    return _sha256(to_json([before, *said]))


def _plain(name: str, rows: Iterable[Row], schema: int) -> list[tuple[Any, ...]]:
    """Return the columns of rows, in an order that is theirs: the first ones name each."""
    found = map(itemgetter(*_COLUMNS[schema][name]), rows)
    return sorted(found, key=itemgetter(*range(_NAMED_BY.get(name, 1))))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
