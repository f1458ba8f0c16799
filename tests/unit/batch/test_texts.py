"""Texts as files can hold them, whatever names and reasons hold."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.batch.texts import json_text, valid


@given(st.text(st.characters(codec="utf-8")))
def test_text_stays_as_it_is(text):
    """Of any script, with any sign."""
    assert valid(text) == text


@pytest.mark.parametrize(
    ("text", "written"), [("a\udcffb", r"a\udcffb"), ("\ud83d", r"\ud83d"), ("ä\udcff", r"ä\udcff")]
)
def test_what_is_no_unicode_is_written_out(text, written):
    """It can be kept and shown, and says what it was."""
    assert valid(text) == written


@given(st.dictionaries(st.binary().map(os.fsdecode), st.floats(allow_nan=False) | st.integers()))
def test_json_is_read_back(value):
    """Equal, also names of files that are no text; and it is text itself."""
    assert json.loads(json_text(value)) == value
    json_text(value).encode()


def test_json_is_for_people():
    """Letters stay letters."""
    assert json_text({"prompt": "ein schöner Stuhl"}) == '{"prompt": "ein schöner Stuhl"}'
