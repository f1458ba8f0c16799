"""A way to add a measure of one's own to a request."""

import pytest

import outside


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Give a maker of measures: it returns the policy that ranks by the one it wrote."""
    monkeypatch.syspath_prepend(tmp_path)
    counter = iter(range(100))

    def make(body: str, *needs: str, **rest):
        name = f"acme_{tmp_path.name.replace('-', '_')}_{next(counter)}"
        return outside.policy(outside.write(tmp_path, name, body, needs), **rest)

    return make
