"""The local engine: processes that end, at any moment, cost time and nothing else."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import batches
import outside
import stations
from selector.batch import local
from selector.batch.setup import Progress, Setup, Task
from selector.batch.telling import PAUSE_S, Telling
from selector.errors import MeasureError, RequestError
from selector.journal import Journal

ENDS = """
    import os, signal
    from pathlib import Path
    mark = Path({mark!r})
    if not mark.exists() or {always}:
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return [{{"value": Score(float(one.image.rgb.mean()) / 255)}} for one in subjects]
"""

MOMENTS = (0.0, 0.05, 0.001, 0.1, 0.01)  # in seconds, after a request was written down


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty requests of three images, the last of each blank."""
    return batches.jsonl(tmp_path_factory.mktemp("input"), requests=20)


@pytest.fixture(scope="module")
def undisturbed(manifest: Path, tmp_path_factory: pytest.TempPathFactory) -> stations.Rows:
    """The rows of a run that nobody disturbed."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    return stations.decided(manifest, batches.FILTERS, out)


def killed_soon(process: subprocess.Popen[bytes], journal: Journal, wait: float) -> None:
    """Kill a run a moment after it has written down another request."""
    before = len(journal.requests()) if journal.exists() else 0
    while process.poll() is None:
        if journal.exists() and len(journal.requests()) > before:
            time.sleep(wait)
            process.kill()
        time.sleep(0.002)


@pytest.mark.parametrize(
    "first", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2, 3, 4))]
)
def test_a_run_that_is_killed_goes_on(manifest, undisturbed, tmp_path, first):
    """Exactly the rows of a run that nobody disturbed, and in the journal each request once."""
    where, out = str(tmp_path / "journal.sqlite"), tmp_path / "out"
    made = stations.setup(manifest, batches.FILTERS, out, shard_size=6, journal=where, workers=2)
    kills = 0
    with Journal(where) as journal:
        for at in range(first, first + (2 if first == 0 else 8)):
            with stations.apart(made, tmp_path) as process:
                killed_soon(process, journal, MOMENTS[at % len(MOMENTS)])
            kills += process.returncode == -signal.SIGKILL
        assert kills
        stations.done(made)
        assert stations.rows(made) == undisturbed
        assert sorted(one.id for one in journal.requests()) == [f"r{n:04d}" for n in range(20)]
        assert not journal.verify().faults


def descendants(pid: int) -> set[int]:
    """Return the processes that came from one, as far as the kernel tells."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found |= {child} | descendants(child)
    return found


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="nobody tells who came from whom")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_no_process_outlives_a_run(manifest, undisturbed, tmp_path, how):
    """Neither stations of several devices nor their workers, and the run goes on later."""
    made = stations.setup(manifest, batches.FILTERS, tmp_path / "out", shard_size=3, workers=2)
    with stations.apart(made, tmp_path, ("cpu", "cpu")) as process:
        while len(stations.left(made)) == 20 and process.poll() is None:
            time.sleep(0.01)
        others = descendants(process.pid)
        process.send_signal(how)
        process.wait(60)
    assert len(others) >= 4
    until = time.monotonic() + 60
    while (alive := {one for one in others if _runs(one)}) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive
    stations.done(made)
    assert stations.rows(made) == undisturbed


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_shard_is_never_there_in_part(manifest, tmp_path):
    """Whenever somebody looks, what is there of decisions is whole."""
    made = stations.setup(manifest, batches.FILTERS, tmp_path / "out", shard_size=6)
    with stations.apart(made, tmp_path) as process:
        until = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < until:
            if (tmp_path / "out" / "decisions").exists():
                assert len(stations.rows(made)) % 6 == 0
        assert process.returncode == 0


def test_a_process_for_each_device(manifest, undisturbed, tmp_path):
    """The shards are shared out, and their rows are the same."""
    heard: list[Progress] = []
    made = stations.setup(manifest, batches.FILTERS, tmp_path / "out", shard_size=6, workers=2)
    assert stations.done(made, devices=("cpu", "cpu"), tell=heard.append) == 10
    assert stations.rows(made) == undisturbed
    assert sum(one.requests for one in heard) == 20


SLOW = """
    from pathlib import Path
    Path({begun!r}).touch()
    time.sleep(0.4 * len(subjects))
    return [{{"value": Score(0.5)}} for _ in subjects]
"""


def test_a_run_that_is_stopped_for_a_while_blames_nobody(tmp_path, monkeypatch):
    """Whoever stops all its processes, to give the machine to others, costs no candidate."""
    begun = tmp_path / "begun"
    path = outside.write(tmp_path, "slow", SLOW.format(begun=str(begun)))
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "slow" / "own.py"
    file.write_text(file.read_text().replace('kind = "scorer"', 'kind = "filter"; batch = 1'))
    source = batches.jsonl(tmp_path / "input", requests=2)
    made = stations.setup(source, outside.policy(path), tmp_path / "out", workers=1, step_s=1.0)
    with stations.apart(made, tmp_path) as process:
        until = time.monotonic() + 60
        while not begun.exists() and time.monotonic() < until:
            time.sleep(0.02)
        children = Path(f"/proc/{process.pid}/task").glob("*/children")
        every = [process.pid, *(int(pid) for one in children for pid in one.read_text().split())]
        for sent, pause in ((signal.SIGSTOP, 3), (signal.SIGCONT, 0)):
            assert process.poll() is None
            for one in every:
                os.kill(one, sent)
            time.sleep(pause)
        assert process.wait(60) == 0
    assert not any(row["failed"] for row in stations.rows(made))


@pytest.mark.parametrize("always", [False, True], ids=["once", "always"])
def test_a_process_that_ends_is_followed_by_another(manifest, tmp_path, monkeypatch, always):
    """Its shards are done once more; when that ends alike, the run does, and says where."""
    mark = tmp_path / "mark"
    path = outside.write(tmp_path, "ending", ENDS.format(mark=str(mark), always=always))
    monkeypatch.syspath_prepend(tmp_path)
    made = stations.setup(manifest, outside.policy(path), tmp_path / "out", shard_size=30)
    if always:
        with pytest.raises(MeasureError, match=r"ended 2 times.*signal 9.*shards begun: \d"):
            stations.done(made, devices=("cpu", "cpu"))
        return
    assert stations.done(made, devices=("cpu", "cpu")) == 2
    assert len(stations.rows(made)) == 60


def test_what_a_station_raises_elsewhere_is_raised_here(manifest, tmp_path):
    """As what it is, and no process is left."""
    made = stations.setup(manifest, batches.FILTERS, tmp_path / "out")
    (tmp_path / "out" / "decisions").write_text("in the way")
    with pytest.raises(RequestError, match="can't be written"):
        stations.done(made, devices=("cpu", "cpu"), tasks=[Task(0), Task(1)])


def test_stopping_holds_for_all_devices(manifest, undisturbed, tmp_path):
    """What was begun anywhere is finished."""
    made = stations.setup(manifest, batches.FILTERS, tmp_path / "out", shard_size=3)
    heard: list[Progress] = []
    did = stations.done(
        made, devices=("cpu", "cpu"), tell=heard.append, stopping=lambda: bool(heard)
    )
    assert 0 < did < 20
    assert len(stations.rows(made)) == 3 * did
    assert stations.done(made) == 20 - did
    assert stations.rows(made) == undisturbed


def test_workers_are_shared_out():
    """As many as there are, one a device at least."""
    setup = Setup("out", plan=None, workers=5)  # type: ignore[arg-type]
    shared = local.shared(setup, ["cuda:0", "cuda:1", "cuda:2"])
    assert [(one.device, one.workers) for one in shared] == [
        ("cuda:0", 2),
        ("cuda:1", 2),
        ("cuda:2", 1),
    ]
    assert [one.workers for one in local.shared(setup, ["cpu"] * 7)] == [1] * 7


def test_what_was_begun_is_handed_out_whoever_stops():
    """Shards of a process that ended come first, also when no other is begun any more."""
    stop: list[bool] = []
    left = local.Left(map(Task, range(3)), lambda: bool(stop))
    first = next(left)
    left.again([first])
    assert next(left) == first
    stop.append(True)
    left.again([first])
    assert list(left) == [first]


def test_progress_is_told_now_and_then():
    """A few times a second however many requests there are, and nothing is lost."""
    heard: list[Progress] = []
    telling = Telling(heard.append)
    started = time.monotonic()
    for number in range(1000):
        telling.add(Progress(1, 2, {"accept": 1, "reject": 1} if number else {"": 2}))
    telling.flush()
    assert len(heard) <= 2 + (time.monotonic() - started) / PAUSE_S
    assert sum(one.requests for one in heard) == 1000
    assert sum(one.verdicts.get("accept", 0) for one in heard) == 999
    assert sum(one.verdicts.get("", 0) for one in heard) == 2
    telling.flush()
    assert all(one.requests for one in heard)


PEAK = """
import resource, sys
from pathlib import Path
import policies
import stations
made = stations.setup(Path(sys.argv[1]), policies.small(), Path(sys.argv[2]), pixel_budget=2**22)
stations.done(made)
print(*(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
"""


def test_a_request_of_a_thousand_candidates(tmp_path):
    """Takes about the memory of one of ten, here and in the worker: pixels are never all held."""
    peaks = []
    for each in (10, 1000):
        folder = tmp_path / str(each)
        manifest = batches.jsonl(folder, 1, each)
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        command = [sys.executable, "-c", PEAK, str(manifest), str(folder / "out")]
        ended = subprocess.run(command, env=environment, capture_output=True, check=True)
        peaks.append([int(peak) for peak in ended.stdout.split()])
    assert len(stations.rows_in(tmp_path / "1000" / "out")) == 1000
    for small, large in zip(*peaks, strict=True):
        assert large - small < 20_000  # kB; all pixels together are 27 MB
