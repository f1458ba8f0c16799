"""The calibrated file is written whole or not at all, and what stands in its way is told."""

from pathlib import Path

import pytest

from calibrated import calibration
from remembered import policy
from selector.calibration import written
from selector.errors import CalibrationError

FOLDER = Path("policies/calibrated")
MADE = calibration(policy())


@pytest.fixture(autouse=True)
def product(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)


def test_a_file_is_written_with_its_folder_and_nothing_beside_it():
    """The folder need not be there; nothing of the writing is left behind."""
    path = written.write(MADE)
    assert path.read_text() == MADE.text
    assert [one.name for one in FOLDER.iterdir()] == ["portrait.yaml"]


@pytest.mark.parametrize("folder", [FOLDER, FOLDER.parent])
def test_a_file_where_its_folder_belongs_is_told(folder):
    """It is left as it is, and the caller is told where room is lacking."""
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("mine")
    with pytest.raises(CalibrationError, match=r"portrait\.yaml: it can't be written .* Make room"):
        written.write(MADE)
    assert folder.read_text() == "mine"


def test_a_folder_where_the_file_belongs_is_told():
    """What was written so far is taken away again."""
    (FOLDER / "portrait.yaml").mkdir(parents=True)
    with pytest.raises(CalibrationError, match="Make room for it there"):
        written.write(MADE)
    assert [one.name for one in FOLDER.iterdir()] == ["portrait.yaml"]
