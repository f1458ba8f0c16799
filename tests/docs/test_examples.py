"""The examples run as they stand, and show what they say."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "examples"
SCRIPTS = sorted(FOLDER.glob("*.py"))
PUBLIC = {
    "selector", "selector.types", "selector.measures.base", "selector.replay",
    "selector.journal", "selector.labels", "selector.planning", "selector.calibration.assess",
    "selector.calibration.assessment", "selector.calibration.calibrate",
    "selector.calibration.table",
}  # fmt: skip


def printed(name: str, cwd: Path) -> list[str]:
    """Return what an example prints when it is run from another folder."""
    done = subprocess.run(
        [sys.executable, FOLDER / f"{name}.py"], cwd=cwd, capture_output=True, text=True,
        env=os.environ | {"PYTHONWARNINGS": "error"}, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert list(cwd.iterdir()) == []
    return done.stdout.splitlines()


def test_a_folder_gives_its_one_good_picture(tmp_path):
    """Of a photograph and its faulty versions the photograph is accepted, each fault is named."""
    answer, *rows = (line.split() for line in printed("select_from_a_folder", tmp_path))
    assert answer == ["answer:", "complete"]
    told = {name: (verdict, " ".join(why)) for verdict, name, *why in rows}
    assert told["good.png"] == ("accept", "")
    for name, output in {
        "black.png": "filters.blank.structure",
        "blurred.png": "filters.sharpness.sharpest",
        "tiny.png": "filters.resolution.short_side",
    }.items():
        verdict, why = told[name]
        assert verdict == "reject"
        assert why.startswith(output)


def test_pictures_in_memory_are_ranked_and_found_again(tmp_path):
    """The sharpest is first, its seed is at hand, and the black array is refused."""
    best, ranking, refused = printed("images_in_memory", tmp_path)
    assert best == "best: crisp with seed 2"
    assert ranking == "ranking: ['crisp', 'between', 'soft']"
    assert refused == "refused: ['candidate-04']"


def test_a_policy_in_code_decides_and_answers_mistakes(tmp_path):
    """Only the wide, clear banner is delivered; advice and a mistake are told."""
    wide, square, pale, nothing, mistake = printed("policy_as_a_dict", tmp_path)
    assert wide == "candidate-01 | accept"
    assert square.startswith("candidate-02 | reject | filters.resolution.aspect is 1.333")
    assert pale.startswith("candidate-03 | reject | quality is")
    assert nothing == "only the square one: empty -> regenerate"
    assert "did you mean 'reject_below'?" in mistake


def test_a_measure_of_ones_own_ranks_and_refuses(tmp_path):
    """Of three umbrellas the most colourful is first, and the grey one is refused for that."""
    rows = [line.split(maxsplit=3) for line in printed("own_measure", tmp_path)]
    assert [row[:2] for row in rows] == [
        ["accept", "candidate-03"],
        ["accept", "candidate-02"],
        ["reject", "candidate-01"],
    ]
    assert float(rows[0][2]) > 2 * float(rows[1][2])
    assert rows[2][3] == "colour.colourfulness is 0, below 5"


def test_a_scorer_of_ones_own_ranks_by_its_head(tmp_path):
    """Each poster gets a probability of its own, the highest is first and alone delivered."""
    rows = [line.split() for line in printed("own_scorer", tmp_path)]
    found = [float(row[2]) for row in rows]
    assert [row[0] for row in rows] == ["accept", "reject", "reject"]
    assert sorted(found, reverse=True) == found
    assert 1 > found[0] > found[1] > found[2] > 0


def test_a_judge_is_asked_and_where_it_is_gone_a_person_looks(tmp_path):
    """Sure of no fault it accepts, sure of one it refuses; in doubt, or without it, it is review."""
    *rows, gone = printed("ask_a_judge", tmp_path)
    told = [row.split(" | ") for row in rows[::2]]
    assert [row[:2] for row in told] == [["go", "accept"], ["stop", "reject"], ["dusk", "review"]]
    assert told[1][2] == "red.yes is 0.99, above 0.8"
    assert all("begins with" in row for row in rows[1::2])
    assert gone.startswith("without it: review | red.yes: 127.0.0.1")


def test_of_edits_the_one_that_changed_the_hat_alone_is_accepted(tmp_path):
    """Only it is accepted; who softened or changed all of it, or did nothing, is looked at."""
    *rows, edited = printed("edits", tmp_path)
    assert [row.split()[:2] for row in rows] == [
        ["only-the-hat:", "accept"],
        ["nothing-done:", "review"],
        ["the-wall-as-well:", "review"],
        ["the-rest-is-soft:", "review"],
    ]
    assert "detectors.preservation.ssim" in rows[3], "why: the rest was not left alone"
    shares = [float(share) for share in ast.literal_eval(edited.partition(": ")[2])]
    assert 0 < shares[0] < 0.15
    assert shares[2:] == [1, 0]


def test_every_verdict_has_its_grounds(tmp_path):
    """Each verdict is followed by its reason; evidence and what was not measured are shown."""
    text = "\n".join(printed("why_a_verdict", tmp_path))
    parts = dict(re.findall(r"^(\S+): (\w+\n(?:  .+\n?)*)", text, re.MULTILINE))
    grounds = {
        name: (part.split()[0], *re.findall("because: (\\w+)", part))
        for name, part in parts.items()
    }
    assert grounds == {
        "good": ("accept",),
        "small": ("review", "band"),
        "hardly-different": ("reject", "duplicate"),
        "nothing-there": ("reject", "refused"),
        "tiny": ("reject", "refused"),
    }
    assert "evidence {'distances': [" in parts["good"]
    assert "filters.blank.structure was not measured" in parts["tiny"]


def test_few_slow_calls_give_the_same_answer(tmp_path):
    """Measured lazily and in full the same two are delivered, lazily after fewer slow calls."""
    exact, full, saved, last = printed("fewer_calls", tmp_path)
    assert exact.partition(" after")[0].split(":")[1] == full.partition(" after")[0].split(":")[1]
    slow = int(re.search(r"after (\d+) slow", exact)[1])
    assert slow < 12 == int(re.search(r"after (\d+) slow", full)[1])
    assert f"'our_team.connoisseur': {12 - slow}" in saved
    assert "enough were found before it" in last


def test_many_are_delivered_and_none_twice(tmp_path):
    """Three that look different are delivered; the near copy of the best is left out for that."""
    delivered, *rest = printed("deliver_many", tmp_path)
    names = ast.literal_eval(delivered.partition(": ")[2])
    assert len(names) == 3
    assert len({"many", "many-darker"} & set(names)) == 1
    copy = next(line for line in rest if line.startswith("left out: many"))
    assert "filters.near_duplicates" in copy


def test_numbers_without_a_policy(tmp_path):
    """Each image has its number or a reason, the mean is of what was measured, over prompts."""
    *rows, mean, interval, made, header = printed("numbers_without_a_policy", tmp_path)
    numbers = [float(row.rpartition(" | ")[2]) for row in rows[:6]]
    assert sorted(numbers[:3]) == numbers[2::-1]
    assert "not an image" in rows[6]
    assert mean.endswith("of 6, 1 failed")
    assert interval.endswith("over 2 prompts")
    assert made == "made by filters.sharpness version 1"
    assert header.startswith('"image","prompt","source","overall.value","overall.kind"')


def test_another_policy_is_tried_on_what_was_decided(tmp_path):
    """It says who would win otherwise, and what would turn a verdict."""
    requests, *flips, turn = printed("another_policy", tmp_path)
    assert re.fullmatch(r"3 requests, [12] with another winner", requests)
    assert "accept → reject: 2" in flips
    assert re.search(r"would be lost if .+ were at (most|least) [\d.]+ \(was [\d.]+\)", turn)


def test_labels_draw_the_line_of_a_policy_or_are_lacking(tmp_path):
    """A few promise nothing and it is told how many would; of many the claim is told whole."""
    few, many = printed("calibrate_a_policy", tmp_path)
    assert few.startswith("40 labels: at most 5 % bad with 95 % confidence takes 59 labelled")
    assert re.search(r"\d+ more labelled deliveries would do", few)
    assert many.startswith("150 labels: With 95 % confidence at most 5 % of what crisp@1 delivers")


def test_ways_to_choose_stand_beside_each_other(tmp_path):
    """Best first: a person, then blends, then single measures, a random pick at 0; and a number."""
    *rows, one, other, generate = printed("how_good_is_it", tmp_path)
    found = {row.partition(":")[0]: float(row.split(": ")[1].split()[0]) for row in rows}
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert found["one person"] > found["equal weights"] > found["match"] > found["random pick"] == 0
    shares = [int(re.search(r"(\d+)%", line)[1]) for line in (one, other)]
    assert sum(shares) == pytest.approx(100, abs=1)
    assert re.fullmatch(r"worth generating: \d+ images, 0\.\d+ net", generate)


def test_a_night_is_decided_and_has_a_row_for_every_candidate(tmp_path):
    """Each kite is accepted, each blank sky refused; what is lost has its row; nothing is left."""
    verdicts, *rows, resumed = printed("batch_last_night", tmp_path)
    assert verdicts == "verdicts: {'accept': 3, 'reject': 4}"
    told = [row.split(" | ") for row in rows]
    assert len(told) == 7
    assert {(one, row) for one, row, verdict, _ in told if verdict == "accept"} == {
        (colour, f"{colour}-kite.png") for colour in ("red", "green", "orange")
    }
    (lost,) = [row for row in told if row[1] == "lost.png"]
    assert "can't be read" in lost[3]
    assert resumed == "resumed: 0 of 1 shards to do"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_an_example_is_short_public_and_listed(path):
    """15 to 60 lines, opens with what it shows and its command, and imports only public names."""
    text = path.read_text()
    assert 15 <= len(text.splitlines()) <= 60
    tree = ast.parse(text)
    assert f"python examples/{path.name}" in ast.get_docstring(tree)
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name for name in imported if name.startswith("selector")} <= PUBLIC
    assert f"`{path.name}`" in (FOLDER / "README.md").read_text()


def test_the_list_names_what_exists():
    """Every script in the README of the examples is there."""
    named = re.findall(r"`([\w/]+\.py)`", (FOLDER / "README.md").read_text())
    assert len(named) > len(SCRIPTS)
    assert all((FOLDER / name).exists() for name in named)
