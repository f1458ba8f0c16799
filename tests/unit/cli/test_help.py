"""Every command explains itself at once, with an example that works; the shell completes names."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import typer.main
import yaml

from selector import Selector
from selector.cli.main import app
from selector.measures import loader
from selector.policy import find

HEAVY = (
    "numpy", "PIL", "scipy", "sqlalchemy", "jinja2", "yaml", "skimage", "mediapipe", "torch",
    "pyarrow", "fsspec", "ray",
)  # fmt: skip
BIN = str(Path(sys.executable).parent)
POLICY = """\
name: mine
version: 1
gates:
  - {on: filters.blank.structure, reject_below: 0.001}
method:
  weighted_sum:
    - {of: filters.sharpness.sharpest, scale: {ends: [0, 0.2]}}
"""
CASES = """\
usually: {filters.blank.structure: 0.5, filters.sharpness.sharpest: 0.1}
cases:
  - name: the sharper one is chosen
    candidates: {a: {}, b: {filters.sharpness.sharpest: 0.2}}
    verdicts: {b: accept}
"""


SAVING = """\
name: saving
version: 1
method:
  weighted_sum:
    - {of: filters.clipping.shadows}
    - {of: filters.sharpness.sharpest, scale: {ends: [0, 0.2]}}
cascade: {regret: 0.3}
"""


def commands(group=None, path=()):
    """Return every command and group by the words that name it."""
    group = group or typer.main.get_command(app)
    found = {path: group}
    for name, one in getattr(group, "commands", {}).items():
        found |= commands(one, (*path, name))
    return found


COMMANDS = commands()
EXAMPLES = {
    path: re.findall(r"^\s*Example: (.*)$", one.help or "", re.MULTILINE)
    for path, one in COMMANDS.items()
}


TAUGHT = """\
name: taught
version: 1
method:
  weighted_sum:
    - {of: filters.clipping.shadows, weight: calibrated, until_then: 1}
    - {of: filters.sharpness.sharpest, scale: {ends: [0, 0.2]}}
cascade: {mode: exhaustive}
"""


def measured(folder: Path) -> None:
    """Let a policy that may lose a little measure enough requests to choose from."""
    (folder / "saving.yaml").write_text(SAVING)
    whole = yaml.safe_load(SAVING) | {"cascade": {"mode": "exhaustive"}}
    rng = np.random.default_rng(0)
    with Selector(whole, journal=folder / "journal.sqlite") as selector:
        for _ in range(36):
            noise = rng.integers(0, 256, (4, 9, 9, 3), dtype=np.uint8)
            selector.select("p", [one // (1 + at) for at, one in enumerate(noise)])


def judged(folder: Path) -> None:
    """Let a table hold what three people said of two candidates each of four requests."""
    rows = [
        f"p{request},{name},{rater},{1 + (request + step + (rater == 'cy')) % 5}"
        for request in range(4)
        for step, name in enumerate(("a.png", "b.png"))
        for rater in ("ann", "bo", "cy")
    ]
    (folder / "ratings.csv").write_text("\n".join(["request,candidate,rater,rating", *rows]))


def scored(folder: Path) -> None:
    """Let a table hold two measures and a verdict of three candidates each of twelve requests."""
    rows = [
        f"p{request},{name},{(request + step) % 5},{step},{'good' if step else 'bad'}"
        for request in range(12)
        for step, name in enumerate(("a.png", "b.png", "c.png"))
    ]
    heading = "request,candidate,sharpness,fidelity,verdict"
    (folder / "scores.csv").write_text("\n".join([heading, *rows]))


def listed(folder: Path) -> None:
    """Let a manifest list the pictures in chairs/ as one request."""
    row = '{"request_id": "r1", "prompt": "p", "images": ["chairs/a.png", "chairs/b.jpg"]}'
    (folder / "requests.jsonl").write_text(row)


def taught(shell) -> None:
    """Let the user's own journal hold requests, and a table what somebody said of them."""
    path = Path(shell.environment["XDG_STATE_HOME"]) / "selector" / "journal.sqlite"
    (shell.cwd / "my.yaml").write_text(TAUGHT)
    rng, rows = np.random.default_rng(0), ["request,candidate,rater,verdict"]
    with Selector(TAUGHT.encode(), journal=path) as selector:
        for _ in range(4):
            noise = rng.integers(0, 256, (3, 9, 9, 3), dtype=np.uint8)
            found = selector.select("p", [one // (1 + at) for at, one in enumerate(noise)])
            for at, one in enumerate(found.candidates):
                rows.append(f"{found.request_id},{one.id},ann,{'bad' if at else 'good'}")
    (shell.cwd / "labels.csv").write_text("\n".join(rows))


def remembered(shell):
    """Let the user's own journal hold a request of the pictures in chairs/."""
    path = Path(shell.environment["XDG_STATE_HOME"]) / "selector" / "journal.sqlite"
    with Selector(POLICY.encode(), journal=path) as selector:
        selector.select("p", [shell.cwd / "chairs" / name for name in ("a.png", "b.jpg")])


def complete(shell, words):
    """Return what bash is offered for the last of *words*, as its completion script asks."""
    asked = {"_SELECTOR_COMPLETE": "complete_bash", "COMP_WORDS": words}
    count = len(words.split()) - (not words.endswith(" "))
    done = shell(env=asked | {"COMP_CWORD": str(count)})
    assert done.stderr == ""
    return done.stdout.split()


EVERY = """
import contextlib, io, json, sys
from selector.cli import main
paths, heavy = json.loads(sys.argv[1])
found = {}
for path in paths:
    sys.argv = ["selector", *path, "-h"]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        try:
            main()
        except SystemExit as end:
            assert not end.code, path
    found[" ".join(path)] = {
        "said": said.getvalue(), "heavy": [name for name in heavy if name in sys.modules]
    }
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """What every command says after -h, and what was loaded by then, all in one process."""
    known = {key: value for key, value in os.environ.items() if not key.startswith("SELECTOR_")}
    done = subprocess.run(
        [sys.executable, "-c", EVERY, json.dumps([list(COMMANDS), HEAVY])],
        cwd=tmp_path_factory.mktemp("cwd"), env=known | {"COLUMNS": "80"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_there_are_commands():
    """The walk finds the groups and what is in them."""
    assert {(), ("select",), ("doctor",), ("policy",), ("policy", "check")} <= set(COMMANDS)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_is_there_with_an_example(shell, path, short):
    """--help and -h say the same, on lines that fit a narrow terminal, with one example."""
    done = shell(*path, "--help", env={"COLUMNS": "80"})
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout
    (example,) = EXAMPLES[path]
    assert f"Example: {example}" in done.stdout, "it is wrapped, and can't be copied"
    assert short[" ".join(path)]["said"] == done.stdout


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_explains_every_option(path):
    """No argument and no option is without a word on what it is for."""
    for parameter in COMMANDS[path].params:
        assert parameter.help, parameter.name


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
@pytest.mark.usefixtures("chairs")
def test_the_example_works(shell, path):
    """What the help shows can be pasted into a shell and does what it says."""
    (shell.cwd / "my.yaml").write_text(POLICY)
    (shell.cwd / "my-cases.yaml").write_text(CASES)
    if path[:1] == ("labels",):
        judged(shell.cwd)
    if path == ("batch",):
        listed(shell.cwd)
    if path == ("efficiency",):
        scored(shell.cwd)
    if path == ("weights", "path"):  # of a model that is here, whichever test runs first
        assert shell("weights", "pull", "hand_landmarker").returncode == 0
    if path == ("plan", "fit"):
        measured(shell.cwd)
    if path == ("calibrate",):
        taught(shell)
    if path[:1] in {("journal",), ("replay",), ("explain",), ("monitor",)}:
        remembered(shell)
    done = subprocess.run(
        ["bash", "-c", EXAMPLES[path][0]], cwd=shell.cwd, capture_output=True, text=True,
        check=False, env=shell.environment | {"PATH": f"{BIN}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_exit_codes_are_explained(shell):
    """The first help that anybody reads says what a script needs to know."""
    said = shell("--help").stdout
    for code in ("0:", "1:", "2:", "3:", "130:"):
        assert f" {code} " in said


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_loads_nothing_heavy(path, short):
    """It answers at once because it imports no library that it does not need."""
    assert short[" ".join(path)]["heavy"] == []


def test_help_answers_at_once(shell):
    """Well under what a person waits for, on a slow and busy machine too."""
    start = time.monotonic()
    shell("select", "--help")
    assert time.monotonic() - start < 3


@pytest.mark.parametrize(
    "words",
    [
        "selector select p f --policy ",
        "selector policy check ",
        "selector policy test ",
        "selector plan show ",
        "selector plan fit ",
        "selector batch i --policy ",
    ],
)
def test_names_of_policies_are_completed(shell, words):
    """Wherever a policy is named: all names, and those that begin as what was typed."""
    assert complete(shell, words) == find.names()
    assert complete(shell, f"{words}start") == ["starter"]
    assert complete(shell, f"{words}./my") == []  # then the shell completes files


def test_names_of_measures_are_completed(shell):
    """By their path, or by its last word."""
    assert complete(shell, "selector measures ") == loader.names()
    assert complete(shell, "selector measures filters.b") == ["filters.blank"]
    assert complete(shell, "selector measures bla") == ["blank"]


def test_a_policy_in_the_folder_is_completed_unless_its_name_could_do_harm(shell):
    """Zsh evaluates what is offered: a file's name with a command in it is not."""
    (shell.cwd / "policies").mkdir()
    for name in ("mine", "x$(touch harm)", "a b", "new\nline", '"quoted"'):
        (shell.cwd / "policies" / f"{name}.yaml").write_text("{}")
    offered = complete(shell, "selector policy check ")
    assert "mine" in offered
    assert set(offered) - {"mine"} <= set(find.names())


def test_completion_loads_nothing_heavy(shell):
    """It must not be felt between a key and its letter; numbers and pictures are not needed."""
    code = (
        "import sys\n"
        "from selector.cli import main\n"
        "sys.argv = ['selector']\n"
        "try: main()\n"
        "finally: print([n for n in ('numpy', 'PIL', 'torch') if n in sys.modules])"
    )
    for words in ("selector measures ", "selector policy check "):
        asked = {"_SELECTOR_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": "3"}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env=shell.environment | asked,
        )  # fmt: skip
        assert done.stdout.splitlines()[-1] == "[]"


# Typer looks which shell it was called from, and make and CI call it from others than a person.
AS_NAMED = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}


def test_bash_itself_completes(shell):
    """The script that --show-completion prints works in bash as it is."""
    script = shell("--show-completion", "bash", env=AS_NAMED).stdout
    assert "complete -o default -F" in script
    asked = f"""{script}
        COMP_WORDS=(selector policy check port) COMP_CWORD=3
        _selector_completion selector
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        ["bash", "--norc", "-c", asked], cwd=shell.cwd, capture_output=True, text=True, check=True,
        env=shell.environment | {"PATH": f"{BIN}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.stdout.split() == ["portrait"]


def test_completion_is_installed_into_the_users_own_files_only(shell, tmp_path):
    """--install-completion writes below the home, and says where."""
    home = tmp_path / "home"
    home.mkdir()
    done = shell("--install-completion", "bash", env=AS_NAMED | {"HOME": str(home)})
    assert done.returncode == 0, done.stderr
    assert "completion" in (home / ".bashrc").read_text()
