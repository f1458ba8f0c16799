"""The linter on policies whose cut is of the probability, with and without labels."""

import pytest

from calibrated import calibration, factor, term
from linting import BLANK, HANDS, by
from policies import small
from selector.planning import lint, planned

RISING, FALLING = ((0.0, 0.0), (1.0, 1.0)), ((0.0, 1.0), (1.0, 0.0))
OF_BLANK = factor(term(BLANK, RISING))


def rules(policy, *factors) -> list[str]:
    """Return which rules a policy breaks, calibrated with these factors if there are any."""
    made = calibration(policy, probability=list(factors)) if factors else None
    return [one.rule for one in lint(planned(policy, made))]


@pytest.mark.parametrize("factors", [(), (OF_BLANK,)])
def test_a_cut_of_the_probability_rescues_as_any_other(factors):
    """What it rejects may be promoted; one that rejects nobody leaves nobody."""
    cut = {"of": "probability", "reject_below": 0.5}
    assert rules(small(cut=cut, on_empty="review"), *factors) == []
    cut = {"of": "probability", "accept_above": 0.5}
    assert rules(small(cut=cut, on_empty="review"), *factors) == ["idle"]
    assert rules(small(cut={"of": "probability", "reject_below": 0}), *factors) == ["idle"]


def test_a_factor_of_a_defect_alone_guards_it():
    """Nothing makes up for it in a product; in a sum with others something might."""
    policy = small(**by({"of": BLANK}, {"of": HANDS, "if_absent": 0}))
    policy["cut"] = {"of": "probability", "accept_above": 0.5}
    alone, both = factor(term(HANDS, FALLING)), factor(term(BLANK, RISING), term(HANDS, FALLING))
    assert rules(policy, OF_BLANK) == ["masked"]
    assert rules(policy, both) == ["masked"]
    assert rules(policy, OF_BLANK, alone) == []


def test_a_line_above_what_labels_leave_possible_is_told():
    """The best that can be is the product of where the curves end."""
    low = factor(term(BLANK, RISING), curve=((0.0, 0.1), (0.9, 0.9)))
    for line, expected in ((0.81, []), (0.82, ["impossible"]), (1, ["impossible"])):
        policy = small(cut={"of": "probability", "accept_above": line})
        assert rules(policy, low, low) == expected


def test_one_term_ranks_alone_beside_a_cut_of_the_probability():
    """It is weighed against nothing, so that its scale is of no account."""
    wide = {"of": "filters.resolution.short_side", "scale": {"ends": [0, 100000]}}
    cut = {"of": "probability", "accept_above": 0.5}
    assert rules(small(method={"weighted_sum": [wide]}, cut=cut), OF_BLANK) == []


def test_a_scale_that_labels_fitted_is_not_too_wide():
    """It was made from what candidates have."""
    of = "filters.resolution.short_side"
    scale = {"ends": "calibrated", "until_then": [0, 100000]}
    policy = small(method={"weighted_sum": [{"of": of, "scale": scale}, {"of": BLANK}]})
    assert rules(policy) == ["wide-scale"]
    scales = [{"of": of, "knots": ((0, 0), (100000, 1)), "spread": 0.1}]
    assert lint(planned(policy, calibration(policy, scales=scales))) == ()
