"""A journal as Parquet: all that is in it, in columns of one type, whole or not at all."""

import multiprocessing
import os
import resource
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from selector.errors import JournalError, RequestError
from selector.journal import Journal
from selector.journal import export as exports
from selector.journal.export import Exported, export
from selector.journal.recorded import Which
from selector.journal.wide import Layout
from selector.policy.plan import Plan
from selector.types import Score, Selection

Build = Callable[..., Selection]


@pytest.fixture(params=["sqlite", "postgresql"])
def journal(
    request: pytest.FixtureRequest, tmp_path: Path, plan: Plan, build: Build
) -> Iterator[Journal]:
    """A journal with three requests of two policies, in either database."""
    is_file = request.param == "sqlite"
    where = tmp_path / "j.sqlite" if is_file else request.getfixturevalue("postgres")
    other = replace(plan, version=4)
    with Journal(where) as opened:
        opened.append(plan, build("one"))
        opened.append(plan, build("two", audited=True, afterwards={"a": ("hands.count",)}))
        opened.append(other, build("three", policy="portrait@4", plan_hash=other.hash))
        yield opened


def rows(folder: Path, name: str = "candidates-*.parquet") -> list[dict[str, Any]]:
    """Return the rows of all files of this name, in their order."""
    files = sorted(folder.glob(name))
    return [row for one in files for row in parquet.read_table(one).to_pylist()]


def test_candidates_with_all_that_is_known_of_them(journal: Journal, tmp_path: Path) -> None:
    """Every outcome in a column of doubles, and beside it what it is instead of a score."""
    assert export(journal, tmp_path / "out") == Exported(requests=3, candidates=9, files=1)
    found = {(row["request_id"], row["candidate_id"]): row for row in rows(tmp_path / "out")}
    first = found["one", "b"]
    assert (first["verdict"], first["rank"], first["quality"]) == ("review", 2, 0.25)
    assert (first["policy"], first["version"], first["generator"]) == ("portrait", 3, "g")
    assert first["content_hash"] == "b" * 64
    assert '"note":"crashed"' in first["reasons"]
    words = {name: value for name, value in first.items() if name.startswith(("hands", "scorers"))}
    assert words == {
        "hands.count": 2.0, "hands.count.state": "score",
        "hands.defect": None, "hands.defect.state": "failure",
        "scorers.taste.score": 0.25, "scorers.taste.score.state": "score",
    }  # fmt: skip
    assert found["one", "a"]["hands.defect.state"] == "not_applicable"
    assert found["one", "broken"]["scorers.taste.score.state"] == "not_evaluated"
    assert found["one", "broken"]["hands.count.state"] is None
    assert found["two", "a"]["afterwards"] == ["hands.count"]
    assert found["two", "b"]["afterwards"] == []


def test_requests_and_measures(journal: Journal, plan: Plan, tmp_path: Path) -> None:
    """A row each; which measure a column is about follows from the plan's hash."""
    export(journal, tmp_path / "out")
    found = rows(tmp_path / "out", "requests.parquet")
    assert [row["id"] for row in found] == ["one", "two", "three"]
    assert [row["audited"] for row in found] == [False, True, False]
    assert found[0]["prompt"] == "two hands, 'folded'"
    assert found[0]["expect"] == '{"faces":2.0}'
    measures = rows(tmp_path / "out", "measures.parquet")
    mine = [row for row in measures if row["plan_hash"] == plan.hash]
    assert {row["instance"]: row["fingerprint"] for row in mine} == {
        "hands": "print of hands", "scorers.taste": "print of scorers.taste",
    }  # fmt: skip
    assert len(measures) == 4


def test_types_are_the_same_whatever_is_in_them(journal: Journal, tmp_path: Path) -> None:
    """Also of a column that is empty in one of the files: they are read as one."""
    export(journal, tmp_path / "out", shard=1)
    files = sorted((tmp_path / "out").glob("candidates-*.parquet"))
    schemas = [parquet.read_schema(one) for one in files]
    assert schemas[1:] == schemas[:-1]
    assert schemas[0].field("hands.defect").type == pa.float64()
    assert schemas[0].field("rank").type == pa.int32()


def test_only_those_that_are_meant(journal: Journal, tmp_path: Path) -> None:
    """As elsewhere: by policy, by time; their columns are those of their plans."""
    which = Which(having={"policy": ("portrait@4",)})
    assert export(journal, tmp_path / "four", which).requests == 1
    assert {row["version"] for row in rows(tmp_path / "four")} == {4}
    assert export(journal, tmp_path / "none", Which(since="2027")) == Exported(0, 0, 1)
    assert rows(tmp_path / "none") == []


def test_many_files_hold_all_of_it(
    path: Path, plan: Plan, build: Build, tmp_path: Path, monkeypatch
) -> None:
    """Batches and files end where they end: no candidate is lost, none is there twice."""
    monkeypatch.setattr(exports, "BATCH", 3)
    done: list[int] = []
    with Journal(path) as journal:
        for number in range(10):
            journal.append(plan, build(f"{number}"))
        found = export(journal, tmp_path / "out", shard=10, progress=done.append)
    assert found == Exported(requests=10, candidates=30, files=2)
    assert done == [3, 6, 9, 10]
    listed = [(row["request_id"], row["candidate_id"]) for row in rows(tmp_path / "out")]
    assert listed == [(f"{at}", name) for at in range(10) for name in ("b", "a", "broken")]


def test_memory_does_not_grow_with_the_journal(
    path: Path, plan: Plan, build: Build, tmp_path: Path, monkeypatch
) -> None:
    """Five times as many requests take no more of it."""
    monkeypatch.setattr(exports, "BATCH", 10)
    with Journal(path) as journal:
        for number in range(150):
            journal.append(plan, build(f"{number}", prompt="p" * 10_000))
        half = Which(having={"id": tuple(f"{at}" for at in range(30))})
        export(journal, tmp_path / "warm", half)
        peaks = [_peak(journal, tmp_path / name, which) for name, which in (
            ("few", half), ("all", Which())
        )]  # fmt: skip
    assert peaks[1] < 1.5 * peaks[0]


def _peak(journal: Journal, folder: Path, which: Which) -> int:
    tracemalloc.start()
    export(journal, folder, which)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_nothing_is_overwritten(journal: Journal, tmp_path: Path) -> None:
    """A folder with anything in it is left as it is; an empty one is taken."""
    (tmp_path / "mine").mkdir()
    export(journal, tmp_path / "mine")
    with pytest.raises(RequestError, match=r"mine is not empty .got files.*Name a new folder"):
        export(journal, tmp_path / "mine")
    (tmp_path / "file").touch()
    with pytest.raises(RequestError, match="can't be written"):
        export(journal, tmp_path / "file")
    assert not [one for one in tmp_path.iterdir() if one.name.endswith(".part")]


def test_a_full_disk_leaves_nothing(path: Path, plan: Plan, build: Build, tmp_path: Path) -> None:
    """It is told, and no half of a folder lies there."""
    with Journal(path) as journal:
        journal.append(plan, build("one"))

    def work() -> None:
        with Journal(path) as journal:
            journal.requests()  # it is open now, and reading it takes no room
            resource.setrlimit(resource.RLIMIT_FSIZE, (500, resource.RLIM_INFINITY))
            with pytest.raises(RequestError, match=r"can't be written .*File too large"):
                export(journal, tmp_path / "out")
        assert sorted(os.listdir(tmp_path)) == [path.parent.name]

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join(30)
    assert process.exitcode == 0


def test_what_is_erased_is_not_exported(journal: Journal, tmp_path: Path) -> None:
    """Nor is anything of it in any column."""
    journal.forget(request="two")
    export(journal, tmp_path / "out")
    assert {row["request_id"] for row in rows(tmp_path / "out")} == {"one", "three"}


def test_an_output_may_be_called_like_a_state(
    path: Path, plan: Plan, build: Build, tmp_path: Path
) -> None:
    """No column takes the place of another."""
    instance = plan.instances["hands"]
    twin = replace(instance, name="hands.count", outputs={"state": instance.outputs["count"]})
    wide = replace(plan, instances={**plan.instances, "hands.count": twin})
    outcomes = {"a": {"hands.count": Score(2.0), "hands.count.state": Score(0.5)}}
    with Journal(path) as journal:
        journal.append(wide, build("one", plan_hash=wide.hash, outcomes=outcomes))
        export(journal, tmp_path / "out")
    (row,) = [row for row in rows(tmp_path / "out") if row["candidate_id"] == "a"]
    assert (row["hands.count"], row["hands.count.state"]) == (2.0, 0.5)
    assert (row["hands.count.state_"], row["hands.count.state.state"]) == ("score", "score")


def test_columns_need_no_requests() -> None:
    """Without any plan there are those that every candidate has."""
    assert next(iter(Layout({}).kinds)) == "request_id"


def test_a_journal_that_is_not_there(tmp_path: Path) -> None:
    """It is told, and no folder is made."""
    with pytest.raises(JournalError, match="there is no journal"):
        export(Journal(tmp_path / "none.sqlite"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_without_pyarrow_it_says_what_to_install(journal: Journal, tmp_path: Path, monkeypatch):
    """Before anything is read."""
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(
        RequestError, match=r"needs pyarrow.*pip install 'selector-engine\[parquet\]'"
    ):
        export(journal, tmp_path / "out")
