"""The line that is chosen is the laxest that a chain of exact tests reaches, or there is none."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from selector.statistics import Lacking, binomial, fixed_sequence, lacking

risks = st.sampled_from([0.01, 0.05, 0.2, 0.5])
confidences = st.sampled_from([0.5, 0.8, 0.95])


@st.composite
def lines(draw):
    """How many labels each of some lines has, mostly rising, and how many of these are bad."""
    added = draw(st.lists(st.integers(-20, 300), min_size=1, max_size=12))
    counts = np.maximum(np.cumsum(added), 0)
    shares = draw(st.lists(st.floats(0, 0.2), min_size=len(added), max_size=len(added)))
    return (counts * shares).astype(int), counts


def slowly(bads, counts, risk, confidence):
    """The rule as it is told: find the start, go on while it holds."""
    enough = 2.15 * math.log(1 - confidence) / math.log(1 - risk)
    starts = [at for at, count in enumerate(counts) if count >= enough]
    found = None
    for at in range(starts[0] if starts else list(counts).index(max(counts)), len(counts)):
        if not counts[at] or stats.binom.cdf(bads[at], counts[at], risk) > 1 - confidence:
            break
        found = at
    return found


@given(lines(), risks, confidences)
def test_it_is_what_trying_each_line_finds(pair, risk, confidence):
    """By the textbook, with SciPy's binomial."""
    found = fixed_sequence(*pair, risk=risk, confidence=confidence)
    assert found == slowly(*pair, risk, confidence)


@given(lines(), risks)
def test_what_is_chosen_passes_by_itself(pair, risk):
    """Never a line whose own labels can't support it."""
    bads, counts = pair
    found = fixed_sequence(bads, counts, risk=risk)
    if found is not None:
        assert binomial.upper_limit(bads[found], counts[found], 0.95) <= risk * (1 + 1e-9)


@given(lines(), risks, st.integers(1, 50))
def test_worse_labels_never_choose_laxer(pair, risk, more):
    """The same candidates with more bad ones among them: no laxer line, and none out of nothing."""
    bads, counts = pair
    worse = fixed_sequence(np.minimum(bads + more, counts), counts, risk=risk)
    better = fixed_sequence(bads, counts, risk=risk)
    assert worse is None or (better is not None and better >= worse)


def test_a_lucky_line_after_a_failed_one_is_not_taken():
    """That would be choosing by luck: the promise would hold less often than it says."""
    bads, counts = np.array([0, 9, 9]), np.array([150, 250, 900])
    assert fixed_sequence(bads[[0, 2]], counts[[0, 2]], risk=0.05) == 1
    assert fixed_sequence(bads, counts, risk=0.05) == 0


def test_one_bad_label_at_the_top_does_not_end_it():
    """That is what the late start is for: a line with 59 labels would fail here."""
    counts = np.arange(59, 400, 10)
    assert fixed_sequence(np.ones_like(counts), counts, risk=0.05) == len(counts) - 1


def test_lines_of_fewer_labels_are_passed_over():
    """A laxer line may deliver another candidate, of which nobody said anything."""
    assert fixed_sequence(np.array([0, 0, 0]), np.array([150, 140, 150]), risk=0.05) == 2


def test_fewer_labels_than_the_start_asks_for_can_do():
    """With 60 flawless ones the last line is tried, and passes; with 58 none can."""
    assert fixed_sequence(np.array([0, 0, 0]), np.array([30, 60, 60]), risk=0.05) == 2
    assert fixed_sequence(np.array([0, 0, 0]), np.array([30, 58, 58]), risk=0.05) is None


@pytest.mark.parametrize("counts", [[], [0], [0, 0, 0]])
def test_without_labels_nothing_is_promised(counts):
    """Never a number by default."""
    bads = np.zeros(len(counts), dtype=int)
    assert fixed_sequence(bads, np.array(counts, dtype=int), risk=0.05) is None
    assert lacking(bads, np.array(counts, dtype=int), risk=0.05) == Lacking(0, 0, 59, None)


@given(lines(), risks)
def test_as_many_as_are_lacking_would_do(pair, risk):
    """With the number that is named, and as few bad ones as it says, there is a line."""
    assume(fixed_sequence(*pair, risk=risk) is None)
    said = lacking(*pair, risk=risk)
    assert fixed_sequence(np.array([0]), np.array([said.flawless]), risk=risk) == 0
    assert (said.realistic is None) == ((said.bad + 0.5) / (said.have + 1) >= risk)
    if said.realistic is not None:
        bad = math.ceil((said.bad + 0.5) / (said.have + 1) * said.realistic - 1e-9)
        assert fixed_sequence(np.array([bad]), np.array([said.realistic]), risk=risk) == 0
        assert said.realistic >= said.flawless


def test_lacking_speaks_of_the_line_that_is_tried_first():
    """Its labels, and the bad ones among them, not those of laxer lines."""
    bads, counts = np.array([0, 4, 40]), np.array([40, 130, 900])
    assert lacking(bads, counts, risk=0.05) == Lacking(130, 4, 59, 577)
    assert lacking(bads * 10, counts * 10, risk=0.05).have == 400


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"bads": np.zeros((1, 2), dtype=int)}, r"bads: expected shape \(lines,\)"),
        ({"counts": np.array([1])}, "bads: expected shape"),
        ({"bads": np.array([0.0, 1.0])}, "bad: expected whole numbers"),
        ({"bads": np.array([5, 9])}, "bad: expected no more than were counted"),
        ({"counts": np.array([-1, 2])}, "count: expected whole numbers"),
        ({"risk": 0.0}, "risk: expected"),
        ({"confidence": 1.0}, "confidence: expected"),
    ],
)
@pytest.mark.parametrize("function", [fixed_sequence, lacking])
def test_what_can_not_be_meant_is_refused(function, changed, said):
    """By its name, and by both functions alike."""
    right = {"bads": np.array([0, 1]), "counts": np.array([2, 4]), "risk": 0.1}
    with pytest.raises(ValueError, match=said):
        function(**(right | changed))
