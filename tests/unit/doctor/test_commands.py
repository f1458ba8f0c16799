"""`selector measures` and `selector doctor` as a person and as a script reads them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import outside
from selector.cli import measures as cards
from selector.cli.parameters import parameters
from selector.measures import loader

SELECTOR = [str(Path(sys.executable).parent / "selector")]
NARROW = {"COLUMNS": "80"}
OWN = '''
"""A measure of a team's own."""

from pydantic import Field

from selector.measures.base import Measure
from selector.types import Cost, Output, Score


class Logo(Measure):
    """How much \\x1b[31mof the logo\\u202e is visible.

    Unit: share.
    """

    kind = "scorer"
    version = 1
    {example}
    word: str = Field(description="What the logo says.")
    side: int = 3

    @property
    def outputs(self):
        return {{"value": Output("share", 0, 1, True, optional=True)}}

    @property
    def cost(self):
        return Cost(0.01, "clip", 0.6)

    def run(self, subjects):
        return [{{"value": Score(1.0)}} for _ in subjects]
'''


@pytest.fixture
def logo(tmp_path):
    """Write a measure with a parameter that must be given, with an example of it or without."""

    def write(example='example = {"word": "ACME"}'):
        path = outside.write(tmp_path, "shop", "return []")
        (tmp_path / "shop" / "own.py").write_text(OWN.format(example=example))
        return path

    return write


@pytest.fixture
def empty_cache(tmp_path):
    """Variables of a machine on which no model was fetched yet."""
    return {"SELECTOR_CACHE": str(tmp_path / "cache")}


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    """What `selector measures` says on a narrow terminal."""
    known = {key: value for key, value in os.environ.items() if not key.startswith("SELECTOR_")}
    return subprocess.run(
        [*SELECTOR, "measures"], cwd=tmp_path_factory.mktemp("cwd"), env=known | NARROW,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_measures_lists_what_there_is(listed):
    """By kind, a paragraph each: outputs, the worst blind spot, cost, licence, whether here."""
    assert (listed.returncode, listed.stderr) == (0, "")
    parts = {part.splitlines()[0]: part for part in listed.stdout.split("\n\n")}
    names = [name for name in parts if name in loader.names()]
    assert names == loader.names()
    filters = sum(name.startswith("filters.") for name in names)
    assert f"Filters, cheap rules about pixels: {filters}" in parts
    blank, hands = parts["filters.blank"], parts["detectors.hands"]
    assert "Gives        structure, spread" in blank
    assert "5 ms · licence: none (no model) · available here" in blank
    assert "Blind to" in blank
    assert "licence: Apache-2.0 (commercial use allowed)" in hands


def test_the_list_is_short_and_fits_a_narrow_terminal(listed):
    """No line of prose is wider than the terminal, no word broken, no measure over a dozen lines."""
    bin_folder = str(
        Path(sys.executable).parent
    )  # a command to paste stays on one line, however long
    prose = [line for line in listed.stdout.splitlines() if bin_folder not in line]
    assert len(prose) > 100
    assert max(map(len, prose)) <= 80
    assert max(len(part.splitlines()) for part in listed.stdout.split("\n\n")) <= 12
    words = set(listed.stdout.split())
    for path in loader.names():
        assert set(loader.load(path).card()[""].split()) <= words


def test_the_list_says_what_a_measure_asks_for(listed):
    """A parameter that must be given stands there with an example of it; others do not."""
    palette = listed.stdout.partition("detectors.palette\n")[2].partition("\n\n")[0]
    text = " ".join(palette.split())
    assert 'Asks for colours: list of texts, for example ["#' in text
    assert "tolerance" not in text


@pytest.mark.parametrize("path", loader.names())
def test_every_parameter_of_a_measure_is_said_in_words(path):
    """Nobody has to read how Python writes types."""
    for it in parameters(loader.construct(path, loader.load(path).example)):
        assert it["type"]
        assert not {"value", "typing", "tuple", "None"} & set(it["type"].replace("[", " ").split())
        assert it["required"] <= (it["example"] is not None)


@pytest.mark.parametrize("path", loader.names())
def test_the_whole_card_of_a_measure(path):
    """Its outputs in everyday words, its six lines, model, fingerprint, lines for a policy."""
    card = cards.card(path)
    measure = card.measure
    text = " ".join("\n".join(cards.whole(card)).split())
    assert measure.fingerprint() in text
    for line in measure.card().values():
        assert line in text
    instance = path.rpartition(".")[2] if measure.example else path
    for name, output in measure.outputs.items():
        assert f"{name} {output.words}" in text
        assert f": {instance}.{name}" in text


def test_a_measure_is_found_by_its_last_word_and_by_its_output(shell):
    """What stands in a policy can be pasted as it is; the last word is enough."""
    whole = shell("measures", "filters.blank").stdout
    assert shell("measures", "blank").stdout == whole
    assert shell("measures", "filters.blank.structure").stdout == whole


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("blnk", "Did you mean 'filters.blank'?"),
        ("filters.sharp", "Did you mean 'filters.sharpness'?"),
        ("no.such", "no such measure"),
        ("", "not the path of a measure"),
        ("json.decoder", "exactly one public measure"),
    ],
)
def test_a_name_that_is_no_measure_is_the_callers_mistake(shell, name, said):
    """One line on stderr with what comes nearest, exit code 2."""
    done = shell("measures", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_measures_as_json(shell):
    """The same as data: a list of all, or one object; strict JSON."""
    every = json.loads(shell("measures", "--json").stdout)
    assert [one["path"] for one in every] == loader.names()
    hands = json.loads(shell("measures", "hands", "--json").stdout)
    assert hands in every
    assert hands["outputs"]["defect"]["higher_is_better"] is False
    assert hands["models"][0]["licence"] == "Apache-2.0"
    assert hands["commercial"] is True
    assert every[0]["commercial"] is None


def test_a_teams_own_measure_is_shown_harmlessly(shell, logo):
    """Its parameters with type, default and description; no control character goes out."""
    path = logo()
    done = shell("measures", path)
    assert done.returncode == 0, done.stderr
    assert not {"\x1b", "\u202e"} & set(done.stdout)
    text = " ".join(done.stdout.split())
    assert 'word must be given: text, for example "ACME"; What the logo says.' in text
    assert "side whole number, default 3" in text
    assert "10 ms + 600 ms (clip, shared) a candidate" in text


def test_a_measure_that_can_not_be_shown_without_parameters_says_so(shell, logo):
    """Without an example the parameter that is missing is named; exit code 2."""
    done = shell("measures", logo(example=""))
    assert done.returncode == 2
    assert "'word' is missing" in done.stderr


def test_what_is_not_here_comes_with_its_cure(shell, empty_cache):
    """In the list and on the card: what is lacking, and the command on a line of its own."""
    for arguments in ((), ("hands",)):
        lines = shell("measures", *arguments, env=empty_cache | NARROW).stdout.splitlines()
        assert "    selector doctor --fetch" in lines
        assert any("fetched at first use" in line for line in lines)


@pytest.mark.usefixtures("light")
def test_doctor_on_a_healthy_machine(shell):
    """What is there works: exit code 0, no noise from models, a count at the end."""
    done = shell("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert "detectors.hands: measured within" in done.stdout
    assert "broken" not in done.stdout
    assert done.stdout.splitlines()[-1].endswith(" absent.")


@pytest.mark.usefixtures("bare")
def test_doctor_ends_with_1_where_something_is_broken(shell, empty_cache):
    """A policy that can't be planned: it is told with its cure, and scripts see it."""
    (shell.cwd / "policies").mkdir()
    (shell.cwd / "policies" / "bad.yaml").write_text("name: [\x1b]\n")
    done = shell("doctor", env=empty_cache)
    assert (done.returncode, done.stderr) == (1, "")
    assert "selector policy check bad" in [line.strip() for line in done.stdout.splitlines()]
    assert "\x1b" not in done.stdout


@pytest.mark.usefixtures("light")
def test_a_machine_without_models_is_not_broken(shell, empty_cache, tmp_path):
    """They come at first use: exit code 0, nothing is downloaded, the command is told."""
    done = shell("doctor", env=empty_cache)
    assert done.returncode == 0, done.stdout
    assert "selector doctor --fetch" in [line.strip() for line in done.stdout.splitlines()]
    assert not (tmp_path / "cache").exists()


@pytest.mark.usefixtures("bare")
def test_fetching_without_a_network_is_told(shell, empty_cache):
    """--fetch says of each model why it did not come, and where to put the file; exit code 1."""
    done = shell("doctor", "--fetch", env=empty_cache | {"SELECTOR_OFFLINE": "1"})
    assert done.returncode == 1
    text = " ".join(done.stdout.split())
    assert "SELECTOR_OFFLINE is set: no download" in text
    assert "hand_landmarker.task" in text


@pytest.fixture
def damaged(tmp_path):
    """Let a package fail at its import, for whatever the shell runs."""

    def write(name):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise ImportError('undefined symbol')")

    return write


@pytest.mark.parametrize(
    "packages", [("numpy",), ("packaging",), ("rich", "MarkupSafe")], ids=" ".join
)
@pytest.mark.usefixtures("bare")
def test_doctor_works_where_a_package_is_damaged(shell, damaged, empty_cache, packages):
    """It is told with its cure, though only a report needs it; what does not is examined."""
    for package in packages:
        damaged(package.lower())
    done = shell("doctor", "--json", env=empty_cache)
    assert (done.returncode, done.stderr) == (1, "")
    told = json.loads(done.stdout)
    assert told["works"] is False
    found = told["findings"]
    cures = {one["cure"].partition("==")[0] for one in found if one["state"] == "broken"}
    assert cures == {f'pip install --force-reinstall --no-deps "{one}' for one in packages}
    assert {"devices", "settings"} <= {one["part"] for one in found if one["state"] == "ok"}


@pytest.mark.parametrize(
    ("package", "command"), [("pydantic", "doctor"), ("numpy", "measures"), ("yaml", "policy")]
)
def test_a_damaged_package_is_no_traceback(shell, damaged, package, command):
    """Where a command can't do without it: one line with the cure, exit code 1."""
    damaged(package)
    done = shell(*{"policy": ("policy", "check", "starter")}.get(command, (command,)))
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert "undefined symbol" in line
    assert " Run: pip install --force-reinstall --no-deps " in line


@pytest.mark.usefixtures("announced")
def test_commands_are_never_wrapped(shell, empty_cache):
    """A command that is longer than the terminal is wide stands on one line, to be copied."""
    done = shell("doctor", env=empty_cache | {"COLUMNS": "40"})
    assert f'pip install "{LONG}>=1"' in [line.strip() for line in done.stdout.splitlines()]
    assert done.returncode == 1


LONG = "a-package-" + "whose-name-is-long-" * 5 + "and-that-nobody-has"


@pytest.fixture
def announced(announce):
    """Let the product need a package with a very long name."""
    lacking = [f"Requires-Dist: {LONG}>=1", f"Requires-Dist: {LONG}; extra == 'detectors'"]
    announce("selector-engine", "9.9", *lacking)


def test_a_reader_that_has_seen_enough(shell):
    """As behind `| head -1`: no traceback, and the exit code is not a fault's."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*SELECTOR, "measures"], cwd=shell.cwd, env=shell.environment, stdout=writing,
        stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_half_a_judge_hides_no_measure(shell):
    """Every measure is listed; those that ask a judge say which variable is missing."""
    half = {"SELECTOR_JUDGE_URL": "http://127.0.0.1:9/v1", "SELECTOR_JUDGE_MODEL": ""}
    done = shell("measures", "--json", env=half)
    listed = {one["path"]: one["lacks"] for one in json.loads(done.stdout)}

    assert set(listed) == set(loader.names())
    assert "SELECTOR_JUDGE_MODEL: it is not set" in listed["scorers.vlm_question"]["said"]
