"""Selectors that save more than exactness allows: by what their journal chose, while that holds."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from selector import Candidate, Selector, predicting, select
from selector.engine import saving
from selector.errors import JournalError
from selector.journal import Event, Journal
from selector.types import Score

FIRST, RANGE = 20, 100  # a picture of 20 + 100 s pixels scores s: by its width, or by its height
CHEAP = f"return [{{'value': Score((one.image.size[0] - {FIRST}) / {RANGE})}} for one in subjects]"
DEAR = f"return [{{'value': Score((one.image.size[1] - {FIRST}) / {RANGE})}} for one in subjects]"
COUNT = 6
SAVES = {"regret": 0.1, "audit": 1}
PRICES = {"value_of_quality": 5.0, "price_of_call": 0.005, "audit": 1}


def scores(seed, *, agree=0.9, count=COUNT):
    """Return a cheap and a dear score for each candidate of a request; they agree so far."""
    rng = np.random.default_rng(seed)
    cheap, other = rng.random((2, count))
    dear = agree * cheap + (1 - abs(agree)) * other if agree >= 0 else 1 - cheap
    return [tuple(np.round(pair, 2)) for pair in zip(cheap, dear, strict=True)]


def pictures(pairs, **metadata):
    made = []
    for at, (cheap, dear) in enumerate(pairs):
        size = FIRST + round(RANGE * cheap), FIRST + round(RANGE * dear)
        made.append(Candidate(Image.new("RGB", size, (at, 0, 0)), f"c{at}", metadata))
    return made


@pytest.fixture
def policy(written):
    """Give a maker of policies: a dear measure weighs twice what a cheap one does."""
    cheap, dear = written(CHEAP, cost=0.001), written(DEAR, cost=1.0)
    terms = [{"of": cheap, "weight": 1}, {"of": dear, "weight": 2}]

    def make(cascade=SAVES, **rest):
        method = {"weighted_sum": terms}
        return {"name": "p", "version": 1, "method": method, "cascade": cascade, **rest}

    make.dear = dear
    return make


@pytest.fixture
def journal(tmp_path):
    with Journal(tmp_path / "j.sqlite") as opened:
        yield opened


def choose(policy, journal, *, count=60, agree=0.9, seed=1000):
    """Choose from made-up requests of which all is known, and keep it."""
    with Selector(policy, journal=journal) as selector:
        plan = replace(selector.plan, prediction=None)
        template = selector.select("p", pictures(scores(0)))
    cheap, dear = (f"{term.of.key}" for term in plan.terms)
    known = []
    for at in range(count):
        pairs = scores(seed + at, agree=agree)
        rows = {f"c{n}": {cheap: Score(a), dear: Score(b)} for n, (a, b) in enumerate(pairs)}
        known.append((plan, replace(template, request_id=str(at), outcomes=rows)))
    found = predicting.fit(plan, known)
    predicting.keep(journal, plan, found)
    return found


def dear_calls(policy, selection):
    return selection.cost.get(policy.dear, 0)


@pytest.mark.parametrize("cascade", [SAVES, PRICES])
@pytest.mark.parametrize("nowhere", [None, False])
def test_there_must_be_a_journal(policy, cascade, nowhere, monkeypatch, tmp_path):
    """Also where somebody says that none is wanted: what is chosen comes from there."""
    monkeypatch.delenv("SELECTOR_JOURNAL", raising=False)
    with pytest.raises(JournalError, match="requires a journal"):
        Selector(policy(cascade), journal=nowhere)
    if nowhere is None:
        monkeypatch.setenv("SELECTOR_JOURNAL", str(tmp_path / "j.sqlite"))
        with Selector(policy(cascade)) as selector:
            assert selector.plan.prediction is None


def test_before_anything_is_chosen_it_is_exact(policy, journal, caplog):
    """A new policy decides as an exact one does, calls and all, and nobody is warned."""
    for seed in range(5):
        given = pictures(scores(seed))
        saves = select("p", given, policy(), journal=journal)
        exact = select("p", given, policy({"audit": 0}))
        assert saves.plan.prediction is None
        assert (saves.decision, saves.cost) == (exact.decision, exact.cost)
    assert not caplog.text


def test_from_measured_requests_to_fewer_calls(policy, journal):
    """The whole way: audited requests, what is chosen from them, requests that ask for less.

    Also where the journal has learned by then that the dear measure takes no time, as in this test:
    what a choice promises, it promises in the order in which it was tried.
    """
    with Selector(policy(), journal=journal) as selector:
        for seed in range(45):
            selector.select("p", pictures(scores(seed)))
        plan = selector.plan
    found = predicting.fit(plan, journal.measured_whole(plan.policy_hash, 100))
    predicting.keep(journal, plan, found)
    saved, exact = 0, 0
    with Selector(policy(), journal=journal) as selector:
        assert selector.plan.prediction == found
        for seed in range(100, 130):
            given = pictures(scores(seed))
            selection = selector.select("p", given)
            assert selection.plan_hash == selector.plan.hash
            assert journal.read(selection.request_id) == (selector.plan, selection)
            saved += dear_calls(policy, selection)
            exact += dear_calls(policy, select("p", given, policy({"audit": 0})))
    assert 30 <= saved < exact


def test_a_request_that_the_choice_is_not_for_is_decided_exactly(policy, journal):
    """Another number of candidates, or another generator; the journal keeps both plans."""
    found = choose(policy(), journal)
    assert (found.fewest, found.most, found.generators) == (COUNT, COUNT, ())
    with Selector(policy(), journal=journal) as selector:
        usual = selector.select("p", pictures(scores(1)))
        larger = selector.select("p", pictures(scores(1, count=9)))
    assert usual.plan.prediction == found
    assert larger.plan == replace(selector.plan, prediction=None)
    assert usual.plan_hash != larger.plan_hash
    for one in (usual, larger):
        assert journal.read(one.request_id)[0] == one.plan


def test_another_generator_is_decided_exactly(policy, journal):
    """The choice was made from what one generator made."""
    found = choose(policy(), journal)
    with Selector(policy(), journal=journal) as selector:
        plan = replace(selector.plan, prediction=None)
        narrow = replace(found, generators=("flux",), basis="")
        narrow = replace(narrow, basis=predicting.basis(plan, narrow))
        predicting.keep(journal, plan, narrow)
    with Selector(policy(), journal=journal) as selector:
        flux = selector.select("p", pictures(scores(1), generator="flux"))
        sdxl = selector.select("p", pictures(scores(1), generator="sdxl"))
        nobody = selector.select("p", pictures(scores(1)))
    assert flux.plan.prediction == narrow
    assert sdxl.plan.prediction is nobody.plan.prediction is None


def test_a_choice_for_something_else_is_not_used(policy, journal, caplog):
    """It is said once at the start what changed, not with every request."""
    choose(policy(), journal)
    other = policy(SAVES | {"parallelism": 4})
    with Selector(other, journal=journal) as selector:
        selections = [selector.select("p", pictures(scores(seed))) for seed in range(3)]
    assert all(one.plan.prediction is None for one in selections)
    assert caplog.text.count("parallelism (2, now 4)") == 1


def test_a_running_selector_takes_up_a_new_choice(policy, journal, monkeypatch):
    """It looks once a minute, after a request: the next is decided by what it found."""
    given = pictures(scores(1))
    with Selector(policy(), journal=journal) as selector:
        found = choose(policy(), journal)
        soon = [selector.select("p", given).plan.prediction for _ in range(2)]
        monkeypatch.setattr(saving, "LOOK_S", 0.0)
        later = [selector.select("p", given).plan.prediction for _ in range(2)]
    assert (soon, later) == ([None, None], [None, found])


def test_a_promise_that_is_kept_goes_on(policy, journal):
    """Requests like those that it was chosen from never prove it broken; each audit is a bet."""
    found = choose(policy(), journal)
    with Selector(policy(), journal=journal) as selector:
        for seed in range(40):
            assert selector.select("p", pictures(scores(seed))).plan.prediction == found
    assert len(journal.events("regret", found.basis)) == 40


def test_who_sees_it_break_measures_exactly_at_once(policy, journal):
    """After each audit of its own it looks, not only once a minute."""
    choose(policy(), journal)
    with Selector(policy(), journal=journal) as selector:
        for seed in range(60):
            selector.select("p", pictures(scores(seed, agree=-1)))
            if predicting.choice(journal, replace(selector.plan, prediction=None)).broken:
                break
        assert selector.plan.prediction is None


def test_a_promise_that_breaks_ends_it_everywhere(policy, journal, caplog, monkeypatch):
    """Once the dear measure says the opposite, two selectors measure exactly again, soon, for good.

    It is an error in the log of each, once; and a new choice makes a new beginning.
    """
    found = choose(policy(), journal)
    monkeypatch.setattr(saving, "LOOK_S", 0.0)
    with Selector(policy(), journal=journal) as one, Selector(policy(), journal=journal) as two:
        predicting.observe(journal, one.plan, 0.05, writer="another machine")
        for seed in range(60):
            turn = (one, two)[seed % 2].select("p", pictures(scores(seed, agree=-1)))
            if turn.plan.prediction is None:
                break
        assert 5 < seed < 59
        for selector in (one, two, one, two):
            exact = selector.select("p", pictures(scores(1, agree=-1)))
            assert exact.plan.prediction is None
            assert (
                exact.decision.verdicts
                == select(
                    "p", pictures(scores(1, agree=-1)), policy({"mode": "exhaustive"})
                ).decision.verdicts
            )
        assert caplog.text.count("audited requests lost more than it promises") == 2
        # All engines of a journal are one writer: what each has seen adds up.
        assert set(journal.latest("regret", found.basis)) == {"another machine", "engines"}
        with Selector(policy(), journal=journal) as later:
            assert later.plan.prediction is None
        newer = choose(policy(), journal, agree=-1, seed=5000)
        assert newer.basis != found.basis
        turns = [one.select("p", pictures(scores(7, agree=-1))).plan for _ in range(2)]
        assert [plan.prediction for plan in turns] == [None, newer]


def test_a_choice_that_can_not_be_read_is_none(policy, journal, caplog):
    """A damaged one is told; requests go on, exactly."""
    choose(policy(), journal)
    with Selector(policy(), journal=journal) as selector:
        plan = selector.plan
        assert plan.prediction is not None
    journal.record(Event("prediction", plan.policy_hash, "w", 1.0, {"x": 1}))
    with Selector(policy(), journal=journal) as selector:
        selection = selector.select("p", pictures(scores(1)))
    assert selection.plan == replace(plan, prediction=None)
    assert "damaged" in caplog.text


def test_a_bet_that_can_not_be_read_is_told(policy, journal, caplog):
    """The audited request is kept all the same; that nobody watches is an error in the log."""
    found = choose(policy(), journal)
    with Selector(policy(), journal=journal) as selector:
        selector.select("p", pictures(scores(1)))
        (last,) = journal.events("regret", found.basis)
        journal.record(replace(last, body={"x": 1}))
        selection = selector.select("p", pictures(scores(2)))
    assert journal.read(selection.request_id)[1] == selection
    assert "engine.promise_not_watched" in caplog.text


def test_a_journal_that_is_none_is_exact_until_it_must_be_written(policy, tmp_path, caplog):
    """Looking for a choice says what is wrong; the request, which must be kept, is refused."""
    (tmp_path / "j.sqlite").write_text("not a journal")
    with Selector(policy(), journal=tmp_path / "j.sqlite") as selector:
        assert selector.plan.prediction is None
        with pytest.raises(JournalError) as refused:
            selector.select("p", pictures(scores(1)))
    assert refused.value.selection.plan.prediction is None
    assert "not a journal" in caplog.text


def test_prices_choose_too_and_advise(policy, journal):
    """Priced quality asks for less, promises nothing, and says whether more candidates pay."""
    priced = policy(PRICES | {"price_of_candidate": 0.001, "more": 4})
    found = choose(priced, journal)
    dull, bright = [(0.4, 0.4), *[(0.39, 0.4)] * 5], [(1.0, 1.0), *[(0.1, 0.1)] * 5]
    with Selector(priced, journal=journal) as selector:
        assert selector.plan.prediction == found
        more, enough = (selector.select("p", pictures(pairs)) for pairs in (dull, bright))
    assert more.advice == "generate 4 more"
    assert enough.advice is None
    assert journal.read(more.request_id)[1].advice == "generate 4 more"
    assert dear_calls(policy, enough) <= 2
    assert journal.events("regret", found.basis) == []
    dear = policy(PRICES | {"price_of_candidate": 1.0, "more": 4})
    assert select("p", pictures(dull), dear, journal=journal).advice is None


def test_many_threads_get_what_one_gets(policy, journal, monkeypatch):
    """While each of them looks whether the choice still holds."""
    choose(policy(SAVES | {"audit": 0.5}), journal)
    monkeypatch.setattr(saving, "LOOK_S", 0.0)
    together: dict[int, object] = {}
    with Selector(policy(SAVES | {"audit": 0.5}), journal=journal) as selector:
        alone = [selector.select("p", pictures(scores(seed))).decision for seed in range(16)]

        def work(at: int) -> None:
            together[at] = selector.select("p", pictures(scores(at))).decision

        threads = [threading.Thread(target=work, args=(at,)) for at in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [together[at] for at in range(16)] == alone
