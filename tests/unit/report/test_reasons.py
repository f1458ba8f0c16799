"""Every kind of reason as a sentence."""

from dataclasses import replace
from typing import get_args

import pytest

from selector.report.reasons import SAID, Around, Sentence, is_a_tie, sentence, sentences
from selector.report.words import Vocabulary
from selector.types import Output, Reason, ReasonKind
from selector.types.decided import AT_LEAST, AT_MOST

WORDS = Vocabulary(
    {
        "sharp.best": Output("luma squared", 0, 16, True, words="sharpness"),
        "size.short": Output("px", 1, None, True, words="shorter side", whole=True),
        "faces.count": Output("faces", 0, 32, None, words="number of faces", whole=True),
        "near.nearest": Output("bits of 64", 0, 64, True, words="distance"),
    }
)
AROUND = Around(WORDS, frozenset({("faces.count", 2.0)}))
A, B = "\u2068a.png\u2069", "\u2068b.c\u2069"  # of a direction of their own


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (
            Reason("refused", "sharp", "best", 0.0000612, 0.0003, -0.0002),
            "Refused: sharpness is 0.000061; the policy refuses below 0.0003.",
        ),
        (
            Reason("infeasible", "size", "short", 96.0, 64.0, -32.0),
            "Not allowed: shorter side is 96 px; the policy refuses above 64 px.",
        ),
        (
            Reason("refused", "faces", "count", 1.0, 2.0, -1.0, "expected exactly 2"),
            "Refused: number of faces is 1; the policy wants exactly 2.",
        ),
        (
            Reason("refused", "faces", "count", note="not applicable: no faces found"),
            "Refused: number of faces can't be told (not applicable: no faces found).",
        ),
        (
            Reason("refused", "image", note="a.png: it is empty."),
            "Refused: the picture could not be read. a.png: it is empty.",
        ),
        (
            Reason("band", "sharp", "best", 0.001, 0.002, -0.001),
            "In doubt: sharpness is 0.001; the policy accepts from 0.002 on.",
        ),
        (
            Reason("band", "sharp", "best", 0.352, 0.35, -0.002),
            "In doubt: sharpness is 0.352; the policy accepts up to 0.35.",
        ),
        (
            Reason("band", "faces", "count", 2.0, note="the request did not say expect.faces"),
            "In doubt: number of faces is 2; the request did not say expect.faces.",
        ),
        (
            Reason("cut", "quality", "", 0.12, 0.3, -0.18),
            "Below the cut: its quality is 0.12; the policy's cut is 0.3.",
        ),
        (Reason("copy", other="a.png"), f"A copy: it holds the same bytes as {A}."),
        (Reason("copy", note="same bytes as a.png"), "A copy: same bytes as a.png."),
        (
            Reason("duplicate", "near", "nearest", 3.0, 6.0, -3.0, other="a.png"),
            f"A double: it looks like {A}, which ranks before it: they are 3 apart, and the policy wants more than 6.",
        ),
        (
            Reason(
                "outranked", "quality", "", 0.6, 0.8, -0.2, "rank 3; enough were found before it"
            ),
            "Not needed: rank 3; enough were found before it; its quality is 0.6, the last one chosen has 0.8.",
        ),
        (
            Reason("outranked", "quality", "", 0.799, 0.8, -0.001, "rank 2"),
            "Not needed: rank 2; its quality is 0.799, the last one chosen has 0.8; practically a tie.",
        ),
        (
            Reason(
                "outranked", "quality", "", 0.8, 0.8, 0.0, "rank 2; tie, decided by content hash"
            ),
            "Not needed: rank 2; tie, decided by content hash; its quality is 0.8, the last one chosen has 0.8.",
        ),
        (
            Reason("outranked", note="rank 9; not in the first front"),
            "Not needed: rank 9; not in the first front.",
        ),
        (
            Reason("failure", "b", "c", note="deadline"),
            f"Not measured: {B} could not be measured: time ran out",
        ),
        (
            Reason("uncertified", note="not calibrated yet: cut"),
            "A person should confirm: not calibrated yet: cut.",
        ),
    ],
)
def test_a_reason_as_a_sentence(reason, said):
    """It says in everyday words what was found, what the policy asks, with its unit."""
    found = sentence(reason, AROUND)
    assert f"{found.lead}: {found.text}" == said


def test_where_no_plan_says_what_a_bound_was_the_reason_itself_does():
    """Without its plan a number that was wanted exactly is not said to be "below" anything."""
    reason = Reason("refused", "faces", "count", 1.0, 2.0, -1.0, "expected exactly 2")
    assert sentence(reason, Around(WORDS)).text == "number of faces is 1; expected exactly 2."


def test_what_failed_makes_a_quality_a_bound():
    """At its worst the quality is a least, at its best, for the cut, a most."""
    least = Around(WORDS, least=True)
    cut = Reason("cut", "quality", "", 0.145, 0.3, -0.155)
    band = Reason("band", "quality", "", 0.2, 0.4, -0.2)
    behind = Reason("outranked", "quality", "", 0.1, 0.9, -0.8, "rank 2")
    assert "its quality is at most 0.145" in sentence(cut, least).text
    assert "its quality is at least 0.2" in sentence(band, least).text
    assert "its quality is at least 0.1" in sentence(behind, least).text


def test_where_nothing_was_accepted_nothing_was_chosen():
    """Then the last one before it was only taken for review."""
    behind = Reason("outranked", "quality", "", 0.1, 0.9, -0.8, "rank 2")
    assert "the last one taken has 0.9" in sentence(behind, Around(WORDS, chosen=False)).text


@pytest.mark.parametrize(
    ("margin", "tie"), [(None, False), (0.0, False), (-0.004, True), (0.004, True), (0.3, False)]
)
def test_a_tie_is_near_on_either_side(margin, tie):
    """Next to nothing is a tie; a large difference is none, whatever its sign."""
    assert is_a_tie(Reason("outranked", "quality", "", 0.5, 0.5, margin)) is tie


def test_a_bound_is_said_to_be_one():
    """Of what was not measured in full: at most so much, and never a tie, however near."""
    most = Around(WORDS, most=True)
    near = Reason("outranked", "quality", "", 0.7999, 0.8, -0.0001, "this at most; enough")
    said = "enough; its quality is at most 0.7999, the last one chosen has 0.8."
    assert sentence(near, most) == Sentence("Not needed", said)
    assert not is_a_tie(near)
    cut = Reason("cut", "quality", "", 0.28, 0.3, -0.02)
    assert sentence(cut, most).text == "its quality is at most 0.28; the policy's cut is 0.3."


def test_a_prediction_is_said_to_be_one():
    """Neither measured nor a bound: what the candidate was credited with, and no tie either."""
    credit = Reason("outranked", "quality", "", 0.7999, 0.8, -0.0001, "this as predicted; enough")
    said = "enough; its quality is put at 0.7999, the last one chosen has 0.8."
    assert sentence(credit, Around(WORDS, most=True)) == Sentence("Not needed", said)
    assert not is_a_tie(credit)


def test_what_failed_for_one_cause_is_told_once():
    """When time runs out one sentence names all that it befell; another cause has its own."""
    late = [Reason("failure", *key.split("."), note="deadline") for key in WORDS.outputs]
    broken = Reason("failure", "own", "value", note="out of memory")
    said = sentences([*late, broken, broken], AROUND)
    assert [one.text for one in said] == [
        "sharpness, shorter side, number of faces and distance could not be measured: time ran out",
        "\u2068own.value\u2069 could not be measured: out of memory",
    ]


def test_the_policys_own_name_stands_beside_everyday_words():
    """Where everyday words stand for an output, its name is kept for those who write policies."""
    reason = Reason("refused", "sharp", "best", 0.1, 0.2, -0.1)
    assert sentence(reason, AROUND).name == "sharp.best"
    assert sentence(reason, Around(Vocabulary())) == Sentence(
        "Refused", "\u2068sharp.best\u2069 is 0.1; the policy refuses below 0.2."
    )


def test_notes_can_not_turn_their_sentence():
    """Directions in what a measure or a file name says are written out."""
    for kind in ("failure", "uncertified", "copy", "outranked"):
        said = sentence(Reason(kind, "a", "b", note="x\u202ey", other="x\u202ey"), AROUND)
        assert "\u202e" not in said.text
        assert "x\\u202ey" in said.text


KNOWS = {
    "refused": "is 3 px; because",
    "infeasible": "is 3 px; because",
    "cut": "is 3 px; the policy's cut is 7 px",
    "copy": "same bytes as \u2068twin\u2069",
    "duplicate": "looks like \u2068twin\u2069, which ranks before it: they are 3 apart",
    "outranked": "because; its quality is 3, the last one chosen has 7",
    "failure": "could not be measured: because",
    "band": "is 3 px; the policy accepts from 7 px on",
    "front": "leaves the choice among such to a person",
    "uncertified": "because",
    "promoted": "because",
}


def test_every_kind_of_reason_has_a_sentence_of_its_own():
    """No kind is forgotten, each has a beginning of its own, and says what its reason knows."""
    assert set(SAID) == set(get_args(ReasonKind)) == set(KNOWS)
    assert len({lead for lead, _ in SAID.values()}) == len(SAID)
    for kind, known in KNOWS.items():
        reason = Reason(kind, "size", "short", 3.0, 7.0, -4.0, "because", "twin")
        assert known in sentence(reason, AROUND).text


def test_a_note_that_ends_as_a_sentence_gets_no_second_full_stop():
    """Servers and measures of others end their sentences themselves."""
    said = [
        sentence(Reason("uncertified", note=note), AROUND).text for note in ("gone.", "weg — ü.")
    ]
    assert said == ["gone.", "\u2068weg — ü.\u2069"]
    assert sentence(Reason("uncertified", note="gone"), AROUND).text == "gone."


def test_a_cut_of_the_probability_is_told_in_words():
    """As far as it is known: at most, at least, or just so."""
    told = {
        Reason("cut", "probability", "", 0.2, 0.3, -0.1): (
            "its probability of being good is 0.2; the policy's cut is 0.3."
        ),
        Reason("cut", "probability", "", 0.2, 0.3, -0.1, AT_MOST): (
            "its probability of being good is at most 0.2; the policy's cut is 0.3."
        ),
        Reason("band", "probability", "", 0.91, 0.95, -0.04): (
            "its probability of being good is 0.91; the policy accepts from 0.95 on."
        ),
        Reason("band", "probability", "", 0.1, 0.95, -0.85, AT_LEAST): (
            "its probability of being good is at least 0.1; the policy accepts from 0.95 on."
        ),
    }
    # What the quality counts at its best or worst is nothing to the probability.
    for around in (AROUND, replace(AROUND, least=True), replace(AROUND, most=True)):
        assert {one: sentence(one, around).text for one in told} == told
