"""A way to add a measure of one's own to a request."""

import pytest

import outside


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Give a maker of measures: it returns the path of the one that it wrote."""
    monkeypatch.syspath_prepend(tmp_path)
    counter = iter(range(100))

    def write(body: str, *needs: str, cost: float = 0.01) -> str:
        name = f"acme_{tmp_path.name.replace('-', '_')}_{next(counter)}"
        path = outside.write(tmp_path, name, body, needs)
        file = tmp_path / name / "own.py"
        file.write_text(file.read_text().replace("Cost(0.01)", f"Cost({cost})"))
        return path

    return write


@pytest.fixture
def own(written):
    """Give a maker of measures: it returns the policy that ranks by the one it wrote."""

    def make(body: str, *needs: str, **rest):
        return outside.policy(written(body, *needs), **rest)

    return make
