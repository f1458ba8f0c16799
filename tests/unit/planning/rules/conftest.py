"""What tests of the rules may use."""

import pytest

from linting import write_taste


@pytest.fixture(autouse=True)
def taste(tmp_path, monkeypatch):
    """A scorer of a team's own, with what none of the package's declares yet."""
    write_taste(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
