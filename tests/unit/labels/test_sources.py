"""Whatever a file holds, it is either read or told: no other error comes out of it."""

import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
