"""Keys come from the environment, and are shown to nobody."""

import pytest

from selector.backbones.keys import key_in
from selector.errors import MeasureError


def test_a_key_is_read_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the variable that is named; where none is, there is no key."""
    monkeypatch.setenv("OUR_KEY", "sk-1")

    assert key_in("OUR_KEY", where="scorers.x") == "sk-1"
    assert key_in("", where="scorers.x") == ""


@pytest.mark.parametrize("key", ["", "sk 1", "sk-1\r\nX: y", "schlüssel"])
def test_what_can_be_no_key_is_told_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """It would end the header early, or stand in somebody's log."""
    monkeypatch.setenv("OUR_KEY", key)

    with pytest.raises(MeasureError, match=r"^scorers\.x: no key in .* OUR_KEY") as caught:
        key_in("OUR_KEY", where="scorers.x")
    assert not key or key not in str(caught.value)
