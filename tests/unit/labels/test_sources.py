"""Whatever a file holds, it is either read or told: no other error comes out of it."""

import json
import math
from contextlib import suppress

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from selector.errors import CalibrationError
from selector.labels import Columns, read

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
JSON = st.recursive(
    LEAVES, lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=3), some, max_size=3),
    max_leaves=6,
)  # fmt: skip
KEYS = st.sampled_from(
    [
        "request",
        "candidate",
        "rater",
        "rating",
        "left",
        "right",
        "prefers",
        "ranking",
        "said",
        "gold",
    ]
)
ROWS = st.lists(st.dictionaries(KEYS, JSON, max_size=6), max_size=4)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "choices": JSON, "rating": JSON, "selected": JSON, "ranker": JSON, "taxonomy": JSON,
    },
)  # fmt: skip
RESULTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["choices", "rating", "pairwise", "ranker", "taxonomy", "number"])},
    optional={"value": VALUES | JSON, "from_name": JSON},
)
ANNOTATIONS = st.fixed_dictionaries(
    {},
    optional={
        "result": st.lists(RESULTS | JSON, max_size=2) | JSON, "completed_by": JSON,
        "created_at": JSON, "lead_time": JSON, "ground_truth": JSON, "was_cancelled": JSON,
    },
)  # fmt: skip
TASKS = st.lists(
    st.fixed_dictionaries(
        {"annotations": st.lists(ANNOTATIONS | JSON, max_size=2) | JSON},
        optional={"id": JSON, "data": st.dictionaries(KEYS, JSON, max_size=3) | JSON},
    ),
    min_size=1, max_size=2,
)  # fmt: skip
ANYWHERE = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def tried(path, content, columns=None):
    path.write_bytes(content)
    with suppress(CalibrationError):
        assert read(path, columns or Columns()).labels


@ANYWHERE
@given(TASKS)
def test_exports_of_label_studio(tmp_path, tasks):
    """Parts that are missing, or of another type than Label Studio writes."""
    tried(
        tmp_path / "a.json", json.dumps(tasks).replace("NaN", "0").replace("Infinity", "1").encode()
    )


@ANYWHERE
@given(ROWS)
def test_rows_of_json(tmp_path, rows):
    """Lists where names should be, labels of our own with anything inside."""
    tried(tmp_path / "a.jsonl", "\n".join(map(json.dumps, rows)).encode())
    tried(tmp_path / "a.json", json.dumps(rows).encode())


@ANYWHERE
@given(st.binary(max_size=60), st.sampled_from(["csv", "jsonl", "json", "parquet"]))
def test_bytes(tmp_path, content, ending):
    """Behind a proper head too."""
    tried(tmp_path / f"a.{ending}", content)
    tried(tmp_path / f"b.{ending}", b"request,candidate,rater,rating\n" + content)


def test_json_as_deep_as_a_stack():
    """It ends in words."""
    from selector.labels.sources import parsed

    with pytest.raises(ValueError, match="nested too deeply"):
        parsed("[" * 200_000)


HEADING = "request,candidate,rater,rating,prompt\n"


def refused(path):
    with pytest.raises(CalibrationError) as caught:
        read(path)
    return str(caught.value)


def test_a_quote_that_is_never_closed_is_refused(tmp_path):
    """All rows behind it would be one cell, and their labels lost in silence."""
    path = tmp_path / "a.csv"
    path.write_text(HEADING + 'p,a,ann,4,"a dog\np,b,ann,5,a cat\np,c,ann,1,a cow\n')
    assert f"{path}: it can't be read" in refused(path)
    path.write_text(HEADING + 'p,a,ann,4,"a\ndog"\np,b,ann,5,a cat\n')
    assert len(read(path).labels) == 2


def test_a_key_that_stands_twice_is_refused(tmp_path):
    """Of two answers neither is taken for the one that counts."""
    row = '{"request": "p", "candidate": "a", "rater": "ann", "rating": 1, "rating": 5}'
    lines = tmp_path / "a.jsonl"
    lines.write_text(row + "\n")
    assert refused(lines).startswith(f"{lines}:1: no JSON (got 'rating' twice in one object)")
    whole = tmp_path / "a.json"
    whole.write_text(f"[{row}]")
    assert "'rating' twice in one object" in refused(whole)


def columns(**more):
    return {"request": ["p", "q"], "candidate": ["a", "b"], "rater": ["ann"] * 2, **more}


def test_a_column_of_parquet_that_stands_twice_is_refused(tmp_path):
    """As in CSV: which of the two would count?"""
    given = columns(rating=[1.0, 2.0])
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table([*given.values(), [5.0, 5.0]], names=[*given, "rating"]), path)
    assert "two columns of one name (got 'rating')" in refused(path)


def test_a_page_of_parquet_that_is_damaged_is_told(tmp_path):
    """Its foot is fine, so that it opens; what is wrong comes with the rows."""
    path = tmp_path / "a.parquet"
    prompts = [f"a dog, the {n}th" for n in range(2)]
    parquet.write_table(pa.table(columns(rating=[1.0, 2.0], prompt=prompts)), path)
    content = bytearray(path.read_bytes())
    content[4:200] = b"\xff" * 196
    path.write_bytes(content)
    said = refused(path)
    assert f"{path}: it can't be read" in said
    assert said.isprintable()  # whatever bytes are quoted


def test_ids_of_parquet_that_are_nan_are_not_there(tmp_path):
    """No candidate is called "nan"."""
    path = tmp_path / "a.parquet"
    given = columns(rating=[1.0, 2.0]) | {"candidate": [7.0, math.nan]}
    parquet.write_table(pa.table(given), path)
    assert refused(path).startswith(f"{path}:2: no candidate")
