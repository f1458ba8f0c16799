"""A part of the decisions as a Parquet file: one row a candidate, its tally in the metadata."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, partial
from operator import itemgetter
from typing import Any

from selector.batch.listing import EXPECT
from selector.batch.rows import NOT_EVALUATED, Row, Rows, Told
from selector.batch.tally import Fate, Tally, brief, counted, failure, ground, unread
from selector.batch.texts import json_text, valid
from selector.installed import DISTRIBUTION, version_of
from selector.policy.plan import Plan

FORMAT = 1
_ABOUT, _TALLY = b"selector", b"selector.tally"

Cell = Callable[[Row], Any]
Column = tuple[str, Cell]  # its type, and its cell of a row

_BEFORE = {
    "request_id": "string",
    "candidate_id": "string",
    "position": "int32",
    "prompt": "string",
    "instruction": "string",
    "source": "string",
    "path": "string",
    "content_hash": "string",
    "pixel_hash": "string",
    "verdict": "string",
    "rank": "int32",
    "quality": "double",
    "answer": "string",
    "needs_person": "bool",
    "advice": "string",
    "reasons": "reasons",
    "error": "string",
    "notes": "strings",
}
_AFTER = {
    "evidence": "string",
    "failed": "bool",
    "attempt": "int32",
    "audited": "bool",
}


def table(plan: Plan, columns: Mapping[str, str], rows: Rows, tally: Tally | None = None) -> bytes:
    """Return rows as a Parquet file; its columns follow from the plan and *columns* alone."""
    return data(arrow(plan, columns, rows), tally or Tally())


def arrow(plan: Plan, columns: Mapping[str, str], rows: Rows) -> Any:
    """Return rows as an Arrow table.

    Args:
        plan: What decided them.
        columns: What the further columns of the input hold, by name.
        rows: Of `rows_of`.
    """
    import pyarrow as pa

    made, kinds = _columns(plan, columns), _kinds()
    cells = [pa.array([cell(row) for row in rows], kinds[kind]) for kind, cell in made.values()]
    fields = [(name, kinds[kind]) for name, (kind, _) in made.items()]
    return pa.Table.from_arrays(cells, schema=pa.schema(fields, {_ABOUT: _about(plan)}))


def data(made: Any, tally: Tally) -> bytes:
    """Return an Arrow table of `arrow` with its tally as the bytes of a Parquet file."""
    import pyarrow.parquet as pq

    told = json.dumps(tally.to_dict())
    file = io.BytesIO()
    pq.write_table(
        made.replace_schema_metadata({**made.schema.metadata, _TALLY: told}),
        file,
        compression="zstd",
    )
    return file.getvalue()


def tally_in(metadata: Mapping[bytes, bytes] | None) -> Tally:
    """Return the tally that the metadata of a part hold.

    Raises:
        ValueError: They hold none.
    """
    if not metadata or _TALLY not in metadata:
        raise ValueError("no tally in it")
    return Tally.from_dict(json.loads(metadata[_TALLY]))


def replaced(old: Any, new: Any, requests: Collection[str]) -> tuple[Any, Any]:
    """Return an Arrow table with the rows of these requests replaced, and what stayed of it.

    The order of the requests stays. What is new was attempted once more than what it replaces.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    again = pc.is_in(old["request_id"], pa.array(sorted(requests), pa.string()))
    stays, tried = old.filter(pc.invert(again)), attempts(old.filter(again))
    count = pa.array([tried.get(one, 0) + 1 for one in new["request_id"].to_pylist()], pa.int32())
    new = new.set_column(new.schema.get_field_index("attempt"), new.schema.field("attempt"), count)
    order = {name: at for at, name in enumerate(dict.fromkeys(old["request_id"].to_pylist()))}
    whole = pa.concat_tables([stays.cast(new.schema), new])
    ids = [order.get(name, len(order)) for name in whole["request_id"].to_pylist()]
    places = list(zip(ids, whole["position"].to_pylist(), strict=True))
    return whole.take(sorted(range(len(places)), key=places.__getitem__)), stays


def attempts(made: Any) -> dict[str, int]:
    """Return how often each request was tried, of an Arrow table with at least these columns."""
    return dict(zip(made["request_id"].to_pylist(), made["attempt"].to_pylist(), strict=True))


def counts(made: Any, plan: Plan) -> Tally:
    """Return the tally of what an Arrow table holds; nothing in it tells what that took."""
    names = _names(plan)
    needed = ["request_id", "verdict", "answer", "needs_person", "audited", "reasons", "error"]
    needed += [name for _, kind, why in names.values() for name in (kind, why)]
    rows = made.select(needed).to_pylist()
    total = Tally()
    for _, group in itertools.groupby(rows, key=lambda row: row["request_id"]):
        total += _counted(list(group), names)
    return total


def _counted(rows: Sequence[Row], names: _Names) -> Tally:
    first = rows[0]
    return counted(
        [_fate(row, names) for row in rows],
        first["answer"],
        needs_person=bool(first["needs_person"]),
        audited=first["audited"],
    )


def _fate(row: Row, names: _Names) -> Fate:
    grounds = tuple(ground(one["kind"], one["instance"], one["output"]) for one in row["reasons"])
    if row["verdict"] is None:
        return Fate(None, errors=(brief(row["error"]),))
    if row["error"] is not None:
        return Fate(row["verdict"], grounds, (unread(row["error"]),), unreadable=True)
    whys = {key: row[why] for key, (_, kind, why) in names.items() if row[kind] == "failure"}
    said = dict.fromkeys(failure(key, why) for key, why in whys.items())
    return Fate(row["verdict"], grounds, tuple(said))


_Names = Mapping[str, tuple[str, str, str]]


def _names(plan: Plan) -> dict[str, tuple[str, str, str]]:
    """Return how the three columns of each output are called, by its key in tables of outcomes."""
    taken = {*_BEFORE, *_AFTER}
    return {
        f"{name}.{output}": (
            _free(f"{name}.{output}", taken),
            _free(f"{name}.{output}.outcome", taken),
            _free(f"{name}.{output}.why", taken),
        )
        for name, one in plan.instances.items()
        for output in one.outputs
    }


def _free(name: str, taken: set[str]) -> str:
    """Return *name*, numbered if it is taken: an input may call a column as a measure is called."""
    numbered = (f"{name} ({number})" for number in itertools.count(2))
    found = name if name not in taken else next(one for one in numbered if one not in taken)
    taken.add(found)
    return found


def _columns(plan: Plan, columns: Mapping[str, str]) -> dict[str, Column]:
    """Return all columns in their order; names of outputs do not depend on the input's."""
    made: dict[str, Column] = {name: (kind, itemgetter(name)) for name, kind in _BEFORE.items()}
    names = _names(plan)
    taken = {*_BEFORE, *_AFTER, *itertools.chain(*names.values())}
    expected = {name.removeprefix(EXPECT) for name in columns if name.startswith(EXPECT)}
    for name in sorted(expected | plan.expectations):
        made[_free(EXPECT + name, taken)] = ("double", partial(_expected, name))
    for key, three in names.items():
        for place, (name, kind) in enumerate(
            zip(three, ("double", "string", "string"), strict=True)
        ):
            made[name] = (kind, partial(_told, key, place))
    made |= {name: (kind, itemgetter(name)) for name, kind in _AFTER.items()}
    for name, kind in columns.items():
        if not name.startswith(EXPECT):
            cell = partial(_given, name, _CASTS[kind])
            made[_free(f"input.{valid(name)}", taken)] = (kind, cell)
    constant = {"policy": policy_of(plan), "plan_hash": plan.hash, "selector_version": version()}
    return made | {name: ("string", partial(_same, value)) for name, value in constant.items()}


def _expected(name: str, row: Row) -> float | None:
    found: float | None = row["expect"].get(name)
    return found


def _told(key: str, place: int, row: Row) -> float | str | None:
    found: Told = row["outcomes"].get(key, NOT_EVALUATED)
    kind, value, why = found
    return (value, kind, why)[place]


def _given(name: str, cast: Callable[[Any], Any], row: Row) -> Any:
    value = row["input"].get(name)
    return None if value is None else cast(value)


def _same(value: str, _row: Row) -> str:
    return value


_CASTS: dict[str, Callable[[Any], Any]] = {
    "int64": int,
    "double": float,
    "bool": bool,
    "string": valid,
    "json": json_text,
}


def _kinds() -> dict[str, Any]:
    import pyarrow as pa

    numbers = dict.fromkeys(("value", "bound", "margin"), pa.float64())
    names = ("kind", "instance", "output", *numbers, "note", "other", "text")
    return {
        "string": pa.string(),
        "json": pa.string(),
        "int32": pa.int32(),
        "int64": pa.int64(),
        "double": pa.float64(),
        "bool": pa.bool_(),
        "strings": pa.list_(pa.string()),
        "reasons": pa.list_(pa.struct([(one, numbers.get(one, pa.string())) for one in names])),
    }


@cache
def version() -> str:
    """Return which version of selector writes; "" where it is not installed."""
    return version_of(DISTRIBUTION) or ""


def policy_of(plan: Plan) -> str:
    """Return the name and the version of a plan's policy: "portrait@3"."""
    return f"{plan.policy}@{plan.version}"


def _about(plan: Plan) -> str:
    return json.dumps(
        {
            "format": FORMAT,
            "selector": version(),
            "policy": policy_of(plan),
            "plan_hash": plan.hash,
            "fingerprints": {name: one.fingerprint for name, one in plan.instances.items()},
        }
    )
