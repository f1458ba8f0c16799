"""What a request took and what it saved, counted against measuring everything."""

import json
import threading

import pytest

from asking import png
from selector import Candidate, Selection, Selector, select
from told import ids

WIDTH = 'return [{"value": Score(one.image.size[0] * 7 % 31 / 31)} for one in subjects]'
OTHER = 'return [{"value": Score(one.image.size[0] * 11 % 29 / 29)} for one in subjects]'
SIDE = {"of": "filters.resolution.short_side", "scale": {"ends": [60, 80]}, "weight": 2}
NEAR = {"by": "filters.near_duplicates", "within": 3}
PICTURES = [
    *(Candidate(png(60 + at, at), id=f"c{at}") for at in range(12)),
    Candidate(png(65, 5), id="copy"),
    Candidate(b"no picture", id="broken"),
]


def methods(one: str, other: str) -> dict[str, dict]:
    """Return a policy of each method, by two measures of which the second is dear."""
    terms = [SIDE, {"of": one}, {"of": other}]
    steps = [{"of": one, "eps": 0.3}, {"of": other}]
    floor = {"on": other, "reject_below": 0.4}
    axes = [{"of": one}, {"of": "filters.blank.structure"}]
    return {
        "weighted_sum": {"method": {"weighted_sum": terms}},
        "gated": {"method": {"weighted_sum": terms[:2]}, "gates": [floor]},
        "lexicographic": {"method": {"lexicographic": steps}},
        "constrained": {
            "method": {"constrained": {"objective": terms[:2], "constraints": [floor]}}
        },
        "pareto": {"method": {"pareto": {"objectives": axes, "pick": terms}}},
        "distinct": {"method": {"weighted_sum": terms}, "distinct": NEAR},
        "empty": {"method": {"weighted_sum": terms}, "cut": {"of": "quality", "reject_below": 1}},
    }


@pytest.fixture
def policies(written):
    return methods(written(WIDTH), written(OTHER, cost=1.0))


def both(policy: dict, **cascade) -> tuple[Selection, Selection]:
    """Return a request decided lazily, and with everything measured."""
    named = {"name": "p", "version": 1} | policy
    lazy = select("p", PICTURES, named | {"cascade": {"audit": 0} | cascade})
    return lazy, select("p", PICTURES, named | {"cascade": {"mode": "exhaustive"}})


@pytest.mark.parametrize("parallelism", [1, 2, 8])
@pytest.mark.parametrize("kind", list(methods("a", "b")))
def test_calls_and_saved_calls_are_the_calls_of_measuring_everything(policies, kind, parallelism):
    """For each measure, whatever ranks; and the verdicts are those of measuring everything."""
    lazy, whole = both(policies[kind], parallelism=parallelism)
    for name in lazy.plan.instances:
        told = lazy.cost.get(name, 0) + lazy.spent.saved[name]
        assert told == whole.cost.get(name, 0), name
    assert not any(whole.spent.saved.values())
    assert sum(lazy.spent.saved.values()) > 0
    assert lazy.decision.verdicts == whole.decision.verdicts
    assert (ids(lazy.accepted), ids(lazy.review)) == (ids(whole.accepted), ids(whole.review))
    assert lazy.answer == whole.answer


def by_prints(selection: Selection, of) -> dict[str, int]:
    """Return counts by instance as counts by what they measure."""
    found: dict[str, int] = {}
    for name, instance in selection.plan.instances.items():
        found[instance.fingerprint] = found.get(instance.fingerprint, 0) + of.get(name, 0)
    return found


@pytest.mark.parametrize("first", ["a", "b"])
@pytest.mark.parametrize("deliver", [1, 2, "all"])
def test_twins_are_measured_once_and_saved_once(written, first, deliver):
    """Two names for the same numbers are one measure, whichever of them was asked of whom."""
    path = written(WIDTH)
    other = "b" if first == "a" else "a"
    side = {"of": SIDE["of"], "scale": SIDE["scale"], "eps": 3}
    policy = {
        "measures": {name: {"use": path} for name in ("a", "b")},
        "gates": [{"on": first, "reject_below": 0.6}],
        "method": {"lexicographic": [side, {"of": other}]},
        "deliver": deliver,
    }
    lazy, whole = both(policy, parallelism=1)
    spent, saved = by_prints(lazy, lazy.cost), by_prints(lazy, lazy.spent.saved)
    assert {one: spent[one] + saved[one] for one in spent} == by_prints(whole, whole.cost)


def test_a_set_is_saved_as_a_whole_or_not_at_all(policies):
    """Who tells duplicates apart is asked of all that could be delivered, or of nobody."""
    lazy, whole = both(policies["distinct"] | {"deliver": 2})
    assert lazy.cost["filters.near_duplicates"] == whole.cost["filters.near_duplicates"] == 12
    assert lazy.spent.saved["filters.near_duplicates"] == 0
    lazy, _ = both(policies["distinct"] | {"deliver": 1})
    assert "filters.near_duplicates" not in lazy.cost
    assert lazy.spent.saved["filters.near_duplicates"] == 12


def test_rounds_tell_what_was_asked_one_after_the_other(policies):
    """As many as were waited for, and in them each call that was spent, on whom."""
    lazy, _ = both(policies["weighted_sum"])
    assert lazy.spent.rounds == len(lazy.rounds) > 1
    asked: dict[str, set[str]] = {}
    for one in lazy.rounds:
        for ask in one:
            asked.setdefault(ask.instance, set()).update(ask.candidates)
    assert {name: len(of) for name, of in asked.items()} == lazy.cost
    for name, of in asked.items():
        keys = [key for key in lazy.outcomes["c0"] if key.startswith(f"{name}.")]
        known = {one for one, row in lazy.outcomes.items() if row[keys[0]].kind != "not_evaluated"}
        assert known == of


def test_measuring_more_at_once_takes_fewer_rounds_and_more_calls(policies):
    """One at a time is cheapest, eight at a time answers soonest."""
    one, _ = both(policies["weighted_sum"], parallelism=1)
    eight, _ = both(policies["weighted_sum"], parallelism=8)
    assert one.spent.rounds > eight.spent.rounds
    assert sum(one.cost.values()) < sum(eight.cost.values())


def test_a_selection_keeps_what_it_spent_through_json(policies):
    """Rounds and saved calls, audited or not, are there again; who was asked when is not kept."""
    lazy, _ = both(policies["weighted_sum"])
    audited, _ = both(policies["weighted_sum"], audit=1)
    for one in (lazy, audited):
        again = Selection.from_dict(json.loads(json.dumps(one.to_dict())))
        assert again == one
        assert again.spent == one.spent
        assert (again.spent.rounds, again.spent.saved) == (one.spent.rounds, one.spent.saved)
        assert again.audited == one.audited
        assert again.rounds == ()
        assert again.decision.at_most == one.decision.at_most != {}
    assert audited.audited


ADDED = {"audited", "rounds", "saved", "at_most"}


def test_a_selection_from_before_there_were_rounds_is_read(policies):
    """What it does not say is nothing: no rounds, nothing saved, not audited, no bounds."""
    lazy, whole = both(policies["weighted_sum"])

    def older(data):
        if isinstance(data, dict):
            return {key: older(each) for key, each in data.items() if key not in ADDED}
        return [older(each) for each in data] if isinstance(data, list) else data

    again = Selection.from_dict(older(json.loads(whole.to_json())))
    assert again == whole
    assert (again.spent.rounds, again.spent.saved, again.audited) == (0, {}, False)
    assert Selection.from_dict(older(json.loads(lazy.to_json()))).decision.at_most == {}


def test_many_threads_decide_and_spend_as_one_does(policies, tmp_path):
    """One Selector, sixteen threads and a journal: each request gets what it would alone."""
    policy = {"name": "p", "version": 1, "cascade": {"audit": 0}} | policies["weighted_sum"]
    requests = [[png(60 + (at + more) % 9, at) for more in range(5)] for at in range(16)]
    with Selector(policy, journal=tmp_path / "alone.sqlite") as selector:
        alone = [selector.select("p", one) for one in requests]
    found: dict[int, Selection] = {}
    with Selector(policy, journal=tmp_path / "together.sqlite") as selector:
        waiting = threading.Barrier(len(requests))

        def work(at: int) -> None:
            waiting.wait()
            found[at] = selector.select("p", requests[at])

        threads = [threading.Thread(target=work, args=(at,)) for at in range(len(requests))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for at, one in enumerate(alone):
        assert found[at].decision == one.decision
        assert (found[at].cost, found[at].rounds) == (one.cost, one.rounds)
