"""The choice is kept, and refused as soon as anything that it depends on is another."""

from dataclasses import replace

import pytest

from selector import predicting
from selector.errors import JournalError
from selector.journal import Event
from selector.policy.plan import Regret, WeightedSum, Worth
from selector.predicting.basis import basis
from selector.types import Cost


def test_the_newest_choice_counts(journal, plan, chosen):
    """It comes back bit for bit, with when it was made; the one before is forgotten."""
    older = replace(chosen, offset=0.123)
    predicting.keep(journal, plan, replace(older, basis=basis(plan, older)))
    predicting.keep(journal, plan, chosen)
    found = predicting.choice(journal, plan)
    (_, newest) = journal.events("prediction", plan.policy_hash)
    assert found == predicting.Choice(chosen, newest.created)
    assert newest.value == chosen.offset
    assert predicting.stored(journal, plan) == chosen
    assert predicting.why_not(journal, plan) == ""


def test_where_nothing_was_chosen_that_is_said(journal, plan, caplog):
    """It is no news for the operator's log: every policy begins so."""
    assert predicting.stored(journal, plan) is None
    assert "selector plan fit" in predicting.why_not(journal, plan)
    assert not caplog.text


def other_print(plan):
    dear = replace(plan.instances["vlm"], fingerprint="a new version")
    return replace(plan, instances={**plan.instances, "vlm": dear})


def other_order(plan):
    first = replace(plan.instances["s4"], cost=Cost(0.0001))
    return replace(plan, instances={**plan.instances, "s4": first})


CHANGES = [
    (other_print, "the measures (vlm)"),
    (other_order, "the order of measuring (another)"),
    (lambda plan: replace(plan, parallelism=4), "parallelism (1, now 4)"),
    (lambda plan: replace(plan, regret=Regret(0.02)), "regret (0.05, now 0.02)"),
    (
        lambda plan: replace(plan, regret=None, worth=Worth(5.0, 0.01)),
        "regret (0.05, now none), value_of_quality (none, now 5), price_of_call (none, now 0.01)",
    ),
]


@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_what_it_depends_on_changed(journal, plan, chosen, change, said, caplog):
    """It is refused, and what changed is told, with what to do: in the log, and where one asks."""
    predicting.keep(journal, plan, chosen)
    changed = change(plan)
    assert predicting.stored(journal, changed) is None
    why = predicting.why_not(journal, changed)
    assert why == f"since it was chosen this changed: {said}. Run `selector plan fit` again."
    assert "predicting.not_used" in caplog.text
    assert predicting.stored(journal, plan) == chosen


@pytest.mark.parametrize(
    "change",
    [
        {"audit": 0.5},
        {"regret": Regret(0.05, confidence=0.99)},
        {"timeout_s": 9.0},
        {"journal": "required"},
    ],
)
def test_what_it_does_not_depend_on(journal, plan, chosen, change):
    """How much is audited, how sure an alarm must be, how long a request may take."""
    predicting.keep(journal, plan, chosen)
    assert predicting.stored(journal, replace(plan, **change)) == chosen


def test_another_policy_has_another_choice(journal, plan, chosen):
    """Who changes weights has nothing chosen yet."""
    predicting.keep(journal, plan, chosen)
    other = replace(plan, policy_hash="other weights", method=WeightedSum(plan.terms[::-1]))
    assert "nothing is chosen yet" in predicting.why_not(journal, other)


def test_a_number_of_it_that_was_changed_by_hand(journal, plan, chosen):
    """The basis is over the choice too."""
    predicting.keep(journal, plan, replace(chosen, offset=-1.0))
    assert "the choice itself" in predicting.why_not(journal, plan)


@pytest.mark.parametrize("body", [None, {}, {"prediction": {"offset": 1}, "of": {}}, ["x"]])
def test_a_choice_that_is_none_is_an_error(journal, plan, body):
    """What another program wrote is said to be damaged, not used and not overlooked."""
    journal.record(Event("prediction", plan.policy_hash, "w", 1.0, body))
    with pytest.raises(JournalError, match="damaged"):
        predicting.stored(journal, plan)


def test_prices_of_candidates_change_no_choice(journal, plan, measured):
    """What more of them cost is weighed anew with every request."""
    priced = replace(plan, regret=None, worth=Worth(5.0, 0.01))
    found = predicting.fit(priced, measured)
    predicting.keep(journal, priced, found)
    more = replace(priced, worth=Worth(5.0, 0.01, 0.04, 8))
    assert predicting.stored(journal, more) == found
    dearer = replace(priced, worth=Worth(5.0, 0.02))
    assert "price_of_call (0.01, now 0.02)" in predicting.why_not(journal, dearer)
