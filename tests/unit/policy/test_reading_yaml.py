"""A policy's YAML: plain values as they look, every trap refused with its line."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.errors import PolicyError
from selector.policy import document, yaml_text
from selector.policy.document import UNREAD
from selector.policy.policy import Policy


def read(text: str | bytes):
    return document.read(text if isinstance(text, bytes) else text.encode(), "p.yaml")


def value(text: str):
    """What `key: TEXT` holds."""
    return read(f"key: {text}").data["key"]


def problems(text: str | bytes) -> list[str]:
    """What is wrong with a text, whether it ends the reading or not."""
    try:
        return [str(problem) for problem in read(text).problems]
    except PolicyError as error:
        return list(error.problems)


@pytest.mark.parametrize("word", ["no", "yes", "off", "on", "y", "NO", "2020-01-01", "12:30:00",
                                  "0x1F", "0o17", "1_000", "+", ".", "-.5e", "=", "None"])  # fmt: skip
def test_words_stay_words(word):
    """What YAML 1.1 takes for a truth, a date, a time or a base is the word that it looks like."""
    assert value(word) == word


def test_keys_that_yaml_1_1_takes_for_truths_are_words():
    """`on: no` is the key "on" and the word "no"."""
    assert read("{on: no, off: yes, y: n}").data == {"on": "no", "off": "yes", "y": "n"}


@pytest.mark.parametrize(
    ("text", "number"),
    [("017", 17), ("1e-3", 0.001), ("1E3", 1000.0), (".5", 0.5), ("5.", 5.0), ("-2", -2),
     ("+2", 2), ("+.5", 0.5), ("0", 0), ("-0.0", 0.0)],
)  # fmt: skip
def test_numbers_are_what_they_look_like(text, number):
    """1e-3 is a number, and 017 is seventeen."""
    assert value(text) == number
    assert type(value(text)) is type(number)


@pytest.mark.parametrize("text", ["1", "true", "null", "1e3", ".inf"])
def test_quotes_make_text(text):
    """What stands in quotes is text."""
    assert value(f"'{text}'") == text


@pytest.mark.parametrize(("text", "plain"), [("true", True), ("False", False), ("", None),
                                             ("~", None), ("null", None)])  # fmt: skip
def test_truths_and_nothing(text, plain):
    """true, false and null are what they say, and an empty value is nothing."""
    assert value(text) is plain


@given(st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False,
    allow_infinity=False) | st.text(st.characters(min_codepoint=32, max_codepoint=126)),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=1),
                      inner, max_size=3),
    max_leaves=10,
))  # fmt: skip
def test_json_is_read_as_it_is(data):
    """Every JSON text is a YAML text with the same content."""
    import json

    assert read(json.dumps({"key": data})).data == {"key": data}


ANY_TEXT = st.text(st.characters(codec="utf-8"))


@given(st.dictionaries(ANY_TEXT, st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | ANY_TEXT
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["1e-3", "no", "017", "2020-01-01", "~", "a\n b\n\n", " a", "#f0f0f0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=10,
)))  # fmt: skip
def test_what_is_written_is_read_back(data):
    """Words that look like numbers, colours and line ends stay what they are, in keys too."""
    again = read(yaml_text.written(data))
    assert (again.data, again.problems) == (data, ())


def test_every_entry_has_its_line():
    """Keys, entries of lists and what they hold stand on the line where they are written."""
    found = read("a: 1\n\nb:\n  - c: 2\n    d: [3,\n      4]\n")
    assert found.where(("a",)) == "p.yaml:1"
    assert found.where(("b",)) == "p.yaml:3"
    assert found.where(("b", 0)) == "p.yaml:4"
    assert found.where(("b", 0, "d")) == "p.yaml:5"
    assert found.where(("b", 0, "d", 1)) == "p.yaml:6"


def test_what_is_not_there_stands_where_it_should_be():
    """An entry that is missing is reported at the nearest one around it."""
    found = read("a:\n  b: 1\nc: 2")
    assert found.where(("a", "x", "y")) == "p.yaml:1"
    assert found.where(("x",)) == "p.yaml:1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "p.yaml:3: duplicate key 'a' (first in line 1). Keep one."),
        ("x:\n  1: y", "p.yaml:2: a key must be text (got '1'). Write a word."),
        ("true: y", "p.yaml:1: a key must be text (got 'true'). Write a word."),
        ("? [a]\n: b", "p.yaml:1: a key must be text (got a sequence). Write a word."),
        ("a: &x 1", "p.yaml:1: anchors are not read (got '&x'). Take it out."),
        ("a: *x", "p.yaml:1: aliases are not read (got '*x'). Write the value out here."),
        ("<<: *x", "p.yaml:1: aliases are not read (got '*x'). Write the value out here."),
        ("*x : 1", "p.yaml:1: aliases are not read (got '*x'). Write the value out here."),
        ("a: !!int x", "p.yaml:1: tags are not read (got '!!int'). Write the plain value."),
        ("a: !own {b: 1}", "p.yaml:1: tags are not read (got '!own'). Write the plain value."),
        ("a: ! 3", "p.yaml:1: tags are not read (got '!'). Write the plain value."),
        ("a: .nan", "p.yaml:1: a: expected a finite number (got nan)."),
        ("- [1, -.inf]", "p.yaml:1: expected a finite number (got -inf)."),
        ("a: 1e999", "p.yaml:1: a: expected a finite number (got inf)."),
        (f"a: {2**63}", "p.yaml:1: a: expected a number of at most 64 bits."),
        (f"a: {'9' * 5000}", "p.yaml:1: a: expected a finite number (got inf)."),
        ('a: "\\ud800"', "p.yaml:1: a: half a character in the text. Write the whole one."),
    ],
)
def test_what_is_not_read_is_told_with_its_line(text, said):
    """Tags, aliases, odd keys and numbers without an end are told, and what to write instead."""
    assert problems(text) == [said]


def test_what_is_not_read_does_not_hide_the_rest():
    """Reading goes on behind a tag, an alias or a duplicate key."""
    found = read("a: !!int 1\nb: *x\nc: 1\nc: 2\nd: 3")
    assert len(found.problems) == 3
    assert found.data == {"a": UNREAD, "b": UNREAD, "c": 1, "d": 3}


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!python/name:os.system",
                                 "!!python/object/new:subprocess.Popen"])  # fmt: skip
def test_nothing_in_a_policy_is_executed(tag):
    """A tag that names a Python object makes none."""
    found = read(f"a: {tag} ['touch /nowhere']")
    assert found.data == {"a": UNREAD}
    assert tag in str(found.problems[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"a: 1\n\tb: 2", "p.yaml:2: indented with a tab. Indent with spaces."),
        (b'{\n\t"a": 1}', "p.yaml:2: indented with a tab. Indent with spaces."),
        (b"a: 1\nb: \0", "p.yaml:2: a character that YAML forbids (got U+0000). Take it out."),
        (b"a: \x1b[1m", "p.yaml:1: a character that YAML forbids (got U+001B). Take it out."),
        ("a: 1".encode("utf-16"), "p.yaml:1: not UTF-8 (got byte 0xff). Save it as UTF-8."),
        (b"\na: caf\xe9\n", "p.yaml:2: not UTF-8 (got byte 0xe9). Save it as UTF-8."),
        (b"a: 1\n---\nb: 2", "p.yaml:2: a second document begins here. Keep one policy a file."),
        (b'a: 1\nb: "\\UFFFFFFFF"', "p.yaml:2: not YAML: a number out of range. Correct this line."),
        (b"a: [1\nb: 2", "p.yaml:2: not YAML: expected ',' or ']', but got ':' while parsing a flow sequence that starts in line 1. Correct this line, or one before it."),
        ("a: [\u2028\u2028".encode(), "p.yaml:3: not YAML: expected the node content, but found '<stream end>' while parsing a flow node that starts in line 3. Correct this line, or one before it."),
        (b"a: b: c", "p.yaml:1: not YAML: mapping values are not allowed here. Correct this line, or one before it."),
        (b" " * 2**20 + b"a", "p.yaml: too large for a policy. Keep it under 1 MiB."),
    ],
)  # fmt: skip
def test_what_is_no_yaml_is_told_with_its_line(text, said):
    """A text that can't be gone on with says where it breaks, and what to do."""
    assert problems(text) == [said]


@pytest.mark.parametrize("text", ["[" * 10_000, "a: " + "[" * 10_000 + "]" * 10_000,
                                  "{a: " * 10_000, "- " * 10_000, "? " * 10_000,
                                  "\n".join(" " * at + "a:" for at in range(1000))])  # fmt: skip
def test_deep_nesting_ends_early(text):
    """What is nested without end is refused at once, whatever brackets it uses."""
    start = time.monotonic()
    (said,) = problems(text)
    assert said.endswith(": nested more than 32 deep. A policy needs six.")
    assert time.monotonic() - start < 1


def test_the_limits_are_reached_and_not_passed():
    """32 levels in one another and a mebibyte are read; one more of either is not."""
    assert problems("[" * 32 + "]" * 32) == []
    assert document.of({"a": nested(30)}).problems == ()
    (said,) = problems("[" * 33 + "]" * 33)
    (problem,) = document.of({"a": nested(31)}).problems
    assert said.endswith("nested more than 32 deep. A policy needs six.")
    assert problem.said == "nested more than 32 deep. A policy needs six."
    comment = b"a: 1\n#" + b"x" * (2**20 - 6)
    assert problems(comment) == []
    assert problems(comment + b"x") == ["p.yaml: too large for a policy. Keep it under 1 MiB."]


def nested(depth: int) -> list:
    return [nested(depth - 1)] if depth else []


def test_a_bomb_of_aliases_is_not_lit():
    """Nine lists of nine aliases each are told one by one, and not multiplied."""
    lists = [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]" for at in range(1, 10)]
    text = "\n".join(["a0: &a0 lol", *lists])
    assert len(problems(text)) == 10 + 81
    assert read(text).data["a9"] == [UNREAD] * 9


@pytest.mark.parametrize("text", [b"\xef\xbb\xbfa: 1", b"%YAML 1.1\n---\na: 1", b"a: 1\n...\n",
                                  b"---\na: 1", b"a: 1\r\n", b"# first\n\na: 1  # last"])  # fmt: skip
def test_forms_of_the_same_text(text):
    """A byte order mark, a directive, an end mark, Windows' line ends and comments say nothing."""
    assert read(text).data == {"a": 1}


@pytest.mark.parametrize("text", [b"", b"# only a comment\n", b"---\n", b"\n\n", b"null"])
def test_nothing_is_nothing(text):
    """A file with nothing in it holds nothing, in line 1."""
    found = read(text)
    assert found.data is None
    assert found.where(()) == "p.yaml:1"


@given(st.binary(max_size=60) | st.text("{}[]:,-#&*!|>'\"%@`?\t\n ~=\\axU0.e<", max_size=60).map(
    str.encode))  # fmt: skip
def test_any_text_is_read_or_refused(text):
    """No text brings the reader down; what it says begins with the place and ends as a sentence."""
    for said in problems(text):
        assert said.startswith("p.yaml:")
        assert said.endswith((".", "?"))


def test_half_a_character_in_a_key_is_told():
    """A key with a lone surrogate is a problem with its line, wherever it stands."""
    text = b'name: a\nversion: 1\n"\\uD800": 1\nmethod: {}\n'
    with pytest.raises(PolicyError, match=r"policy:3: half a character in a key"):
        Policy.load(text)
    with pytest.raises(PolicyError, match="a key must be text"):
        Policy.load({"\ud800": 1, "name": "a", "version": 1, "method": {}})


@pytest.mark.parametrize(
    "colours", ["[#123456, #ffffff]", "\n  - #123456\n  - [", "['#123456', #fff000]"]
)
def test_a_colour_without_quotes_is_told(colours):
    """What begins with '#' is a comment in YAML; who writes a colour so is told where."""
    (said,) = problems(f"name: x\nmeasures:\n  colours: {colours}\n")
    assert "a '#' begins a comment: put the colour in quotes" in said
