"""What a policy that saves more than exactness allows needs beside it."""

import pytest

from policies import small
from selector.errors import PolicyError
from selector.planning import plan_of

PRICES = {"value_of_quality": 5, "price_of_call": 0.01}


@pytest.mark.parametrize("cascade", [{"regret": 0.01}, PRICES])
def test_it_requires_a_journal(cascade):
    """How much can be saved follows from measured requests, which a journal keeps."""
    assert plan_of(small(cascade=cascade)).journal == "required"
    assert plan_of(small(cascade=cascade, journal="required")).journal == "required"
    assert plan_of(small()).journal == "where_set"


@pytest.mark.parametrize("cascade", [{"regret": 0.01}, PRICES])
def test_a_journal_that_may_fail_is_none_to_promise_by(cascade):
    """`best_effort` is told where it stands."""
    with pytest.raises(PolicyError, match="Say 'required', or leave it out"):
        plan_of(small(cascade=cascade, journal="best_effort"))
    assert plan_of(small(journal="best_effort")).journal == "best_effort"


def test_a_promise_that_nobody_watches_is_none():
    """Only audited requests tell whether it is kept; prices promise nothing."""
    with pytest.raises(PolicyError, match="audit: regret is promised"):
        plan_of(small(cascade={"regret": 0.01, "audit": 0}))
    assert plan_of(small(cascade=PRICES | {"audit": 0})).audit == 0
    assert plan_of(small(cascade={"regret": 0.01, "audit": 0.001})).audit == 0.001
