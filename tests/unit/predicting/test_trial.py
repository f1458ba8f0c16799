"""What a choice would have done to measured requests."""

from dataclasses import replace

import pytest

from selector import predicting
from selector.predicting.whole import again, lost, whole


def test_it_counts_what_deciding_again_asks_for(plan, saves, measured):
    """Calls of the dear measure a request: with the choice, exactly, and of everything."""
    some = measured[:10]
    wholes = [whole(plan, selection) for _, selection in some]

    def calls(a_plan):
        tables = [again(a_plan, one).table for one in wholes]
        return sum("vlm.value" in row for table in tables for row in table.values()) / 10

    tried = predicting.trial(saves, some)
    assert (tried.requests, tried.whole) == (10, 6)
    assert (tried.calls, tried.exact) == (calls(saves), calls(plan))
    losses = [
        predicting.loss(one, again(saves, one).decision, saves.prediction.gain) for one in wholes
    ]
    assert tried.loss == pytest.approx(sum(losses) / 10)


def test_without_a_limit_nothing_is_lost_nor_saved(saves, measured):
    """A choice that credits everything is exact."""
    careful = replace(saves, prediction=replace(saves.prediction, offset=1e9))
    tried = predicting.trial(careful, measured[:10])
    assert (tried.loss, tried.calls) == (0.0, tried.exact)


def test_only_requests_that_it_holds_for_count(saves, measured):
    """Without any there is nothing to tell; nor without a choice."""
    elsewhere = replace(saves, prediction=replace(saves.prediction, fewest=7, most=9))
    assert predicting.trial(elsewhere, measured) is None
    assert predicting.trial(saves, []) is None
    assert predicting.trial(replace(saves, prediction=None), measured) is None


def test_what_is_lost_is_not_cut_off(saves, measured):
    """A choice that asks for hardly anything loses what it loses, also more than the average gain."""
    trusting = replace(saves, prediction=replace(saves.prediction, offset=-1.0, gain=0.01))
    wholes = [whole(trusting, selection) for _, selection in measured[:10]]
    told = [lost(one, again(trusting, one).decision, 0.01) for one in wholes]
    assert max(told) > 1
    assert predicting.trial(trusting, measured[:10]).loss == pytest.approx(sum(told) / 10)
