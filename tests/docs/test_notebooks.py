"""The notebooks are kept without outputs, run from top to bottom, and open with an answer."""

import json
import re
import runpy
import shlex
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from typer.testing import CliRunner

from selector import Policy
from selector.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "calibration"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
POLICY = {
    "name": "tried",
    "version": 1,
    "costs": {"false_accept": 20, "false_reject": 2, "review": 1},
    "target": {"bad_delivered": 0.05, "confidence": 0.95},
}
LABELS = ROOT.parent / "shared" / "labels" / "tifa160.csv"

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """Have kernels of this very Python, and everything that they write in a folder of the test."""
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
    }
    folder = tmp_path / "jupyter" / "kernels" / "python3"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    for name in ("JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "matplotlib"))
    monkeypatch.delenv("MPLBACKEND", raising=False)


def run(path: Path, folder: Path) -> nbformat.NotebookNode:
    """Return a notebook as it is after running it in a folder."""
    folder.mkdir()
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
    assert list(folder.iterdir()) == [], "it writes nothing"
    return notebook


def outputs(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """Return all that its cells show."""
    return [one for cell in notebook.cells for one in cell.get("outputs", ())]


@pytest.mark.usefixtures("kernel")
@each
def test_a_notebook_runs_and_opens_with_its_answer(path, tmp_path, monkeypatch):
    """Nothing fails or warns; an answer comes first, then plots and tables, then what to do."""
    if not LABELS.exists():
        pytest.skip(f"real labels are absent: {LABELS}")
    monkeypatch.setenv("SELECTOR_TIFA160", str(LABELS))
    ran = run(path, tmp_path / "run")
    shown = outputs(ran)
    assert {one.output_type for one in shown} <= {"display_data", "execute_result"}, "no stderr"
    told = [one.data["text/markdown"] for one in shown if "text/markdown" in one.data]
    assert told[0].startswith("**Answer.** ")
    assert told[0] == shown[0].data["text/markdown"], "nothing stands before the answer"
    assert "nan" not in " ".join(told).lower().split()
    assert sum("image/png" in one.data for one in shown) >= 2
    assert ran.cells[-1].source.startswith("## What to do with it")
    assert "`selector " in ran.cells[-1].source


@pytest.mark.usefixtures("kernel")
def test_without_the_data_a_notebook_stops_with_a_sentence(tmp_path, monkeypatch):
    """It says what is not there, and what to do, in the first cell that needs it."""
    monkeypatch.delenv("SELECTOR_TIFA160", raising=False)
    with pytest.raises(CellExecutionError, match="set SELECTOR_TIFA160 to where it is") as error:
        run(NOTEBOOKS[0], tmp_path / "run")
    assert error.value.ename == "SystemExit"
    assert error.value.evalue.startswith("tifa160.csv: the labels are not there")


def test_all_begin_alike():
    """Where the data come from, and how they are looked for, is the same in each."""
    read = [nbformat.read(path, as_version=4) for path in NOTEBOOKS]
    assert len(read) == 5
    assert len({one.cells[1].source for one in read}) == 1
    assert len({one.cells[0].source.partition("**The data.**")[2] for one in read}) == 1


@each
def test_what_to_do_is_something_that_selector_does(path):
    """Each command that it ends with exists with these options, each line of a policy is understood."""
    ends = nbformat.read(path, as_version=4).cells[-1].source
    spans = [" ".join(one.split()) for one in re.findall(r"`([^`]+)`", ends)]
    commands = [shlex.split(one) for one in spans if one.startswith("selector ")]
    for _, *words in commands:
        names = [word for word in words if word.isalpha() and word.islower()]
        told = CliRunner().invoke(app, [*names, "--help"], env={"COLUMNS": "200"})
        assert told.exit_code == 0, words
        assert all(word in told.output for word in words if word.startswith("--")), words
    lines = [found for one in spans if isinstance(found := yaml.safe_load(one), dict)]
    for line in lines:
        terms = [line] if "of" in line else [{"of": "filters.sharpness.sharpest", "weight": 1}]
        rest = {} if "of" in line else line
        Policy.load({**POLICY, "method": {"weighted_sum": terms}, **rest})
    assert len(commands) + len(lines) >= 2


@each
def test_a_notebook_is_kept_without_outputs(path):
    """What is in the repository changes only where somebody changed a cell."""
    text = path.read_text(encoding="utf-8")
    held = json.loads(text)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in held["cells"])
    tidied = runpy.run_path(str(FOLDER / "tidy.py"))["tidied"]
    assert text == tidied(text), "run python calibration/tidy.py"
    nbformat.validate(held)


def test_tidying_takes_away_what_running_left():
    """Outputs, counts, random ids and what an editor noted go; what was written stays."""
    tidied = runpy.run_path(str(FOLDER / "tidy.py"))["tidied"]
    cell = nbformat.v4.new_code_cell("1 +\\\n1", execution_count=7, metadata={"scrolled": True})
    cell.outputs = [nbformat.v4.new_output("stream", text="2")]
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# é"), cell])
    text = tidied(nbformat.writes(made))
    found = nbformat.reads(text, as_version=4)
    nbformat.validate(found)
    assert [one.source for one in found.cells] == ["# é", "1 +\\\n1"]
    assert [one.id for one in found.cells] == ["00", "01"]
    assert not found.cells[1].outputs
    assert tidied(text) == text


def test_the_list_names_each():
    """Every notebook stands in the README beside it, and nothing else does."""
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in NOTEBOOKS] == [
        line.split("`")[1] for line in readme.splitlines() if ".ipynb`" in line
    ]
