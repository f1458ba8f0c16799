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


@pytest.mark.parametrize("path", sorted(ROWS))
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
        program, *words = shlex.split(line, comments=True)
        assert program == "selector"
        command = get_command(app)
        while words and hasattr(command, "commands"):
            command = command.commands[words.pop(0)]
        options = {name for each in command.params for name in each.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


def test_its_policy_lines_are_parameters():
    """Each measure of the YAML block takes the parameters that it is given."""
    (text,) = (text for kind, text in BLOCKS if kind == "yaml")
    for name, given in yaml.safe_load(text)["measures"].items():
        kind = loader.load(given.pop("use"))
        assert set(given) <= set(kind.model_fields), name
