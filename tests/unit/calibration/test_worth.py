"""What candidates are worth, by the mean of what people said."""

from itertools import permutations

import numpy as np
import pytest

from selector.calibration.assess import assess
from selector.calibration.assessment import Asked
from selector.calibration.sample import Sample
from selector.calibration.worth import worths
from selector.errors import CalibrationError
from selector.labels import Label, Rating

STEPS = (1.1, 2.3, 4.7)


def test_equal_ratings_in_another_order_are_equal_worth():
    """Which of three people said what makes nobody better, not by the last digit either."""
    labels = [
        Label("p", who, Rating(str(at), step), "quality")
        for at, steps in enumerate(permutations(STEPS))
        for who, step in zip("abc", steps, strict=True)
    ]
    found = worths(labels, "quality").worth
    assert len(found) == 6
    assert len(set(found.values())) == 1


def test_no_efficiency_comes_of_rounding():
    """Requests whose candidates are worth the same have nothing to be captured."""
    dice = np.random.default_rng(0)
    labels = [
        Label(f"p{request}", who, Rating(f"c{place}", float(step)), "quality")
        for request in range(30)
        for place in range(4)
        for who, step in zip("abc", dice.permutation(STEPS), strict=True)
    ]
    worth = worths(labels, "quality").worth
    requests, candidates = zip(*worth, strict=True)
    noise = {"m": dice.random(len(worth))}
    made = Sample(requests, candidates, noise, np.array([*worth.values()]), ())
    with pytest.raises(CalibrationError, match="worth the same"):
        assess(made, Asked(good_from=None))
