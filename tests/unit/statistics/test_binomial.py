"""What a count tells of a share is exact: SciPy and MAPIE say the same, and the table is known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapie.risk_control.methods import compute_hoeffding_bentkus_p_value
from scipy import stats

from selector.statistics import binomial

counts = st.integers(0, 3000)
risks = st.sampled_from([0.001, 0.005, 0.01, 0.02, 0.05, 0.3, 0.5, 0.97])
confidences = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])


def mapies(share, count, risk):
    """MAPIE's p-value of a share that was seen."""
    found = compute_hoeffding_bentkus_p_value(np.array([share]), count, risk, binary=True)
    return float(np.squeeze(found))


@st.composite
def seen(draw):
    """How many were bad, of how many."""
    count = draw(counts)
    return draw(st.integers(0, count)), count


@given(seen(), risks)
def test_the_p_value_is_that_of_scipy(pair, risk):
    """The probability of so few bad ones or fewer."""
    bad, count = pair
    expected = stats.binom.cdf(bad, count, risk) if count else 1.0
    assert binomial.p_value(bad, count, risk) == pytest.approx(expected, rel=1e-9)


@given(seen(), risks)
def test_it_promises_no_less_than_mapie(pair, risk):
    """MAPIE's p-value of the same labels is never smaller: what is exact wastes none."""
    bad, count = pair
    if count:
        ours = binomial.p_value(bad, count, risk)
        assert ours <= mapies(bad / count, count, risk) * (1 + 1e-9)


def test_mapie_sees_a_bad_one_that_is_not_there():
    """One of a hundred is one: floating point must not make it two."""
    assert mapies(1 - 99 / 100, 100, 0.03) == pytest.approx(0.398, abs=5e-4)
    assert binomial.p_value(1, 100, 0.03) == pytest.approx(0.195, abs=5e-4)


@given(seen(), confidences)
def test_limits_are_those_of_clopper_and_pearson(pair, confidence):
    """As SciPy has them, on one side and on both."""
    bad, count = pair
    if not count:
        assert (binomial.upper_limit(0, 0, confidence), *binomial.interval(0, 0)) == (1, 0, 1)
        return
    test = stats.binomtest(bad, count, alternative="less")
    upper = test.proportion_ci(confidence, method="exact").high
    assert binomial.upper_limit(bad, count, confidence) == pytest.approx(upper, rel=1e-8)
    both = stats.binomtest(bad, count).proportion_ci(confidence, method="exact")
    assert binomial.interval(bad, count, confidence) == pytest.approx(
        (both.low, both.high), abs=1e-9
    )


@given(seen(), risks, confidences)
def test_test_and_limit_say_the_same(pair, risk, confidence):
    """The p-value is small enough exactly where the limit is at most the risk."""
    limit = binomial.upper_limit(*pair, confidence)
    if not math.isclose(limit, risk, rel_tol=1e-9):
        small = binomial.p_value(*pair, risk) <= 1 - confidence
        assert small == (limit <= risk)


@given(seen(), risks, confidences)
def test_more_bad_ones_tell_of_more_and_more_good_ones_of_less(pair, risk, confidence):
    """p-value and limit rise with the bad ones and fall with what was counted."""
    bad, count = pair
    bads, totals = np.array([bad, bad + 1, bad]), np.array([count, count + 1, count + 1])
    for said in (
        binomial.p_value(bads, totals, risk),
        binomial.upper_limit(bads, totals, confidence),
    ):
        once, one_bad_more, one_good_more = said
        assert one_good_more <= once <= one_bad_more


@pytest.mark.parametrize(
    ("risk", "table"),
    [
        (0.005, {0: 598, 1: 947, 2: 1258, 3: 1549}),
        (0.01, {0: 299, 1: 473, 2: 628, 3: 773, 5: 1049, 10: 1693}),
        (0.02, {0: 149, 1: 236, 2: 313, 3: 386, 5: 523, 10: 845}),
        (0.05, {0: 59, 1: 93, 2: 124, 3: 153, 5: 208, 10: 336}),
    ],
)
def test_how_many_labels_a_promise_takes(risk, table):
    """The published table, for 95 %."""
    assert {bad: binomial.needed(bad, risk) for bad in table} == table


@given(st.integers(0, 60), risks, confidences)
def test_needed_is_the_fewest(bad, risk, confidence):
    """So many do, and one less does not."""
    count = binomial.needed(bad, risk, confidence)
    assert binomial.p_value(bad, count, risk) <= 1 - confidence
    if count > max(bad, 1):
        assert binomial.p_value(bad, count - 1, risk) > 1 - confidence


@given(st.floats(0, 0.9), risks)
def test_needed_at_a_share_holds_for_that_share(share, risk):
    """Of so many the share makes no more bad ones than may be; at the risk itself none do."""
    found = binomial.needed_at(share * risk, risk)
    bad = math.ceil(share * risk * found - 1e-9)
    assert binomial.p_value(bad, found, risk) <= 0.05
    assert binomial.needed_at(risk, risk) is None


@pytest.mark.parametrize("share", [0.0, 0.001, 0.005, 0.01, 0.015])
def test_needed_at_a_share_is_the_fewest(share):
    """No smaller number of labels, with its bad ones rounded up, says "at most 2 %"."""
    found = binomial.needed_at(share, 0.02)
    fewer = np.arange(1, found)
    bad = np.ceil(share * fewer - 1e-9).astype(int)
    assert (binomial.p_value(bad, fewer, 0.02) > 0.05).all()


def test_a_share_hardly_below_the_risk_is_out_of_reach():
    """Nobody counts so many; that is said instead of a number."""
    assert binomial.needed_at(0.0199999, 0.02) is None
    with pytest.raises(ValueError, match="risk: expected one that can be counted"):
        binomial.needed(0, 1e-12)


def test_whole_arrays_are_told_at_once():
    """The shape is that of the counts together."""
    bad, count = np.array([[0], [1]]), np.array([149, 236, 313])
    assert binomial.p_value(bad, count, 0.02).shape == (2, 3)
    assert binomial.upper_limit(bad, count, 0.95)[1, 1] == pytest.approx(0.02, abs=1e-4)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: binomial.p_value(2, 1, 0.1), "bad: expected no more than were counted"),
        (lambda: binomial.p_value(-1, 1, 0.1), "bad: expected whole numbers"),
        (lambda: binomial.p_value(0.5, 1, 0.1), "bad: expected whole numbers"),
        (lambda: binomial.p_value(0, 100 * 0.29, 0.1), "count: expected whole numbers"),
        (lambda: binomial.p_value(0, 1, 0), "risk: expected a number above 0 and below 1"),
        (lambda: binomial.p_value(0, 1, math.nan), "risk: expected"),
        (lambda: binomial.upper_limit(0, 1, 1), "confidence: expected"),
        (lambda: binomial.interval(0, 1, 0), "confidence: expected"),
        (lambda: binomial.needed(-1, 0.1), "bad: expected whole numbers"),
        (lambda: binomial.needed(0, 1.0), "risk: expected"),
        (lambda: binomial.needed(0, 0.1, 1.0), "confidence: expected"),
        (lambda: binomial.needed_at(-0.1, 0.1), "share: expected a number from 0 to 1"),
        (lambda: binomial.needed_at(0.1, 0.0), "risk: expected"),
        (lambda: binomial.needed_at(0.1, 0.2, 1.0), "confidence: expected"),
    ],
)
def test_what_can_not_be_meant_is_refused(call, said):
    """By its name: a share times a count is no count."""
    with pytest.raises(ValueError, match=said):
        call()
