"""What was to be written against what was read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.backbones.ocr import Line
from selector.signs.spelled import LONGEST, MOST, found_in, letters, readability


def line(text: str, x: int = 0, y: int = 0, *, width: int = 100, height: int = 20) -> Line:
    """Return *text* read in a box whose upper left corner is (x, y)."""
    right, bottom = x + width, y + height
    return Line(((x, y), (right, y), (right, bottom), (x, bottom)), text, 0.9)


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("open", "OPEN"),
        ("Happy Birthday!", "HAPPYBIRTHDAY"),
        ("CAFÉ", "cafe"),
        ("ＳＡＬＥ", "Sale"),
        ("Straße", "STRASSE"),
        ("2024", "2O24"),
        ("Ill", "lll"),
        ("I ♥ NY", "I NY"),
        ("OPEN", "we are OPEN today"),
        ("食堂没饭", "食堂没饭了？！"),
        ("が", "が"),
    ],
)
def test_what_a_person_reads_alike_is_alike(asked, read):
    """Case, width, spaces, punctuation, accents and look-alikes make no difference."""
    assert readability(asked, [line(read)])[0] == 1


def test_scripts_do_not_lose_what_tells_their_letters_apart():
    """Marks that make another letter of a Japanese sign are kept; there, they are no accents."""
    assert letters("が") != letters("か")


@pytest.mark.parametrize(
    ("asked", "read", "readable"),
    [
        ("OPEN", "OPFN", 0.75),
        ("OPEN", "OPENN", 0.75),
        ("OPEN", "OPE", 0.75),
        ("OPEN", "", 0),
        ("OPEN", "REOPENED", 0),
        ("restaurant", "restaraunt", 0.8),
    ],
)
def test_every_wrong_letter_counts_once(asked, read, readable):
    """One letter replaced, added or missing of four is a quarter; a part of a word is no word."""
    assert readability(asked, [line(read)])[0] == pytest.approx(readable)


def test_a_text_may_be_broken_into_lines_rows_and_columns():
    """Two posters side by side are read each on its own, or across; Chinese columns leftwards."""
    posters = [
        line("GRAND", 0, 0),
        line("OPEN", 300, 3),
        line("HOTEL", 0, 30),
        line("DAILY", 300, 33),
    ]
    columns = [
        line("有容乃大", 100, width=20, height=200),
        line("海納百川", 200, width=20, height=200),
    ]

    assert readability("Grand Hotel open daily", posters) == (1, "GRAND HOTEL OPEN DAILY")
    assert readability("grand open hotel daily", posters)[0] == 1
    assert readability("海納百川有容乃大", columns) == (1, "海納百川有容乃大")


def test_the_order_in_which_lines_were_found_does_not_matter():
    """A line above is read first, whenever it was found."""
    assert readability("one two", [line("two", y=50), line("one", y=0)])[0] == 1


def test_nothing_read_is_not_readable():
    """Where there is no lettering, nothing that was asked for is there."""
    assert readability("OPEN", []) == (0, "")


def plain_edits(one: str, other: str) -> int:
    """Return the edit distance, by its definition."""
    row = list(range(len(other) + 1))
    for first in one:
        before, row = row, [row[0] + 1]
        for place, second in enumerate(other):
            row.append(min(row[-1] + 1, before[place + 1] + 1, before[place] + (first != second)))
    return row[-1]


@given(st.text("abc", min_size=1, max_size=8), st.text("abc", max_size=8))
def test_of_one_word_it_is_the_edit_distance(asked, read):
    """With one word there is no choice of parts: 1 − edit distance / letters, or 0."""
    best = min(plain_edits(asked, read), len(asked))

    assert readability(asked, [line(read)])[0] == pytest.approx(1 - best / len(asked))


@given(st.text("abc", min_size=1, max_size=6), st.text("abc", max_size=10))
def test_inside_of_a_text_it_is_the_best_part(text, read):
    """Of all parts of what was read, the one with the fewest edits counts."""
    ends = range(len(read) + 1)
    best = min(plain_edits(text, read[first:last]) for first in ends for last in ends)

    assert found_in(read, text) == pytest.approx(1 - best / len(text))


@given(st.text(), st.lists(st.text(), max_size=5))
def test_any_texts_can_be_compared(asked, read):
    """Whatever was asked and read: a number in [0, 1]."""
    lines = [line(text, y=number * 30) for number, text in enumerate(read)]

    assert 0 <= readability(asked, lines)[0] <= 1
    assert all(0 <= found_in(asked, text) <= 1 for text in read)


def test_every_letter_of_the_longest_text_counts():
    """A text as long as any that is asked for is compared to its end."""
    text = "abcde" * (200 // 5)

    assert len(text) == LONGEST
    assert readability(text, [line(text[:-1] + "x")])[0] == pytest.approx(1 - 1 / 200)


def test_a_page_full_of_lettering_is_cut():
    """The most that is compared has a bound, and what lies before it is still found."""
    page = [line("OPEN " + "x" * 99, y=number * 30) for number in range(200)]

    assert sum(len(each.text) for each in page) > MOST
    assert readability("OPEN", page)[0] == 1
