"""Prose is wrapped between words, and no foreign text plays with the terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.cli.prose import entry


@pytest.fixture
def narrow(monkeypatch):
    """A terminal of 40 columns."""
    monkeypatch.setenv("COLUMNS", "40")


@pytest.mark.usefixtures("narrow")
def test_a_paragraph_hangs_beside_its_label():
    """The label once, every further line under the first word."""
    text = "one two three four five six seven eight nine"
    assert entry("ok", text, column=6).splitlines() == [
        "  ok    one two three four five six",
        "        seven eight nine",
    ]


@pytest.mark.usefixtures("narrow")
def test_a_long_word_stands_whole_on_a_line_of_its_own():
    """A checksum or an address can be copied, however narrow the terminal is."""
    assert entry("is", f"sha256 {'a' * 64}", column=6).splitlines() == [
        "  is    sha256",
        f"        {'a' * 64}",
    ]


def test_a_label_that_is_too_long_has_a_line_of_its_own():
    """The text keeps its column."""
    assert entry("far_too_long", "text", column=6) == "  far_too_long\n        text"


def test_lines_of_the_text_stay_lines():
    """A message of several lines is not run together; an empty one is a label alone."""
    assert entry("is", "one\ntwo", column=4) == "  is  one\n      two"
    assert entry("is", "", column=4) == "  is"


@given(st.text())
def test_nothing_invisible_goes_out(text):
    """Whatever an error or a card says, no control character but the line break is printed."""
    shown = entry(text, text, column=4)
    assert not any(ord(char) < 32 and char != "\n" for char in shown)
