"""Rows of the journal laid side by side for Parquet: a row has all that is known of a candidate."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row

Wide = dict[str, Any]  # by column
Kinds = Mapping[str, str]  # pyarrow's name of each column's type

REQUESTS: Kinds = {
    "number": "int64", "id": "string", "created": "string", "prompt": "string", "edit": "string",
    "expect": "string", "policy": "string", "version": "int32", "policy_hash": "string",
    "plan_hash": "string", "answer": "string", "needs_person": "bool", "advice": "string",
    "candidates": "int32", "seconds": "float64", "spent": "string", "audited": "bool",
    "disagreed": "bool", "generator": "string", "segment": "string",
}  # fmt: skip
CANDIDATES: Kinds = {
    "candidate_id": "string", "position": "int32", "content_hash": "string",
    "pixel_hash": "string", "path": "string", "metadata": "string", "error": "string",
    "notes": "string", "verdict": "string", "rank": "int32", "quality": "float64",
    "at_most": "float64", "reasons": "string",
}  # fmt: skip
MEASURES: Kinds = {
    "plan_hash": "string", "instance": "string", "use": "string", "version": "int32",
    "fingerprint": "string", "parameters": "string",
}  # fmt: skip
# What a candidate's row says of its request, so that it can be read by itself.
ABOUT = (
    "created", "policy", "version", "plan_hash", "answer", "audited", "generator", "segment",
)  # fmt: skip


class Layout:
    """The columns of a candidate's row, which follow from the plans that decided the requests."""

    def __init__(self, plans: Mapping[str, Any]) -> None:
        """Lay out the columns.

        Args:
            plans: By hash, as JSON data.

        Raises:
            LookupError, TypeError, AttributeError: One is no plan.
        """
        keys = {
            f"{name}.{output}"
            for plan in plans.values()
            for name, one in plan["instances"].items()
            for output in one["outputs"]
        }
        self._states = {
            # An output may be called like the state of another one.
            key: f"{key}.state_" if f"{key}.state" in keys else f"{key}.state"
            for key in sorted(keys)
        }

    @property
    def kinds(self) -> Kinds:
        """The type of each column."""
        about = {name: REQUESTS[name] for name in ABOUT}
        found = {"request_id": "string", **about, **CANDIDATES, "afterwards": "strings"}
        for key, state in self._states.items():
            found |= {key: "float64", state: "word"}
        return found

    def rows(
        self,
        heads: Iterable[Row[Any]],
        candidates: Iterable[Row[Any]],
        outcomes: Iterable[Sequence[Any]],
    ) -> list[Wide]:
        """Return the rows of the candidates of some requests.

        Args:
            heads: The requests.
            candidates: Theirs, in the order that the rows are to have.
            outcomes: Theirs: request, candidate, instance, output, kind, value, after.
        """
        about = {
            row.number: {"request_id": row.id, **{name: getattr(row, name) for name in ABOUT}}
            for row in heads
        }
        made: dict[tuple[int, str], Wide] = {}
        for row in candidates:
            own = {name: getattr(row, name) for name in CANDIDATES}
            made[row.request, row.candidate_id] = {**about[row.request], **own, "afterwards": []}
        for request, candidate, instance, output, kind, value, after in outcomes:
            key = f"{instance}.{output}"
            whose = made[request, candidate]
            whose[key], whose[self._states[key]] = value, kind
            if after:
                whose["afterwards"].append(key)
        return list(made.values())


def measures(plans: Mapping[str, Any]) -> Iterator[Wide]:
    """Yield by plan and instance which measure it is: columns of one name may have several."""
    for plan_hash, plan in plans.items():
        for name, one in plan["instances"].items():
            yield {
                "plan_hash": plan_hash,
                "instance": name,
                "use": one["use"],
                "version": one["version"],
                "fingerprint": one["fingerprint"],
                "parameters": json.dumps(one["parameters"], ensure_ascii=False),
            }


def as_dicts(rows: Sequence[Row[Any]]) -> list[Wide]:
    """Return rows by column."""
    return [dict(row._mapping) for row in rows]  # noqa: SLF001 - so it is documented
