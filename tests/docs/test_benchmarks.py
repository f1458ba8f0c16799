"""The benchmarks still run and still measure what they say; how fast, they say themselves."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pictures import noise
from selector.measures import loader

ROOT = Path(__file__).resolve().parents[2]


def printed(module: str, *arguments: object) -> str:
    """Return what a benchmark prints."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def table(text: str) -> dict[str, list[str]]:
    """Return the last table of what was printed: cells by the first of a row."""
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    start = max(at for at, row in enumerate(rows) if set(row[0]) <= {"-"})
    assert all(len(row) == len(rows[start]) for row in rows[start:])
    return {row[0]: row[1:] for row in rows[start + 1 :]}


def test_filters_are_measured_on_every_content(tmp_path):
    """Made pictures and those of a folder each have a time for every filter, and a ratio."""
    noise(40, 30).save(tmp_path / "mine.jpg")
    rows = table(printed("filters", tmp_path, "--side", 64, "--repeats", 2))
    assert {"photographs, a mosaic", "one colour", "mine.jpg"} <= rows.keys()
    for *times, share in rows.values():
        pillow, _, *filters = (float(time.removesuffix(" ms")) for time in times)
        assert len(filters) == 5
        assert min(pillow, *filters) > 0
        assert float(share) == pytest.approx(sum(filters) / pillow, rel=0.1, abs=0.02)


def test_the_engine_is_measured_alone():
    """Each sort of request has the time of the engine, which is less than that with images."""
    rows = table(printed("engine", "--candidates", 3, "--repeats", 3))
    assert len(rows) == 4
    for row in rows.values():
        _, least, whole = (float(time.removesuffix(" ms")) for time in row)
        assert 0 < least < whole


def test_the_engine_can_be_profiled():
    """Where the time goes is told by function."""
    assert "selector.py" in printed("engine", "--candidates", 2, "--repeats", 2, "--profile")


def test_importing_the_package_imports_no_library():
    """What the table of imports says holds: `import selector` brings no library with it."""
    rows = table(printed("imports", "--repeats", 1))
    assert rows["`import selector`"][-1] == "none"
    assert "torch" not in rows['`Selector("starter")`'][-1]
    assert "numpy" in rows["`from selector import Selector`"][-1]


def test_memory_is_measured_in_a_process_of_its_own(tmp_path):
    """A request of more pictures decodes each once where all fit, and has a peak of its own."""
    arguments = ("--side", 64, "--counts", 2, 10, "--folder", tmp_path)
    text = printed("memory", *arguments, "--policies", "filters only")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if "filters only" in line]
    assert [(row[1], row[-1]) for row in rows] == [("2", "2"), ("10", "10")]
    assert all(float(row[2].replace(",", "")) > 10 for row in rows)


@pytest.mark.slow
def test_our_side_of_the_comparison_finds_what_was_made(tmp_path):
    """Copies, odd shapes and empty pictures are flagged by the numbers of the filters."""
    text = printed(
        "against_cleanvision", "--count", 20, "--larger", 0.4, "--rounds", 1, "--folder", tmp_path
    )
    assert {tuple(row[1:]) for row in table(text).values()} == {("–", "–", "–")}
    found = json.loads(printed("run_filters", tmp_path, 2))
    assert min(found["seconds"], found["processor"]) > 0
    for check in ("low-information", "odd-size", "odd-aspect", "exact-copy", "near-copy", "blurry"):
        faulty = {str(path) for path in tmp_path.glob(f"*-{check}.*")}
        assert faulty
        assert faulty <= set(found["flagged"][check]), check


def test_a_detector_is_tried_on_faults_that_were_made():
    """Every fault has a count, an AUC inside its interval, a recall; the detector has a time."""
    text = printed("detectors", "exposure", "--resamples", 50, "--repeats", 1)
    tried, timed = text.split("\n\n")[1:3]
    rows = [line.strip("| ").split(" | ") for line in tried.splitlines()[2:]]
    assert {row[1] for row in rows} == {"under", "over", "faded"}
    for _, _, _, good, bad, auc, interval, recall in rows:
        low, high = map(float, interval.split("–"))
        assert 0 <= low <= float(auc) <= high <= 1
        assert 0 <= float(recall) <= 1
        assert min(int(good), int(bad)) > 5
    assert float(table(timed)["exposure"][0].removesuffix(" ms")) > 0


def test_every_detector_is_tried():
    """Each detector of ours has pictures to be tried on, and its rows in the results."""
    ours = {
        path.removeprefix("detectors.")
        for path in loader.names()
        if path.startswith("detectors.") and not loader.load(path).yours
    }
    made = {path.stem for path in (ROOT / "benchmarks" / "trials").glob("[a-z]*.py")}
    text = (ROOT / "benchmarks" / "detectors.md").read_text()
    assert ours == made
    assert ours == set(re.findall(r"^\| (\w+) \| [\w.]+ ms", text, re.MULTILINE))
    assert ours == set(re.findall(r"^\| (\w+) \| \w+ \| .+\) \| \d", text, re.MULTILINE))


def test_journals_are_measured_on_both_databases(postgres):
    """One process and four, in a file and on a server, each with its rate and its size."""
    rows = table(printed("journal", "--count", 8, "--rounds", 1, "--postgres", postgres))
    assert list(rows) == ["SQLite, 1", "SQLite, 4", "PostgreSQL, 1", "PostgreSQL, 4"]
    for best, middle, size, million in rows.values():
        assert float(best) >= float(middle) > 0
        bytes_each = float(size.replace(",", ""))
        assert float(million) == pytest.approx(bytes_each / 8000, rel=0.05, abs=0.01)


def test_replay_is_measured_for_each_method():
    """Each method has its requests a minute, by another policy and by its own."""
    rows = table(printed("replay", "--requests", 40))
    assert {"weighted_sum", "lexicographic", "constrained", "pareto"} <= rows.keys()


def test_monitoring_is_measured():
    """Reading summaries has its time."""
    assert "| " in printed("drift", "million", "--rows", 3000)


def test_the_results_name_every_benchmark():
    """The pages of the benchmarks have the command of each script that prints a table."""
    folder = ROOT / "benchmarks"
    pages = (
        "README.md",
        "batch.md",
        "calibration.md",
        "cascade.md",
        "detectors.md",
        "journal.md",
        "judges.md",
        "scorers.md",
    )
    text = "".join((folder / name).read_text() for name in pages)
    scripts = {path.stem for path in folder.glob("*.py") if "table(" in path.read_text()}
    assert scripts - {"measuring"} <= set(re.findall(r"python -m benchmarks\.(\w+)", text))


def test_scorers_are_compared_with_each_alone():
    """Each side has its median, and its share of what the others took and of the bare passes."""
    from benchmarks.scorers import report

    measured = {
        "alone": {"seconds": [6.0, 5.0, 40.0], "peak": 10 * 2**30},
        "bare-bf16": {"seconds": [1.0, 1.0, 1.0], "peak": 4 * 2**30},
        "selector-bf16": {"seconds": [1.5, 1.5, 1.5], "peak": 5 * 2**30},
    }
    rows = table(report(measured.__getitem__, ["bf16"]))
    assert rows["alone"] == ["6.00 s", "1.00×", "", "10.00 GiB", "1.00×"]
    assert rows["selector, bf16"] == ["1.50 s", "4.00×", "1.50×", "5.00 GiB", "0.50×"]


@pytest.mark.slow
def test_judges_are_measured_in_batches_over_a_network_and_for_memory():
    """Each of the three tables has its rows, and what is told of them follows from one another."""
    text = printed("judges", "--candidates", 3, "--judgements", 4, "--requests", 10, "--repeats", 1)
    batched, served, memory = (table(part) for part in text.split("\n\n")[1:])
    assert set(batched) == {"3 candidates"}
    assert list(served) == ["256², PNG", "512², PNG", "1024², PNG", "1024², JPEG"]
    for ideal, taken, share in served.values():
        assert ideal == "0.20 s"
        assert float(taken.removesuffix(" s")) >= 0.2
        assert float(share.removesuffix("×")) >= 1
    assert list(memory) == ["1", "5", "10"]


def test_linear_layers_are_compared_in_both_precisions():
    """A row for each number of pictures at once, with the time of either kind."""
    from benchmarks.linear_layers import report
    from towers import SMALL

    rows = report(SMALL, repeats=1).splitlines()[2:]
    cells = [row.strip("| ").split(" | ") for row in rows]
    assert [each[:2] for each in cells] == [
        [precision, at_once] for precision in ("float32", "bfloat16") for at_once in "148"
    ]
    assert all(re.fullmatch(r"\d+\.\d ms", took) for each in cells for took in each[2:])


def test_random_checkpoints_have_the_published_sizes():
    """The layouts of the scorers' benchmark add up to the numbers that the models are known by."""
    from math import prod

    from benchmarks import random_weights as made

    count = {
        "H": sum(map(prod, made.clip_shapes("H").values())),
        "open_clip": sum(map(prod, made.open_clip_shapes().values())),
        "image_reward": sum(map(prod, made.image_reward_shapes().values())),
    }
    assert count["H"] == count["open_clip"] == 986_109_441
    # Two projections that ImageReward has and does not use are left out.
    assert count["image_reward"] == 446_665_953 - 256 * (1024 + 768 + 2)


def rows_of(text: str) -> list[list[str]]:
    """Return the rows of every table that was printed, without heads and lines."""
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    heads = [at - 1 for at, row in enumerate(lines) if set(row[0]) <= {"-"}]
    return [row for at, row in enumerate(lines) if at not in heads and at - 1 not in heads]


def test_a_cascade_is_simulated_in_every_world():
    """Each world has its saving inside an interval, fewer dear calls, and never another answer."""
    rows = rows_of(printed("cascade", "simulation", "--prompts", 4))
    assert len(rows) == 36 + 9
    for *world, saving, dear, rounds, differ in rows:
        count = int(world[3] if len(world) == 4 else world[0])
        factor, low, high = map(float, re.findall(r"[\d.]+", saving))
        assert 1 <= low <= factor <= high
        assert 1 <= float(dear) <= count
        assert float(rounds) >= 5  # none of five scorers was left out for the winner
        assert differ == "0"


def test_a_cascade_that_may_lose_a_little_saves_more():
    """What is lost of the gain lies in its interval, and the dear one is asked less often."""
    from benchmarks.cascade import STANDARD, regretted
    from benchmarks.simulated import run

    (row,) = regretted([STANDARD], prompts=60, learning=130)
    lost, low, high = map(float, re.findall(r"[\d.]+", row[-2].replace("%", "")))
    assert 0 <= low <= lost <= high
    assert float(row[5]) < run(STANDARD, 60).saving.dear


def test_a_cascade_saves_of_tables_and_finds_the_same(tmp_path):
    """Rows of published shape, one without a score, are decided alike with fewer dear calls."""
    from benchmarks.recorded import REWARD, TIFA

    drawn = np.random.default_rng(7)
    prompts = [{"prompt_id": f"p{at}"} for at in range(3)]
    for file, models, columns in (
        ("tifa160.csv", [""], TIFA),
        ("imagereward_benchmark_scores.csv", ["a", "b"], REWARD),
    ):
        names = [one.name for one in columns.values()]
        rows = [
            prompt | {"model": model, "candidate_id": f"{model}{at}"}
            | {name: drawn.random() for name in names}
            for prompt in prompts for model in models for at in range(6)
        ]  # fmt: skip
        rows[0][names[-1]] = ""
        with (tmp_path / file).open("w", newline="") as sheet:
            writer = csv.DictWriter(sheet, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    found = rows_of(printed("cascade", "tables", "--labels", tmp_path))
    assert len(found) == 9
    for row in found:
        same, asked = row[-1].split(" of ")
        assert same == asked
        assert row[2] == "3"
        assert all(float(row[at].removesuffix("×")) >= 1 for at in (4, 6))


def test_the_cascade_by_itself_is_measured_for_each_method():
    """Every method has its time and measures less than everything; a profile tells where it goes."""
    rows = rows_of(printed("cascade", "overhead", "--repeats", 2))
    methods = [row[0] for row in rows]
    assert methods == ["weighted sum"] * 3 + ["constrained", "lexicographic", "Pareto of two"]
    for _, _, median, least, _, measured in rows:
        assert 0 < float(least.removesuffix(" ms")) <= float(median.removesuffix(" ms"))
        calls, everything = map(int, measured.split(" of "))
        assert calls < everything
    assert "contest.py" in printed("cascade", "--profile", "--repeats", 1)


def test_selector_efficiency_is_told_of_intervals_and_bounds(tmp_path):
    """Without real labels it says so; each number of prompts and each noise has its row."""
    said = printed("selector_efficiency", tmp_path / "gone.csv", "--times", 20, "--prompts", 2000)
    assert "no real labels" in said
    for at_least, right, at_most, truth in table(said).values():
        assert float(at_least) < float(truth) < float(at_most)
        assert float(right) == pytest.approx(float(truth), abs=0.03)
    assert "| 500 |" in said


def test_calibrating_is_timed():
    """Each sort of policy has seconds, and what its labels promise."""
    rows = table(printed("calibrate", "--requests", 30, "--rounds", 1))
    assert len(rows) == 3
    for best, middle, claim in rows.values():
        assert 0 < float(best) <= float(middle)
        assert claim


def test_certified_lines_are_measured_in_every_world():
    """Each world has how often its target was broken, which is a share."""
    rows = table(printed("certified", "lines", "--runs", 4))
    assert len(rows) == 8
    assert all(0 <= float(row[0]) <= 1 for row in rows.values())


def test_ways_to_add_measures_up_are_compared():
    """Every way has its selector efficiency for each sort of request."""
    rows = table(printed("scaled", "methods", "--requests", 60))
    assert {"best single measure", "scales, learned weights"} <= rows.keys()


def test_the_label_model_is_held_against_counting():
    """Each way to make worth of votes has its rank correlation with the truth."""
    rows = table(printed("label_model", "--runs", 1))
    assert float(rows["with reliability and side"][0]) > float(rows["win rate"][0])


def test_a_batch_run_is_held_against_the_bare_loop(tmp_path):
    """The loop, the local engine and the checks each have seconds; ten times as many have a peak."""
    text = printed(
        "batch", "memory", "cleanvision", "--count", 8, "--rounds", 1, "--folder", tmp_path
    )
    rows = {row[0]: row[1:] for row in rows_of(text)}
    assert all(float(rows[count][0]) > 10 for count in ("8", "80"))
    assert float(rows["selector batch"][0]) > 0
