"""The page of what people said: in words first, every foreign text made harmless."""

import re
from dataclasses import replace

import pytest

from reports import HOSTILE, Read
from selector.labels import Label, Pair, Rating, Verdict
from selector.labels.summary import overview
from selector.report.labels import labels, write_labels

STEPS = [1, 2, 4, 5, 3, 1, 5, 2]


def rated(*raters, steps=STEPS, aspect="fidelity"):
    return [
        Label(f"p{at}", rater, Rating("a", float(step)), aspect)
        for rater in raters
        for at, step in enumerate(steps)
    ]


def spoiled():
    """Three who agree, and one who misses every gold question."""
    gold = Rating("check", 1.0)
    checks = [Label(f"c{n}", "odd", Rating("check", 5.0), "fidelity", gold=gold) for n in range(9)]
    return [*rated("ann", "bo", "cy"), *rated("odd", steps=STEPS[::-1]), *checks]


def said(given):
    text = " ".join(Read(labels(overview(given))).said)
    return re.sub(r"\s+", " ", re.sub("[\u2068\u2069]", "", text))


@pytest.mark.parametrize(
    ("given", "headline", "todo"),
    [
        (rated("ann", "bo", "cy"), "People mean the same thing", "Nothing: these labels"),
        (
            [*rated("ann", "bo"), *rated("cy", steps=STEPS[::-1])],
            "People agree too little", "Write down what fidelity means",
        ),
        (rated("ann"), "Whether people agree can't be told", "Have at least three people"),
        (spoiled(), "Without 1 rater, people mean the same thing", "Look at 1 rater"),
    ],
)  # fmt: skip
def test_the_head_says_whether_people_agree_and_what_to_do(given, headline, todo):
    """In words, before any number."""
    head = said(given).partition("How far people agree")[0]
    assert headline in head
    assert f"What to do: {todo}" in head


def test_every_number_has_its_place():
    """Alpha with its interval, kappas, answers, the table of two people, raters with reasons."""
    text = said(spoiled())
    for words in (
        "fidelity steps of a scale", "Too low", "Without the raters who should be dropped",
        "Alpha, nominal", "Fleiss’ kappa", "Answers", "What another person said",
        "0 of 9 gold answers right", "Drop", "Fine",
    ):  # fmt: skip
        assert words in text, words


def test_a_rater_of_whom_nothing_could_be_checked_is_not_fine():
    """Nobody else judged, nothing was timed or asked: no word of praise."""
    table = said([*rated("ann", steps=STEPS[:2])]).partition("How to read it")[0]
    assert "Not checked" in table
    assert "Fine" not in table
    assert "Not checked" not in said(rated("ann", "bo", "cy"))


def test_columns_of_which_nothing_is_known_are_left_out():
    """Nobody was timed, no pairs were shown: no empty columns."""
    text = said(rated("ann", "bo", "cy"))
    for words in ("Too fast", "Run", "Ties", "Gold right"):
        assert words not in text.partition("How to read it")[0]


def test_every_form_has_a_card():
    """Verdicts and pairs too; of pairs there is no table of answers."""
    verdicts = [Label("p", who, Verdict(str(n), good=n < 2)) for who in "abc" for n in range(4)]
    pairs = [Label("p", who, Pair("x", "y", "left"), "better") for who in "abc"]
    text = said([*verdicts, *pairs])
    assert "good or not" in text
    assert "which of two is better" in text


def test_hostile_names_stay_text():
    """Raters, aspects and answers may hold anything: no tag comes through."""
    given = [replace(one, rater=one.rater + HOSTILE, aspect=HOSTILE) for one in spoiled()]
    content = labels(overview(given, notes=[HOSTILE], left_out=[HOSTILE]))
    for tag in ("<script", "<img", "onerror='", "\x1b"):
        assert tag not in content
    assert content.count("<style") == 1


def test_a_page_is_written_over_an_earlier_one_alone(tmp_path):
    """It carries the mark of our reports."""
    path = tmp_path / "labels.html"
    write_labels(overview(rated("ann", "bo")), path)
    write_labels(overview(rated("ann", "bo")), path)
    assert "What people said" in path.read_text()
