"""Parts of the decisions: Parquet whose columns follow from the plan, with its tally beside."""

import io
import json
import time
from functools import reduce
from operator import add

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import random_worlds
from selected import PLAN, listed, of_world, selected, selection
from selector.batch import parts
from selector.batch.rows import rows_of
from selector.batch.tally import Tally, of, of_failed
from worlds import by_score, instance

COLUMNS = {
    "expect.hands": "double", "seed": "int64", "size": "double", "ok": "bool", "by": "string",
    "more": "json",
}  # fmt: skip


def read(data):
    """Return the table in a file's bytes."""
    return pq.ParquetFile(io.BytesIO(data)).read()


def test_every_outcome_has_typed_columns():
    """The number, what sort of outcome it is, and why there is no number."""
    one = listed("r", 3)
    rows = read(parts.table(PLAN, COLUMNS, rows_of(one, selection(one, broken=["r-1"]))))
    assert rows["s.value"].to_pylist() == [1.0, None, None]
    assert rows["s.value.outcome"].to_pylist() == ["score", "failure", "not_evaluated"]
    assert rows["s.value.why"].to_pylist() == [None, "broke down", None]
    assert rows["f.value"].to_pylist() == [1.0, 1.0, 0.0]
    assert rows.schema.field("s.value").type == pa.float64()


def test_reasons_are_data_and_words():
    """A list of structs, of which each has a sentence."""
    one = listed("r", 3)
    rows = read(parts.table(PLAN, COLUMNS, rows_of(one, selection(one))))
    assert rows["reasons"].to_pylist()[0] == []
    assert rows["reasons"].to_pylist()[2] == [
        {
            "kind": "refused", "instance": "f", "output": "value", "value": 0.0, "bound": 0.5,
            "margin": -0.5, "note": "", "other": "", "text": "f.value is 0, below 0.5",
        }
    ]  # fmt: skip


def test_the_inputs_columns_keep_their_types():
    """What no type holds is JSON; what is not there is null."""
    one = listed(
        "r", 2, seed=[7, None], size=[1, 2.5], ok=[True, None], by=["ann\udcff", None],
        more=[{"a": [1]}, "text"],
    )  # fmt: skip
    rows = read(parts.table(PLAN, COLUMNS, rows_of(one, selection(one))))
    assert rows["input.seed"].to_pylist() == [7, None]
    assert rows["input.size"].to_pylist() == [1.0, 2.5]
    assert rows["input.ok"].to_pylist() == [True, None]
    assert rows["input.by"].to_pylist() == [r"ann\udcff", None]
    assert rows["input.more"].to_pylist() == ['{"a": [1]}', '"text"']
    assert rows["expect.hands"].to_pylist() == [2.0, 2.0]


def test_all_parts_have_the_same_columns(tmp_path):
    """Also one without a single score, or without a row: they are read as one table."""
    good, failed = listed("r", 2, seed=[1, 2]), listed("s", 2)
    made = [rows_of(good, selection(good)), rows_of(failed, "no worker"), []]
    for number, rows in enumerate(made):
        (tmp_path / f"part-{number}.parquet").write_bytes(parts.table(PLAN, COLUMNS, rows))
    schemas = [pq.read_schema(path) for path in sorted(tmp_path.iterdir())]
    assert schemas[0].equals(schemas[1])
    assert schemas[0].equals(schemas[2])
    whole = ds.dataset(tmp_path).to_table()
    assert whole["request_id"].to_pylist() == ["r", "r", "s", "s"]
    assert whole["verdict"].to_pylist() == ["accept", "reject", None, None]
    assert whole["input.seed"].to_pylist() == [1, 2, None, None]


def test_other_tools_read_parts(tmp_path):
    """DuckDB, where it is installed, sees the same rows."""
    duckdb = pytest.importorskip("duckdb")
    one = listed("r", 2)
    (tmp_path / "p.parquet").write_bytes(parts.table(PLAN, COLUMNS, rows_of(one, selection(one))))
    found = duckdb.read_parquet(str(tmp_path / "p.parquet")).filter("verdict = 'accept'")
    assert found.project("candidate_id").fetchall() == [("r-0",)]


def test_versions_stand_in_every_row_and_beside():
    """Which policy, which plan, which selector, and the fingerprint of each measure."""
    one = listed("r", 1)
    data = parts.table(PLAN, {}, rows_of(one, "failed"), of_failed(one, "failed"))
    (row,) = read(data).to_pylist()
    assert (row["policy"], row["plan_hash"]) == ("test@1", PLAN.hash)
    assert row["selector_version"] == parts.version() != ""
    about = json.loads(read(data).schema.metadata[b"selector"])
    assert about["fingerprints"] == {"f": "print-f", "s": "print-s"}
    assert parts.tally_in(read(data).schema.metadata) == of_failed(one, "failed")


def test_columns_of_one_name_are_told_apart():
    """An input may call a column as a measure is called; nothing is overwritten."""
    plan = by_score(
        instances=[
            instance("s", outputs=("value", "value.why")), instance("input", outputs=("seed",)),
            instance("expect", outputs=("hands",)),
        ]
    )  # fmt: skip
    one = listed("r", 1, seed=[7])
    names = parts.arrow(
        plan, {"seed": "int64", "expect.hands": "double"}, rows_of(one, "no")
    ).schema.names
    assert len(names) == len(set(names))
    assert {"s.value.why", "s.value.why (2)", "input.seed", "input.seed (2)"} <= set(names)
    assert {"expect.hands", "expect.hands (2)"} <= set(names)


def test_a_part_without_a_tally_is_damaged():
    """It is not one of ours, or was cut."""
    with pytest.raises(ValueError, match="tally"):
        parts.tally_in({})


@given(st.lists(random_worlds.worlds(), max_size=1), st.booleans())
def test_the_tally_follows_from_the_rows(drawn, edit):
    """Counted from a request or from its rows: the same, but for what it took."""
    for world in drawn:
        one = of_world(world)
        found = selected(world, one)
        made = parts.arrow(world.plan, {}, rows_of(one, found))
        assert parts.counts(made, world.plan) + of(found).spent == of(found)
    failed = listed("s", 2, edit=edit)
    made = parts.arrow(PLAN, {}, rows_of(failed, "in:s: \udcff broke"))
    assert parts.counts(made, PLAN) == of_failed(failed, "in:s: \udcff broke")


def test_replaced_rows_stand_where_the_old_ones_stood():
    """The others stay as they are; what is new was attempted once more."""
    requests = [listed(f"r{at}", 2) for at in (3, 1, 2)]  # not in the order of their ids
    old = [row for one in requests for row in rows_of(one, selection(one, broken=[f"{one.id}-0"]))]
    new = rows_of(requests[1], selection(requests[1]))
    made, stays = parts.replaced(
        parts.arrow(PLAN, {}, old), parts.arrow(PLAN, {}, new), {"r1", "absent"}
    )
    assert made["request_id"].to_pylist() == ["r3", "r3", "r1", "r1", "r2", "r2"]
    assert made["position"].to_pylist() == [0, 1] * 3
    assert made["attempt"].to_pylist() == [1, 1, 2, 2, 1, 1]
    assert made["failed"].to_pylist() == [True, True, False, False, True, True]
    assert stays["request_id"].to_pylist() == ["r3", "r3", "r2", "r2"]
    assert parts.counts(made, PLAN).failed == 2


def test_parts_are_made_quickly():
    """2,000 candidates with 20 outputs take well under a second, or they would slow a run down."""
    plan = by_score(instances=[instance("s", outputs=("value", *(f"o{at}" for at in range(19))))])
    one = listed("r", 2, seed=[1, 2])
    rows = rows_of(one, "failed") * 1_000
    for row in rows:
        row["outcomes"] = {f"s.o{at}": ("score", 0.5, None) for at in range(19)}
    started = time.perf_counter()
    parts.table(plan, COLUMNS, rows)
    assert time.perf_counter() - started < 0.9


def test_tallies_of_parts_add_up():
    """The tally of a part is the sum of its requests'."""
    requests = [listed(f"r{at}", 3) for at in range(5)]
    rows = [row for one in requests for row in rows_of(one, selection(one))]
    whole = reduce(add, (of(selection(one)) for one in requests), Tally())
    assert parts.counts(parts.arrow(PLAN, {}, rows), PLAN) + whole.spent == whole
