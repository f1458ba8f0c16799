"""Audited requests are held against the promise, by several machines, for good."""

import threading
from dataclasses import replace

import pytest

from selector import predicting
from selector.errors import JournalError
from selector.journal import Event, Journal
from selector.policy.plan import Regret
from selector.predicting.basis import basis
from selector.statistics import start, update


def last(journal, plan, writer):
    return journal.latest("regret", plan.prediction.basis)[writer]


def test_each_loss_is_one_more_bet(journal, saves):
    """A writer's last value is the wealth after all that it saw, in the order of seeing it."""
    wealth = start(0.05)
    for loss in (0.0, 0.3, 1.0, 0.02):
        predicting.observe(journal, saves, loss, writer="a")
        wealth = update(wealth, loss)
    assert last(journal, saves, "a") == wealth.value
    (*_, event) = journal.events("regret", saves.prediction.basis)
    assert (event.body["loss"], event.body["seen"]) == (0.02, 4)


def test_a_process_that_starts_again_goes_on(tmp_path, saves):
    """The machine is the writer: what its earlier processes saw is not lost."""
    wealth = start(0.05)
    for _ in range(3):
        with Journal(tmp_path / "j.sqlite") as journal:
            predicting.observe(journal, saves, 0.5)
        wealth = update(wealth, 0.5)
    with Journal(tmp_path / "j.sqlite") as journal:
        assert list(journal.latest("regret", saves.prediction.basis).values()) == [wealth.value]


def test_no_loss_is_overlooked_where_several_see_one_at_once(tmp_path, saves):
    """Threads with journals of their own, as processes of one machine have: each bet follows the last."""

    def see() -> None:
        with Journal(tmp_path / "j.sqlite") as journal:
            for _ in range(5):
                predicting.observe(journal, saves, 0.5, writer="a")

    threads = [threading.Thread(target=see) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wealth = start(0.05)
    for _ in range(20):
        wealth = update(wealth, 0.5)
    with Journal(tmp_path / "j.sqlite") as journal:
        assert last(journal, saves, "a") == wealth.value


def until_broken(journal, plan, loss, most=100):
    for seen in range(1, most + 1):
        predicting.observe(journal, plan, loss, writer="a")
        if predicting.is_broken(journal, plan):
            return seen
    return None


def test_a_promise_that_is_kept_is_not_broken(journal, saves):
    """Losing half of what may be lost, again and again, proves nothing."""
    assert not predicting.is_broken(journal, saves)
    assert until_broken(journal, saves, 0.025) is None


def test_a_promise_that_is_not_kept_is_broken_soon(journal, saves):
    """Losing all each time takes a handful of requests; more where one must be surer."""
    sure = replace(saves, regret=Regret(0.05, confidence=0.9999))
    assert until_broken(journal, saves, 1.0) < 6
    assert not predicting.is_broken(journal, sure)


def test_it_stays_broken_whatever_is_seen_after_it(journal, saves):
    """Another machine that did not hear of it may see good ones, which mend nothing."""
    until_broken(journal, saves, 1.0)
    for writer in ("b", "c", "d"):
        for _ in range(30):
            predicting.observe(journal, saves, 0.0, writer=writer)
    assert sum(journal.latest("regret", saves.prediction.basis).values()) / 4 < 20
    assert predicting.is_broken(journal, saves)
    assert len(journal.events("regret broken", saves.prediction.basis)) == 1


def test_machines_are_heard_together(journal, saves):
    """What one saw is weighed with what the others saw: the mean of their evidence counts."""
    never = replace(saves, regret=Regret(0.05, confidence=1 - 1e-9))
    for writer, loss in (("a", 1.0), ("b", 0.0)):
        for _ in range(3):
            predicting.observe(journal, never, loss, writer=writer)
    values = journal.latest("regret", saves.prediction.basis)
    confidence = 1 - 2 / (values["a"] + values["b"])
    for sure, broken in ((confidence - 0.01, True), (confidence + 0.01, False)):
        assert predicting.is_broken(journal, replace(saves, regret=Regret(0.05, sure))) == broken


def test_a_broken_promise_is_not_used_and_said_to_be(journal, plan, saves, caplog):
    """Until another is chosen: that has a promise of its own to keep."""
    predicting.keep(journal, plan, saves.prediction)
    until_broken(journal, saves, 1.0)
    found = predicting.choice(journal, plan)
    assert (found.prediction, found.broken) == (None, True)
    assert predicting.stored(journal, plan) is None
    assert "audited requests lost more than it promises" in caplog.text
    assert caplog.records[-1].levelname == "ERROR"
    lax = replace(plan, regret=Regret(0.05), parallelism=2)
    line = replace(saves.prediction, basis="")
    predicting.keep(journal, lax, replace(line, basis=basis(lax, line)))
    assert predicting.stored(journal, lax) is not None


@pytest.mark.parametrize("body", [None, {}, {"risk": 0.05, "seen": 1, "staked": "much"}])
def test_a_bet_that_makes_no_sense_is_an_error(journal, saves, body):
    """To begin anew would forget what was seen."""
    journal.record(Event("regret", saves.prediction.basis, "a", 1.0, body))
    with pytest.raises(JournalError, match="damaged"):
        predicting.observe(journal, saves, 0.0, writer="a")


def test_what_promises_nothing_is_not_watched(journal, plan, saves):
    """Exact plans, and prices, which promise nothing."""
    for one in (plan, replace(saves, regret=None)):
        predicting.observe(journal, one, 1.0, writer="a")
        assert not predicting.is_broken(journal, one)
    assert journal.latest("regret", saves.prediction.basis) == {}
