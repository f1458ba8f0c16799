"""Weights of one's own are told apart by all that their numbers follow from."""

import hashlib

import pytest

from selector.backbones.own_weights import found
from selector.errors import WeightsError


def test_a_file_beside_them_that_changes_comes_or_goes_is_noticed(tmp_path):
    """Each is another key, and whoever holds the old one is told which file it is."""
    path, config = tmp_path / "model.pt", tmp_path / "med_config.json"
    path.write_bytes(b"weights")
    sha256 = hashlib.sha256(b"weights").hexdigest()
    keys = [found(str(path), sha256)]
    for text in ("{}", "{ }"):
        config.write_text(text)
        with pytest.raises(WeightsError, match=r"med_config.json: it tells how to read model.pt"):
            keys[-1].verified()
        keys.append(found(str(path), sha256))
        assert keys[-1].verified() == path
    config.unlink()

    assert len(set(keys)) == 3
    with pytest.raises(WeightsError, match=r"med_config.json"):
        keys[-1].verified()
    assert found(str(path), sha256) == keys[0]
