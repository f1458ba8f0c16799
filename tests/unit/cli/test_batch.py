"""`selector batch`: decides an input, keeps its rows, tells every mistake before it measures."""

import json
import logging
import os
import shutil
import subprocess
import sys
import tarfile
from typing import NamedTuple

import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
import yaml

import batches
from selector.cli import batch, main
from selector.journal import Journal

REQUESTS = 6


@pytest.fixture
def made(shell):
    """Six requests of three pictures each and a policy, in the folder where the command runs."""
    (shell.cwd / "my.yaml").write_text(yaml.safe_dump(batches.FILTERS))
    return batches.jsonl(shell.cwd, REQUESTS)


@pytest.fixture
def run(shell, made, monkeypatch, capfd):
    """Run `selector batch INPUT --policy my.yaml --out out …` in this process, where it is quick."""
    for name in [one for one in os.environ if one.startswith("SELECTOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", shell.environment["XDG_STATE_HOME"])
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(shell.cwd)
    monkeypatch.setattr("selector.backbones.quiet.owns_stderr", False)
    level = logging.getLogger("selector").level

    def called(*arguments, source=made, code=0):
        base = ("batch", source, "--policy", "my.yaml", "--out", "out", "--workers", "1")
        monkeypatch.setattr(sys, "argv", ["selector", *map(str, (*base, *arguments))])
        with pytest.raises(SystemExit) as ended:
            main()
        said = Said(*capfd.readouterr())
        assert (ended.value.code or 0) == code, said
        return said

    yield called
    logging.getLogger("selector").setLevel(level)


class Said(NamedTuple):
    """What was printed."""

    stdout: str
    stderr: str


def rows(folder):
    return pyarrow.dataset.dataset(folder / "decisions", format="parquet").to_table().to_pylist()


def manifest(shell, *lines, name="odd.jsonl"):
    path = shell.cwd / name
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines))
    return path


def test_every_candidate_has_its_row_and_the_run_its_summary(shell, run):
    """Verdicts on the terminal, rows in Parquet, a page and a file of numbers beside them."""
    done = run()
    found = rows(shell.cwd / "out")
    assert len(found) == 3 * REQUESTS
    assert len({(one["request_id"], one["candidate_id"]) for one in found}) == 3 * REQUESTS
    words = " ".join(done.stdout.replace("│", " ").split())
    assert f"accept {REQUESTS} 33.3%" in words
    assert f"{REQUESTS} requests: {REQUESTS} complete" in words
    assert f"{REQUESTS} refused filters.blank.structure" in words
    assert "1 of 1 shard decided" in words
    assert "<html" in (shell.cwd / "out" / "summary.html").read_text()
    kept = json.loads((shell.cwd / "out" / "summary.json").read_text())
    assert kept["tally"]["verdicts"]["accept"] == REQUESTS


def test_json_is_the_summary_and_nothing_else_is_printed(shell, run):
    """A script reads standard output whole; the file says the same."""
    done = run("--json")
    told = json.loads(done.stdout)
    assert done.stderr == ""
    assert told == json.loads((shell.cwd / "out" / "summary.json").read_text())
    assert told["interrupted"] is False
    assert told["shards_left"] == 0
    assert told["run"]["policy"] == "batches@1"


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(shell, run):
    """Counts, who measures what, how much space; the folder is not even made."""
    done = run("--dry-run", "--shard-size", "6")
    said = " ".join(done.stdout.split())
    assert "6 requests, 18 candidates, 3 shards" in said
    assert "in 1 worker process: filters.resolution" in said
    assert "it can begin" in said
    assert not (shell.cwd / "out").exists()
    told = json.loads(run("--dry-run", "--json").stdout)
    assert (told["requests"], told["candidates"], told["problems"]) == (6, 18, [])


def test_a_dry_run_tells_all_problems_of_policy_manifest_and_machine_at_once(shell, run):
    """Whoever mends them need not come back for the next one."""
    (shell.cwd / "my.yaml").write_text("name: mine\nversion: 1\nmethod: {weighted_sum: []}\n")
    odd = manifest(shell, {"request_id": "a", "prompt": "p"})
    done = run("--dry-run", "--step-s", "0", "--engine", "spark", source=odd, code=2)
    assert "engine: local or ray (got 'spark')" in done.stderr
    assert "step_s" in done.stderr
    assert "my.yaml" in done.stderr
    assert "odd.jsonl" in done.stderr
    assert "3 problems" in done.stdout or "4 problems" in done.stdout


BAD = {
    "columns": ([{"request_id": "a", "prompt": "p"}], "image"),
    "ids": (
        [{"request_id": "a", "prompt": "p", "images": ["x.png"]}] * 2,
        "'a'",
    ),
    "none": ([], "lists no requests (got 0)"),
    "json": (["{not json"], "odd.jsonl:1"),
    "empty": ([{"request_id": "a", "prompt": "p", "images": []}], "odd.jsonl:1"),
    "expect": (
        [{"request_id": "a", "prompt": "p", "images": ["x.png"], "expect.faces": "two"}],
        "expect.faces",
    ),
}


@pytest.mark.parametrize(("lines", "said"), BAD.values(), ids=BAD)
def test_a_bad_manifest_is_told_before_anything_is_measured(shell, run, lines, said):
    """By a dry run and by a real one, which leaves no run behind."""
    odd = manifest(shell, *lines)
    for options in (["--dry-run"], []):
        assert said.strip("'") in run(*options, source=odd, code=2).stderr
    assert not (shell.cwd / "out" / "run.json").exists()


def test_an_input_that_is_not_there_is_told(run):
    """By its name."""
    assert "nowhere.jsonl" in run(source="nowhere.jsonl", code=2).stderr


def test_a_policy_that_is_not_there_is_told(shell, made):
    """Before the input is read."""
    done = shell("batch", made, "--policy", "nothing-such", "--out", "out")
    assert done.returncode == 2
    assert "nothing-such" in done.stderr


def test_unreadable_images_get_rows_and_sink_nothing(shell, run):
    """Broken bytes, an empty file, a file that is not there: each a row that says why."""
    lines = (shell.cwd / "requests.jsonl").read_text().splitlines()
    first = json.loads(lines[0])
    (shell.cwd / "broken.png").write_bytes(b"broken")
    (shell.cwd / "void.png").write_bytes(b"")
    first["images"] += ["broken.png", "void.png", "lost.png"]
    odd = manifest(shell, first, *lines[1:])
    run(source=odd)
    found = {one["candidate_id"]: one for one in rows(shell.cwd / "out") if one["failed"]}
    for name in ("broken.png", "void.png", "lost.png"):
        assert found[name]["verdict"] == "reject"
        assert name in found[name]["error"]
    assert {found[f"0000{at}.{end}"]["verdict"] for at, end in ((0, "png"), (1, "jpg"))} == {
        "accept",
        "reject",
    }
    assert len(rows(shell.cwd / "out")) == 3 * REQUESTS + 3


def test_a_request_of_a_thousand_candidates_is_one_request(shell, run):
    """All of them are ranked together, in one shard."""
    picture = shell.cwd / "many"
    picture.mkdir()
    batches.picture(1, 64).save(picture / "0.png")
    for number in range(1, 1000):
        os.link(picture / "0.png", picture / f"{number}.png")
    images = [f"many/{number}.png" for number in range(1000)]
    odd = manifest(shell, {"request_id": "big", "prompt": "p", "images": images})
    told = json.loads(run("--json", "--shard-size", "10", source=odd).stdout)
    assert told["tally"]["candidates"] == 1000
    assert told["run"]["shards"] == 1
    assert len(rows(shell.cwd / "out")) == 1000


def test_a_tar_cut_short_is_a_warning_and_what_came_before_is_decided(shell, run):
    """A download that broke off is told, and loses nobody else."""
    images = batches.images(shell.cwd / "tarred", 4, 200)
    path = shell.cwd / "night.tar"
    with tarfile.open(path, "w") as file:
        for number, image in enumerate(images):
            file.add(image, f"{number}{image.suffix}")
            (shell.cwd / "prompt").write_text(f"number {number}")
            file.add(shell.cwd / "prompt", f"{number}.txt")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 6 // 10])
    done = run(source=path)
    assert "night.tar" in done.stdout
    assert "cut" in done.stdout
    assert 2 <= len(rows(shell.cwd / "out")) < 4


def test_another_run_in_the_folder_is_left_alone(shell, run):
    """Both are named, and what to do."""
    run()
    other = manifest(shell, *(shell.cwd / "requests.jsonl").read_text().splitlines()[:2])
    before = (shell.cwd / "out" / "run.json").read_bytes()
    for options in ([], ["--resume"], ["--dry-run"]):
        said = run(*options, source=other, code=2).stderr
        assert "it holds another run" in said
        assert "requests.jsonl" in said
        assert "odd.jsonl" in said
    assert (shell.cwd / "out" / "run.json").read_bytes() == before


def test_a_folder_of_other_things_is_left_alone(shell, run):
    """Nothing of ours is put beside what somebody keeps there."""
    (shell.cwd / "out").mkdir()
    (shell.cwd / "out" / "thesis.txt").write_text("mine")
    assert "thesis.txt" in run(code=2).stderr
    assert os.listdir(shell.cwd / "out") == ["thesis.txt"]


def test_a_finished_run_says_so(run):
    """Alone it is refused; with --resume there is nothing to do, which is no mistake."""
    run()
    assert "finished" in run(code=2).stderr
    done = run("--resume")
    assert "Nothing was to be done: all is decided" in done.stdout
    assert "Goes on     0 shards to be decided" in run("--dry-run", "--resume").stdout


def test_failed_requests_are_decided_again_alone(shell, run):
    """Once the pictures are there: their rows replace the old ones, the others are not touched."""
    lost = shell.cwd / "images" / "00000.png"
    shutil.move(lost, shell.cwd / "aside.png")
    assert "--retry-failed" in run().stdout
    shutil.move(shell.cwd / "aside.png", lost)
    told = json.loads(run("--retry-failed", "--json").stdout)
    assert told["tally"]["failed"] == 0
    assert told["candidates_now"] == 3
    found = rows(shell.cwd / "out")
    assert len(found) == 3 * REQUESTS
    assert {one["attempt"] for one in found if one["request_id"] == "r0000"} == {2}
    assert {one["attempt"] for one in found if one["request_id"] != "r0000"} == {1}


def test_retrying_in_a_new_folder_is_a_mistake(run):
    """There is nothing that could have failed."""
    assert "no run is there" in run("--retry-failed", code=2).stderr


def test_the_journal_has_each_request_once_and_is_asked_for(shell, run):
    """Nothing is written down unless told; ids that it holds already are a problem."""
    run("--journal", "book.sqlite")
    with Journal(shell.cwd / "book.sqlite") as book:
        assert sorted(one.id for one in book.requests()) == [f"r{n:04d}" for n in range(REQUESTS)]
        book.verify()
    said = run("--journal", "book.sqlite", "--out", "second", code=2).stderr
    assert "it holds requests of this input already" in said
    assert "r0000" in said
    assert not (shell.cwd / "second" / "run.json").exists()
    assert not os.path.exists(shell.environment["XDG_STATE_HOME"])


def test_a_policy_that_requires_a_journal_gets_one_or_is_told_that_there_is_none(shell, run):
    """As `selector select` does."""
    (shell.cwd / "my.yaml").write_text(yaml.safe_dump(batches.FILTERS | {"journal": "required"}))
    assert "requires a journal (got none)" in run(code=2).stderr
    run("--no-journal")


def test_accepted_originals_are_put_beside_byte_for_byte(shell, run):
    """In a folder a request."""
    run("--accepted", "copy")
    accepted = {one["request_id"]: one for one in rows(shell.cwd / "out") if one["rank"] == 1}
    assert len(accepted) == REQUESTS
    for name, one in accepted.items():
        (kept,) = (shell.cwd / "out" / "accepted" / name).iterdir()
        assert kept.read_bytes() == (shell.cwd / one["path"]).read_bytes()


def test_parquet_and_folders_are_inputs_too(shell, run, made):
    """The same requests in other forms are decided alike."""
    run()
    first = {(one["request_id"], one["path"]): one["verdict"] for one in rows(shell.cwd / "out")}
    listed = [json.loads(line) for line in made.read_text().splitlines()]
    table = [
        {"request_id": one["request_id"], "prompt": one["prompt"], "images": one["images"]}
        for one in listed
    ]
    pq.write_table(pa.Table.from_pylist(table), shell.cwd / "requests.parquet")
    run("--out", "second", source="requests.parquet")
    second = {
        (one["request_id"], one["path"]): one["verdict"] for one in rows(shell.cwd / "second")
    }
    assert second == first
    for one in listed:
        folder = shell.cwd / "folders" / one["request_id"]
        folder.mkdir(parents=True)
        (folder / "prompt.txt").write_text(one["prompt"])
        for image in one["images"]:
            shutil.copy(shell.cwd / image, folder)
    run("--out", "third", source="folders")
    third = rows(shell.cwd / "third")
    assert sorted(one["verdict"] for one in third) == sorted(first.values())


def test_the_command_that_goes_on_tells_no_password(monkeypatch):
    """It may end in a log: who runs it again knows the password."""
    given = ["batch", "a b.jsonl", "--journal", "postgresql://ann:secret@db/book", "--out", "out"]
    monkeypatch.setattr(sys, "argv", ["selector", *given])
    told = batch._how()
    assert "secret" not in told
    assert "postgresql://ann:***@db/book" in told
    assert told.endswith("--out out --resume")
    assert "'a b.jsonl'" in told


@pytest.mark.parametrize("options", [["--actors", "2"], ["--cpus", "1"], ["--gpus", "1"]])
def test_options_of_ray_belong_to_ray(run, options):
    """Who forgets --engine ray is told, rather than measured for on one machine."""
    assert f"{options[0]}: for --engine ray alone" in run(*options, code=2).stderr


def test_names_in_an_input_can_not_harm_a_terminal(shell, run):
    """An escape in an id or in a file's name is written out."""
    odd = manifest(
        shell,
        {"request_id": "\x1b[2J", "prompt": "p", "images": ["\x1b[31mlost.png"]},
        {"request_id": "\x1b[2J", "prompt": "p", "images": ["lost.png"]},
    )
    said = run(source=odd, code=2).stderr
    assert "\x1b" not in said
    assert "request \\x1b[2J again" in said  # and nothing of ours is
    (odd,) = [manifest(shell, {"request_id": "\x1b[2J", "prompt": "p", "images": ["\x1b[31m.png"]})]
    done = run(source=odd)
    assert "\x1b" not in done.stdout + done.stderr


def test_a_disk_that_is_full_ends_the_run_and_it_goes_on_when_there_is_space(shell, run):
    """What was decided stays; the message says what to do."""
    disk = shell.cwd / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this user can't mount a disk")
    try:
        run("--out", "disk/out", "--dry-run")
        (disk / "ballast").write_bytes(b"0" * 190_000)
        done = run("--out", "disk/out", "--shard-size", "1", code=2)
        assert "can't be written (no space left on device)" in done.stderr.lower()
        assert "To go on: " in done.stderr.splitlines()[-1]
        (disk / "ballast").unlink()
        run("--out", "disk/out", "--shard-size", "1", "--resume")
        assert len(rows(disk / "out")) == 3 * REQUESTS
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)
