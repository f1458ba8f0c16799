"""`selector canary`: recorded once, measured again after every upgrade, 3 when a score moved."""

import json
from pathlib import Path

import pytest

from selector import canary
from selector.journal import Journal


@pytest.fixture
def golden(shell, chairs, pixels, monkeypatch):
    """A canary of two pictures and two measures."""
    monkeypatch.chdir(shell.cwd)
    asked = canary.Asked(pixels.name, [chairs / "a.png", chairs / "b.jpg"])
    canary.add(Path("canary"), asked, lambda _what, _count: None)
    return shell.cwd / "canary" / "canary.json"


def edit(file, before: str, after: str) -> None:
    """Change a recorded file by hand."""
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def move(file, by: float) -> None:
    """Let the recorded sharpness of every picture have been another."""
    data = json.loads(file.read_text())
    for picture in data["recordings"][0]["pictures"]:
        picture["outcomes"]["filters.sharpness.sharpest"] += by
    file.write_text(json.dumps(data))


def test_recorded_and_measured_again_all_is_steady(shell, golden):
    """It says how much was compared, and ends with 0."""
    done = shell("canary", "run")
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    numbers = sum(
        len(one["outcomes"]) for one in json.loads(golden.read_text())["recordings"][0]["pictures"]
    )
    assert line.startswith("steady  pixels@1, recorded 2")
    assert line.endswith(f"2 pictures, {numbers} numbers, {numbers} the same to the last digit")


@pytest.mark.usefixtures("pixels")
def test_what_is_recorded_is_told(shell, chairs):
    """How many pictures, measures and outputs, where, and what to do after an upgrade."""
    (chairs / "d.png").write_bytes((chairs / "a.png").read_bytes())
    (chairs / "c.png").unlink()
    done = shell("canary", "add", "chairs", "--policy", "pixels.yaml", "--canary", "my golden")
    assert done.stdout.splitlines()[0].startswith("2 pictures recorded for pixels@1: 2 measures, ")
    assert done.stdout.splitlines()[1:] == [
        "1 copy left out: they are the same bytes",
        "They lie in my golden. After an upgrade: selector canary run --canary 'my golden'",
    ]


def test_a_moved_score_is_an_alarm_that_says_what_and_why(shell, golden):
    """The measure, each picture, before and after, the cause, and what to do if it was meant."""
    move(golden, 0.01)
    edit(golden, '"numpy": "', '"numpy": "1.')
    done = shell("canary", "run")
    assert done.returncode == 3
    lines = done.stdout.splitlines()
    assert lines[0].startswith("ALARM  pixels@1")
    assert lines[1] == "filters.sharpness.sharpest"
    assert lines[2].split() == [
        "changed",
        "2",
        "of",
        "2",
        "pictures;",
        "up",
        "to",
        *lines[2].split()[-3:],
    ]
    assert any("a.png: 0.0" in line and " → 0.0" in line for line in lines)
    assert any("around" in line and "numpy 1." in line for line in lines)
    assert lines[-1] == "  selector canary add --policy pixels.yaml"


def test_a_change_that_was_meant_is_recorded_anew(shell, golden):
    """By the command that the alarm names."""
    move(golden, 0.01)
    assert shell("canary", "run").returncode == 3
    assert shell("canary", "add", "--policy", "pixels.yaml").returncode == 0
    assert shell("canary", "run").returncode == 0


def test_another_version_of_a_measure_is_told_and_its_scores_compared(shell, golden):
    """A new fingerprint alone is what an upgrade brings."""
    data = json.loads(golden.read_text())
    data["recordings"][0]["instances"]["filters.sharpness"] |= {"version": 99, "fingerprint": "f"}
    golden.write_text(json.dumps(data))
    done = shell("canary", "run", env={"COLUMNS": "300"})
    assert done.returncode == 0
    assert "filters.sharpness has a new fingerprint (the measure's version: 99 → 1)" in done.stdout


def test_scripts_get_json_on_standard_output(shell, golden):
    """All that was recorded and measured, with every alarm whole."""
    move(golden, 0.01)
    done = shell("canary", "run", "--json")
    assert done.returncode == 3
    data = json.loads(done.stdout)
    assert data["alarms"] == 1
    (alarm,) = data["compared"][0]["alarms"]
    assert (alarm["use"], alarm["output"]) == ("filters.sharpness", "sharpest")
    assert {"file", "name"} <= alarm["changes"][0]["picture"].keys()


def test_a_journal_keeps_the_run_and_its_alarms(shell, golden):
    """Of who names one; without, nothing is written anywhere."""
    move(golden, 0.01)
    shell("canary", "run")
    assert not (shell.cwd.parent / "state").exists()
    assert shell("canary", "run", "--journal", "j.sqlite").returncode == 3
    with Journal(shell.cwd / "j.sqlite") as journal:
        (run,) = journal.events("canary", "canary:canary")
        (alarm,) = journal.events("alarm", "canary:filters.sharpness.sharpest")
    assert (run.value, run.body["pictures"], alarm.value) == (1.0, 2, 2.0)


@pytest.mark.parametrize(
    ("break_", "said"),
    [
        (lambda file: file.unlink(), "canary: no canary in this folder"),
        (lambda file: file.write_text("{}x"), "canary/canary.json: it is not as it was written"),
        (lambda file: next(file.parent.glob("images/*")).unlink(), "it can't be read"),
        (lambda file: next(file.parent.glob("images/*")).write_bytes(b"x"), "not the picture"),
    ],
    ids=["gone", "edited", "a picture gone", "a picture edited"],
)
def test_a_folder_that_is_not_as_it_was_is_a_mistake(shell, golden, break_, said):
    """Plainly told, with 2: no alarm, and no traceback."""
    break_(golden)
    done = shell("canary", "run")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("chairs", "pixels")
def test_pictures_that_can_not_be_read_are_a_mistake(shell):
    """Nothing is recorded beside them."""
    done = shell("canary", "add", "chairs", "--policy", "pixels.yaml")
    assert done.returncode == 2
    assert "chairs/c.png" in done.stderr
    assert not (shell.cwd / "canary").exists()


@pytest.mark.usefixtures("pixels")
def test_a_name_of_a_picture_can_not_write_on_the_terminal(shell, astronaut):
    """Whatever a file is called, what is printed is harmless."""
    evil = shell.cwd / "a\x1b[31mb\nALARM.png"
    astronaut.save(evil)
    assert shell("canary", "add", evil.name, "--policy", "pixels.yaml").returncode == 0
    move(shell.cwd / "canary" / "canary.json", 0.01)
    done = shell("canary", "run")
    assert "\x1b" not in done.stdout
    assert r"a\x1b[31mb\nALARM.png" in done.stdout
