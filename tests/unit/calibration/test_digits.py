"""Six digits change no order, and are what a file holds."""

import numpy as np
import yaml
from hypothesis import given
from hypothesis import strategies as st

from selector.calibration.digits import rounded

numbers = st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=30)


@given(numbers)
def test_what_rises_never_falls_after_rounding(values):
    """And no number moves by more than half of its sixth digit."""
    values = np.sort(values)
    short = rounded(values)
    assert (np.diff(short) >= 0).all()
    assert (np.abs(short - values) <= 5.1e-6 * np.abs(values)).all()


@given(numbers)
def test_it_survives_a_file(values):
    """Written and read again it is the same number, and rounding again changes nothing."""
    short = rounded(values)
    assert yaml.safe_load(yaml.safe_dump(short.tolist())) == short.tolist()
    assert (rounded(short) == short).all()


def test_any_shape_keeps_it():
    """One number, too."""
    assert rounded(1 / 3) == 0.333333
    assert rounded(np.ones((2, 3))).shape == (2, 3)
