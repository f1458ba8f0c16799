"""The README is true: every block of it is executed, parsed or compared."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from selector.policy import find

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


@pytest.fixture(scope="module")
def cwd(tmp_path_factory):
    """A folder in which the demo has been run, with the commands on its path."""
    folder = tmp_path_factory.mktemp("readme")
    done = run(folder, "selector demo")
    assert done.returncode == 0, done.stderr
    (folder / "demo.txt").write_text(done.stdout)
    _judged(folder)
    _listed(folder)
    return folder


def _judged(folder: Path) -> None:
    """Write what people said of made-up candidates, and what a measure says of them."""
    steps = [
        (f"p{prompt}", f"c{one}", (prompt + one) % 5 + 1) for prompt in range(8) for one in range(4)
    ]
    said = [f"{prompt},{one},{rater},{step}" for prompt, one, step in steps for rater in "abc"]
    scores = [f"{prompt},{one},{step / 5}" for prompt, one, step in steps]
    (folder / "ratings.csv").write_text("\n".join(["request,candidate,rater,rating", *said]))
    (folder / "scores.csv").write_text("\n".join(["request,candidate,sharpness", *scores]))


def _listed(folder: Path) -> None:
    """Write a manifest of two requests of the demo's pictures."""
    rows = [("r1", ["original.png", "blurred.png"]), ("r2", ["black.png"])]
    listed = [
        {"request_id": name, "prompt": "a", "images": [f"selector-demo/{one}" for one in images]}
        for name, images in rows
    ]
    (folder / "requests.jsonl").write_text("\n".join(map(json.dumps, listed)))


def run(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    scripts = str(Path(sys.executable).parent)
    environment = os.environ | {
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "XDG_STATE_HOME": str(folder / "state"),
        "COLUMNS": "200",
    }
    return subprocess.run(
        ["bash", "-euc", command], cwd=folder, env=environment, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip


def test_it_is_short_and_opens_with_the_two_commands():
    """At most 150 lines, and the first block is `make demo` and `make test`."""
    assert len(README.splitlines()) <= 150
    assert [line.split("#")[0].strip() for line in BLOCKS[0][1].splitlines()] == [
        "make demo",
        "make test",
    ]


def test_make_knows_every_word_of_the_readme():
    """Each `make WORD` that is named exists, and would do something."""
    for word in set(re.findall(r"make ([a-z-]+)", README)):
        done = subprocess.run(
            ["make", "--dry-run", "--always-make", word], cwd=ROOT, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_installing_names_extras_that_exist():
    """The install command resolves: distribution and extras are those of pyproject.toml."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    ((name, extras),) = set(re.findall(r'pip install "([\w-]+)\[([\w,]+)\]"', README))
    assert name == project["name"]
    assert set(extras.split(",")) <= set(project["optional-dependencies"])
    assert (ROOT / "constraints.txt").exists()


def test_commands_run(cwd):
    """Every `selector` command of the README ends well, in the order in which they stand."""
    commands = [
        line for text in blocks("bash") for line in text.splitlines() if line.startswith("selector")
    ]
    assert len(commands) >= 4
    for command in commands:
        done = run(cwd, command)
        assert done.returncode == 0, (command, done.stderr)
    assert (cwd / "chosen" / "original.png").exists()


def test_python_runs(cwd):
    """The Python block runs as it stands and accepts the unharmed photograph."""
    (code,) = blocks("python")
    (cwd / "block.py").write_text(code)
    done = run(cwd, f"{sys.executable} block.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "complete ['original.png']"
    assert "blurred.png filters.sharpness" in done.stdout


def test_its_policy_is_clean_and_passes_its_cases(tmp_path):
    """The commands that the text names beside the policy and the cases end well on them."""
    policy, cases = blocks("yaml")
    (tmp_path / "portrait.yaml").write_text(policy)
    (tmp_path / "cases.yaml").write_text(cases)
    commands = re.findall(r"`(selector policy [^`]+yaml[^`]*)`", README)
    assert len(commands) == 2
    for command in commands:
        done = run(tmp_path, command)
        assert done.returncode == 0, (command, done.stderr)
    assert done.stdout == "1 case, 0 failed\n"


def test_the_policies_that_it_names_ship():
    """Every policy of the sentence on what ships is there, and no other."""
    sentence = README[README.index("Start from one that ships:") :].partition(". ")[0]
    assert set(re.findall(r"`([\w-]+)`", sentence)) == set(find.names())


def test_sample_output_is_real(cwd):
    """The lines that the README shows of the demo are lines of the demo."""
    sample = blocks("text")[0]
    printed = [" ".join(line.split()) for line in (cwd / "demo.txt").read_text().splitlines()]
    for line in sample.splitlines():
        verdict, name, why = (cell.strip() for cell in line.strip("│").split("│"))
        assert any(
            line.startswith(f"│ {verdict} │ {name} │") and f"│ {why}" in line for line in printed
        ), (line, printed)


def test_map_names_what_exists():
    """Every room in the map of the code is there."""
    rows = re.findall(r"^\| (`.+?) \|", README, re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`([\w/.]+)`", row)]
    assert len(named) > 8
    for name in named:
        assert any((ROOT / start / name).exists() for start in ("", "selector")), name
