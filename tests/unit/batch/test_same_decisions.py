"""One policy, one decision: alone or among thousands, whoever measures, however often it is killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow.dataset as ds
import pytest
import yaml
from PIL import ImageFilter

import batches
from selector import Candidate, Selector, batch
from selector.decision.decide import decide
from selector.planning import plan_of
from selector.types import Decision, Failure, NotApplicable, Outcomes, Score, members_hash

SEEN = {
    "name": "seen",
    "version": 1,
    "gates": [
        {"on": "filters.resolution.short_side", "reject_below": 64},
        {"on": "filters.blank.structure", "reject_below": 0.001},
        {"on": "detectors.exposure.under", "accept_below": 0.2},
        {"on": "detectors.letterbox.share", "accept_below": 0.01},
    ],
    "method": {
        "weighted_sum": [
            {"of": "filters.sharpness.overall", "weight": 2, "scale": {"ends": [0, 0.5]}},
            {"of": "detectors.noise.sigma", "scale": {"ends": [0, 30]}, "if_absent": 0},
        ]
    },
    "cut": {"of": "quality", "reject_below": 0.1},
    "deliver": 2,
    "distinct": {"by": "filters.near_duplicates", "within": 6},
    "on_empty": "review",
    "cascade": {"audit": 0},
}
AUDITED = SEEN | {"cascade": {"audit": 0.5}}
REQUESTS = 8


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """Eight requests of five: sharp, blurred, dark, copied, blank, small, and one that is broken."""
    folder = tmp_path_factory.mktemp("seen")
    lines = []
    for number in range(REQUESTS):
        names = [f"{number}-{at}.png" for at in range(5)]
        sharp = batches.picture(number, 128)
        made = [
            sharp,
            batches.picture(100 + number, 128).filter(ImageFilter.GaussianBlur(1 + number % 3)),
            batches.picture(200 + number, 128).point(lambda value: value // 8),
            sharp if number % 2 else batches.blank(number, 128),
            batches.picture(300 + number, 48 if number % 3 else 128),
        ]
        for name, picture in zip(names, made, strict=True):
            picture.save(folder / name)
        if number == 3:
            (folder / names[1]).write_bytes(b"broken")
        lines.append({"request_id": f"r{number}", "prompt": f"blocks {number}", "images": names})
    (folder / "requests.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return folder / "requests.jsonl"


def rows(out):
    """Return all rows, in one order."""
    found = ds.dataset(Path(out) / "decisions", format="parquet").to_table().to_pylist()
    return sorted(found, key=lambda row: (row["request_id"], row["position"]))


@pytest.fixture(scope="module")
def decided(source, tmp_path_factory):
    """The rows of an undisturbed run with one worker."""
    out = tmp_path_factory.mktemp("decided") / "out"
    batch.run(str(source), SEEN, str(out), workers=1, journal=False)
    return rows(out)


def of_requests(found):
    return {name: list(group) for name, group in groupby(found, lambda row: row["request_id"])}


def outcome(row, key, evidence, members):
    """Return an outcome as a row keeps it; None if there is none."""
    match row[f"{key}.outcome"]:
        case "score":
            return Score(row[key], evidence.get(key), members)
        case "failure":
            return Failure(row[f"{key}.why"], None, members)
        case "not_applicable":
            return NotApplicable(row[f"{key}.why"], evidence.get(key), members)
    return None


def known(plan, group):
    """Return what the rows of a request know, as `decide` takes it."""
    keys = {f"{name}.{one}": of for name, of in plan.instances.items() for one in of.outputs}
    table = {row["candidate_id"]: {} for row in group}
    for key, of in keys.items():
        asked = [row for row in group if row[f"{key}.outcome"] != "not_evaluated"]
        # Whom a set was measured over is whoever has an outcome of it.
        members = members_hash(row["content_hash"] for row in asked) if of.scope == "set" else None
        for row in asked:
            evidence = json.loads(row["evidence"] or "{}")
            table[row["candidate_id"]][key] = outcome(row, key, evidence, members)
    candidates = [
        Candidate(
            id=row["candidate_id"],
            content_hash=row["content_hash"],
            pixel_hash=row["pixel_hash"],
            error=row["error"],
        )
        for row in group
    ]
    return Outcomes(tuple(candidates), table)


@pytest.mark.parametrize("policy", [SEEN, AUDITED], ids=["lazily", "audited"])
def test_rows_decide_again_what_they_say(source, tmp_path, policy):
    """From the outcomes of the rows alone the same verdicts, ranking, quality and answer follow."""
    plan = plan_of(policy)
    batch.run(str(source), policy, str(tmp_path / "out"), workers=2, journal=False)
    told = of_requests(rows(tmp_path / "out"))
    assert len(told) == REQUESTS
    for group in told.values():
        decision = decide(plan, known(plan, group))
        assert isinstance(decision, Decision)
        assert {row["candidate_id"]: row["verdict"] for row in group} == dict(decision.verdicts)
        assert {row["answer"] for row in group} == {decision.answer}
        for row in group:
            if row["verdict"] != "reject":
                assert row["rank"] == 1 + decision.ranking.index(row["candidate_id"])
                assert row["quality"] == decision.quality[row["candidate_id"]]


def test_each_request_is_decided_as_it_would_be_alone(source, decided):
    """Bit for bit what `Selector` says: verdicts, order, quality, hashes, every outcome."""
    told = of_requests(decided)
    listed = [json.loads(line) for line in source.read_text().splitlines()]
    with Selector(SEEN, journal=False) as selector:
        for one in listed:
            images = [Candidate(source.parent / name, name) for name in one["images"]]
            alone = selector.select(one["prompt"], images)
            group = told[one["request_id"]]
            ranks = {name: at for at, name in enumerate(alone.decision.ranking, start=1)}
            for row, candidate in zip(group, alone.candidates, strict=True):
                name = row["candidate_id"]
                assert name == candidate.id
                assert row["content_hash"] == candidate.content_hash
                assert row["pixel_hash"] == candidate.pixel_hash
                assert row["verdict"] == alone.verdict(name)
                assert row["rank"] == ranks.get(name)
                assert row["quality"] == alone.decision.quality.get(name)
                assert [each["text"] for each in row["reasons"]] == [
                    str(each) for each in alone.reasons[name]
                ]
                evidence = json.loads(row["evidence"] or "{}")
                for key, found in alone.outcomes.get(name, {}).items():
                    assert row[f"{key}.outcome"] == found.kind, key
                    if isinstance(found, Score):
                        assert row[key] == found.value
                        assert evidence.get(key) == found.evidence
            assert {row["answer"] for row in group} == {alone.answer}
            assert {row["needs_person"] for row in group} == {alone.needs_person}
    verdicts = {row["verdict"] for row in decided}
    assert verdicts == {"accept", "review", "reject"}, "the pictures tell nothing apart"


@pytest.mark.parametrize(
    "told",
    [
        {"workers": 2},
        {"workers": 3, "shard_size": 1},
        {"workers": 1, "shard_size": 7},
        {"workers": 2, "devices": ("cpu", "cpu"), "shard_size": 5},
    ],
    ids=["workers", "shards of one", "shards of some", "devices"],
)
def test_rows_are_the_same_however_the_work_is_shared(source, decided, tmp_path, told):
    """Any number of workers, any shard size, any number of devices."""
    batch.run(str(source), SEEN, str(tmp_path / "out"), journal=False, **told)
    assert rows(tmp_path / "out") == decided


def killed(source, out, tmp_path, when):
    """Begin or go on with a run, and kill all its processes once *when* says so."""
    command = [Path(sys.executable).parent / "selector", "batch", source, "--policy"]
    command += [tmp_path / "seen.yaml", "--out", out, "--shard-size", "1", "--workers", "2"]
    environment = {key: one for key, one in os.environ.items() if key != "SELECTOR_JOURNAL"}
    process = subprocess.Popen(
        [*command, "--resume", "--quiet"], env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    until = time.monotonic() + 30
    while process.poll() is None and not when(out) and time.monotonic() < until:
        time.sleep(0.005)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def decisions(count):
    return lambda out: len(list(out.glob("decisions/*.parquet"))) >= count


def later(seconds):
    """Return what says so after some time."""
    end = time.monotonic() + seconds
    return lambda _out: time.monotonic() > end


def resumed(source, tmp_path, moments):
    """Return the rows of a run that was killed at each moment."""
    (tmp_path / "seen.yaml").write_text(yaml.safe_dump(SEEN))
    out = tmp_path / "out"
    shutil.rmtree(out, ignore_errors=True)
    for when in moments:
        killed(source, out, tmp_path, when)
    batch.run(str(source), SEEN, str(out), workers=1, shard_size=1, resume=True, journal=False)
    assert not list(out.rglob("*.part")), "a file that was begun stays behind"
    return rows(out)


def test_rows_are_the_same_after_kills_at_any_moment(source, decided, tmp_path):
    """While it lists, before the first part, between parts: nothing is lost, nothing is double."""
    moments = [
        lambda out: (out / "run.json").exists(),
        lambda out: (out / "requests").exists(),
        decisions(1),
        decisions(3),
        decisions(6),
    ]
    assert resumed(source, tmp_path, moments) == decided


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_rows_are_the_same_after_kills_at_random_moments(source, decided, tmp_path, seed):
    """Likewise, at moments that nobody chose."""
    dice = np.random.default_rng(seed)
    moments = (later(dice.uniform(0.3, 2.5)) for _ in range(6))
    assert resumed(source, tmp_path, moments) == decided
