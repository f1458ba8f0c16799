"""Requests written down in shards: what is read back is what was listed."""

import io
import os

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector import RequestError
from selector.batch.listed import Listed, ListedCandidate, Picture
from selector.batch.listing import MOST_COLUMNS, Columns, packed, sharded, unpacked

text = st.text(st.characters(codec="utf-8"), max_size=12)
names = st.binary(max_size=12).map(os.fsdecode)  # of files: any bytes
numbers = st.none() | st.integers(0, 2**40)
pictures = st.builds(Picture, names, names, numbers, numbers, numbers, numbers)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=5,
)
candidates = st.builds(ListedCandidate, text, pictures, st.dictionaries(text, values, max_size=3))
requests = st.builds(
    Listed,
    text,
    text,
    st.lists(candidates, min_size=1, max_size=4).map(tuple),
    st.booleans(),
    st.none() | pictures,
    st.dictionaries(text, st.floats(allow_nan=False, allow_infinity=False), max_size=2),
    text,
)
shards = st.lists(requests, max_size=4, unique_by=lambda one: one.id).map(tuple)


def listed(name="r", *columns, count=1):
    """Return a request of *count* candidates, or one for each of *columns*."""
    rows = columns or ({},) * count
    return Listed(
        name,
        "a chair",
        tuple(ListedCandidate(str(at), Picture(f"{at}.png"), row) for at, row in enumerate(rows)),
        where="in.jsonl:1",
    )


@given(shards)
def test_shards_round_trip(shard):
    """Every id, prompt, column and place, whatever bytes names have; the order, too."""
    assert unpacked(packed(shard)) == shard


def test_shards_can_be_read_by_people():
    """One row a candidate, in columns that say what they are."""
    one = Listed("r", "ein Stuhl", (ListedCandidate("a", Picture("ä.png"), {"seed": 7}),))
    (row,) = pq.read_table(io.BytesIO(packed([one]))).to_pylist()
    assert (row["request_id"], row["prompt"], row["candidate_id"]) == ("r", "ein Stuhl", "a")
    assert (row["picture"], row["columns"]) == ('{"path": "ä.png"}', '{"seed": 7}')


def test_no_request_is_split():
    """A shard ends with the first request that brings it to its size, however large that is."""
    sizes = [3, 3, 1, 1_000, 2]
    given = [listed(f"r{at}", count=count) for at, count in enumerate(sizes)]
    found = [[len(one.candidates) for one in shard] for shard in sharded(given, 5)]
    assert found == [[3, 3], [1, 1_000], [2]]


def test_no_requests_are_no_shards():
    """Of nothing there is not even an empty shard."""
    assert list(sharded([], 5)) == []


def test_shards_are_made_as_they_are_needed():
    """An input of any length takes no more memory than a shard."""
    endless = (listed(f"r{at}", count=2) for at in iter(int, 1))
    assert len(next(sharded(endless, 4))) == 2


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2, None], "int64"),
        ([1, 2.5], "double"),
        ([2**53, 2.5], "double"),
        ([2**53 + 1, 2.5], "json"),
        ([2**63 - 1, -(2**63) + 1], "int64"),
        ([2**63], "json"),
        ([True, None], "bool"),
        ([True, 1], "json"),
        (["a", ""], "string"),
        (["a", 1], "json"),
        ([[1], {"a": 1}], "json"),
        ([None, None], "string"),
        ([1.0], "double"),
    ],
)
def test_columns_have_one_type(values, kind):
    """That of all values; what no type holds exactly is JSON."""
    columns = Columns()
    for value in values:
        columns.see(listed("r", {"x": value}))
    assert columns.types() == {"x": kind}


def test_columns_come_in_the_order_of_the_input():
    """Expectations among them, also those that no policy reads."""
    columns = Columns()
    columns.see(Listed("r", "", listed("r", {"b": 1, "a": "x"}).candidates, expect={"hands": 2.0}))
    columns.see(listed("s", {"c": None}))
    assert columns.types() == {
        "expect.hands": "double", "b": "int64", "a": "string", "c": "string",
    }  # fmt: skip


def test_too_many_columns_are_refused():
    """Ids that became names of columns make no table that anything can read."""
    columns = Columns()
    columns.see(listed("r", {f"c{at}": 1 for at in range(MOST_COLUMNS)}))
    with pytest.raises(RequestError, match=r"in\.jsonl:1: more than 1,000 different columns"):
        columns.see(listed("s", {"another": 1}))


def test_damaged_shards_are_no_shards():
    """A file cut short is refused, never read in part."""
    data = packed([listed()])
    for cut in (data[:-1], data[: len(data) // 2], b""):
        with pytest.raises((ValueError, OSError)):
            unpacked(cut)
