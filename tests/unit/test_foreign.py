"""Foreign text as people may safely read it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.foreign import apart, isolated, noted, printable, shortened, visible, without_password


def test_names_can_not_pose():
    """Directions, controls and line ends in a name are written out; letters stay."""
    assert visible("a\u202egnp.exe\n") == "a\\u202egnp.exe\\n"
    assert visible("\ud800") == "\\ud800"
    assert visible("Zoë – 猫.png") == "Zoë – 猫.png"


@pytest.mark.parametrize(
    "unseen",
    ["\u200d", "\u200c", "\u034f", "\u3164", "\u115f", "\u1160", "\uffa0", "\u2800", "\u200b",
     "\u2060", "\ufeff", "\u00ad", "\ufe0f", "\ufe00"],
)  # fmt: skip
def test_names_that_differ_in_what_can_not_be_seen_look_different(unseen):
    """A character that shows nothing is written out: at an end, between letters, doubled."""
    for name in (f"a{unseen}b", f"{unseen}ab", f"ab{unseen}", f"é{unseen}x"):
        assert unseen not in visible(name)
        assert f"\\u{ord(unseen):04x}" in visible(name) or f"\\x{ord(unseen):02x}" in visible(name)
    assert "\u200d\u200d" not in visible("👩\u200d\u200d🚀")


@pytest.mark.parametrize(
    "name",
    ["می\u200cخواهم", "👩\u200d🚀", "👩🏽\u200d🚀", "👁️\u200d🗨️", "❤️\u200d🔥", "☃️", "1️⃣",
     "क्\u200dष", "ക്\u200dഷ", "ന്\u200d"],
)  # fmt: skip
def test_joiners_stay_where_they_show(name):
    """Persian, Indian scripts and emoji are written as they are read."""
    assert visible(name) == name


@given(st.text(max_size=20))
def test_nothing_stays_that_turns_or_moves_text(text):
    """Whatever a name holds: no control, format, or surrogate character but a joiner is left."""
    left = {char for char in visible(text) if unicodedata.category(char)[0] == "C"}
    assert left <= {"\u200c", "\u200d"}


def test_running_text_keeps_its_lines_and_scripts():
    """Of a prompt only that is written out which no text contains, or which turns its neighbours."""
    assert printable("one\ntwo\u200f\x1b[2J\x00") == "one\ntwo\u200f\\x1b[2J\\x00"
    assert printable("قطة \u202eabc\u2069") == "قطة \\u202eabc\\u2069"


def test_notes_are_short_and_can_not_turn_their_sentence():
    """A note in a script of another direction is kept apart from what stands around it."""
    assert noted("  out of memory\n") == "out of memory"
    assert noted("x\u202ey") == "x\\u202ey"
    assert noted("أحمر") == apart("أحمر") == "\u2068أحمر\u2069"
    assert len(noted("x" * 10_000)) <= 602
    assert isolated("a\u2069b") == "\u2068a\\u2069b\u2069"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://me:s3c@ret@host/a.tar", "https://me:***@host/a.tar"),
        ("tar://m.png::ftp://me:secret@host/a.tar", "tar://m.png::ftp://me:***@host/a.tar"),
        ("postgresql://me@host/db?password=secret&x=1", "postgresql://me@host/db?password=***&x=1"),
        ("https://h/a.jsonl?v=2&sig=a%2Fb&se=9", "https://h/a.jsonl?v=2&sig=***&se=9"),
        (
            "https://h/a?X-Amz-Date=1&X-Amz-Signature=2",
            "https://h/a?X-Amz-Date=***&X-Amz-Signature=***",
        ),
        ("abfs://container@account/a.tar", "abfs://container@account/a.tar"),
        ("http://host:80/a@b", "http://host:80/a@b"),
        ("/home/a:b@c/d", "/home/a:b@c/d"),
    ],
    ids=["user", "chain", "query", "shared", "signed", "container", "port", "path"],
)
def test_an_address_is_shown_without_its_password(address, shown):
    """Who it is for and where it leads stays."""
    assert without_password(address) == shown


def test_a_long_name_keeps_both_ends():
    """The beginning and the end of a name tell it from its neighbours."""
    assert shortened("a" * 50 + "-07.png", 12) == "aaaaa…07.png"
    assert shortened("short", 12) == "short"
