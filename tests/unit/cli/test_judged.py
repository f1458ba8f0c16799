"""`selector select` by the policy `general` with real scorers, on files of 1 MB in place of 8 GB."""

import json

import pytest
import yaml

import goldens
import judges
from selector import Policy, Selection
from selector.types import Score

LONG = "prompt-long"  # a case whose prompt no CLIP reads to its end
SQUARE, LANDSCAPE = "square_512.png", "landscape_640x360.png"


@pytest.fixture
def general(shell, root):
    """The policy as a file in the current folder, with golden judges in the place of its own."""
    written = Policy.load(root / "policies" / "general.yaml")
    ours = judges.appointed(written, judges.golden()).model_dump_json(exclude_unset=True)
    (shell.cwd / "ours.yaml").write_text(yaml.safe_dump(json.loads(ours)))
    return "ours.yaml"


def test_general_judges_by_the_numbers_of_the_original_programs(shell, general):
    """From model files and pictures through the command, with what was not read of the prompt."""
    picked, liked = goldens.cases("pickscore")[LONG], goldens.cases("hpsv2")[f"v2.1-{LONG}"]
    files = [goldens.FOLDER / "images" / name for name in picked["inputs"]["images"]]
    done = shell("select", picked["inputs"]["prompt"], *files, "--policy", general, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    selection = Selection.from_json(done.stdout)
    found = [selection.outcomes[file.name]["pickscore.pickscore"].value for file in files]
    assert found == pytest.approx(picked["expected"]["score"], abs=0.001)
    likes = liked["expected"]["cosine_no_antialias"]
    assert selection.outcomes[SQUARE]["hpsv2.hpsv2"].value == pytest.approx(likes, abs=1e-5)
    assert isinstance(selection.outcomes[SQUARE]["aesthetic.aesthetic"], Score)
    assert selection.ranking[0].id == LANDSCAPE  # by far the highest PickScore
    assert {note.split()[0] for note in selection.notes} == {"hpsv2", "pickscore"}
    assert all(note.endswith("at the very end of the text”.") for note in selection.notes)
