"""`selector score` as a person or a script uses it."""

import csv
import json

import pytest

import goldens
from selector.measures import loader
from selector.scoring import Scores

FOX = "a red fox sitting in the snow"
GOLDEN = goldens.FOLDER / "images"


def flat(text):
    """Return what was printed as one line, without the rules of the table."""
    return " ".join(text.replace("│", " ").split())


def test_a_number_or_a_reason_for_each_image(shell, chairs):
    """Then the mean, its interval, of how many, what it means, and what made it."""
    done = shell("score", "filters.resolution", chairs.name)
    assert (done.returncode, done.stderr) == (0, "")
    said = flat(done.stdout)
    assert "chairs/a.png 512 512 512 1" in said
    assert "chairs/c.png failed failed failed failed" in said
    assert (
        "width: mean 506, 95 % interval 500 to 512 over 2 images; 2 of 3 evaluated, 1 failed."
        in said
    )
    assert "In px" in said
    assert said.count("not an image, or its header is damaged") == 2  # in its row, and once whole
    assert "3 images in " in said
    assert "by filters.resolution version 1, fingerprint " in said
    assert "notes.txt" not in said


def test_every_number_is_whole_on_a_narrow_terminal(shell, chairs):
    """Outputs that do not fit beside each other stand below; what fails as a whole is told once."""
    said = shell("score", "resolution", chairs.name, env={"COLUMNS": "70"}).stdout
    for line in ("chairs/a.png │ short_side", "width │ 500 │", "aspect │ 1 │"):
        assert line in " ".join(said.split())
    table = said[: said.index("short_side: mean")]
    assert "…" not in table.replace("' …)", "")
    assert table.count("failed") == 1
    assert max(map(len, table.splitlines())) <= 70


def test_the_last_word_of_a_path_is_enough(shell, chairs):
    """As in `selector measures`; the shell completes both."""
    assert "filters.resolution" in shell("score", "resolution", chairs).stdout
    asked = {"_SELECTOR_COMPLETE": "complete_bash", "COMP_WORDS": "selector score f"}
    offered = shell(env=asked | {"COMP_CWORD": "2"}).stdout.split()
    assert offered == [path for path in loader.names() if path.startswith("f")]


def test_json_is_the_scores(shell, chairs):
    """--json prints one object that reads back."""
    done = shell("score", "blank", chairs, "--json", "--prompt", "a chair")
    scores = Scores.from_dict(json.loads(done.stdout))
    assert [row.prompt for row in scores.rows] == ["a chair"] * 3
    assert scores.summary("structure").failed == 1


def test_a_list_says_which_image_belongs_to_which_prompt(shell, chairs):
    """Paths are relative to its folder, prompts are shown, and the interval is over them."""
    rows = [("a.png", "one"), ("b.jpg", "two\n\x1b[31m=1")]
    with (chairs / "list.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("image", "prompt"), *rows])
    done = shell("score", "sharpness", chairs / "list.csv")
    assert done.returncode == 0, done.stderr
    said = flat(done.stdout)
    assert "a.png" in said
    assert r"two\n\x1b[31m=1" in said
    assert "over 2 prompts; 2 of 2 evaluated" in said
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("ending", ["json", "csv", "parquet"])
def test_scores_are_kept_in_a_file(shell, chairs, ending):
    """Then only what is true of all is printed, and where they lie; nothing else is written."""
    done = shell("score", "blank", chairs, "--out", f"out.{ending}")
    assert done.returncode == 0, done.stderr
    assert f"The scores lie in out.{ending}" in done.stdout
    assert "a.png" not in done.stdout
    assert {one.name for one in shell.cwd.iterdir()} == {"chairs", f"out.{ending}"}


def test_a_scorer_on_weights_of_ones_own(shell):
    """Its published number, the model's checksum, and that the end of a prompt was not read."""
    checkpoint = goldens.parameters("scorers.pickscore")["checkpoint"]
    image = str(GOLDEN / "square_512.png")
    rows = [{"image": image, "prompt": prompt} for prompt in (FOX, FOX + " very" * 100 + " white")]
    (shell.cwd / "list.jsonl").write_text("\n".join(map(json.dumps, rows)))
    chosen = f"checkpoint={json.dumps(checkpoint)}"
    done = shell("score", "pickscore", "list.jsonl", "--set", chosen, "--out", "out.json")
    assert done.returncode == 0, done.stderr
    scores = Scores.from_dict(json.loads((shell.cwd / "out.json").read_text()))
    case = goldens.cases("pickscore")["single-square"]["expected"]["score"]
    assert scores.values()[0] == pytest.approx(case[0], abs=0.002)
    said = flat(done.stdout)
    assert said.count("scorers.pickscore did not read the end of the prompt: “") == 1
    assert "compares only within one prompt" in said
    assert f"Model: checkpoint, a file of your own, {checkpoint['sha256']}." in said


def test_a_model_that_the_manifest_does_not_know_is_named(shell):
    """The reader learns that its licence is not stated, also where nothing was measured."""
    model = "model=ViT-B-32/laion2b_s34b_b79k"
    done = shell("score", "clip_score", "gone.png", "--prompt", "a", "--set", model)
    assert "Model: ViT-B-32/laion2b_s34b_b79k, licence not stated." in flat(done.stdout)


def test_a_cause_is_short_in_each_row_and_whole_once(shell, chairs):
    """Who lacks a model reads what lacks beside each image, and what to do once, below."""
    lacks = {"SELECTOR_CACHE": "empty", "SELECTOR_OFFLINE": "1", "COLUMNS": "200"}
    done = shell("score", "pickscore", "--prompt", "a", chairs, env=lacks)
    table, _, below = done.stdout.partition("pickscore: no mean")
    assert table.count("pickscore: its model file can't be had ") == 2
    assert "(got" not in table
    assert below.count("pickscore: its model file can't be had (got ") == 1


def test_nothing_evaluated_ends_with_1(shell, chairs):
    """The failure is told all the same, once."""
    done = shell("score", "blank", chairs / "c.png", "gone.png")
    assert done.returncode == 1
    assert "structure: no mean; 0 of 2 evaluated, 2 failed." in flat(done.stdout)
    assert "Failed on 1: gone.png: it can't be read (got No such file" in flat(done.stdout)


def test_nothing_there_to_measure_is_an_answer(shell, chairs):
    """Of one picture there is no nearest other: that is no failure."""
    done = shell("score", "near_duplicates", chairs / "a.png")
    assert done.returncode == 0
    assert "none there alone in its set" in flat(done.stdout)
    assert "nearest: no mean; 0 of 1 evaluated, 1 without." in flat(done.stdout)


def test_what_comes_too_late_is_told(shell, chairs):
    """--timeout-s ends measuring, not telling."""
    done = shell("score", "blank", chairs, "--timeout-s", "0.000001")
    assert done.returncode == 1
    assert "Failed on 3: deadline" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("blnk", "chairs"), "blnk"),
        (("filters.blnk", "chairs"), "Did you mean 'filters.blank'?"),
        (("lettering", "chairs"), "prompts: detectors.lettering reads them (got none)."),
        (("preservation", "chairs"), "Name it with --source"),
        (("blank", "chairs", "--set", "level"), "--set: expected NAME=VALUE (got 'level')."),
        (("blank", "chairs", "--set", "x=1"), "unknown parameter 'x'"),
        (("blank", "chairs", "--set", "x=1", "--set", "x=2"), "a parameter once (got 'x' twice)."),
        (("blank", "chairs", "--set", "x=[1"), "--set x: "),
        (("blank", "chairs", "--set", "x=!!python/name:os.system"), "tags are not read"),
        (("blank", "chairs", "--set", "x=&a [*a]"), "Take it out. aliases are not read"),
        (("blank", "chairs", "--out", "out.txt"), "Use .json, .csv, .parquet."),
        (("blank", "chairs", "--out", "gone/out.csv"), "can't be written there"),
        (("blank", "list.csv", "chairs"), "a list stands alone (got 1 more beside it)."),
        (("blank", "list.csv", "--out", "list.csv"), "the command itself reads list.csv"),
        (("blank", "list.csv", "--prompt", "x"), "--prompt: the list has a column for it"),
        (("blank", "gone.csv"), "gone.csv: it can't be read"),
        (("blank", "chairs", "--timeout-s", "-1"), "timeout_s: expected finite seconds above 0"),
        (("blank", "empty"), "no images in this folder"),
    ],
)
def test_the_callers_mistakes_end_with_2(shell, chairs, arguments, said):
    """One clear message on stderr, nothing on stdout, no file, no traceback."""
    (shell.cwd / "empty").mkdir()
    (shell.cwd / "list.csv").write_text("image,prompt\nchairs/a.png,p\n")
    before = sorted(shell.cwd.rglob("*"))
    done = shell("score", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(shell.cwd.rglob("*")) == before
    assert chairs.is_dir()


def test_every_problem_of_a_list_is_told_at_once(shell):
    """Each on its line with the number of the line, harmless to show."""
    (shell.cwd / "list.csv").write_text('image,prompt\na.png,\n"",x\na.png,b,\x1b[31m\n')
    done = shell("score", "lettering", "list.csv")
    assert done.returncode == 2
    assert [line.split(": ")[0] for line in done.stderr.splitlines()] == [
        f"list.csv:{line}" for line in (2, 3, 4)
    ]
    assert "\x1b" not in done.stderr


def test_one_prompt_goes_for_a_list_without_any(shell, chairs):
    """As for files; the list must not have a column of them."""
    (chairs / "list.jsonl").write_text('{"image": "a.png"}\n{"image": "b.jpg"}\n')
    done = shell("score", "blank", chairs / "list.jsonl", "--prompt", "a chair", "--json")
    assert [row["prompt"] for row in json.loads(done.stdout)["rows"]] == ["a chair"] * 2


def test_what_to_know_before_trusting_numbers_is_said(shell, chairs):
    """A judge that nobody named, and words that are not its own: told on stderr, also with --json."""
    done = shell("score", "vlm_question", "--set", "question=Is it red?", chairs.name, "--json")
    assert done.stderr.startswith("scorers.vlm_question: no judge is named. Set SELECTOR_JUDGE_URL")
    assert json.loads(done.stdout)["measure"] == "scorers.vlm_question"
