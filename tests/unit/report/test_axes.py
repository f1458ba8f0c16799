"""Where bars begin and end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.report.axes import Span, span
from selector.types import Output

SHARE = Output("share", 0, 1, higher_is_better=True)
SHARP = Output("luma squared", 0, 16, higher_is_better=True, usual=(0.0044, 0.14))
SIDE = Output("px", 1, None, higher_is_better=True, usual=(300, 1100))
LOGIT = Output("logit", None, None, higher_is_better=True)


def test_a_bounded_output_has_the_bar_it_declares():
    """A share runs from 0 to 1 where its bounds lie somewhere in the middle."""
    assert span(SHARE, [0.3], [0.1, 0.9]) == Span(0, 1)
    assert span(SHARE, [0.5], [0.5]) == Span(0, 1)


def test_a_hopelessly_wide_range_is_cut_to_what_is_in_use():
    """Sharpness may reach 16; where all happens below 0.2 the bar ends there."""
    found = span(SHARP, [0.05], [0.02, 0.1])
    assert found.low == 0
    assert 0.14 < found.high < 0.2


def test_a_bound_that_would_be_lost_gets_a_logarithmic_bar():
    """A line at a five-hundredth of the bar can be told from its end, and 0 lies at the end."""
    found = span(SHARP, [0.0003, 0.002], [0.0, 0.1])
    assert found.log
    assert found.at(0.0) == 0
    assert 5 < found.at(0.0003) < found.at(0.002) < 70


def test_an_open_range_goes_as_far_as_its_values():
    """Without an end of its own a bar ends behind the largest value, and begins where it may."""
    found = span(SIDE, [256, 512], [96, 2048])
    assert found.low == 1
    assert 2048 < found.high < 2300
    assert span(LOGIT, [], [5.0, 5.0]).at(5.0) == pytest.approx(50)
    assert span(LOGIT, [], []).at(0.5) == pytest.approx(50)


numbers = st.floats(-1e6, 1e6) | st.floats(allow_nan=False, allow_infinity=False)


@given(
    st.sampled_from([SHARE, SHARP, SIDE, LOGIT]),
    st.lists(numbers, max_size=3),
    st.lists(numbers, max_size=4),
    numbers,
    numbers,
)
def test_every_bar_keeps_the_order_of_its_values(output, bounds, values, one, other):
    """Every number has a place from 0 to 100 %, and a larger one never lies to the left."""
    found = span(output, bounds, values)
    low, high = sorted((one, other))
    assert 0 <= found.at(low) <= found.at(high) <= 100
    assert found.at(float("-inf")) == 0
    assert found.at(float("inf")) == 100
