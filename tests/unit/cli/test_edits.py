"""Edits on the command line: `--source` is the picture before, and none of the candidates."""

import json

import pytest

from selector import Selection

POLICY = {
    "name": "kept",
    "version": 1,
    "gates": [{"on": "detectors.preservation.edited", "accept_above": 0.001}],
    "method": {"weighted_sum": [{"of": "detectors.preservation.ssim"}]},
}


@pytest.fixture
def edited(shell, astronaut):
    """A folder with a picture, an edit of it, and a copy; beside it a policy."""
    folder = shell.cwd / "edited"
    folder.mkdir()
    astronaut.save(folder / "before.png")
    astronaut.save(folder / "same.jpg", quality=95)
    made = astronaut.copy()
    made.paste("green", (100, 100, 250, 250))
    made.save(folder / "box.png")
    (shell.cwd / "kept.yaml").write_text(json.dumps(POLICY))
    return folder


def test_edits_are_chosen_among_and_shown(shell, edited):
    """The source in the folder is no candidate; table, report and JSON say what was asked for."""
    before = edited / "before.png"
    common = ("select", "paint a box", edited, "--source", before, "--policy", "kept.yaml")
    done = shell(*common, "--report", "out.html", env={"COLUMNS": "200"})
    assert done.returncode == 0, done.stderr
    assert "Edit of before.png: “paint a box” by kept@1" in done.stdout
    assert "before.png │" not in done.stdout
    page = (shell.cwd / "out.html").read_text()
    assert "Selection report for an edit" in page
    assert page.count("<img ") == 3
    told = shell(*common, "--json", "--deliver", "all").stdout
    selection = Selection.from_json(told)
    assert [one.id for one in selection.accepted] == ["box.png"]
    assert selection.verdict("same.jpg") == "review"
    assert selection.prompt.path == str(before)


def test_a_report_never_overwrites_the_source(shell, edited):
    """What the command reads is not where it writes."""
    source = shell.cwd / "out.html"  # an image by its content, whatever its name
    source.write_bytes((edited / "before.png").read_bytes())
    arguments = ("--source", source, "--policy", "kept.yaml", "--report", source)
    done = shell("select", "p", edited, *arguments)
    assert done.returncode == 2
    assert "out.html" in done.stderr
    assert source.read_bytes() == (edited / "before.png").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--policy", "kept.yaml"), "Give an Edit, on the command line its --source"),
        (("--policy", "general", "--source", "a.png"), "take a policy for edits"),
    ],
)
def test_a_policy_for_other_requests_is_told_before_models_are_fetched(
    shell, edited, arguments, said
):
    """One clear message, exit code 2, and nothing is downloaded for it."""
    done = shell("select", "p", edited, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "download" not in done.stderr


def test_a_missing_source_is_for_review(shell, edited):
    """As with candidates that can't be read, the request is decided, and the reason is told."""
    arguments = ("--source", "gone.png", "--policy", "kept.yaml", "--json")
    selection = Selection.from_json(shell("select", "p", edited, *arguments).stdout)
    assert selection.answer == "review"
    assert "gone.png" in str(selection.reasons["box.png"][0])


def test_numbers_of_edits_from_a_list(shell, edited):
    """A list tells each edit's source; the instruction may stand there or in an option."""
    listed = edited / "list.csv"
    listed.write_text("image,instruction,source\nbox.png,paint a box,before.png\n")
    done = shell("score", "preservation", listed, "--json")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)["rows"]
    assert row["outcomes"]["ssim"]["value"] == pytest.approx(1, abs=1e-3)
    assert row["source"] == "before.png"
