"""What people said is counted once, in whatever order it comes, and what is doubtful is told."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from selector.calibration.said import judged
from selector.errors import CalibrationError
from selector.labels import Flag, Label, Pair, Rating, Verdict

ANN_BOB_CY = ("ann", "bob", "cy")
RATED = [
    Label(f"r{at}", rater, Rating(name, 1 + 4 * ((7 * at + 3 * of + who) % 10) / 9))
    for at in range(4)
    for of, name in enumerate(("c0", "c1", "c2"))
    for who, rater in enumerate(ANN_BOB_CY)
]
COMPARED = [
    Label(f"r{at}", rater, Pair(left, right, ("left", "right", "tie")[(at + who) % 3]), "style")
    for at in range(4)
    for left, right in (("c0", "c1"), ("c1", "c2"))
    for who, rater in enumerate(ANN_BOB_CY)
]
FLAGGED = [Label(f"r{at}", "ann", Flag("c0", present=at > 1), "hands") for at in range(4)]
SAID = {"verdict": [*RATED, *FLAGGED], "style": [*COMPARED, *FLAGGED]}


@pytest.mark.parametrize("aspect", SAID)
@given(data=st.data())
def test_the_order_of_labels_changes_nothing(aspect, data):
    """Not the last digit of a worth: files are joined in whatever order a folder gives them."""
    shuffled = data.draw(st.permutations(SAID[aspect]))
    expected, found = judged(SAID[aspect], aspect, 3.0), judged(shuffled, aspect, 3.0)
    assert found == expected
    assert repr(sorted(found.worth.items())) == repr(sorted(expected.worth.items()))
    assert found.told == expected.told


@pytest.mark.parametrize("times", [1, 2, 5])
def test_the_same_labels_again_are_no_more_labels(times):
    """A file that is given twice supports nothing better; only a note tells of it."""
    labels = SAID["verdict"]
    found = judged(labels * times, "verdict", 3.0)
    assert found == judged(labels, "verdict", 3.0)
    assert found.labels == len(labels)
    again = f"{len(labels) * (times - 1)} labels are there more than once; each counts once"
    assert (again in found.told) == (times > 1)


def test_ties_are_told_with_what_becomes_of_them():
    """They are neither good nor bad for fitting, and bad for what is promised."""
    labels = [Label("r", rater, Verdict("a", good=rater == "ann")) for rater in ("ann", "bob")]
    found = judged(labels, "verdict", 3.0)
    assert (found.good, found.seen) == ({}, {("r", "a")})
    assert found.told[0] == (
        "1 candidate is tied: as many raters say good as not; they fit nothing, and count as bad "
        "where lines are certified"
    )


@pytest.mark.parametrize("labels", [RATED, [Label("r", "ann", Verdict("a", good=True))]])
def test_a_step_that_is_no_number_is_refused(labels):
    """Also where nobody rated anything: it was meant to be a step."""
    with pytest.raises(CalibrationError, match=r"--good-from: expected a step .*\(got nan\)"):
        judged(labels, "verdict", float("nan"))
