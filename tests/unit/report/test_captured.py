"""How good a selector is, in sentences."""

from dataclasses import replace

import pytest

from labelled import World, sample
from selector.calibration.assess import assess
from selector.calibration.assessment import Asked, Lead
from selector.report.captured import between, headline, percent, sentences, warning
from selector.report.efficiency import page


@pytest.fixture(scope="module")
def found():
    """Two measures, three raters, and prices."""
    made = sample(World(requests=60, candidates=5, rhos=(0.6, 0.4), raters=3))
    return assess(made, Asked(good_from=0.0, prices=(0.05, 1.0)))


def test_shares_are_said_in_percent():
    """Signs as people write them, and nothing is minus nothing."""
    assert percent(0.583) == "58 %"
    assert percent(-0.583, 1) == "−58.3 %"
    assert percent(-0.001) == "0 %"
    assert between((-0.05, 0.5)) == "−5 to 50 %"
    assert between(None) == ""


def test_the_first_sentence_says_who_captures_what(found):
    """The policy by its name, a measure by its own, else what was learned."""
    assert headline(found).startswith("Choosing by learned weights captures ")
    policy = replace(found.subject, name="mine", kind="policy")
    assert headline(replace(found, subject=policy)).startswith("The policy mine captures ")
    measure = replace(found.subject, name="x\u202ey", kind="measure")
    assert "\u202e" not in headline(replace(found, subject=measure))


def test_a_person_and_the_bounds_are_named(found):
    """How certain, how far up the truth may be, what one person captures."""
    said = " ".join(sentences(found))
    for part in ("With 95 % confidence", "lower bound", "One person captures", "pay best"):
        assert part in said


def test_no_bound_is_over_all_there_is(found):
    """More than everything captures nobody, whatever the arithmetic gives."""
    above = replace(found, subject=replace(found.subject, upper=1.3, without_noise=None))
    assert "the truth is at most about 100 %" in " ".join(sentences(above))


@pytest.mark.parametrize(
    ("lead", "said"),
    [
        (Lead("equal weights", 0.05, (0.01, 0.09)), "5 points more than equal weights (1 to 9)"),
        (Lead("equal weights", -0.02, (-0.05, 0.01)), "2 points less than equal weights"),
        (Lead("equal weights", 0.02, (-0.05, 0.09)), "may be chance"),
        (Lead("equal weights", 0.0, (0.0, 0.0)), "choose as well as equal weights"),
    ],
)
def test_a_lead_is_said_with_its_doubt(found, lead, said):
    """More, less, or nothing that chance would not explain."""
    assert said in " ".join(sentences(replace(found, lead=lead)))


def test_a_curve_that_turns_down_warns(found):
    """Above everything about how many, in the terminal and on the page."""
    assert warning(found) == ""
    turned = replace(found, curve=replace(found.curve, turns_down=3))
    assert "more than 3 candidates make the choice worse" in warning(turned)
    assert "Over-optimised" in " ".join(sentences(turned))
    assert "Over-optimised" in page(turned)


def test_without_curve_prices_and_weights_there_is_a_page(found):
    """What is not known is left away."""
    bare = replace(
        found,
        curve=None,
        advice=None,
        weights=(),
        lead=None,
        notes=(),
        coverage=None,
        shares_good=None,
    )
    assert "pay best" not in " ".join(sentences(bare))
    assert "How many candidates" not in page(bare)
    assert "What measures weigh" not in page(bare)
    assert "Accept, review, reject" not in page(bare)
