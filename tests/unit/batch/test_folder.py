"""The folder of a run: listed once, decided part by part, gone on with after any end."""

import json
import os
import secrets
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from selected import ABOUT, PLAN, begun, decide, listed
from selector import RequestError
from selector.batch.folder import Folder
from selector.batch.rows import rows_of
from selector.batch.setup import Task
from selector.batch.tally import of_failed

FIVE = [listed(f"r{at}", 2, seed=[at, None]) for at in range(5)]


@pytest.fixture(params=["local", "memory"])
def folder(request, tmp_path):
    """A folder that does not exist yet."""
    if request.param == "local":
        return Folder(str(tmp_path / "out"))
    return Folder(f"memory://{secrets.token_hex(4)}/out")


def rows(folder):
    """Return all rows of a run, in the order of its parts."""
    names = sorted(folder.place.names("decisions"), key=len)
    return [row for name in names for row in _part(folder, name).to_pylist()]


def _part(folder, name):
    import pyarrow.parquet as pq

    with folder.place.opened(f"decisions/{name}") as file:
        return pq.ParquetFile(file).read()


def test_a_new_folder_holds_no_run(folder):
    """Nor does an empty one, or one that was only locked."""
    assert folder.state() is None
    with folder.lock():
        assert folder.state() is None


def test_a_run_is_listed_in_shards(folder):
    """Its requests come back as they were, in order; its file says what it is."""
    about = begun(folder, FIVE)
    assert (about.requests, about.candidates, about.shards) == (5, 10, 3)
    assert (about.listed, about.shard_size) == (True, 4)
    assert about.columns == {"expect.hands": "double", "seed": "int64"}
    assert [one for number in range(3) for one in folder.shard(number)] == FIVE
    assert Folder(folder.place.url).state() == about
    assert folder.plan() == PLAN
    assert folder.todo() == [0, 1, 2]
    assert folder.place.names() == ["plan.json", "requests", "run.json"]


def test_parts_are_put_and_counted(folder):
    """What has a part is done; the tally is that of all parts."""
    begun(folder, FIVE)
    decide(folder, Task(1))
    assert folder.todo() == [0, 2]
    assert folder.tally().candidates == 4
    for number in folder.todo():
        decide(folder, Task(number))
    assert (folder.todo(), folder.failed()) == ([], [])
    assert folder.tally().verdicts == {"accept": 5, "reject": 5}
    assert [row["request_id"] for row in rows(folder)] == [one.id for one in FIVE for _ in "ab"]
    assert [row["input.seed"] for row in rows(folder)][:4] == [0, None, 1, None]


def test_failed_requests_are_done_again_alone(folder):
    """Their rows are replaced, with an attempt more; all others stay; what it took adds up."""
    begun(folder, FIVE)
    for number in range(3):
        decide(folder, Task(number), broken=["r1-0", "r3-0", "r3-1"])
    before = rows(folder)
    spent = folder.tally().spent
    assert folder.failed() == [Task(0, frozenset({"r1"})), Task(1, frozenset({"r3"}))]
    assert folder.tally().failed == 2
    assert folder.tally().errors == {"s: broke down": 3}
    for task in folder.failed():
        assert folder.attempts(task) == dict.fromkeys(task.only, 2)
        decide(folder, task)
    after = rows(folder)
    assert [row["request_id"] for row in after] == [row["request_id"] for row in before]
    for old, new in zip(before, after, strict=True):
        again = new["request_id"] in {"r1", "r3"}
        assert new["attempt"] == (2 if again else 1)
        assert again or old == new
    assert (folder.failed(), folder.tally().failed, folder.tally().errors) == ([], 0, {})
    assert folder.tally().requests == 5
    assert folder.tally().calls["f"] == spent.calls["f"] + 4
    assert folder.attempts(Task(0, frozenset({"r0", "r1"}))) == {"r0": 2, "r1": 3}
    assert folder.attempts(Task(0)) == {}


def test_whole_requests_that_failed_are_done_again(folder):
    """They have rows, an error, no verdict; then a verdict."""
    begun(folder, FIVE, size=99)
    made = [row for one in FIVE for row in rows_of(one, "no worker could begin it.")]
    tally = of_failed(FIVE[0], "no worker could begin it.")
    for one in FIVE[1:]:
        tally += of_failed(one, "no worker could begin it.")
    folder.put(Task(0), made, tally)
    assert {row["verdict"] for row in rows(folder)} == {None}
    (task,) = folder.failed()
    assert task.only == {one.id for one in FIVE}
    decide(folder, task)
    assert {row["verdict"] for row in rows(folder)} == {"accept", "reject"}
    assert folder.failed() == []


def test_a_damaged_part_is_done_again(folder, caplog):
    """Disks fail: what does not open counts as absent, and is told; the others count."""
    begun(folder, FIVE)
    for number in range(3):
        decide(folder, Task(number))
    whole = folder.place.read("decisions/part-00001.parquet")
    foreign = folder.place.read("requests/part-00001.parquet")
    for damaged in (whole[:-20], b"", b"no parquet", foreign):
        folder.place.put("decisions/part-00001.parquet", damaged)
        with caplog.at_level("WARNING"):
            assert folder.todo() == [1]
        assert "batch.part_damaged" in caplog.text
        assert folder.tally().requests == 3
        caplog.clear()
    decide(folder, Task(1))
    assert folder.todo() == []


def test_a_damaged_shard_is_told(folder):
    """Without its requests nothing can be done again: the message names the file."""
    begun(folder, FIVE)
    folder.place.put("requests/part-00002.parquet", b"PAR1 cut")
    with pytest.raises(RequestError, match=r"out/requests/part-00002\.parquet: damaged \(got .+\)"):
        folder.shard(2)


def test_a_failed_listing_leaves_no_run(folder):
    """An input with problems leaves the folder as it was, to be used again."""

    def broken():
        yield from FIVE
        raise RequestError("in:9: no JSON")

    with pytest.raises(RequestError, match="in:9"):
        begun(folder, broken())
    assert folder.state() is None
    assert begun(folder, FIVE).requests == 5


def test_a_killed_listing_is_made_anew(tmp_path):
    """Killed at any moment while it lists, the folder says so, and all is listed again."""
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from selected import begun, listed\n"
        "from selector.batch.folder import Folder\n"
        "folder = Folder(sys.argv[1])\n"
        "with folder.lock():\n"
        "    print('ready', flush=True)\n"
        "    begun(folder, (listed(f'r{at}') for at in iter(int, 1)), size=50)"
    )
    folder = Folder(str(tmp_path / "out"))
    for wait in (0.05, 0.2, 0.4):
        child = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "out")], stdout=subprocess.PIPE
        )
        child.stdout.readline()
        time.sleep(wait)
        child.kill()
        child.communicate()
        state = folder.state()
        assert state is None or not state.listed
    (tmp_path / "out" / "requests").mkdir(exist_ok=True)
    (tmp_path / "out" / "requests" / ".0123.part").write_bytes(b"half")
    with folder.lock():
        about = begun(folder, FIVE)
    assert about.shards == 3
    assert sorted(os.listdir(tmp_path / "out" / "requests")) == [
        f"part-0000{number}.parquet" for number in range(3)
    ]


def test_a_listed_run_is_never_listed_again(folder):
    """Whatever calls it: decisions belong to the requests that are there."""
    begun(folder, FIVE)
    with pytest.raises(RequestError, match=r"out: holds a run \(got test@1\)"):
        begun(folder, FIVE[:1])
    assert folder.about().requests == 5


def test_other_things_are_left_alone(folder):
    """A folder that holds anything else is no place for a run, and the message says what it holds."""
    for name in ("holiday.jpg", "a\x1b[2J", "b", "c"):
        folder.place.put(name, b"x")
    with pytest.raises(RequestError, match=r"holds other things than a run \(got .+ and 1 more\)"):
        folder.state()
    with pytest.raises(RequestError, match=r"a\\x1b\[2J"):
        begun(folder, FIVE)
    assert len(folder.place.names()) == 4


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "run.json: not a run that can be read"),
        (b"[1]", "not a run that can be read"),
        (b"\xff", "not a run that can be read"),
        (b'{"format": 1}', "input: Field required"),
        (b'{"format": 99, "input": 3}', r"a newer selector wrote it \(format 99, known: 1\)"),
    ],
    ids=["empty", "list", "bytes", "lacking", "newer"],
)
def test_damaged_run_files_are_told(folder, content, said):
    """A file that says nothing, or what only a newer selector knows, is no run to go on with."""
    folder.place.put("run.json", content)
    with pytest.raises(RequestError, match=said):
        folder.state()


def test_damaged_plans_are_told(folder):
    """A plan that this version can't read is never guessed."""
    begun(folder, FIVE)
    data = json.loads(folder.place.read("plan.json"))
    folder.place.put("plan.json", json.dumps(data | {"method": {"kind": "new"}}).encode())
    with pytest.raises(RequestError, match=r"plan\.json: not a plan of this version"):
        folder.plan()


def test_numbers_grow_beyond_five_digits(folder):
    """A hundred million images have more shards than names have digits; the order is by number."""
    begun(folder, FIVE[:1])
    data = folder.place.read("requests/part-00000.parquet")
    about = replace(folder.about(), shards=100_002)
    folder.place.put("run.json", about.to_json())
    for number in (99_999, 100_000, 100_001):
        folder.place.put(f"requests/part-{number:05d}.parquet", data)
        decide(folder, Task(number), broken=["r0-0"])
    assert folder.todo() == list(range(99_999))
    assert [task.shard for task in folder.failed()] == [99_999, 100_000, 100_001]


def test_warnings_are_those_of_the_whole_listing(folder):
    """What the reading warns of while it goes on is kept in the end."""
    warnings = []

    def read():
        yield FIVE[0]
        warnings.append("a.tar: cut short")

    about = folder.begin(replace(ABOUT, warnings=warnings), read(), plan=PLAN, shard_size=9)
    assert about.warnings == folder.about().warnings == ("a.tar: cut short",)
