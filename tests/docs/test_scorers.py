"""The page about scorers is true: every scorer is on it, with its model, licence and commands."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from selector.measures import loader
from selector.weights import manifest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "selector/measures/scorers/README.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
ROWS = {
    cells[0].strip("` "): cells
    for line in PAGE.splitlines()
    if line.startswith("| `scorers.")
    for cells in [line.strip("| ").split(" | ")]
}


def test_every_scorer_has_a_row():
    """Who looks for a scorer finds it, and none that is not there."""
    assert set(ROWS) == {path for path in loader.names() if path.startswith("scorers.")}


# Parts of the dimensions of Qwen-Image-Bench, of which there are 23.
PARTS = ("quality_", "aesthetics_", "alignment_", "real_world_fidelity_", "creative_generation_")
JUDGES = {path for path in ROWS if "judge" in loader.load(path).model_fields} | {"scorers.hpsv3"}


def test_a_judge_that_has_one_model_names_it():
    """What is downloaded for a judge stands in its row: the repository, its size, its licence."""
    (first, *_) = map(manifest.entry, loader.construct("scorers.hpsv3", {}).weights)
    model = ROWS["scorers.hpsv3"][2]
    assert first.sources[0].repo in model
    assert f"{first.size / 1e9:.1f} GB" in model
    assert f"{first.licence}; allowed" in model


@pytest.mark.parametrize("path", sorted(JUDGES))
def test_a_judge_s_row_names_its_outputs(path):
    """What a judge says, what it asks and what it is blind to are told, by the names it gives."""
    measure = loader.construct(path, loader.load(path).example)
    _, says, _, questions, blind = ROWS[path]
    top = {name for name in measure.outputs if not name.startswith(PARTS)}
    assert {name for name in top if f"`{name}`" not in says} == set()
    assert questions
    assert blind


@pytest.mark.parametrize("path", sorted(ROWS.keys() - JUDGES))
def test_a_row_says_what_the_manifest_says(path):
    """Repository, size and licence of a scorer's first model stand in its row."""
    first = manifest.entry(loader.construct(path, {}).weights[0])
    _, model, licence, seconds, blind = ROWS[path]
    if path != "scorers.clip_score":  # which has "the same tower"
        assert next(source.repo for source in first.sources if hasattr(source, "repo")) in model
        assert f"{first.size / 1e9:.1f} GB" in model
        assert licence.startswith(first.licence)
        assert {True: "allowed", None: "not stated"}[first.commercial] in licence
    fp32, bf16 = map(float, seconds.split(", "))
    assert 0 < bf16 < fp32
    assert blind


def test_its_commands_exist():
    """Each line of a shell block names commands and options that the program has."""
    from typer.main import get_command

    from selector.cli.main import app

    lines = [line for kind, text in BLOCKS if kind == "bash" for line in text.splitlines()]
    for line in lines:
        if line.startswith(("#", "export SELECTOR_JUDGE_")):
            continue
        program, *words = shlex.split(line, comments=True)
        assert program == "selector"
        command = get_command(app)
        while words and hasattr(command, "commands"):
            command = command.commands[words.pop(0)]
        options = {name for each in command.params for name in each.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


def test_its_policy_lines_are_parameters():
    """Each measure of a YAML block is made with the parameters that it is given."""
    texts = [text for kind, text in BLOCKS if kind == "yaml"]
    assert len(texts) > 1
    for text in texts:
        for name, given in yaml.safe_load(text)["measures"].items():
            path = given.pop("use")
            assert set(given) <= set(loader.load(path).model_fields), name
            theirs = {key for key, of in given.items() if isinstance(of, dict) and "path" in of}
            # A reader's own file is not here; all else is.
            assert loader.construct(path, {k: given[k] for k in given.keys() - theirs}).outputs


def test_its_question_about_fingers_refuses_the_hand_without_five():
    """A yes to "has it five fingers" is good, so that the worst hand of a picture is the lowest."""
    (text,) = [text for kind, text in BLOCKS if kind == "yaml" and "fingers" in text]
    given = yaml.safe_load(text)["measures"]["hand"]
    (output,) = loader.construct(given.pop("use"), given).outputs.values()
    assert output.higher_is_better
