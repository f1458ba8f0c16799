"""Requests of which not everything was measured: what is told of it, and what is not claimed."""

import re
from dataclasses import replace

import pytest

from reports import Read, cards, prescribed, prescribing
from selector import Selection
from selector.policy.plan import Prediction, Regret, Worth
from selector.report import page, small
from selector.report.saving import Calls, calls, places, together
from selector.types import Decision, Reason, Spent

SUM = {
    "weighted_sum": [
        {"of": "a", "weight": 3, "if_absent": 0},
        {"of": "b", "weight": 1, "if_absent": 0},
    ]
}
SAVED = "<dt>Measurements saved</dt><dd>1 of 6</dd>"
ROWS = {"best": (90, 80), "near": (85, 10), "far": (20, 90)}


@pytest.fixture
def lazy(tmp_path, monkeypatch):
    """Decide rows by measures so dear that each is asked of one candidate at a time."""
    monkeypatch.syspath_prepend(tmp_path)
    measure = prescribing(tmp_path)
    file = tmp_path / "prescribed" / "own.py"
    file.write_text(file.read_text().replace("Cost(0.01)", "Cost(5.0)"))

    def decided(rows=ROWS, method=SUM, **rest) -> Selection:
        how = {"audit": 0, "parallelism": 1, **rest.pop("cascade", {})}
        return prescribed(measure, rows, {"method": method, "cascade": how, **rest})

    return decided


def test_a_bound_is_told_as_a_bound_and_drawn_as_one(lazy):
    """No mark stands where nobody knows that the quality is; what was measured has its mark."""
    selection = lazy()
    said = cards(selection)
    assert "Rank 1 Quality 0.875" in said["best"]
    assert "Rank not settled Quality at most 0.400" in said["far"]
    assert (
        "Not needed: enough were found before it; its quality is at most 0.400, "
        "the last one chosen has 0.875." in said["far"]
    )
    assert (
        "Not evaluated, because the answer did not depend on it: \u2068b.value\u2069" in said["far"]
    )
    assert "tie" not in said["far"]
    html = page(selection)
    assert html.count('class="upto" x="0" y="5" width="40.0%"') == 1
    assert "quality, all in all: at most 0.400" in html


def test_what_was_saved_is_counted(lazy):
    """In the head and for each measure, with what it makes of the answer."""
    html = page(lazy())
    head = Read(html).said[0]
    assert SAVED in html
    for name, made, spared in (("a", 3, 0), ("b", 2, 1)):
        assert re.search(
            rf"<code>{name}</code></th>(<td[^>]*>){made}</td>(?:\1){spared}</td>", html
        )
    assert "the verdicts are those of measuring everything" in head
    assert "Audited" not in head


def test_where_nothing_was_saved_nothing_is_claimed(lazy):
    """As where everything is measured, or in records from before anything could be saved."""
    everything = lazy(cascade={"mode": "exhaustive"})
    old = everything.to_dict()
    for key in ("rounds", "saved"):
        del old["spent"][key]
    del old["audited"], old["decision"]["at_most"]
    for selection in (everything, Selection.from_dict(old)):
        head = Read(page(selection)).said[0]
        for word in ("saved", "Not needed", "At most", "verdicts are those"):
            assert word not in head
        assert "Rank 3" in cards(selection)["far"]


def test_an_audit_is_told_and_changes_nothing(lazy):
    """All numbers are there, the quality is still told as the verdict saw it."""
    selection = lazy(cascade={"audit": 1})
    head, said = Read(page(selection)).said[0], cards(selection)
    assert "Auditedall was measured afterwards" in head
    assert "which the verdict never depends on" in head
    assert SAVED in page(selection)
    assert "Not measured" not in said["far"]
    assert "Quality at most 0.400" in said["far"]


def test_a_page_without_a_plan_tells_bounds_too(lazy):
    """A selection that was read from a file has no bars, and no quality that nobody knows."""
    read = Selection.from_json(lazy().to_json())
    assert "Quality at most 0.400" in cards(read)["far"]
    assert "quality at most 0.400" in small(read)
    assert SAVED in page(read)


def test_an_order_that_was_not_asked_for_is_not_told(lazy):
    """Whom the first criterion left behind the second did not tell apart: they have no ranks."""
    steps = {"lexicographic": [{"of": name, "if_absent": 0} for name in "ab"]}
    tied = {"best": (90, 80), "one": (50, 20), "two": (50, 90)}
    said = cards(lazy(tied, method=steps))
    assert "Rank 1" in said["best"]
    for name in ("one", "two"):
        assert "Rank not settled" in said[name]
        assert "Not needed: enough were found before it." in said[name]


CHOICE = Prediction("b", 0.1, (0.0, 0.0), 0.1, 0.0, 0.1, 0.1, 1, 9, (), "basis")


def test_a_prediction_is_not_passed_off_as_exact(lazy):
    """What may be lost is told, or that prices decided."""
    selection = lazy()
    regret = replace(selection.plan, prediction=CHOICE, regret=Regret(0.02))
    worth = replace(selection.plan, prediction=CHOICE, worth=Worth(5.0, 0.1))
    heads = [Read(page(replace(selection, plan=plan))).said[0] for plan in (regret, worth)]
    assert all("\u2068b\u2069 was only asked where" in head for head in heads)
    assert not any("those of measuring everything" in head for head in heads)
    assert "at most 2 % of what the best" in heads[0]
    said = cards(replace(selection, plan=regret))["far"]
    assert "Not evaluated, because the answer was not expected to depend on it: " in said
    assert "worth its price" in heads[1]


@pytest.mark.parametrize(
    ("advice", "said"),
    [
        ("regenerate", "The policy advises to generate new candidates."),
        ("generate 4 more", "The policy advises: generate 4 more; that is worth its price."),
        (None, ""),
    ],
)
def test_advice_is_told(lazy, advice, said):
    """On the page and in a notebook; where there is none, nothing is advised."""
    selection = lazy()
    changed = replace(selection, decision=replace(selection.decision, advice=advice))
    for html in (page(changed), small(changed)):
        assert said in html
        assert ("advises" in html) is bool(said)


def test_calls_are_counted_by_instance_the_dearest_saving_first(lazy):
    """What costs most comes first; a plan that is not known leaves the order of the record."""
    selection = replace(lazy(), spent=Spent(calls={"a": 3, "b": 1}, saved={"a": 0, "b": 2}))
    assert calls(selection) == (Calls("b", 1, 2), Calls("a", 3, 0))
    assert calls(replace(selection, plan=None)) == (Calls("a", 3, 0), Calls("b", 1, 2))
    total = together(calls(selection))
    assert (total.made, total.saved, total.every, total.words) == (4, 2, 6, "2 of 6")
    assert calls(replace(selection, spent=Spent(calls={"a": 3}))) == ()


def placed(at_most=(), **reasons) -> dict[str, int]:
    names = tuple(reasons)
    verdicts = {one: "reject" if reasons[one] else "accept" for one in names}
    bounds = dict.fromkeys(at_most, 0.5)
    return places(Decision(names, verdicts, reasons, {}, "complete", False, at_most=bounds))


def test_places_are_settled_up_to_the_first_bound():
    """Behind who is only bounded anybody may stand higher; what a reason tells is settled."""
    cut, told, untold = (
        (Reason(kind, note=note),)
        for kind, note in [("cut", ""), ("outranked", "rank 2; enough"), ("outranked", "enough")]
    )
    assert placed(a=(), b=told, c=untold) == {"a": 1, "b": 2}
    assert placed(a=cut, b=(), c=untold) == {"a": 1, "b": 2}
    assert placed(["a"], a=cut, b=(), c=untold) == {}
