"""Small mistakes of JSON are repaired, its meaning is never guessed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers import HEAVY, garbled, said, seconds
from selector.dialogue.loose_json import last_object, once
from selector.dialogue.unreadable import UnreadableError


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ('{"score": 4}', 4),
        ("{'score': 4}", 4),
        ('{"score": [1, 2,],}', [1, 2]),
        ('{"score": [1, 2 ,\n] ,\n}', [1, 2]),
        ('```json\n{"score": 4}\n```', 4),
        ('Here: {"score": 4}. I hope {this} helps.', 4),
        ('{"score": 1} No: {"score": 4}', 4),
        ('{"why": "a {b} c", "score": 4}', 4),
        ('{"why": "the text {\\"score\\": 25}", "score": 4}', 4),
        ('{"why": "line\nline", "score": 4}', 4),
        ("{'why': 'a \"b\" c\\'s \\\\', 'score': 4}", 4),
        ('{"why": "it\'s", "score": 4}', 4),
        ('{"why": "a, ] , }", "score": 4}', 4),
        ('{"score": 4}\nThe instruction says \'{"score": 25}\'', 4),
        ('<think>{"score": 25}</think>{"score": 4}', 4),
        ('[{"score": 4}]', 4),
    ],
)
def test_objects_are_found_and_repaired(text, score):
    """Commas, quotes, line feeds, fences, words around it; what a string says is no object."""
    assert last_object(text, "score")["score"] == score


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4",
        "{}",
        "[4]",
        '{"mark": 4}',
        '{"score": 4',
        '{"score": [1, 2}',
        '{"score": 4}}{',
        '{"score": NaN}',
        '{"score": Infinity}',
        '{"score": ...}',
        '{"score": 4, "score": 25}',
        '{"score": four}',
        '{"score": 4,,}',
        '{"all": {"score": 4}}',
        '{"why": "it says {"score": 25}", "score": 4}',
        "{'why': 'it's fine', 'score': 4}",
        '{"why": "x" "score": 4}',
        "{“score”: 4}",
        '{"score": ' + "[" * 70 + "]" * 70 + "}",
        '{"score": ' + "9" * 5000 + "}",
        '<think>{"score": 4}',
        '"{"score": 4}"',
    ],
)
def test_nothing_is_guessed(text):
    """Half an object, one with a key twice, one inside of another or in quotes: unreadable."""
    assert said(last_object, text, "score") is None


def test_a_broken_object_is_not_passed_over():
    """The last one counts; if it can't be read, the one before it is not what was meant."""
    with pytest.raises(UnreadableError, match="the score can't be read"):
        last_object('{"score": 4} {"score": [1 2]}', "score")


def test_a_key_twice_is_no_mapping():
    """Which of the two is meant, nobody knows."""
    assert once([("a", 1), ("b", 1)]) == {"a": 1, "b": 1}
    with pytest.raises(UnreadableError, match="twice"):
        once([("a", 1), ("a", 1)])


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(st.dictionaries(st.text(), plain, max_size=3), plain, st.text(alphabet="ab {,.\n`"))
def test_proper_json_is_read_as_it_is(around, score, words):
    """Repairs touch nothing that is in order, whatever its strings say."""
    given_object = {**around, "score": score}
    text = f"{words.replace('{', '')}{json.dumps(given_object)}"
    assert last_object(text, "score") == given_object


@given(garbled('{"score": ', "'score': ", '"reasoning": "', "[4, 5]", "]}", "},", "\\"))
def test_no_text_breaks_it(text):
    """It gives an object with the key, or is unreadable."""
    read = said(last_object, text, "score")
    assert read is None or "score" in read


@pytest.mark.parametrize("text", HEAVY.values(), ids=HEAVY)
def test_long_answers_take_no_time(text):
    """A megabyte is read once."""
    assert seconds(last_object, text, "score") < 3
