"""Scorers on their golden checkpoints, each built once."""

import json
from collections.abc import Iterator

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import goldens
from selector.measures import loader


@pytest.fixture(scope="session")
def scorer() -> Iterator:
    """Return a scorer by its path, on its golden checkpoint unless parameters say otherwise."""
    made = {}

    def built(path: str, **parameters):
        given = goldens.parameters(path) | parameters
        key = json.dumps([path, given], sort_keys=True)
        if key not in made:
            made[key] = loader.construct(path, given)
            made[key].build("cpu")
        return made[key]

    yield built
    for each in made.values():
        each.close()


@pytest.fixture
def changed(tmp_path):
    """Copy a golden model with its configuration; entries of that, or tensors, may change."""

    def copy(file: str, tensors=None, **entries) -> dict[str, str]:
        held = goldens.FOLDER / file
        model = load_file(held)
        for name, change in (tensors or {}).items():
            model[name] = change(model[name])
        save_file(model, tmp_path / held.name)
        config = json.loads((held.parent / "config.json").read_text())
        for part in [config, *(one for one in config.values() if isinstance(one, dict))]:
            part.update({name: value for name, value in entries.items() if name in part})
        (tmp_path / "config.json").write_text(json.dumps(config))
        return goldens.own(tmp_path / held.name)

    return copy


@pytest.fixture
def nothing():
    """Make of a tensor what a damaged file or an overflow leaves."""
    return lambda tensor: np.full_like(tensor, np.nan)
