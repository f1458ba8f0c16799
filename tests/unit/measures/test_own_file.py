"""A model file of one's own is held to its content, and so is what lies beside it and tells how to read it."""

import hashlib
import shutil

import pytest

from selector.errors import MeasureError, WeightsError
from selector.measures import loader
from selector.measures.own_file import OwnFile

MEASURE = "scorers.pickscore"


@pytest.fixture
def file(tmp_path):
    """A file of a few bytes."""
    path = tmp_path / "ours" / "model.safetensors"
    path.parent.mkdir()
    path.write_bytes(b"weights")
    return path


def own(path):
    """Return what a policy says of a file."""
    return {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def fingerprint(path):
    """Return the fingerprint of a scorer on that file."""
    return loader.construct(MEASURE, {"checkpoint": own(path)}).fingerprint()


def test_where_a_file_lies_is_no_part_of_its_numbers(file, tmp_path):
    """The same folder elsewhere gives the same fingerprint; other bytes give another."""
    (file.parent / "config.json").write_text("{}")
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(file.parent, elsewhere)
    assert fingerprint(elsewhere / file.name) == fingerprint(file)

    before = fingerprint(file)
    file.write_bytes(b"others")
    assert fingerprint(file) != before


@pytest.mark.parametrize("beside", ["config.json", "med_config.json", "bert_tokenizer/vocab.txt"])
def test_what_lies_beside_a_checkpoint_is_part_of_its_numbers(file, beside):
    """A configuration or a vocabulary that comes or changes makes another fingerprint."""
    prints = [fingerprint(file)]
    path = file.parent / beside
    path.parent.mkdir(exist_ok=True)
    for text in ("{}", '{"hidden_act": "gelu"}'):
        path.write_text(text)
        prints.append(fingerprint(file))
    assert len(set(prints)) == 3


def test_other_files_beside_it_change_nothing(file):
    """Notes, other weights and a folder of a configuration's name are nobody's business."""
    before = fingerprint(file)
    (file.parent / "README.md").write_text("ours")
    (file.parent / "other.safetensors").write_bytes(b"x")
    (file.parent / "config.json").mkdir()
    assert fingerprint(file) == before


def test_a_file_that_changed_is_not_loaded(file):
    """Whoever loads it gets the path of the very content, or an error with both checksums."""
    said = OwnFile(**own(file))
    assert said.verified() == file
    assert not said.missing()

    file.write_bytes(b"something else")
    with pytest.raises(WeightsError, match=said.sha256):
        said.verified()
    file.unlink()
    assert "can't be read" in said.missing()


def test_a_checksum_that_is_left_out_is_told(file):
    """The error gives the line to paste; of a file that is not there, why it can't."""
    right = own(file)["sha256"]
    with pytest.raises(MeasureError, match=f"write sha256: {right}"):
        loader.construct(MEASURE, {"checkpoint": {"path": str(file)}})
    with pytest.raises(MeasureError, match="No such file"):
        loader.construct(MEASURE, {"checkpoint": {"path": str(file) + "x"}})


def test_a_configuration_that_changes_after_planning_is_not_loaded(file):
    """Whoever planned with one is told when another lies there, and keeps the name of the old."""
    measure = loader.construct(MEASURE, {"checkpoint": own(file)})
    planned = measure.fingerprint()
    (file.parent / "config.json").write_text("{}")

    assert measure.fingerprint() == planned
    with pytest.raises(WeightsError, match=r"config.json: .*changed since"):
        measure.checkpoint.weights.verified()


def test_beside_a_head_lies_nothing_of_its_own(file):
    """A configuration beside a file that is no whole model is another model's."""
    before = loader.construct("scorers.aesthetic", {"head": own(file)}).fingerprint()
    (file.parent / "config.json").write_text("{}")
    assert loader.construct("scorers.aesthetic", {"head": own(file)}).fingerprint() == before
