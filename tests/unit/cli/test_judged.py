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


def test_a_row_says_why_and_leaves_what_to_do_to_the_footer(shell, chairs):
    """The cause is whole, however long the advice behind it."""
    (shell.cwd / "own.yaml").write_text(
        "name: own\nversion: 1\n"
        "measures:\n  red: {use: scorers.vlm_question, question: 'Is it red?', judge:"
        " {base_url: 'http://127.0.0.1:9/v1', model: m, key_from: NO_SUCH_KEY}}\n"
        "method:\n  weighted_sum: [{of: red, weight: 1}]\n"
    )
    done = shell("select", "p", chairs, "--policy", "own.yaml", env={"COLUMNS": "250"})
    rows, _, below = done.stdout.partition("Failed on")
    assert "no key in the environment variable NO_SUCH_KEY (got nothing)" in rows
    assert "Set it to" not in rows
    assert "Set it to the service's key." in below
