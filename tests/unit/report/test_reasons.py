"""Every kind of reason as a sentence."""

from typing import get_args

import pytest

from selector.report.reasons import SAID, Sentence, sentence
from selector.report.words import Vocabulary
from selector.types import Output, Reason, ReasonKind

WORDS = Vocabulary(
    {
        "sharp.best": Output("luma squared", 0, 16, True, words="sharpness"),
        "size.short": Output("px", 1, None, True, words="shorter side", whole=True),
        "faces.count": Output("faces", 0, 32, None, words="number of faces", whole=True),
        "near.nearest": Output("bits of 64", 0, 64, True, words="distance"),
    }
)
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
            "Refused: number of faces can't be told: no faces found.",
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
            "Below the cut: \u2068quality\u2069 is 0.12; the policy's cut is 0.3.",
        ),
        (Reason("copy", note="same bytes as a.png"), f"A copy: it holds the same bytes as {A}."),
        (
            Reason("duplicate", "near", "nearest", 3.0, 6.0, -3.0, "of a.png"),
            f"A double: it looks like {A}, which is accepted: they are 3 apart, and the policy wants more than 6.",
        ),
        (
            Reason("outranked", "quality", "", 0.6, 0.8, -0.2, "rank 3"),
            "Not needed: rank 3; its quality is 0.6, the last one chosen has 0.8.",
        ),
        (
            Reason("outranked", "quality", "", 0.799, 0.8, -0.001, "rank 2"),
            "Not needed: rank 2; its quality is 0.799, the last one chosen has 0.8; practically a tie.",
        ),
        (
            Reason("outranked", note="rank 9"),
            "Not needed: rank 9, and enough better ones were found.",
        ),
        (
            Reason("failure", "b", "c", note="deadline"),
            f"Not measured: {B} could not be measured: deadline",
        ),
        (
            Reason("uncertified", note="not calibrated yet: cut"),
            "A person should confirm: not calibrated yet: cut.",
        ),
    ],
)
def test_a_reason_as_a_sentence(reason, said):
    """It says in everyday words what was found, what the policy asks, with its unit."""
    found = sentence(reason, WORDS)
    assert f"{found.lead}: {found.text}" == said


def test_the_policys_own_name_stands_beside_everyday_words():
    """Where everyday words stand for an output, its name is kept for those who write policies."""
    reason = Reason("refused", "sharp", "best", 0.1, 0.2, -0.1)
    assert sentence(reason, WORDS).name == "sharp.best"
    assert sentence(reason, Vocabulary()) == Sentence(
        "Refused", "\u2068sharp.best\u2069 is 0.1; the policy refuses below 0.2."
    )


def test_every_kind_of_reason_can_be_said():
    """No kind of reason is forgotten, and none needs more than its kind and a note."""
    assert set(SAID) == set(get_args(ReasonKind))
    for kind in SAID:
        assert sentence(Reason(kind, note="why"), WORDS).text
