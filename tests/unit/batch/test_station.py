"""A station: the same rows however the work is cut, each candidate once, also after the worst end."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import batches
import outside
import stations
from selector import Candidate, Edit, Selector
from selector.batch import listing
from selector.batch.folder import Folder
from selector.batch.setup import Progress, Task
from selector.batch.station import Station
from selector.errors import JournalError, RequestError
from selector.journal import Journal
from selector.planning import plan_of

TASTE = """
    from pathlib import Path
    with Path({log!r}).open("a") as log:
        log.write(f"{{len(subjects)}}\\n")
    return [{{"value": Score(float(one.image.rgb.mean()) / 255)}} for one in subjects]
"""


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve requests of three images, the last of each blank; two images can't be read."""
    path = batches.jsonl(tmp_path_factory.mktemp("input"), requests=12)
    (path.parent / "images" / "00004.png").write_bytes(b"\x89PNG\r\n\x1a\n cut off")
    (path.parent / "images" / "00009.jpg").unlink()
    return path


@pytest.fixture(scope="module")
def undisturbed(manifest: Path, tmp_path_factory: pytest.TempPathFactory) -> stations.Rows:
    """The rows of a run that nobody disturbed: one worker, one shard."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    return stations.decided(manifest, batches.FILTERS, out, shard_size=1000)


@pytest.fixture
def taste(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path]:
    """A scorer of the test's own with batches of sixteen, and the file that lists its calls."""
    log = tmp_path / "calls"
    path = outside.write(tmp_path, "stationed", TASTE.format(log=str(log)))
    monkeypatch.syspath_prepend(tmp_path)
    return path, log


def ranked_by(path: str, **rest) -> dict:
    """Return a policy that refuses what is blank and ranks the others by one measure."""
    gates = [{"on": "filters.blank.structure", "reject_below": 0.001}]
    return outside.policy(path, gates=gates) | rest


def selected(manifest: Path, policy: dict) -> list[tuple]:
    """Return what `Selector.select` says of each candidate of a manifest."""
    found = []
    with Selector(policy, journal=False) as selector:
        for line in manifest.read_text().splitlines():
            row = json.loads(line)
            one = selector.select(
                row["prompt"],
                [Candidate(manifest.parent / name, name) for name in row["images"]],
                expect={"faces": 2},
            )
            ranks = {name: rank for rank, name in enumerate(one.decision.ranking, start=1)}
            found += [
                (
                    row["request_id"],
                    candidate.content_hash,
                    candidate.pixel_hash,
                    one.verdict(candidate.id),
                    ranks.get(candidate.id),
                    one.decision.quality.get(candidate.id),
                    one.answer,
                    [str(reason) for reason in one.reasons[candidate.id]],
                )
                for candidate in one.candidates
            ]
    return found


def same_as_selected(rows: stations.Rows) -> list[tuple]:
    """Return of rows what `selected` returns."""
    columns = ("request_id", "content_hash", "pixel_hash", "verdict", "rank", "quality", "answer")
    grounds = ([reason["text"] for reason in row["reasons"]] for row in rows)
    return [
        (*cells, said) for cells, said in zip(stations.of(rows, *columns), grounds, strict=True)
    ]


def test_rows_are_what_one_request_at_a_time_gets(manifest, undisturbed):
    """Every candidate has one row, with the verdict, rank, quality and reasons of `select`."""
    assert same_as_selected(undisturbed) == selected(manifest, batches.FILTERS)
    failed = {row["request_id"] for row in undisturbed if row["failed"]}
    assert failed == {"r0001", "r0003"}
    assert [row["attempt"] for row in undisturbed] == [1] * 36


@pytest.mark.parametrize(("size", "workers"), [(1, 1), (4, 2), (7, 3)])
def test_rows_do_not_depend_on_shards_and_workers(manifest, undisturbed, tmp_path, size, workers):
    """However the work is cut and shared out."""
    rows = stations.decided(
        manifest, batches.FILTERS, tmp_path / "out", shard_size=size, workers=workers
    )
    assert rows == undisturbed


def test_a_scorer_is_called_for_many_requests_at_once(manifest, taste, tmp_path):
    """Batches of sixteen are filled across requests and shards; rows are those of `select`."""
    path, log = taste
    policy = ranked_by(path)
    rows = stations.decided(manifest, policy, tmp_path / "out", shard_size=9)
    calls = [int(line) for line in log.read_text().split()]
    assert len(calls) < 4
    assert sum(calls) == 22  # of 36 two can't be read and twelve are blank
    assert same_as_selected(rows) == selected(manifest, policy)


@pytest.mark.parametrize("cascade", [{"mode": "exhaustive"}, {"audit": 1.0}], ids=["all", "audit"])
def test_all_can_be_measured(manifest, taste, tmp_path, cascade):
    """In the mode of that name, and of requests that are audited, which changes no verdict."""
    policy = ranked_by(taste[0], cascade=cascade)
    rows = stations.decided(manifest, policy, tmp_path / "out")
    assert same_as_selected(rows) == selected(manifest, policy)
    column = f"{taste[0]}.value.outcome"
    assert {row[column] for row in rows if row["error"] is None} == {"score"}
    assert {row["audited"] for row in rows} == {"audit" in cascade}


@pytest.mark.parametrize("mode", ["exact", "exhaustive"])
def test_a_request_of_which_nothing_can_be_read_is_rejected(tmp_path, taste, mode):
    """It is nobody's fault but the files': it gets its verdicts, as it does alone."""
    source = batches.jsonl(tmp_path, requests=2, each=2)
    for index in (0, 1):
        next((tmp_path / "images").glob(f"{index:05d}.*")).write_bytes(b"")
    rows = stations.decided(source, ranked_by(taste[0], cascade={"mode": mode}), tmp_path / "out")
    first = [row for row in rows if row["request_id"] == "r0000"]
    assert [row["verdict"] for row in first] == ["reject", "reject"]
    assert all("it is empty" in row["error"] for row in first)


def test_sets_are_measured_whole(manifest, tmp_path, monkeypatch):
    """What a station measures over all candidates of a request it measures over just these."""
    path = outside.write(
        tmp_path, "together", "return [{'value': Score(1 / len(subjects))} for _ in subjects]"
    )
    file = tmp_path / "together" / "own.py"
    file.write_text(file.read_text().replace('"scorer"', '"scorer"\n    scope = "set"'))
    monkeypatch.syspath_prepend(tmp_path)
    rows = stations.decided(manifest, ranked_by(path), tmp_path / "out", workers=2)
    assert same_as_selected(rows) == selected(manifest, ranked_by(path))
    assert {row[f"{path}.value"] for row in rows} == {None, 0.5, 1.0}


def test_edits_are_compared_with_their_source(tmp_path):
    """The source is read where it is measured; one that is missing is a failure, with the reason."""
    before, after, *_ = batches.images(tmp_path, 3)
    lines = [
        {"request_id": "there", "instruction": "x", "source_image": before.name},
        {"request_id": "gone", "instruction": "x", "source_image": "gone.png"},
    ]
    manifest = tmp_path / "edits.jsonl"
    rest = {"images": [after.name, before.name]}
    manifest.write_text("".join(json.dumps(one | rest) + "\n" for one in lines))
    policy = {
        "name": "edits",
        "version": 1,
        "gates": [{"on": "detectors.preservation.edited", "accept_above": 0.001}],
        "method": {"weighted_sum": [{"of": "filters.blank.structure"}]},
        "cascade": {"mode": "exhaustive"},
    }
    rows = stations.decided(manifest, policy, tmp_path / "out")
    with Selector(policy, journal=False) as selector:
        for line in lines:
            mine = [row for row in rows if row["request_id"] == line["request_id"]]
            edit = Edit("x", tmp_path / line["source_image"])
            one = selector.select(edit, [after, before])
            assert [row["verdict"] for row in mine] == [one.verdict(c.id) for c in one.candidates]
            assert {row["failed"] for row in mine} == {line["request_id"] == "gone"}


def test_a_request_that_can_not_be_begun_fails_alone(manifest, tmp_path, monkeypatch):
    """Its rows have no verdict and say why; nobody else minds."""
    first, second, *_ = map(json.loads, manifest.read_text().splitlines())
    first["instruction"] = first.pop("prompt")
    mixed = manifest.with_name("mixed.jsonl")
    mixed.write_text(f"{json.dumps(first)}\n{json.dumps(second)}\n")
    path = outside.write(
        tmp_path, "reading", "return [{'value': Score(0.5)} for _ in subjects]", ("prompt",)
    )
    monkeypatch.syspath_prepend(tmp_path)
    rows = stations.decided(mixed, ranked_by(path), tmp_path / "out")
    assert [row["verdict"] is None for row in rows] == [True] * 3 + [False] * 3
    assert {row["error"] for row in rows[:3]} == {rows[0]["error"]}
    assert "prompt" in rows[0]["error"]
    assert [row["failed"] for row in rows[:3]] == [True] * 3


def test_what_was_decided_is_told(manifest, tmp_path):
    """Requests, candidates and verdicts add up to all there are."""
    heard: list[Progress] = []
    made = stations.setup(manifest, batches.FILTERS, tmp_path / "out")
    assert stations.done(made, tell=heard.append) == 4
    assert sum(one.requests for one in heard) == 12
    assert sum(one.candidates for one in heard) == 36
    assert sum(one.verdicts.get("accept", 0) for one in heard) == 12


def test_a_run_that_is_to_stop_finishes_what_it_began(manifest, undisturbed, tmp_path):
    """No shard is begun any more, those that were are whole, and the others are left to do."""
    made = stations.setup(manifest, batches.FILTERS, tmp_path / "out", shard_size=3)
    heard: list[Progress] = []
    did = stations.done(made, tell=heard.append, stopping=lambda: bool(heard))
    assert 0 < did < 12
    assert len(stations.rows(made)) == 3 * did
    assert len(stations.left(made)) == 12 - did
    assert stations.done(made) == 12 - did
    assert stations.rows(made) == undisturbed


def test_requests_are_done_again_alone(manifest, tmp_path):
    """What failed is decided anew, and counted as another attempt; the others stay as they are."""
    copied = tmp_path / "input"
    shutil.copytree(manifest.parent, copied)
    made = stations.setup(copied / manifest.name, batches.FILTERS, tmp_path / "out")
    stations.done(made)
    before = stations.rows(made)
    batches.picture(4).save(copied / "images" / "00004.png")
    again = Folder(made.out).failed()
    assert [sorted(one.only or ()) for one in again] == [["r0001"], ["r0003"]]
    assert stations.done(made, tasks=again) == 2
    after = stations.rows(made)
    changed = [now for was, now in zip(before, after, strict=True) if was != now]
    assert {row["request_id"] for row in changed} == {"r0001", "r0003"}
    assert {row["attempt"] for row in changed} == {2}
    assert {row["request_id"] for row in after if row["failed"]} == {"r0003"}


def test_a_folder_that_can_not_be_written_ends_the_run(manifest, tmp_path):
    """Nothing is left open, and what was written stays."""
    made = stations.setup(manifest, batches.FILTERS, tmp_path / "out")
    (tmp_path / "out" / "decisions").write_text("in the way")
    with pytest.raises(RequestError, match="can't be written"):
        stations.done(made, tasks=[Task(0), Task(1)])


def test_a_station_goes_on_after_others(manifest, undisturbed, tmp_path):
    """It works again and again, and takes a shard when it has room for it."""
    made = stations.setup(manifest, batches.FILTERS, tmp_path / "out", shard_size=3)
    with Station(made) as station:
        first = list(station.work([Task(3), Task(1)], lambda _: None))
        rest = list(station.work(stations.left(made), lambda _: None))
    assert sorted(first) == [1, 3]
    assert sorted(first + rest) == list(range(12))
    assert stations.rows(made) == undisturbed


def test_originals_that_were_accepted_are_copied(manifest, tmp_path):
    """Byte for byte, one of each request, before its part is written."""
    made = stations.setup(manifest, batches.FILTERS, tmp_path / "out", originals="copy")
    stations.done(made)
    accepted = [row for row in stations.rows(made) if row["verdict"] == "accept"]
    copies = [one for one in (tmp_path / "out" / "accepted").rglob("*") if one.is_file()]
    assert sorted(one.read_bytes() for one in copies) == sorted(
        Path(row["path"]).read_bytes() for row in accepted
    )


@pytest.fixture
def journaled(manifest, tmp_path) -> stations.Setup:
    """A run of four shards with a journal."""
    where = str(tmp_path / "journal.sqlite")
    return stations.setup(manifest, batches.FILTERS, tmp_path / "out", journal=where)


def test_requests_are_written_down_once(journaled, undisturbed):
    """In the journal under the ids of the input; a part that is lost is made from it again."""
    stations.done(journaled)
    assert stations.rows(journaled) == undisturbed
    with Journal(journaled.journal) as journal:
        assert sorted(one.id for one in journal.requests()) == [f"r{n:04d}" for n in range(12)]
    lost = Path(journaled.out) / "decisions" / "part-00001.parquet"
    lost.unlink()
    assert stations.done(journaled) == 1
    assert stations.rows(journaled) == undisturbed
    with Journal(journaled.journal) as journal:
        assert len(journal.requests()) == 12
        assert not journal.verify().faults


def test_what_is_done_again_is_written_down_again(journaled):
    """Under an id that says which attempt it is."""
    stations.done(journaled)
    stations.done(journaled, tasks=Folder(journaled.out).failed())
    with Journal(journaled.journal) as journal:
        named = {one.id for one in journal.requests()}
        assert {"r0001#2", "r0003#2"} == {one for one in named if "#" in one}
        assert journal.read("r0001#2")[1].audited == journal.read("r0001")[1].audited


def test_a_request_of_another_plan_is_not_taken(journaled):
    """One that the journal has already, otherwise decided, fails with a reason that says so."""
    stations.done(journaled)
    other = batches.FILTERS | {"version": 2}
    again = replace(journaled, plan=plan_of(other))
    rows = Path(journaled.out) / "decisions"
    shutil.rmtree(rows)
    stations.done(again)
    found = stations.rows(again)
    assert {row["verdict"] for row in found} == {None}
    assert all("is there already" in row["error"] for row in found)


def test_another_request_of_this_id_is_not_taken(journaled):
    """What the journal has was asked of another prompt: it fails, and says so."""
    stations.done(journaled)
    part = Path(journaled.out) / "requests" / "part-00000.parquet"
    first, *rest = listing.unpacked(part.read_bytes())
    part.write_bytes(listing.packed([replace(first, prompt="another"), *rest]))
    (Path(journaled.out) / "decisions" / "part-00000.parquet").unlink()
    stations.done(journaled)
    failed = [row for row in stations.rows(journaled) if row["verdict"] is None]
    assert {row["request_id"] for row in failed} == {first.id}
    assert all("another prompt or other candidates" in row["error"] for row in failed)


@pytest.mark.parametrize("insists", ["required", "best_effort"])
def test_a_journal_that_can_not_be_written(manifest, tmp_path, insists):
    """Ends a run that requires it, before any part is written; else requests wait for it."""
    policy = batches.FILTERS | {"journal": insists}
    where = tmp_path / "a folder"
    where.mkdir()
    made = stations.setup(manifest, policy, tmp_path / "out", journal=str(where))
    if insists == "required":
        with pytest.raises(JournalError):
            stations.done(made)
        assert len(stations.left(made)) == 4
    else:
        stations.done(made)
        assert len(stations.rows(made)) == 36


def test_no_journal_is_none(manifest, tmp_path, monkeypatch):
    """What the environment says is for others: a run has the journal that it is given."""
    monkeypatch.setenv("SELECTOR_JOURNAL", str(tmp_path / "theirs.sqlite"))
    policy = batches.FILTERS | {"journal": "required"}
    made = stations.setup(manifest, policy, tmp_path / "out")
    assert stations.done(made) == 4
    assert not (tmp_path / "theirs.sqlite").exists()
