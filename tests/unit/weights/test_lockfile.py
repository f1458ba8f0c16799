"""What is written down is whole at any moment, whoever else writes."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from selector.weights.lockfile import NAME, Record, exclusive, read, write


def record(sha256: str = "ab") -> Record:
    return Record(sha256, 1, "somewhere", "", "2026-01-01T00:00:00+00:00", 7)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """One more file leaves the others as they were; no lock file is none known."""
    assert read(tmp_path) == {}
    write(tmp_path, "a", record("aa"))
    write(tmp_path, "folder/b", record("bb"))
    write(tmp_path, "a", record("cc"))
    assert read(tmp_path) == {"a": record("cc"), "folder/b": record("bb")}


def test_nothing_is_lost_between_threads_and_processes(tmp_path: Path) -> None:
    """Each adds its own; readers meanwhile never find a half."""
    code = f"""
from pathlib import Path
from selector.weights.lockfile import Record, write
for at in range(20):
    write(Path({str(tmp_path)!r}), "process" + str(at), {record()!r})
"""
    with subprocess.Popen([sys.executable, "-c", code]) as other, ThreadPoolExecutor(4) as pool:
        for at in range(20):
            pool.submit(write, tmp_path, f"thread{at}", record())
        while other.poll() is None:
            read(tmp_path)
            time.sleep(0.001)

    assert other.returncode == 0
    assert len(read(tmp_path)) == 40
    assert {one.name for one in tmp_path.iterdir()} == {NAME, f".{NAME}.guard"}


def test_who_is_killed_lets_go(tmp_path: Path) -> None:
    """A guard that outlives its process would stop everybody."""
    code = f"""
import time
from pathlib import Path
from selector.weights.lockfile import exclusive
with exclusive(Path({str(tmp_path / "guard")!r})):
    print("held", flush=True)
    time.sleep(60)
"""
    held = [sys.executable, "-c", code]
    with subprocess.Popen(held, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        other.kill()
        with exclusive(tmp_path / "guard") as alone:
            assert alone
